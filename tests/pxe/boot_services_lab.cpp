// DHCP, TFTP, HTTP and the boot desk as the service has them, on the interface of a configuration
// file, with one server: srv1, NICs 02:00:00:00:00:01 and 02:00:00:00:00:02. For tests with real
// firmware. Says "ready", then follows the orders on its standard input (desk_orders.h).
//
//   boot_services_lab CONFIGURATION
#include "core/db/migrations.h"
#include "core/log.h"
#include "ipam/schema.h"
#include "provisioner/boot/boot_services.h"
#include "provisioner/schema.h"
#include "pxe/dhcp/lease_store.h"
#include "tests/provisioner/simulated_site.h"
#include "tests/pxe/desk_orders.h"

#include <cstdio>

namespace {

using namespace switchyard;
using namespace switchyard::provisioner;

// The site's own tables are there.
Status migrate(db::Pool& pool) {
  std::vector<db::Migration> all(ipam::migrations().begin(), ipam::migrations().end());
  all.insert(all.end(), migrations().begin(), migrations().end());
  all.insert(all.end(), pxe::dhcp::migrations().begin(), pxe::dhcp::migrations().end());
  return db::migrate(pool, all);
}

int fail(const Error& error) {
  std::fprintf(stderr, "boot_services_lab: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: %s CONFIGURATION\n", arguments[0]);
    return 2;
  }
  const auto config = read_config(arguments[1]);
  if (!config) return fail(config.error());
  SimulatedSite site{db::Backend::Sqlite};
  if (const Status made = migrate(*site.pool); !made) return fail(made.error());
  Wakeup wakeup;
  const SystemClock clock;
  const SigningKey key = SigningKey::make();
  const auto services = BootServices::start(*config, *site.pool, wakeup, clock, key);
  if (!services) return fail(services.error());
  std::puts("ready");
  std::fflush(stdout);
  follow_orders((*services)->desk(), "srv1");
  return 0;
}
