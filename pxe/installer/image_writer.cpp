#include "pxe/installer/image_writer.h"

#include "pxe/installer/process.h"
#include "pxe/installer/raw_writer.h"

#include <openssl/evp.h>

#include <array>
#include <memory>

namespace switchyard::pxe::installer {
namespace {

class Sha256 {
 public:
  Sha256() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }

  void add(std::string_view part) { EVP_DigestUpdate(context_.get(), part.data(), part.size()); }

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

template <class Write>
Status stream(const Image& image, ServiceClient& service, Reporter& reporter, Write write) {
  const auto begun = std::chrono::steady_clock::now();
  Sha256 sum;
  std::uint64_t got = 0;
  const auto fetched = service.fetch(image.url, [&](const char* data, std::size_t size) -> Status {
    got += size;
    if (got > image.bytes) return failure(Errc::Invalid, "is longer than it should be");
    const std::string_view part{data, size};
    sum.add(part);
    return write(part).and_then(
        [&] { return reporter.report(Phase::Writing, got * 100 / image.bytes, image.name); });
  });
  if (!fetched) return fetched;
  if (got != image.bytes)
    return failure(Errc::Invalid,
                   "has " + std::to_string(got) + " bytes, not " + std::to_string(image.bytes));
  if (const auto is = sum.hex(); is != image.sha256)
    return failure(Errc::Invalid, "the checksum is wrong: " + is + ", not " + image.sha256);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begun);
  reporter.log("image " + image.name + ": " + std::to_string(got) + " bytes in " +
               std::to_string(took.count()) + " ms, checksum right");
  return {};
}

tl::unexpected<Error> about(const Image& image, const Error& error) {
  return tl::unexpected(error.in("image " + image.name));
}

}  // namespace

Status write_tar(const Image& image, const std::string& root, ServiceClient& service,
                 Reporter& reporter) {
  // GNU tar by its whole path: busybox has one too, without attributes.
  std::vector<std::string> argv{
      "/bin/tar",           "-x", "-C", root, "-p", "--numeric-owner", "--xattrs",
      "--xattrs-include=*", "-f", "-"};
  if (image.format == ImageFormat::TarZst) argv.insert(argv.begin() + 1, "--zstd");
  auto tar = Feed::start(argv);
  if (!tar) return tl::unexpected(tar.error());
  const auto done = stream(image, service, reporter, [&](std::string_view part) {
                      return tar->write(part.data(), part.size());
                    }).and_then([&] { return tar->finish(); });
  if (!done) return about(image, done.error());
  return {};
}

Status write_raw(const Image& image, const Disk& disk, ServiceClient& service, Reporter& reporter) {
  auto writer = RawWriter::open(disk.path, disk.bytes, image.format == ImageFormat::RawZst);
  if (!writer) return tl::unexpected(writer.error());
  RawWriter& raw = **writer;
  const auto done = stream(image, service, reporter, [&](std::string_view part) {
                      return raw.write(part);
                    }).and_then([&] {
                        return raw.finish();
                      }).and_then([&] { return raw.commit(); });
  if (!done) return about(image, done.error());
  reporter.log(disk.path + ": " + std::to_string(raw.written()) + " bytes, " +
               std::to_string(raw.skipped()) + " of them zeros that were skipped");
  return {};
}

}  // namespace switchyard::pxe::installer
