#include "core/seal.h"

#include "core/id.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace switchyard {

namespace {

constexpr std::string_view kForm = "s1.";
constexpr std::size_t kIdLength = 8;
constexpr std::size_t kLargestKeyFile = 65'536;
constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

using Bytes = std::vector<std::uint8_t>;

std::string base64(const std::uint8_t* bytes, std::size_t size) {
  std::string text(sodium_base64_encoded_len(size, kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size, kBase64);
  text.pop_back();  // the terminator sodium writes
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  Bytes bytes(text.size());
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, &end,
                        kBase64) != 0 ||
      end != text.data() + text.size())
    return std::nullopt;
  bytes.resize(size);
  return bytes;
}

std::string system_text() { return std::generic_category().message(errno); }

tl::unexpected<Error> key_file_error(const std::string& path, const std::string& why) {
  return failure(Errc::Unavailable, "secret key file " + path + ": " + why);
}

// A file descriptor that closes itself.
class File {
 public:
  File(const std::string& path, int flags) : descriptor_(::open(path.c_str(), flags, 0600)) {}

  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] int get() const { return descriptor_; }

  [[nodiscard]] explicit operator bool() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

// Written beside and linked into place, so that a crash or a second controller never leaves half a
// key or replaces one that is in use.
Status make_key_file(const std::string& path) {
  const std::string fresh = path + ".new-" + random_hex(8);
  std::array<std::uint8_t, crypto_secretbox_KEYBYTES> key{};
  crypto_secretbox_keygen(key.data());
  const std::string line = base64(key.data(), key.size()) + "\n";
  sodium_memzero(key.data(), key.size());
  bool written = false;
  {
    const File file{fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC};
    if (!file) return key_file_error(path, "cannot be made: " + system_text());
    written = ::write(file.get(), line.data(), line.size()) == std::ssize(line) &&
              ::fsync(file.get()) == 0;
  }
  const bool linked = written && (::link(fresh.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const std::string why = system_text();
  ::unlink(fresh.c_str());
  if (!linked) return key_file_error(path, "cannot be made: " + why);
  const std::string parent = std::filesystem::absolute(path).parent_path();
  const File directory{parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC};
  if (!directory || ::fsync(directory.get()) != 0)
    return key_file_error(path, "its directory cannot be synced: " + system_text());
  return {};
}

Status refuse_open_door(const File& file, const std::string& path) {
  struct stat facts {};

  if (::fstat(file.get(), &facts) != 0) return key_file_error(path, system_text());
  if (!S_ISREG(facts.st_mode) || facts.st_size > static_cast<off_t>(kLargestKeyFile))
    return failure(Errc::Invalid, "secret key file " + path + " is not a small plain file");
  if ((facts.st_mode & 077) != 0) {
    return failure(Errc::Invalid,
                   "secret key file " + path + " can be read by others: run chmod 600 " + path);
  }
  if (facts.st_uid != ::geteuid() && facts.st_uid != 0)
    return failure(Errc::Invalid, "secret key file " + path + " belongs to somebody else");
  return {};
}

Result<std::string> read_key_file(const std::string& path) {
  const File file{path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW};
  if (!file) return key_file_error(path, system_text());
  if (const auto closed = refuse_open_door(file, path); !closed)
    return tl::unexpected(closed.error());
  std::string text(kLargestKeyFile, '\0');
  const auto size = ::read(file.get(), text.data(), text.size());
  if (size < 0) return key_file_error(path, system_text());
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

Sealer::~Sealer() {
  for (Key& key : keys_)
    sodium_memzero(key.bytes.data(), key.bytes.size());
}

Result<std::vector<Sealer::Key>> Sealer::parse_keys(std::string_view text) {
  std::vector<Key> keys;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line[0] == '#') continue;
    const auto bytes = from_base64(line);
    Key key;
    if (!bytes || bytes->size() != key.bytes.size()) {
      return failure(Errc::Invalid, "line " + std::to_string(keys.size() + 1) +
                                        " is not a key of 32 bytes in base64url");
    }
    std::ranges::copy(*bytes, key.bytes.begin());
    std::array<std::uint8_t, 16> hash{};
    crypto_generichash(hash.data(), hash.size(), key.bytes.data(), key.bytes.size(), nullptr, 0);
    key.id = base64(hash.data(), hash.size()).substr(0, kIdLength);
    keys.push_back(key);
  }
  if (keys.empty()) return failure(Errc::Invalid, "there is no key in it");
  return keys;
}

Result<Sealer> Sealer::from_file(const std::string& path) {
  if (sodium_init() < 0) throw std::logic_error("libsodium cannot be initialised");
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown) && !unknown)
    if (const auto made = make_key_file(path); !made) return tl::unexpected(made.error());
  auto text = read_key_file(path);
  if (!text) return tl::unexpected(text.error());
  auto keys = parse_keys(*text);
  sodium_memzero(text->data(), text->size());  // NOLINT: its inner pointer is not used after
  if (!keys) return tl::unexpected(keys.error().in("secret key file " + path));
  return Sealer{std::move(*keys)};
}

std::string Sealer::seal(const Secret& secret) const {
  const Key& key = keys_.front();
  const std::string& plain = secret.reveal();
  Bytes sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size());
  randombytes_buf(sealed.data(), crypto_secretbox_NONCEBYTES);
  Bytes message(plain.begin(), plain.end());
  crypto_secretbox_easy(sealed.data() + crypto_secretbox_NONCEBYTES, message.data(), message.size(),
                        sealed.data(), key.bytes.data());
  sodium_memzero(message.data(), message.size());
  return std::string{kForm} + key.id + "." + base64(sealed.data(), sealed.size());
}

Result<Secret> Sealer::open(std::string_view sealed) const {
  const std::size_t head = kForm.size() + kIdLength + 1;
  if (!sealed.starts_with(kForm) || sealed.size() < head || sealed[head - 1] != '.')
    return failure(Errc::Invalid, "sealed secret: not in the form s1.<key>.<text>");
  const auto id = sealed.substr(kForm.size(), kIdLength);
  const auto key = std::ranges::find(keys_, id, &Key::id);
  if (key == keys_.end()) {
    return failure(Errc::NotFound, "sealed secret: its key '" + std::string{id} +
                                       "' is not in the secret key file");
  }
  const auto bytes = from_base64(sealed.substr(head));
  constexpr std::size_t kOverhead = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (!bytes || bytes->size() < kOverhead)
    return failure(Errc::Invalid, "sealed secret: cut short or not base64");
  std::string plain(bytes->size() - kOverhead, '\0');
  if (crypto_secretbox_open_easy(reinterpret_cast<std::uint8_t*>(plain.data()),
                                 bytes->data() + crypto_secretbox_NONCEBYTES,
                                 bytes->size() - crypto_secretbox_NONCEBYTES, bytes->data(),
                                 key->bytes.data()) != 0)
    return failure(Errc::Invalid, "sealed secret: changed since it was sealed");
  return Secret{std::move(plain)};
}

bool Sealer::is_outdated(std::string_view sealed) const {
  return sealed.substr(std::min(kForm.size(), sealed.size()), kIdLength) != keys_.front().id;
}

}  // namespace switchyard
