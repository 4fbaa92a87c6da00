#include "tests/fakes/netconf/fake_junos.h"

#include "tests/fakes/netconf/junos_session.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::fakes {

namespace {

constexpr std::size_t kMostFormer = 49;

ConfigNode leaf(std::string element, std::string value = "") {
  return {.element = std::move(element), .value = std::move(value)};
}

// The configuration with the interfaces of one and everything else of the other.
ConfigNode mixed(const ConfigNode& interfaces, const ConfigNode& rest) {
  ConfigNode both = rest;
  std::erase_if(both.children, [](const ConfigNode& one) { return one.element == "interfaces"; });
  if (const ConfigNode* of = interfaces.child("interfaces"); of != nullptr)
    both.children.push_back(*of);
  return both;
}

}  // namespace

FakeJunos::FakeJunos(SshServer& server, const Clock& clock, SwitchPlan plan)
    : plan_(std::move(plan)),
      clock_(clock),
      model_([this](const std::string& port) { return has_port(port); },
             [this](const std::string& port) { return has_carrier(port); }),
      sessions_(model_,
                [this](const std::string& port, int tag) -> std::optional<BgpSpeaker> {
                  const auto end = cables_.find(port);
                  if (end == cables_.end() || pulled_.contains(port)) return std::nullopt;
                  return end->second->speaker(tag);
                }),
      monitor_({"untagged-parent-isolation", "port-isolation", "gtsm"}) {
  for (const std::string& port : plan_.server_ports)
    monitor_.watch(port);
  running_ = base_configuration();
  candidate_ = running_;
  model_.set(active_part(running_));
  endpoint_ = std::make_unique<SshEndpoint>(server, *this);
}

FakeJunos::~FakeJunos() { endpoint_.reset(); }

// Server ports closed, uplinks and foreign ports with something on them, the site's VRFs and VLANs.
ConfigNode FakeJunos::base_configuration() const {
  ConfigNode interfaces{.element = "interfaces"};
  for (const std::string& port : plan_.server_ports)
    interfaces.children.push_back(
        {.element = "interface",
         .key = port,
         .children = {leaf("disable"),
                      {.element = "ether-options", .children = {leaf("auto-negotiation")}}}});
  for (const std::string& port : plan_.other_ports)
    interfaces.children.push_back(
        {.element = "interface",
         .key = port,
         .children = {leaf("description", "of somebody else"), leaf("mtu", "9192")}});
  ConfigNode instances{.element = "routing-instances"};
  for (const auto& [name, table] : plan_.vrfs)
    instances.children.push_back({.element = "instance",
                                  .key = name,
                                  .children = {leaf("instance-type", "virtual-router")}});
  const ConfigNode vlan{.element = "vlan",
                        .key = "prov",
                        .children = {leaf("vlan-id", std::to_string(plan_.provisioning_vlan))}};
  return {.element = "configuration",
          .children = {
              {.element = "system", .children = {leaf("host-name", plan_.name)}},
              std::move(interfaces),
              {.element = "routing-options",
               .children = {{.element = "autonomous-system",
                             .children = {leaf("as-number", std::to_string(plan_.asn))}}}},
              std::move(instances),
              {.element = "vlans", .children = {vlan}},
          }};
}

bool FakeJunos::has_port(const std::string& port) const {
  const auto is_it = [&](const std::string& one) { return one == port; };
  return std::ranges::any_of(plan_.server_ports, is_it) ||
         std::ranges::any_of(plan_.other_ports, is_it);
}

bool FakeJunos::has_carrier(const std::string& port) const {
  const auto end = cables_.find(port);
  return end != cables_.end() && !pulled_.contains(port) && end->second->has_power();
}

// --- cables

void FakeJunos::cable(const std::string& port, const CableEnd* end) {
  const std::lock_guard lock(mutex_);
  if (end == nullptr)
    cables_.erase(port);
  else
    cables_[port] = end;
  sessions_.port_changed(port);
}

void FakeJunos::pull(const std::string& port, bool out) {
  const std::lock_guard lock(mutex_);
  if (out)
    pulled_.insert(port);
  else
    pulled_.erase(port);
  sessions_.port_changed(port);
  sessions_.refresh(clock_.steady());
}

void FakeJunos::cable_changed(const std::string& port) {
  const std::lock_guard lock(mutex_);
  sessions_.port_changed(port);
  sessions_.refresh(clock_.steady());
  monitor_.look_at_port(monitor_view(), port, "the server behind it changed");
}

MonitorView FakeJunos::monitor_view() const {
  return {model_, plan_.provisioning_vlan, [this](const std::string& port) {
            return has_carrier(port) ? cables_.at(port)->runs() : CableEnd::Runs::Nothing;
          }};
}

// --- what happens to it

void FakeJunos::look(const std::string& when) {
  for (const std::string& port : plan_.server_ports) {
    sessions_.port_changed(port);
    monitor_.look_at_port(monitor_view(), port, when);
  }
  monitor_.look_at_neighbours(monitor_view(), when);
}

// Nothing says which daemon takes its part of a commit first: that of the interfaces, or those of
// everything else. So both ways are looked at.
void FakeJunos::put_in_force(ConfigNode config, const std::string& when, bool piecewise) {
  if (piecewise) {
    model_.set(active_part(mixed(config, running_)));
    look(when + ", interfaces first");
    model_.set(active_part(mixed(running_, config)));
    look(when + ", interfaces last");
  }
  former_.push_front(std::move(running_));
  if (former_.size() > kMostFormer) former_.pop_back();
  running_ = std::move(config);
  model_.set(active_part(running_));
  look(when);
  // What a policy refused is kept and looked at again.
  model_.visit_neighbours([&](const NeighbourView& of) { sessions_.soft_clear(of.vrf, of.name); });
  sessions_.refresh(clock_.steady());
}

void FakeJunos::step() {
  ++steps_;
  if (faults_.power_fails(steps_)) throw PowerLost{};
}

void FakeJunos::take_back(const std::string& when) {
  ConfigNode before = std::move(pending_->before);
  pending_.reset();
  const bool untouched = candidate_ == running_;
  put_in_force(std::move(before), when, false);
  if (untouched) candidate_ = running_;
}

void FakeJunos::run_due_locked() {
  if (pending_ && clock_.steady() >= pending_->until)
    take_back("a commit that nobody confirmed is taken back");
}

// RFC 6241, 8.4.1: a commit that was to be confirmed does not survive a reboot.
void FakeJunos::lose_power() {
  faults_.power_failed();
  sessions_.forget();
  lock_ = 0;
  ++boots_;
  if (pending_) {
    running_ = std::move(pending_->before);
    pending_.reset();
  }
  candidate_ = running_;
  model_.set(active_part(running_));
  look("after boot");
  sessions_.refresh(clock_.steady());
  if (endpoint_) endpoint_->drop_connections();
}

void FakeJunos::reboot() {
  const std::lock_guard lock(mutex_);
  lose_power();
}

void FakeJunos::factory_reset() {
  const std::lock_guard lock(mutex_);
  pending_.reset();
  former_.clear();
  running_ = base_configuration();
  lose_power();
}

void FakeJunos::run_due() {
  const std::lock_guard lock(mutex_);
  run_due_locked();
}

std::optional<SteadyTime> FakeJunos::next_due() {
  const std::lock_guard lock(mutex_);
  return pending_ ? std::optional(pending_->until) : std::nullopt;
}

// --- faults

void FakeJunos::set_fault(SwitchFault fault) {
  const std::lock_guard lock(mutex_);
  faults_.set(std::move(fault), steps_);
}

void FakeJunos::refuse_port(const std::string& port, bool refused) {
  const std::lock_guard lock(mutex_);
  faults_.refuse_port(port, refused);
}

void FakeJunos::refuse_lines(const std::string& part, bool refused) {
  const std::lock_guard lock(mutex_);
  faults_.refuse_lines(part, refused);
}

void FakeJunos::lie_about_filters(const Prefix& is, const Prefix& shown) {
  const std::lock_guard lock(mutex_);
  const auto item = [](const Prefix& prefix) { return "<name>" + to_string(prefix) + "</name>"; };
  faults_.set_lies({{"get-config", item(is), item(shown)}});
}

void FakeJunos::set_full_disk(bool full) {
  const std::lock_guard lock(mutex_);
  full_ = full;
}

void FakeJunos::set_unreachable(bool unreachable) {
  {
    const std::lock_guard lock(mutex_);
    unreachable_ = unreachable;
  }
  if (unreachable) endpoint_->drop_connections();
}

std::vector<std::string> FakeJunos::session_limits() const {
  return {"connection-limit", "max-sessions-per-connection"};
}

void FakeJunos::exhaust(const std::string& limit) {
  const std::lock_guard lock(mutex_);
  limits_ =
      limit == "connection-limit" ? SshLimits{.max_startups = 0} : SshLimits{.max_sessions = 0};
}

void FakeJunos::cut_after_bytes(long long bytes) {
  const std::lock_guard lock(mutex_);
  limits_ = {.drop_after_bytes = bytes};
}

void FakeJunos::set_commit_delay(std::chrono::milliseconds delay) {
  const std::lock_guard lock(mutex_);
  commit_delay_ = delay;
}

void FakeJunos::set_bgp_delay(std::chrono::milliseconds delay) {
  const std::lock_guard lock(mutex_);
  sessions_.set_delay(delay);
}

void FakeJunos::clear_faults() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
  limits_ = {};
  unreachable_ = full_ = false;
}

// --- looking

PortView FakeJunos::port_view(const std::string& port) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  const PortForwarding of = model_.forwarding(port);
  PortView view{.exists = of.exists,
                .up = of.up,
                .carrier = of.up && has_carrier(port),
                .bridged = of.bridged};
  if (of.bridged && of.vlans.size() == 1) view.pvid = *of.vlans.begin();
  for (const auto& unit : of.subinterfaces)
    if (unit.up) view.tags.push_back(std::atoi(unit.name.substr(unit.name.find('.') + 1).c_str()));
  std::ranges::sort(view.tags);
  return view;
}

std::string FakeJunos::session_state(const std::string& vrf, const std::string& neighbour) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  sessions_.refresh(clock_.steady());
  return sessions_.state(vrf, neighbour);
}

std::vector<Prefix> FakeJunos::accepted(const std::string& vrf, const std::string& neighbour) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  sessions_.refresh(clock_.steady());
  const Session* session = sessions_.find(vrf, neighbour);
  return session == nullptr ? std::vector<Prefix>{} : session->with_verdict(true);
}

std::vector<std::string> FakeJunos::violations() {
  const std::lock_guard lock(mutex_);
  return monitor_.violations();
}

std::vector<SwitchLogEntry> FakeJunos::log() {
  const std::lock_guard lock(mutex_);
  return log_.entries();
}

void FakeJunos::clear_log() {
  const std::lock_guard lock(mutex_);
  log_.clear();
}

long long FakeJunos::steps() {
  const std::lock_guard lock(mutex_);
  return steps_;
}

long long FakeJunos::exchanges() {
  const std::lock_guard lock(mutex_);
  return exchanges_;
}

std::string FakeJunos::fingerprint(const std::set<std::string>& without_ports) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  std::string text;
  for (const std::string& line : to_lines(running_)) {
    const bool left_out = std::ranges::any_of(
        without_ports, [&](const std::string& port) { return names_port(line, port); });
    if (!left_out) text += line + "\n";
  }
  return text;
}

// Marks of changes, and what waits to be confirmed.
std::vector<std::string> FakeJunos::leftovers() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> left;
  for (const std::string& line : to_lines(running_))
    if (line.find(" apply-macro ") != std::string::npos) left.push_back(line);
  if (pending_) left.emplace_back("a commit to be confirmed");
  return left;
}

// --- SshPeer

bool FakeJunos::accepts_password(std::string_view, std::string_view password) {
  return password == plan_.password;
}

bool FakeJunos::accepts_key(std::string_view, std::string_view key) {
  return !plan_.public_key.empty() && key == plan_.public_key;
}

SshLimits FakeJunos::limits() {
  const std::lock_guard lock(mutex_);
  return limits_;
}

bool FakeJunos::reachable() {
  const std::lock_guard lock(mutex_);
  return !unreachable_;
}

std::unique_ptr<SshProgram> FakeJunos::start_subsystem(std::string_view name) {
  if (name != "netconf") return nullptr;
  const std::lock_guard lock(mutex_);
  return std::make_unique<JunosSession>(*this, next_session_++);
}

}  // namespace switchyard::fakes
