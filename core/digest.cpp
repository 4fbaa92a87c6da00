#include "core/digest.h"

#include <sodium.h>

#include <array>
#include <fstream>
#include <vector>

namespace switchyard {
namespace {

using Digest = std::array<unsigned char, crypto_hash_sha256_BYTES>;

std::string hex_of(const Digest& digest) {
  std::string text(2 * digest.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
  text.pop_back();
  return text;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Digest digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size());
  return hex_of(digest);
}

Result<std::string> sha256_of_file(const std::string& path) {
  constexpr std::size_t kPart = 1U << 20U;
  std::ifstream file(path, std::ios::binary);
  std::vector<char> part(kPart);
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  do {
    file.read(part.data(), static_cast<std::streamsize>(part.size()));
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                              static_cast<unsigned long long>(file.gcount()));
  } while (file);
  if (!file.eof()) return failure(Errc::NotFound, path + " cannot be read");
  Digest digest{};
  crypto_hash_sha256_final(&state, digest.data());
  return hex_of(digest);
}

}  // namespace switchyard
