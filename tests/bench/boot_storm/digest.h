// SHA-256 of what comes in pieces.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>

namespace switchyard::bench {

class Digest {
 public:
  Digest() { (void)EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }

  void add(const void* bytes, std::size_t size) {
    (void)EVP_DigestUpdate(context_.get(), bytes, size);
  }

  // 64 lower-case hex digits; the end of it.
  [[nodiscard]] std::string hex() {
    constexpr const char* kDigits = "0123456789abcdef";
    std::array<unsigned char, 32> hash{};
    (void)EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr);
    std::string text;
    for (const unsigned char byte : hash) {
      text += kDigits[byte >> 4U];
      text += kDigits[byte & 15U];
    }
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

}  // namespace switchyard::bench
