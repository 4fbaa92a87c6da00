// Serves a folder by TFTP, and by HTTP and HTTPS: for the tests with real clients and the
// benchmarks. Prints the ports on one line of JSON and ends when its standard input does.
//
//   boot_files FOLDER [THREADS]
#include "core/log.h"
#include "pxe/tftp/server.h"

#include <cstdio>
#include <cstdlib>

namespace {

using namespace switchyard;

int fail(const Error& error) {
  std::fprintf(stderr, "boot_files: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: %s FOLDER [THREADS]\n", arguments[0]);
    return 2;
  }
  log::set_level(log::Level::Warning);
  const int threads = count > 2 ? std::atoi(arguments[2]) : 2;
  const auto root = pxe::BootRoot::open(arguments[1]);
  if (!root) return fail(root.error());
  const auto tftp =
      pxe::tftp::Server::open({.address = "::", .port = 0, .threads = threads}, *root);
  if (!tftp) return fail(tftp.error());
  std::printf("{\"tftp\":%u}\n", unsigned{(*tftp)->port()});
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}
