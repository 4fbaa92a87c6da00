// What SONiC's daemons make of CONFIG_DB (portmgrd, vlanmgrd, intfmgrd, orchagent), and when.
#include "tests/fakes/switch/sonic/fake_sonic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace switchyard::fakes {

namespace {

constexpr long long kLate = 12;  // ticks: some commands of a client later
constexpr int kMostRounds = 100;
constexpr int kAsicRounds = 3;
constexpr std::string_view kAsic = "asic ";

std::string after(const std::string& text, char c) { return text.substr(text.find(c) + 1); }

std::string before(const std::string& text, char c) { return text.substr(0, text.find(c)); }

// Ethernet4.101 and Eth4.101 are both of Ethernet4.
std::string parent_of(const std::string& subinterface) {
  const std::string name = before(subinterface, '.');
  const std::size_t digit = std::min(name.find_first_of("0123456789"), name.size());
  return "Ethernet" + name.substr(digit);
}

}  // namespace

void FakeSonic::changed(const std::string& row) {
  events_.push_back({row, ticks_, 0});
  step("config_db " + row, false);
}

void FakeSonic::run_daemons(long long older_than) {
  std::deque<Event> due;
  for (auto at = events_.begin(); at != events_.end();) {
    if (at->born >= older_than || at->rounds-- > 0) {
      ++at;
      continue;
    }
    due.push_back(*at);
    at = events_.erase(at);
  }
  for (const Event& event : due)
    apply(event.subject);
}

void FakeSonic::tick() {
  ++ticks_;
  run_daemons(ticks_ - kLate);
}

bool FakeSonic::nap(std::chrono::steady_clock::duration time) {
  if (time >= std::chrono::seconds{1}) return false;
  run_daemons(std::numeric_limits<long long>::max());
  return true;
}

void FakeSonic::settle_down() {
  for (int round = 0; round < kMostRounds && !events_.empty(); ++round)
    run_daemons(std::numeric_limits<long long>::max());
}

void FakeSonic::apply(const std::string& subject) {
  if (subject.starts_with(kAsic)) {
    const std::string name = subject.substr(kAsic.size());
    const Link* link = kernel_.find(name);
    if (link == nullptr) routed_.erase(name);
    if (link == nullptr || link->master != plan_.bridge) bridged_.erase(name);
    return;
  }
  const std::string table = before(subject, '|');
  const std::string key = after(subject, '|');
  if (table == "PORT") {
    if (const auto row = config_db_.find(subject); row != config_db_.end())
      apply_port(key, row->second);
  } else if (table == "VLAN_MEMBER") {
    apply_member(before(key, '|'), after(key, '|'));
  } else if (table == "VLAN_SUB_INTERFACE" && key.find('|') == std::string::npos) {
    apply_subinterface(key);
  }
}

void FakeSonic::apply_port(const std::string& port, const Fields& row) {
  if (const auto mtu = row.find("mtu"); mtu != row.end())
    (void)kernel_.set_mtu(port, std::atoi(mtu->second.c_str()));
  const auto status = row.find("admin_status");
  (void)kernel_.set_up(port, status != row.end() && status->second == "up");
}

void FakeSonic::apply_member(const std::string& vlan, const std::string& port) {
  const int vid = std::atoi(vlan.substr(std::min<std::size_t>(4, vlan.size())).c_str());
  const Link* link = kernel_.find(port);
  if (link == nullptr) return;
  const auto row = config_db_.find("VLAN_MEMBER|" + vlan + "|" + port);
  if (row == config_db_.end()) {
    if (link->master != plan_.bridge) return;
    (void)kernel_.remove_vlan(port, vid, vid);
    if (kernel_.find(port)->vlans.empty()) (void)kernel_.set_master(port, "");
    events_.push_back({std::string(kAsic) + port, ticks_, kAsicRounds});
    return;
  }
  const bool is_routed = std::any_of(routed_.begin(), routed_.end(), [&](const std::string& name) {
    return name == port || (name.find('.') != std::string::npos && parent_of(name) == port);
  });
  if (is_routed) return;
  if (link->master != plan_.bridge) {
    (void)kernel_.set_master(port, plan_.bridge);
    (void)kernel_.remove_vlan(port, 1, 1);
  }
  const auto mode = row->second.find("tagging_mode");
  const bool untagged = mode != row->second.end() && mode->second == "untagged";
  const BridgeVlan flags{.pvid = untagged, .untagged = untagged};
  const auto present = link->vlans.find(vid);
  if (present == link->vlans.end() || !(present->second == flags))
    (void)kernel_.add_vlan(port, vid, vid, flags);
  bridged_.insert(port);
}

void FakeSonic::apply_subinterface(const std::string& name) {
  const auto row = config_db_.find("VLAN_SUB_INTERFACE|" + name);
  const Link* link = kernel_.find(name);
  if (row == config_db_.end()) {
    if (link == nullptr) return;
    (void)kernel_.remove(name);
    events_.push_back({std::string(kAsic) + name, ticks_, kAsicRounds});
    return;
  }
  const std::string parent = parent_of(name);
  const Link* port = kernel_.find(parent);
  if (port == nullptr || bridged_.contains(parent)) return;
  const auto vrf = row->second.find("vrf_name");
  const std::string master = vrf == row->second.end() ? "" : vrf->second;
  if (!master.empty() && kernel_.find(master) == nullptr) return;
  if (link != nullptr && link->master != master) return;  // "can not change to … directly"
  if (link == nullptr) {
    const auto vlan = row->second.find("vlan");
    const std::string tag = vlan == row->second.end() ? after(name, '.') : vlan->second;
    const std::string problem = kernel_.add({.name = name,
                                             .kind = Link::Kind::Vlan,
                                             .parent = parent,
                                             .vlan = std::atoi(tag.c_str()),
                                             .mtu = 0});
    if (!problem.empty()) return;
    (void)kernel_.set_master(name, master);
  }
  const auto status = row->second.find("admin_status");
  if (kernel_.find(parent)->up)
    (void)kernel_.set_up(name, status == row->second.end() || status->second == "up");
  routed_.insert(name);
}

}  // namespace switchyard::fakes
