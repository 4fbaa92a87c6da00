// Serves a folder by TFTP, and by HTTP and HTTPS: for the tests with real clients and the
// benchmarks. Prints the ports on one line of JSON and ends when its standard input does.
//
//   boot_files FOLDER [THREADS [IDENTITY_FOLDER]]
//
// Dynamic routes: /boot/whoami tells the client's address, /boot/echo its body, /boot/hold waits.
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
    if (request.path == "/boot/whoami") return {.body = request.client + "\n"};
    if (request.path == "/boot/echo") return {.body = request.body};
    if (request.path == "/boot/hold")
      return {.status = 204, .hold = std::chrono::seconds(1), .topic = "hold"};
    return pxe::http::error_answer(404, "no " + request.path);
  }

  bool may_fetch(const pxe::http::Request& request) override {
    return !request.path.starts_with("/files/forbidden/");
  }
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: %s FOLDER [THREADS [IDENTITY_FOLDER]]\n", arguments[0]);
    return 2;
  }
  log::set_level(log::Level::Warning);
  const int threads = count > 2 ? std::atoi(arguments[2]) : 2;
  const auto root = pxe::BootRoot::open(arguments[1]);
  if (!root) return fail(root.error());
  const auto tftp =
      pxe::tftp::Server::open({.address = "::", .port = 0, .threads = threads}, *root);
  if (!tftp) return fail(tftp.error());
  TestSite site;
  const auto http = pxe::http::Server::open({.address = "::",
                                             .port = 0,
                                             .tls_port = 0,
                                             .identity_folder = count > 3 ? arguments[3] : "",
                                             .threads = threads},
                                            *root, site);
  if (!http) return fail(http.error());
  std::printf("{\"tftp\":%u,\"http\":%u,\"https\":%u,\"pin\":\"%s\",\"rsa_pin\":\"%s\"}\n",
              unsigned{(*tftp)->port()}, unsigned{(*http)->port()}, unsigned{(*http)->tls_port()},
              (*http)->spki_pin().c_str(), (*http)->rsa_pin().c_str());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}
