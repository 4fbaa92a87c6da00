#include "web/api/keyring.h"

#include "core/id.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace switchyard::web::api {
namespace {

constexpr std::size_t kKeyBytes = 32;

std::string system_text(int number) { return std::generic_category().message(number); }

std::string to_hex(const unsigned char* bytes, std::size_t count) {
  std::string hex(count * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes, count);
  hex.pop_back();
  return hex;
}

}  // namespace

Keyring::Keyring(Secret key) : key_(std::move(key)) {}

std::string Keyring::mac(std::string_view use, std::string_view text) const {
  crypto_generichash_state state;
  std::array<unsigned char, kKeyBytes> result{};
  const auto feed = [&](std::string_view part) {
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                              part.size());
  };
  const auto* key = reinterpret_cast<const unsigned char*>(key_.reveal().data());
  crypto_generichash_init(&state, key, key_.reveal().size(), result.size());
  feed(use);
  feed(std::string_view("\0", 1));
  feed(text);
  crypto_generichash_final(&state, result.data(), result.size());
  return to_hex(result.data(), result.size());
}

bool equal_secrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

Status write_private_file(const std::string& path, std::string_view text) {
  const std::string fresh = path + "." + random_hex(4);
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return failure(Errc::Invalid, "cannot write " + path + ": " + system_text(errno));
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  if (written && std::rename(fresh.c_str(), path.c_str()) == 0) return {};
  const int reason = errno;
  ::unlink(fresh.c_str());
  return failure(Errc::Invalid, "cannot write " + path + ": " + system_text(reason));
}

Result<std::string> read_private_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    const auto code = errno == ENOENT ? Errc::NotFound : Errc::Invalid;
    return failure(code, "cannot read " + path + ": " + system_text(errno));
  }

  struct stat status {};

  std::array<char, 4096> bytes{};
  const ssize_t count = ::read(file, bytes.data(), bytes.size());
  const bool known = ::fstat(file, &status) == 0;
  ::close(file);
  if (count < 0 || !known) return failure(Errc::Invalid, "cannot read " + path);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return failure(Errc::Invalid, path + " may be read by others: chmod 600 it");
  std::string text(bytes.data(), static_cast<std::size_t>(count));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
    text.pop_back();
  return text;
}

Result<Keyring> Keyring::open(const std::string& path) {
  if (sodium_init() < 0) return failure(Errc::Unavailable, "libsodium does not start");
  auto text = read_private_file(path);
  if (!text && text.error().code == Errc::NotFound) {
    text = random_hex(kKeyBytes);
    const auto written = write_private_file(path, *text + "\n");
    if (!written) return tl::unexpected(written.error());
  }
  if (!text) return tl::unexpected(text.error());
  std::string key(kKeyBytes, '\0');
  std::size_t length = 0;
  const int failed = sodium_hex2bin(reinterpret_cast<unsigned char*>(key.data()), key.size(),
                                    text->data(), text->size(), nullptr, &length, nullptr);
  if (failed != 0 || length != kKeyBytes)
    return failure(Errc::Invalid, path + " is not a key of 64 hex digits");
  return Keyring(Secret(std::move(key)));
}

}  // namespace switchyard::web::api
