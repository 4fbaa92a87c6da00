#include "switch-drivers/sonic/state.h"

#include "switch-drivers/sonic/live.h"

#include <algorithm>

namespace switchyard::switch_drivers::sonic {

namespace {

void add_rows(handle::Facts& facts, const std::string& prefix, const ConfigDb& rows) {
  for (const auto& [key, fields] : rows) {
    const std::string subject = handle::one_line(prefix + " " + to_string(key));
    // A port is always there.
    if (key.table != "PORT") facts.emplace(subject, "present");
    for (const auto& [name, value] : fields)
      facts.emplace(subject + " " + handle::one_line(name), handle::one_line(value));
  }
}

}  // namespace

WishContext wish_context(const SwitchState& observed, Asn asn) {
  return {.asn = asn,
          .frr_version = observed.running->version,
          .link_local_only = observed.link_local_only,
          .storm_control = can_storm_control(observed.live)};
}

PortState port_state(const SwitchState& observed, const std::string& port) {
  PortState state = port_state(observed.db, *observed.running, port);
  state.live = live_of(observed.live, port);
  PortState saved = port_state(observed.saved, *observed.saved_frr, port);
  state.saved = std::move(saved.rows);
  state.saved_frr = std::move(saved.frr);
  state.saved_frr.merge(saved.frr_shared);
  return state;
}

handle::Facts running_facts(const PortState& state) {
  handle::Facts facts;
  add_rows(facts, "config_db", state.rows);
  add_rows(facts, "state_db", state.live);
  handle::add_frr_facts(facts, "frr", state.frr);
  handle::add_frr_facts(facts, "frr", state.frr_shared);
  return facts;
}

handle::Facts saved_facts(const PortState& state) {
  handle::Facts facts;
  add_rows(facts, "saved config_db", state.saved);
  handle::add_frr_facts(facts, "saved frr", state.saved_frr);
  return facts;
}

handle::Facts facts_to_restore(const PortState& state) {
  handle::Facts facts = running_facts(state);
  add_rows(facts, "saved config_db", state.saved);
  return facts;
}

std::vector<Difference> running_differences(const PortState& wished, const PortState& observed) {
  return handle::difference(running_facts(wished), running_facts(observed));
}

PortReport compare_states(const PortState& wished, const PortState& observed) {
  return {.port = wished.port,
          .running = running_differences(wished, observed),
          .saved = handle::difference(saved_facts(wished), saved_facts(observed))};
}

bool only_lacks_opening(const std::vector<Difference>& differences) {
  return std::ranges::all_of(differences, [](const Difference& one) {
    const bool closed =
        one.subject.ends_with(" admin_status") && one.wished == "up" && one.observed == "down";
    const bool shut = one.subject.starts_with("frr router bgp ") && one.wished.empty() &&
                      one.observed.starts_with("neighbor ") && one.observed.ends_with(" shutdown");
    return closed || shut;
  });
}

}  // namespace switchyard::switch_drivers::sonic
