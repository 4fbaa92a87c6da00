// Everything that reads what a switch printed. A tenant chooses part of it (a host name, prefixes),
// and a switch may be anybody's.
#include "switch-drivers/arista-eos/eapi.h"
#include "switch-drivers/arista-eos/port_lines.h"
#include "switch-drivers/arista-eos/reading.h"
#include "switch-drivers/cumulus-nvue/exchange.h"
#include "switch-drivers/cumulus-nvue/objects.h"
#include "switch-drivers/frr/frr_config.h"
#include "switch-drivers/frr/session_reading.h"
#include "switch-drivers/linux-frr/kernel_reading.h"
#include "switch-drivers/linux-frr/undo_record.h"
#include "switch-drivers/port_intent.h"
#include "switch-drivers/sonic/config_db.h"
#include "switch-drivers/sonic/live.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace switchyard;
using namespace switchyard::switch_drivers;
using namespace switchyard::switch_drivers::frr;
using namespace switchyard::switch_drivers::linux_frr;

void demand(bool promise) {
  if (!promise) std::abort();
}

void read_kernel(std::string_view text) {
  const auto links = parse_links(text);
  const std::size_t half = text.size() / 2;
  (void)parse_bridge_ports(text, text);
  (void)parse_bridge_ports(text.substr(0, half), text.substr(half));
  if (links) (void)parse_dead_ends(text, Family::V6, *links);
  (void)parse_dead_ends(text, Family::V4, {});
  const std::vector<std::string> devices{"swp1", "swp1.101"};
  (void)parse_filters(text, devices);
  (void)parse_settings(text);
  (void)parse_files(text);
}

void read_frr(std::string_view text) {
  (void)parse_frr_config(text);
  (void)parse_bgp_summary(text);
  for (const std::size_t peers : {std::size_t{1}, std::size_t{2}}) {
    const auto routes = parse_bgp_routes(text, peers);
    if (!routes) continue;
    demand(routes->size() == peers);
    for (const SessionRoutes& session : *routes)
      demand(std::all_of(session.refused.begin(), session.refused.end(),
                         [](const RefusedCount& count) { return count.announcements > 0; }));
  }
}

void read_eos(std::string_view text) {
  (void)arista_eos::parse_eapi(text, 2, "a");
  (void)arista_eos::parse_sessions(text);
  (void)arista_eos::parse_bgp_summary(text);
  (void)arista_eos::parse_routes(text, "vrf-prv");
  (void)arista_eos::parse_version(text);
  (void)arista_eos::parse_hostname(text);
  const auto config = arista_eos::parse_config(text);
  if (!config) return;
  demand(arista_eos::changed_ports(*config, *config).empty());
  (void)arista_eos::unused_policy(*config);
  for (const std::string& port : arista_eos::ports_of(*config)) {
    const arista_eos::PortLines own{.own = arista_eos::own_lines(*config, port)};
    demand(arista_eos::differences(own, arista_eos::observed_lines(*config, port, own)).empty());
  }
}

void read_config_db(std::string_view text) {
  const auto db = sonic::parse_config_db(text);
  if (!db) return;
  for (const char* port : {"Ethernet0", "Ethernet4"}) {
    const sonic::ConfigDb rows = sonic::rows_of(*db, port);
    demand(sonic::difference(rows, rows).empty());
    demand(sonic::difference(*db, rows).size() == db->size() - rows.size());
  }
}

void read_state_db(std::string_view text) {
  const auto live = sonic::parse_live(text);
  if (!live) return;
  (void)sonic::can_storm_control(*live);
  for (const char* port : {"Ethernet0", "Ethernet4"}) {
    const sonic::ConfigDb rows = sonic::live_of(*live, port);
    demand(sonic::live_of(rows, port) == rows);
  }
}

void read_nvue(std::string_view text) {
  namespace nvue = cumulus_nvue;
  const HttpAnswer answer{.status = 200, .body = std::string{text}};
  (void)nvue::parse_new_revision(answer);
  (void)nvue::parse_revision(answer);
  (void)nvue::parse_waiting(answer);
  (void)nvue::parse_interfaces(answer);
  if (const auto system = nvue::parse_system(answer)) (void)nvue::version_of(*system);
  (void)nvue::parse_boot(answer);
  (void)nvue::parse_neighbours(answer);
  (void)nvue::parse_routes(answer);
  (void)nvue::parse_received(answer);
  (void)nvue::error_of({.status = 400, .body = answer.body});
  const auto leaves = nvue::parse_leaves(text);
  if (!leaves) return;
  const auto again = nvue::parse_leaves(nvue::to_json(*leaves));
  demand(again && *again == *leaves);
  const nvue::Config config = nvue::sort_config(*leaves);
  for (const nvue::Path& unused : nvue::unused_shared(config))
    demand(config.shared.contains(unused));
}

// What is on the switch may have been written by an older version of us, or by somebody else.
void read_our_own(std::string_view text) {
  (void)parse_undo(text);
  (void)parse_armed(text);
  const auto intent = parse_port_intent(text);
  if (!intent) return;
  const auto again = parse_port_intent(to_json_text(*intent));
  demand(again && *again == *intent);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_kernel(text);
  read_frr(text);
  read_eos(text);
  read_config_db(text);
  read_state_db(text);
  read_nvue(text);
  read_our_own(text);
  return 0;
}
