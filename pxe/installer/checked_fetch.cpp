#include "pxe/installer/checked_fetch.h"

#include <openssl/evp.h>

#include <array>
#include <chrono>
#include <memory>

namespace switchyard::pxe::installer {
namespace {

class Sha256 {
 public:
  Sha256() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }

  void add(const char* data, std::size_t size) { EVP_DigestUpdate(context_.get(), data, size); }

  std::string hex() {
    std::array<unsigned char, 32> digest{};
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    std::string text;
    for (const unsigned char byte : digest)
      for (const unsigned digit : {byte / 16U, byte % 16U})
        text += "0123456789abcdef"[digit];
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

}  // namespace

Status fetch_checked(const Download& file, const std::string& name, ServiceClient& service,
                     Reporter& reporter, const ServiceClient::Sink& sink) {
  const auto begun = std::chrono::steady_clock::now();
  Sha256 sum;
  std::uint64_t got = 0;
  const auto fetched = service.fetch(file.url, [&](const char* data, std::size_t size) -> Status {
    got += size;
    if (got > file.bytes) return failure(Errc::Invalid, "is longer than it should be");
    sum.add(data, size);
    return sink(data, size).and_then([&] {
      return reporter.report(Phase::Writing, got * 100 / file.bytes, name);
    });
  });
  if (!fetched) return fetched;
  if (got != file.bytes)
    return failure(Errc::Invalid,
                   "has " + std::to_string(got) + " bytes, not " + std::to_string(file.bytes));
  if (const auto is = sum.hex(); is != file.sha256)
    return failure(Errc::Invalid, "the checksum is wrong: " + is + ", not " + file.sha256);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begun);
  reporter.log(name + ": " + std::to_string(got) + " bytes in " + std::to_string(took.count()) +
               " ms, checksum right");
  return {};
}

}  // namespace switchyard::pxe::installer
