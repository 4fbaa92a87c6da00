#include "switch-drivers/arista-eos/exchange.h"

#include <fmt/format.h>

namespace switchyard::switch_drivers::arista_eos {

std::string session_name(std::string_view change_id) { return fmt::format("swy-{}", change_id); }

std::string enter_session(std::string_view session) {
  return fmt::format("configure session {}", session);
}

std::string session_diffs(std::string_view session) {
  return fmt::format("show session-config named {} diffs", session);
}

std::string commit_timer(std::string_view session, std::chrono::seconds after) {
  const auto seconds = after.count();
  return fmt::format("configure session {} commit timer {:02}:{:02}:{:02}", session, seconds / 3600,
                     seconds / 60 % 60, seconds % 60);
}

std::string commit(std::string_view session) {
  return fmt::format("configure session {} commit", session);
}

std::string abort(std::string_view session) {
  return fmt::format("configure session {} abort", session);
}

std::string keep_before() { return "copy running-config flash:switchyard.before"; }

std::string show_before() { return "more flash:switchyard.before"; }

std::vector<std::string> save_session(std::string_view session) {
  return {fmt::format("show session-config named {} | redirect flash:switchyard.closed", session),
          "copy flash:switchyard.closed startup-config"};
}

std::string save() { return "copy running-config startup-config"; }

std::string show_running() { return "show running-config"; }

std::string show_saved() { return "show startup-config"; }

std::string show_sessions() { return "show configuration sessions detail | json"; }

std::string show_version() { return "show version | json"; }

std::string show_hostname() { return "show hostname | json"; }

std::string show_bgp_summary() { return "show bgp summary vrf all | json"; }

std::string show_bgp_routes(std::string_view peer, Family family, std::string_view which,
                            std::string_view vrf) {
  return fmt::format("show bgp neighbors {} {} unicast {} vrf {} | json", peer,
                     family == Family::V4 ? "ipv4" : "ipv6", which, vrf);
}

}  // namespace switchyard::switch_drivers::arista_eos
