// The boot desk and its site over HTTP(S) on loopback, with one server of which every client is
// taken for: for tests with real installers (tests/pxe/test_preseed.py).
//
//   boot_desk_lab FOLDER IDENTITY-FOLDER PORT TLS-PORT ADDRESS
//
// ADDRESS is how the server reaches loopback. Reads orders from its standard input (desk_orders.h).
#include "catalogs/catalog_folder.h"
#include "core/log.h"
#include "provisioner/boot/boot_site.h"
#include "pxe/http/server.h"
#include "tests/provisioner/simulated_site.h"
#include "tests/pxe/desk_orders.h"

#include <cstdio>
#include <cstdlib>

namespace {

using namespace switchyard;
using namespace switchyard::provisioner;

constexpr const char* kServer = "srv1";

int fail(const Error& error) {
  std::fprintf(stderr, "boot_desk_lab: %s\n", error.message.c_str());
  return 1;
}

// By its folder, where an image is no manifest.
Result<ShelfEntry> find_image(const std::string& boot_folder, const std::string& name) {
  const auto folder =
      catalogs::read_catalog_folder(boot_folder + "/images/" + name, catalogs::os::kImageFile);
  if (!folder) return find_manifest(boot_folder, name);
  const auto parsed = catalogs::os::parse_image(folder->files);
  if (!parsed.faults.empty()) return tl::unexpected(catalogs::as_error(parsed.faults));
  return find_pushed(boot_folder, parsed.definition, folder->files);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fprintf(stderr, "usage: %s FOLDER IDENTITY-FOLDER PORT TLS-PORT ADDRESS\n", arguments[0]);
    return 2;
  }
  log::set_level(log::Level::Warning);
  const std::string folder = arguments[1];
  BootAddress address{.address = arguments[5],
                      .port = static_cast<std::uint16_t>(std::atoi(arguments[3])),
                      .tls_port = static_cast<std::uint16_t>(std::atoi(arguments[4]))};
  SimulatedSite database{db::Backend::Sqlite};
  Wakeup wakeup;
  const SigningKey key = SigningKey::make();
  std::unique_ptr<pxe::http::Server> server;
  BootDesk desk(
      {.pool = *database.pool,
       .wakeup = wakeup,
       .key = key,
       .site = "lab",
       .find_image = [&](const std::string& name, int) { return find_image(folder, name); },
       .boot_url = boot_url(address),
       .ordered = [&](const std::string& who) { server->wake(task_topic(who)); }});
  BootSite site(
      desk, [](const std::string&) { return Asker{.server = kServer, .known_by = KnownBy::Port}; },
      [&](const std::string&) { return address; });
  const auto root = pxe::BootRoot::open(folder);
  if (!root) return fail(root.error());
  auto identity = pxe::http::ensure_identity(arguments[2]);
  if (!identity) return fail(identity.error());
  auto opened = pxe::http::Server::open({.address = "127.0.0.1",
                                         .port = address.port,
                                         .tls_port = address.tls_port,
                                         .identity = std::move(*identity)},
                                        *root, &site);
  if (!opened) return fail(opened.error());
  server = std::move(*opened);
  address.pin = server->spki_pin();
  follow_orders(desk, kServer);
  server->stop();
  return 0;
}
