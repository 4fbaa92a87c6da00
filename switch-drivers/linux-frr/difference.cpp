#include "switch-drivers/linux-frr/difference.h"

#include "switch-drivers/linux-frr/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace switchyard::switch_drivers::linux_frr {

namespace {

class FactList {
 public:
  void add(std::string subject, std::string value) {
    facts_.emplace(handle::one_line(std::move(subject)), handle::one_line(std::move(value)));
  }

  void add_filters(const std::string& device, const Filters& filters) {
    for (const Filter& filter : filters) {
      add(fmt::format("filter {}{} pref {} handle {}", device, filter.leaving ? " egress" : "",
                      filter.preference, filter.handle),
          fmt::format("protocol {} {} {} action {}", filter.protocol, filter.kind, filter.match,
                      filter.action));
    }
  }

  void add_frr(std::string_view prefix, const FrrLines& lines) {
    handle::add_frr_facts(facts_, prefix, lines);
  }

  Facts finish() { return std::move(facts_); }

 private:
  Facts facts_{};
};

void add_subinterface(FactList& facts, const PortState& port, const SubInterface& sub) {
  const std::string link = "link " + sub.name;
  facts.add(link, fmt::format("tag {} on {}", sub.tag, port.port));
  facts.add(link + " state", sub.up ? "up" : "down");
  facts.add(link + " mtu", std::to_string(sub.mtu));
  if (!sub.master.empty()) facts.add(link + " master", sub.master);
  for (const std::string& address : sub.addresses)
    facts.add(link + " address", address);
  for (const auto& [key, value] : sub.settings)
    facts.add("sysctl " + key, value);
  facts.add_filters(sub.name, sub.filters);
}

void add_bridge(FactList& facts, const PortState& port) {
  facts.add("bridge port " + port.port + " isolated", port.bridge->isolated ? "on" : "off");
  facts.add("bridge port " + port.port + " guard", port.bridge->guard ? "on" : "off");
  for (const auto& [vid, membership] : port.bridge->vlans) {
    facts.add(fmt::format("vlan {} {}", port.port, vid),
              fmt::format("{}{}", membership.pvid ? "pvid " : "",
                          membership.untagged ? "untagged" : "tagged"));
  }
}

// All that running_facts() reads but the dead ends, of which a port is answerable for its own only.
auto running_parts(const PortState& state) {
  return std::tie(state.port, state.exists, state.up, state.master, state.alias, state.mtu,
                  state.addresses, state.bridge, state.filters, state.subinterfaces, state.frr,
                  state.frr_shared);
}

// All that saved_facts() reads.
auto saved_parts(const PortState& state) {
  return std::tie(state.port, state.saved_frr, state.snippet);
}

// A port is as wished nearly always, and equal values have equal facts: none is made then.
bool runs_the_same(const PortState& wished, const PortState& observed) {
  return running_parts(wished) == running_parts(observed) &&
         std::includes(observed.dead_ends.begin(), observed.dead_ends.end(),
                       wished.dead_ends.begin(), wished.dead_ends.end());
}

// Most changes alter one of these; then the facts differ, too, and need not be made.
bool differs_plainly(const PortState& wished, const PortState& observed) {
  const auto same_name = [](const auto& a, const auto& b) { return a.first == b.first; };
  return wished.exists &&
         (!observed.exists || wished.up != observed.up || wished.mtu != observed.mtu ||
          !std::ranges::equal(wished.subinterfaces, observed.subinterfaces, same_name));
}

}  // namespace

Facts running_facts(const PortState& state) {
  FactList facts;
  if (!state.exists) return {};
  const std::string link = "link " + state.port;
  facts.add(link, "present");
  facts.add(link + " state", state.up ? "up" : "down");
  facts.add(link + " mtu", std::to_string(state.mtu));
  if (!state.master.empty()) facts.add(link + " master", state.master);
  if (!state.alias.empty()) facts.add(link + " alias", state.alias);
  for (const std::string& address : state.addresses)
    facts.add(link + " address", address);
  if (state.bridge) add_bridge(facts, state);
  facts.add_filters(state.port, state.filters);
  for (const auto& [name, sub] : state.subinterfaces)
    add_subinterface(facts, state, sub);
  facts.add_frr("frr", state.frr);
  facts.add_frr("frr", state.frr_shared);
  for (const std::string& dead_end : state.dead_ends) {
    facts.add("vrf " + dead_end.substr(0, dead_end.find(' ')),
              "unreachable default " +
                  dead_end.substr(std::min(dead_end.find(' ') + 1, dead_end.size())));
  }
  return facts.finish();
}

Facts saved_facts(const PortState& state) {
  FactList facts;
  facts.add_frr("saved frr", state.saved_frr);
  std::string_view rest = state.snippet ? std::string_view{*state.snippet} : std::string_view{};
  for (unsigned number = 1; !rest.empty(); ++number) {
    const std::size_t length = std::min(rest.find('\n'), rest.size());
    facts.add(fmt::format("saved interfaces of {} line {}", state.port, number),
              std::string{rest.substr(0, length)});
    rest.remove_prefix(std::min(length + 1, rest.size()));
  }
  return facts.finish();
}

PortState seen_by(const PortState& observed, const PortState& wished) {
  PortState seen = observed;
  seen.dead_ends.clear();
  std::set_intersection(observed.dead_ends.begin(), observed.dead_ends.end(),
                        wished.dead_ends.begin(), wished.dead_ends.end(),
                        std::inserter(seen.dead_ends, seen.dead_ends.end()));
  return seen;
}

std::vector<Difference> running_differences(const PortState& wished, const PortState& observed) {
  if (runs_the_same(wished, observed)) return {};
  return difference(running_facts(wished), running_facts(seen_by(observed, wished)));
}

bool runs_as_wished(const PortState& wished, const PortState& observed) {
  if (differs_plainly(wished, observed)) return false;
  return runs_the_same(wished, observed) ||
         running_facts(wished) == running_facts(seen_by(observed, wished));
}

bool is_saved_as_wished(const PortState& wished, const PortState& observed) {
  return saved_parts(wished) == saved_parts(observed) ||
         (wished.snippet.has_value() == observed.snippet.has_value() &&
          saved_facts(wished) == saved_facts(observed));
}

PortReport compare_states(const PortState& wished, const PortState& observed) {
  PortReport report{wished.port, running_differences(wished, observed), {}};
  if (saved_parts(wished) == saved_parts(observed)) return report;
  if (wished.snippet.has_value() == observed.snippet.has_value()) {
    report.saved = difference(saved_facts(wished), saved_facts(observed));
    return report;
  }
  // A file that is missing as a whole is one difference, not one for each of its lines.
  PortState without = wished;
  without.snippet.reset();
  report.saved = difference(saved_facts(without), saved_facts(observed));
  report.saved.push_back({"saved interfaces of " + wished.port, snippet_path(wished.port), ""});
  return report;
}

}  // namespace switchyard::switch_drivers::linux_frr
