// Serves a folder by TFTP, and by HTTP and HTTPS: for the tests with real clients and the
// benchmarks. Prints the ports on one line of JSON and ends when its standard input does. All
// clients may be one address. Dynamic routes: /boot/echo answers its body, /boot/hold after a
// moment nothing.
//
//   boot_files FOLDER IDENTITY-FOLDER [THREADS]
#include "core/log.h"
#include "pxe/http/server.h"
#include "pxe/tftp/server.h"

#include <cstdio>
#include <cstdlib>

namespace {

using namespace switchyard;

int fail(const Error& error) {
  std::fprintf(stderr, "boot_files: %s\n", error.message.c_str());
  return 1;
}

class TestSite : public pxe::http::Site {
 public:
  pxe::http::Answer answer(const pxe::http::Request& request) override {
    if (request.path == "/boot/echo") return {.body = request.body};
    if (request.path == "/boot/hold")
      return {.status = 204, .hold = std::chrono::milliseconds(300), .topic = "hold"};
    return pxe::http::error_answer(404, "there is nothing here");
  }
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "usage: %s FOLDER IDENTITY-FOLDER [THREADS]\n", arguments[0]);
    return 2;
  }
  log::set_level(log::Level::Warning);
  const int threads = count > 3 ? std::atoi(arguments[3]) : 2;
  const auto root = pxe::BootRoot::open(arguments[1]);
  if (!root) return fail(root.error());
  const auto tftp = pxe::tftp::Server::open(
      {.address = "::", .port = 0, .threads = threads, .limits = {.client_transfers = 1024}},
      *root);
  if (!tftp) return fail(tftp.error());
  const auto identity = pxe::http::ensure_identity(arguments[2]);
  if (!identity) return fail(identity.error());
  pxe::http::Options options{.address = "::", .port = 0, .tls_port = 0, .threads = threads};
  options.identity = *identity;
  options.limits.client_connections = options.limits.connections;  // all of the test are one
  TestSite site;
  const auto http = pxe::http::Server::open(options, *root, &site);
  if (!http) return fail(http.error());
  std::printf("{\"tftp\":%u,\"http\":%u,\"https\":%u,\"pin\":\"%s\",\"rsa_pin\":\"%s\"}\n",
              unsigned{(*tftp)->port()}, unsigned{(*http)->port()}, unsigned{(*http)->tls_port()},
              (*http)->spki_pin().c_str(), identity->rsa_pin.c_str());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}
