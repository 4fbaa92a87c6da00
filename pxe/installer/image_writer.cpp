#include "pxe/installer/image_writer.h"

#include "pxe/installer/checked_fetch.h"
#include "pxe/installer/process.h"
#include "pxe/installer/raw_writer.h"

namespace switchyard::pxe::installer {
namespace {

template <class Write>
Status stream(const Image& image, ServiceClient& service, Reporter& reporter, Write write) {
  return fetch_checked({image.url, image.bytes, image.sha256}, image.name, service, reporter,
                       [&](const char* data, std::size_t size) {
                         return write(std::string_view{data, size});
                       });
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
