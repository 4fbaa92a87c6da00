#include "provisioner/boot/files_tar.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace switchyard::provisioner {
namespace {

constexpr std::size_t kBlock = 512;

// POSIX.1-2017, pax: "ustar Interchange Format".
struct Header {
  char name[100];
  char mode[8];
  char uid[8];
  char gid[8];
  char size[12];
  char mtime[12];
  char checksum[8];
  char type;
  char link[100];
  char magic[6];
  char version[2];
  char user[32];
  char group[32];
  char major[8];
  char minor[8];
  char prefix[155];
  char unused[12];
};

static_assert(sizeof(Header) == kBlock);

template <std::size_t Size> void put(char (&field)[Size], const std::string& text) {
  std::memcpy(field, text.data(), std::min(text.size(), Size));
}

template <std::size_t Size> void put_octal(char (&field)[Size], std::uint64_t value) {
  for (std::size_t at = Size - 1; at-- > 0; value /= 8)
    field[at] = static_cast<char>('0' + value % 8);
}

// Longer ones are split at a slash.
Status put_path(Header& header, const std::string& path) {
  if (path.size() <= sizeof header.name) {
    put(header.name, path);
    return {};
  }
  const std::size_t slash = path.find('/', path.size() - sizeof header.name - 1);
  if (slash == std::string::npos || slash > sizeof header.prefix || slash + 1 == path.size())
    return failure(Errc::Invalid, "the path " + path + " is too long for a tar archive");
  put(header.prefix, path.substr(0, slash));
  put(header.name, path.substr(slash + 1));
  return {};
}

void put_owner(Header& header, const std::string& owner) {
  const std::size_t colon = owner.find(':');
  put(header.user, owner.empty() ? "root" : owner.substr(0, colon));
  put(header.group, colon == std::string::npos ? "root" : owner.substr(colon + 1));
}

void put_checksum(Header& header) {
  std::memset(header.checksum, ' ', sizeof header.checksum);
  const std::string_view bytes(reinterpret_cast<const char*>(&header), sizeof header);
  std::uint64_t sum = 0;
  for (const char byte : bytes)
    sum += static_cast<unsigned char>(byte);
  char digits[7]{};  // six, and a NUL; the blank after it stays
  put_octal(digits, sum);
  std::memcpy(header.checksum, digits, sizeof digits);
}

Status add(std::string& tar, const HostFile& file) {
  Header header{};
  if (Status fits = put_path(header, file.path.substr(file.path.find_first_not_of('/'))); !fits)
    return fits;
  put_octal(header.mode, std::stoul(file.mode, nullptr, 8));
  put_octal(header.uid, 0);
  put_octal(header.gid, 0);
  put_octal(header.size, file.content.size());
  put_octal(header.mtime, 0);
  header.type = '0';
  put(header.magic, "ustar");
  put(header.version, "00");
  put_owner(header, file.owner);
  put_checksum(header);
  tar.append(reinterpret_cast<const char*>(&header), sizeof header);
  tar += file.content;
  tar.append((kBlock - file.content.size() % kBlock) % kBlock, '\0');
  return {};
}

}  // namespace

Result<std::string> files_tar(const std::vector<HostFile>& files) {
  std::string tar;
  for (const HostFile& file : files)
    if (const Status added = add(tar, file); !added) return tl::unexpected(added.error());
  return tar.append(2 * kBlock, '\0');
}

}  // namespace switchyard::provisioner
