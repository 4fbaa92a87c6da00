// Every command that is ever sent to EOS; a simulated switch needs no more. One request is a list
// of these, begins with `enable`, and stops at the first that fails.
#pragma once

#include "core/net.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::arista_eos {

// Our session for a change: "swy-<change id>".
[[nodiscard]] std::string session_name(std::string_view change_id);
[[nodiscard]] std::string enter_session(std::string_view session);  // makes it if need be
[[nodiscard]] std::string session_diffs(std::string_view session);
[[nodiscard]] std::string commit_timer(std::string_view session, std::chrono::seconds after);
[[nodiscard]] std::string commit(std::string_view session);  // confirms, with a timer pending
[[nodiscard]] std::string abort(std::string_view session);   // takes back, with a timer pending

// What was running before the pending change, on the switch's flash, for whoever settles it. One
// file, because there is one pending change.
[[nodiscard]] std::string keep_before();
[[nodiscard]] std::string show_before();

// Makes what this session would make of the running configuration the one of the next boot.
[[nodiscard]] std::vector<std::string> save_session(std::string_view session);
[[nodiscard]] std::string save();

[[nodiscard]] std::string show_running();
[[nodiscard]] std::string show_saved();
[[nodiscard]] std::string show_sessions();  // JSON
[[nodiscard]] std::string show_version();   // JSON
[[nodiscard]] std::string show_hostname();  // JSON

[[nodiscard]] std::string show_bgp_summary();  // JSON, all VRFs
// JSON; `which`: "received-routes" or "routes". `peer` as the summary shows it.
[[nodiscard]] std::string show_bgp_routes(std::string_view peer, Family family,
                                          std::string_view which, std::string_view vrf);

}  // namespace switchyard::switch_drivers::arista_eos
