#include "tests/fakes/eos/fake_eos.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::fakes {

namespace {

const char* const kStartup = "startup-config";
const char* const kQuarantine = "vrf-quarantine";

std::string joined(const EosLine& line) { return fmt::format("{}", fmt::join(line, " / ")); }

}  // namespace

FakeEos::FakeEos(const Clock& clock, SwitchPlan plan)
    : plan_(std::move(plan)),
      clock_(clock),
      model_(running_, [this](const std::string& port) { return has_carrier(port); }),
      sessions_(model_, [this](const std::string& port, int tag) -> std::optional<BgpSpeaker> {
        if (!has_carrier(port)) return std::nullopt;
        return cables_.at(port)->speaker(tag);
      }) {
  for (const std::string& port : plan_.server_ports)
    monitor_.watch(port);
  flash_[kStartup] = factory_config().render();
  boot();
  server_ =
      std::make_unique<HttpsServer>([this](const WebRequest& asked) { return answer(asked); });
}

FakeEos::~FakeEos() {
  ends_ = true;
  server_.reset();
}

// What every switch of the site has.
EosConfig FakeEos::factory_config() const {
  EosConfig config;
  const auto type = [&](const std::vector<std::string>& lines) {
    EosLine place;
    bool changed = false;
    for (const std::string& line : lines)
      (void)config.type(place, line, changed);
  };
  type({"service routing protocols model multi-agent", "hostname " + plan_.name,
        fmt::format("vlan {}", plan_.provisioning_vlan), "name provisioning", "exit",
        fmt::format("vrf instance {}", kQuarantine), "exit"});
  const std::string router = fmt::format("router bgp {}", plan_.asn);
  type({router, "no bgp default ipv4-unicast"});
  // "no …" of a default is shown here, so it is no removal.
  for (const char* line : {"router-id", "no bgp default ipv4-unicast"})
    config = EosConfig::parse(
        config.render().substr(0, config.render().rfind("!\nend")) + router + "\n   " + line +
        (std::string(line) == "router-id" ? " " + plan_.router_id : "") + "\n!\nend\n");
  for (const auto& [vrf, table] : plan_.vrfs)
    type({"vrf instance " + vrf, "exit", "ip routing vrf " + vrf, "ipv6 unicast-routing vrf " + vrf,
          "ip routing ipv6 interfaces vrf " + vrf, router, "vrf " + vrf, "exit", "exit"});
  for (const std::string& port : plan_.server_ports)
    type({"interface " + port, "shutdown", "load-interval 5", "exit"});
  for (const std::string& port : plan_.other_ports)
    type({"interface " + port, "description uplink", "no switchport", "ip address 192.0.2.1/31",
          "exit"});
  return config;
}

void FakeEos::boot() {
  booting_ = true;
  ++boots_;
  running_ = EosConfig::parse(flash_[kStartup]);
  open_.clear();
  pending_.reset();
  sessions_.forget();
  sessions_.refresh(clock_.steady());
  booting_ = false;
}

void FakeEos::lose_power() {
  faults_.power_failed();
  boot();
  for (const std::string& port : plan_.server_ports)
    monitor_.look_at_port(monitor_view(), port, "after boot");
  if (server_) server_->drop_connections();
}

void FakeEos::reboot() {
  const Lock lock(mutex_);
  run_due_locked();
  lose_power();
}

void FakeEos::factory_reset() {
  const Lock lock(mutex_);
  flash_.clear();
  flash_[kStartup] = factory_config().render();
  lose_power();
}

// After every single change. `in_force`: it changes what the switch does now, not only a file.
void FakeEos::step(const std::string& what, bool in_force) {
  if (booting_) return;
  ++steps_;
  if (in_force) {
    const std::string when = fmt::format("change {} of {}: {}", steps_, plan_.name, what);
    for (const std::string& port : plan_.server_ports) {
      sessions_.port_changed(port);
      monitor_.look_at_port(monitor_view(), port, when);
    }
    monitor_.look_at_neighbours(monitor_view(), when);
    sessions_.refresh(clock_.steady());
  }
  if (faults_.power_fails(steps_)) throw PowerLost{};
}

void FakeEos::replace_running(EosConfig config, const std::string& why) {
  if (config == running_) return;
  running_ = std::move(config);
  step(why, true);
}

MonitorView FakeEos::monitor_view() const {
  return {model_, plan_.provisioning_vlan, [this](const std::string& port) {
            return has_carrier(port) ? cables_.at(port)->runs() : CableEnd::Runs::Nothing;
          }};
}

bool FakeEos::has_carrier(const std::string& port) const {
  const auto end = cables_.find(port);
  return end != cables_.end() && !pulled_.contains(port) && end->second->has_power();
}

// --- cables

void FakeEos::cable(const std::string& port, const CableEnd* end) {
  const Lock lock(mutex_);
  if (end == nullptr)
    cables_.erase(port);
  else
    cables_[port] = end;
  sessions_.port_changed(port);
}

void FakeEos::pull(const std::string& port, bool out) {
  const Lock lock(mutex_);
  if (out)
    pulled_.insert(port);
  else
    pulled_.erase(port);
  sessions_.port_changed(port);
  sessions_.refresh(clock_.steady());
}

void FakeEos::cable_changed(const std::string& port) {
  const Lock lock(mutex_);
  sessions_.port_changed(port);
  sessions_.refresh(clock_.steady());
  monitor_.look_at_port(monitor_view(), port, "the server behind it changed");
}

// --- faults

void FakeEos::set_fault(SwitchFault fault) {
  const Lock lock(mutex_);
  faults_.set(std::move(fault), steps_);
}

void FakeEos::refuse_port(const std::string& port, bool refused) {
  const Lock lock(mutex_);
  faults_.refuse_port(port, refused);
}

void FakeEos::refuse_lines(const std::string& part, bool refused) {
  const Lock lock(mutex_);
  faults_.refuse_lines(part, refused);
}

void FakeEos::set_full_disk(bool full) {
  const Lock lock(mutex_);
  full_ = full;
}

void FakeEos::set_unreachable(bool unreachable) {
  server_->refuse_connections(unreachable);
  if (unreachable) server_->drop_connections();
}

std::vector<std::string> FakeEos::session_limits() const { return {"connections", "requests"}; }

void FakeEos::exhaust(const std::string& limit) {
  const Lock lock(mutex_);
  exhausted_ = limit == "requests";
  server_->refuse_connections(limit == "connections");
  server_->drop_connections();
}

void FakeEos::cut_after_bytes(long long bytes) { server_->cut_after_bytes(bytes); }

void FakeEos::lie_about_filters(const Prefix& is, const Prefix& shown) {
  const Lock lock(mutex_);
  faults_.set_lies({{"running-config", "permit " + to_string(is), "permit " + to_string(shown)}});
}

void FakeEos::set_commit_delay(std::chrono::milliseconds delay) {
  const Lock lock(mutex_);
  commit_delay_ = delay;
}

void FakeEos::clear_faults() {
  const Lock lock(mutex_);
  faults_.clear();
  full_ = false;
  exhausted_ = false;
  server_->refuse_connections(false);
  server_->cut_after_bytes(-1);
  ++fault_epoch_;
  faults_changed_.notify_all();
}

void FakeEos::change_host_key() {
  server_->change_certificate();
  server_->drop_connections();
}

// --- looking

PortView FakeEos::port_view(const std::string& port) {
  const Lock lock(mutex_);
  run_due_locked();
  const PortForwarding forwarding = model_.forwarding(port);
  PortView view{.exists = forwarding.exists,
                .up = forwarding.up,
                .carrier = has_carrier(port),
                .bridged = forwarding.bridged,
                .master = forwarding.vrf};
  if (forwarding.bridged && forwarding.vlans.size() == 1) view.pvid = *forwarding.vlans.begin();
  for (const auto& sub : forwarding.subinterfaces)
    if (sub.up) view.tags.push_back(std::atoi(sub.name.substr(sub.name.find('.') + 1).c_str()));
  std::sort(view.tags.begin(), view.tags.end());
  return view;
}

std::string FakeEos::session_state(const std::string& vrf, const std::string& neighbour) {
  const Lock lock(mutex_);
  run_due_locked();
  sessions_.refresh(clock_.steady());
  return sessions_.state(vrf, neighbour);
}

std::vector<Prefix> FakeEos::accepted(const std::string& vrf, const std::string& neighbour) {
  const Lock lock(mutex_);
  run_due_locked();
  sessions_.refresh(clock_.steady());
  const fakes::Session* session = sessions_.find(vrf, neighbour);
  return session == nullptr ? std::vector<Prefix>{} : session->with_verdict(true);
}

std::vector<std::string> FakeEos::violations() {
  const Lock lock(mutex_);
  return monitor_.violations();
}

std::vector<SwitchLogEntry> FakeEos::log() {
  const Lock lock(mutex_);
  return log_.entries();
}

void FakeEos::clear_log() {
  const Lock lock(mutex_);
  log_.clear();
  typed_.clear();
}

long long FakeEos::steps() {
  const Lock lock(mutex_);
  return steps_;
}

long long FakeEos::exchanges() {
  const Lock lock(mutex_);
  return exchanges_;
}

std::string FakeEos::fingerprint(const std::set<std::string>& without_ports) {
  const Lock lock(mutex_);
  run_due_locked();
  std::string text;
  for (const EosConfig& config : {running_, EosConfig::parse(flash_[kStartup])}) {
    for (const EosLine& line : config.lines()) {
      const std::string shown = joined(line);
      const bool left_out =
          std::any_of(without_ports.begin(), without_ports.end(),
                      [&](const std::string& port) { return names_port(shown, port); });
      if (!left_out) text += shown + "\n";
    }
  }
  return text;
}

std::vector<std::string> FakeEos::leftovers() {
  const Lock lock(mutex_);
  run_due_locked();
  std::vector<std::string> found;
  for (const auto& [name, session] : open_)
    if (session.state.starts_with("pending")) found.push_back(name);
  return found;
}

std::set<std::string> FakeEos::changing_lines() {
  const Lock lock(mutex_);
  return typed_;
}

void FakeEos::configure(const std::vector<std::string>& lines) {
  const Lock lock(mutex_);
  run_due_locked();
  EosLine place;
  for (const std::string& line : lines) {
    bool changed = false;
    (void)running_.type(place, line, changed);
    if (changed) step(line, true);
  }
}

std::vector<HandChange> FakeEos::hand_changes(const RoutedPlace& place) {
  const std::string sub = fmt::format("{}.{}", place.port, place.tag);
  const std::string router = fmt::format("router bgp {}", plan_.asn), vrf = "vrf " + place.vrf;
  const auto typed = [this](std::string name, std::vector<std::string> lines) {
    return HandChange{std::move(name), [this, lines = std::move(lines)] { configure(lines); }};
  };
  return {
      typed("a filter line removed", {"ip prefix-list SWY-P-" + sub, "no seq 5"}),
      typed("a filter widened",
            {"ip prefix-list SWY-P-" + sub, "seq 7 permit 172.16.0.0/12 le 32"}),
      typed("the neighbour removed", {router, vrf, "no neighbor interface " + sub}),
      typed("session timers changed", {router, vrf, "neighbor SWY-N-" + sub + " timers 30 90"}),
      typed("the port taken down", {"interface " + place.port, "shutdown"}),
      typed("the source check removed",
            {"interface " + sub, "no ipv6 verify unicast source reachable-via rx"}),
      {"a shared route map changed",
       [this] {
         std::string map;
         {
           const Lock lock(mutex_);
           for (const EosLine& line : running_.lines())
             if (line.size() == 1 && line[0].starts_with("route-map SWY-I-")) map = line[0];
         }
         configure({map, "set local-preference 7"});
       }},
      {"unsaved and saved differ",
       [this, port = place.port] {
         const Lock lock(mutex_);
         EosConfig saved = EosConfig::parse(flash_[kStartup]);
         EosLine at;
         bool changed = false;
         for (const std::string& line : {"interface " + port, std::string("shutdown")})
           (void)saved.type(at, line, changed);
         flash_[kStartup] = saved.render();
       }},
  };
}

// --- time

void FakeEos::run_due_locked() {
  if (!pending_ || clock_.steady() < pending_->until) return;
  EosConfig before = std::move(pending_->before);
  open_[pending_->session].state = "aborted";
  pending_.reset();
  replace_running(std::move(before), "the commit timer ran out");
}

void FakeEos::run_due() {
  const Lock lock(mutex_);
  run_due_locked();
}

std::optional<SteadyTime> FakeEos::next_due() {
  const Lock lock(mutex_);
  return pending_ ? std::optional(pending_->until) : std::nullopt;
}

}  // namespace switchyard::fakes
