#include "tests/fakes/switch/fake_switch.h"

#include "tests/fakes/switch/boot.h"
#include "tests/fakes/switch/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace switchyard::fakes {

FakeSwitch::FakeSwitch(SshServer& server, const Clock& clock, SwitchPlan plan)
    : FakeSwitch(clock, std::move(plan), Nature{}) {
  power_on(server);
}

FakeSwitch::FakeSwitch(const Clock& clock, SwitchPlan plan, Nature nature)
    : plan_(std::move(plan)),
      nature_(std::move(nature)),
      clock_(clock),
      frr_(plan_.name),
      model_(kernel_, frr_, nature_.checks_tags),
      sessions_(model_,
                [this](const std::string& port, int tag) -> std::optional<BgpSpeaker> {
                  const auto end = cables_.find(port);
                  if (end == cables_.end() || pulled_.contains(port)) return std::nullopt;
                  return end->second->speaker(tag);
                }),
      monitor_(nature_.cannot) {
  for (const std::string& port : plan_.server_ports)
    monitor_.watch(port);
  kernel_.changed = [this](const std::string& device) { step(device, true); };
  kernel_.refuse_line = [this](const std::string& line) { return faults_.refusal_of(line); };
  frr_.changed = [this](const std::string& subject) { step(subject, true); };
  frr_.interface_exists = [this](const std::string& name) { return kernel_.find(name) != nullptr; };
  files_.set_hooks({.read = [this](const std::string& path) -> std::optional<std::string> {
                      if (path == "/proc/sys/kernel/random/boot_id") return boot_id_ + "\n";
                      if (path == "/proc/sys/kernel/hostname") return plan_.name + "\n";
                      return std::nullopt;
                    },
                    .write = {},
                    .changed = [this](const std::string& what) { step("file " + what, false); }});
}

void FakeSwitch::power_on(SshServer& server) {
  {
    const std::lock_guard lock(mutex_);
    booting_ = true;
    install();
    boot();
  }
  endpoint_ = std::make_unique<SshEndpoint>(server, *this);
}

void FakeSwitch::install() { SwitchBoot(*this).install(); }

void FakeSwitch::boot_system() { SwitchBoot(*this).run(); }

void FakeSwitch::erase_disk() {
  files_.remove_tree("/etc/network");
  files_.remove_tree("/etc/frr");
}

FakeSwitch::~FakeSwitch() { endpoint_.reset(); }

// --- cables

void FakeSwitch::cable(const std::string& port, const CableEnd* end) {
  const std::lock_guard lock(mutex_);
  if (end == nullptr)
    cables_.erase(port);
  else
    cables_[port] = end;
  refresh_carrier(port);
}

void FakeSwitch::pull(const std::string& port, bool out) {
  const std::lock_guard lock(mutex_);
  if (out)
    pulled_.insert(port);
  else
    pulled_.erase(port);
  refresh_carrier(port);
  sessions_.refresh(clock_.steady());
}

void FakeSwitch::cable_changed(const std::string& port) {
  const std::lock_guard lock(mutex_);
  refresh_carrier(port);
  sessions_.refresh(clock_.steady());
  monitor_.look_at_port(monitor_view(), port, "the server behind it changed");
}

void FakeSwitch::refresh_carrier(const std::string& port) {
  const auto end = cables_.find(port);
  const bool carrier = end != cables_.end() && !pulled_.contains(port) && end->second->has_power();
  const bool was_booting = std::exchange(booting_, true);  // nobody changed the switch
  (void)kernel_.set_carrier(port, carrier);
  booting_ = was_booting;
  sessions_.port_changed(port);
}

// --- what happens to it

void FakeSwitch::boot() {
  booting_ = true;
  ++boots_;
  const std::size_t seed = std::hash<std::string>{}(plan_.name) ^
                           (static_cast<std::size_t>(boots_) * 0x9E3779B97F4A7C15ULL);
  boot_id_ = fmt::format("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", seed & 0xffffffffU,
                         (seed >> 32U) & 0xffffU, boots_ & 0xfff, (seed >> 48U) & 0xfffU,
                         (seed * 31) & 0xffffffffffffULL);
  sessions_.forget();
  boot_system();
  for (const auto& [port, end] : cables_)
    refresh_carrier(port);
  booting_ = false;
  changed_in_force_ = false;
  sessions_.refresh(clock_.steady());
}

void FakeSwitch::lose_power() {
  faults_.power_failed();
  jobs_.clear();
  locks_.clear();
  files_.lose_memory_file_systems();
  boot();
  for (const std::string& port : plan_.server_ports)
    monitor_.look_at_port(monitor_view(), port, "after boot");
  if (endpoint_) endpoint_->drop_connections();
}

void FakeSwitch::reboot() {
  const std::lock_guard lock(mutex_);
  lose_power();
}

void FakeSwitch::factory_reset() {
  const std::lock_guard lock(mutex_);
  booting_ = true;
  erase_disk();
  install();
  booting_ = false;
  lose_power();
}

// After every single change. `in_force`: it changes what the switch does now, not only a file.
void FakeSwitch::step(const std::string& subject, bool in_force) {
  if (booting_) return;
  ++steps_;
  changed_in_force_ = changed_in_force_ || in_force;
  if (in_force) {
    const std::string when = fmt::format("change {} of {}: {}", steps_, plan_.name, subject);
    if (subject.find(' ') == std::string::npos) {
      const Link* link = kernel_.find(subject);
      const bool is_vlan = link != nullptr && link->kind == Link::Kind::Vlan;
      const std::string port = is_vlan ? link->parent : port_of_device(subject);
      sessions_.port_changed(port);
      monitor_.look_at_port(monitor_view(), port, when);
    } else {
      monitor_.look_at_neighbours(monitor_view(), when);
    }
  }
  if (faults_.power_fails(steps_)) throw PowerLost{};
}

MonitorView FakeSwitch::monitor_view() const {
  return {model_, plan_.provisioning_vlan, [this](const std::string& port) {
            const auto end = cables_.find(port);
            const bool alive =
                end != cables_.end() && !pulled_.contains(port) && end->second->has_power();
            return alive ? end->second->runs() : CableEnd::Runs::Nothing;
          }};
}

// --- faults

void FakeSwitch::set_fault(SwitchFault fault) {
  const std::lock_guard lock(mutex_);
  faults_.set(std::move(fault), steps_);
}

void FakeSwitch::refuse_port(const std::string& port, bool refused) {
  const std::lock_guard lock(mutex_);
  faults_.refuse_port(port, refused);
}

void FakeSwitch::refuse_lines(const std::string& part, bool refused) {
  const std::lock_guard lock(mutex_);
  faults_.refuse_lines(part, refused);
}

void FakeSwitch::set_lie(std::vector<SwitchLie> lies) {
  const std::lock_guard lock(mutex_);
  faults_.set_lies(std::move(lies));
}

void FakeSwitch::lie_about_filters(const Prefix& is, const Prefix& shown) {
  set_lie({{"running-config", "permit " + to_string(is), "permit " + to_string(shown)}});
}

void FakeSwitch::set_full_disk(bool full) {
  const std::lock_guard lock(mutex_);
  files_.set_full(full);
}

void FakeSwitch::set_unreachable(bool unreachable) {
  {
    const std::lock_guard lock(mutex_);
    unreachable_ = unreachable;
  }
  if (unreachable) endpoint_->drop_connections();
}

void FakeSwitch::set_limits(SshLimits limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

std::vector<std::string> FakeSwitch::session_limits() const {
  return {"MaxStartups", "MaxSessions"};
}

void FakeSwitch::exhaust(const std::string& limit) {
  set_limits(limit == "MaxStartups" ? SshLimits{.max_startups = 0} : SshLimits{.max_sessions = 0});
}

void FakeSwitch::cut_after_bytes(long long bytes) { set_limits({.drop_after_bytes = bytes}); }

void FakeSwitch::set_commit_delay(std::chrono::milliseconds delay) {
  const std::lock_guard lock(mutex_);
  commit_delay_ = delay;
}

void FakeSwitch::set_bgp_delay(std::chrono::milliseconds delay) {
  const std::lock_guard lock(mutex_);
  sessions_.set_delay(delay);
}

void FakeSwitch::clear_faults() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
  limits_ = {};
  unreachable_ = false;
  files_.set_full(false);
}

// --- looking

PortView FakeSwitch::port_view(const std::string& port) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  PortView view;
  const Link* link = kernel_.find(port);
  if (link == nullptr) return view;
  view.exists = true;
  view.up = link->up;
  view.carrier = link->carrier;
  view.master = link->master;
  view.bridged = model_.forwarding(port).bridged;
  for (const auto& [vid, flags] : link->vlans)
    if (flags.pvid) view.pvid = vid;
  for (const auto& [name, other] : kernel_.links())
    if (other.parent == port && other.up) view.tags.push_back(other.vlan);
  std::sort(view.tags.begin(), view.tags.end());
  return view;
}

std::string FakeSwitch::running_config() {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  return frr_.render();
}

std::string FakeSwitch::file(const std::string& path) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  return files_.read(path).value_or("");
}

std::vector<std::string> FakeSwitch::files_below(const std::string& directory) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  return files_.tree(directory);
}

std::string FakeSwitch::boot_id() {
  const std::lock_guard lock(mutex_);
  return boot_id_;
}

std::string FakeSwitch::session_state(const std::string& vrf, const std::string& neighbour) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  sessions_.refresh(clock_.steady());
  return sessions_.state(vrf, neighbour);
}

std::vector<Prefix> FakeSwitch::accepted(const std::string& vrf, const std::string& neighbour) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  sessions_.refresh(clock_.steady());
  const Session* session = sessions_.find(vrf, neighbour);
  return session == nullptr ? std::vector<Prefix>{} : session->with_verdict(true);
}

std::vector<std::string> FakeSwitch::violations() {
  const std::lock_guard lock(mutex_);
  return monitor_.violations();
}

std::vector<SwitchLogEntry> FakeSwitch::log() {
  const std::lock_guard lock(mutex_);
  return log_.entries();
}

void FakeSwitch::clear_log() {
  const std::lock_guard lock(mutex_);
  log_.clear();
}

long long FakeSwitch::steps() {
  const std::lock_guard lock(mutex_);
  return steps_;
}

long long FakeSwitch::exchanges() {
  const std::lock_guard lock(mutex_);
  return exchanges_;
}

std::chrono::nanoseconds FakeSwitch::worked() {
  const std::lock_guard lock(mutex_);
  return worked_;
}

std::string FakeSwitch::everything() {
  std::string text = run_to_end(
      "ip -j -d address show | grep -v '^$'; bridge -j vlan show; bridge -j -d link show");
  std::replace(text.begin(), text.end(), '{', '\n');
  text += "\n" + frr_.render();
  for (const std::string& path : files_.tree("/etc"))
    if (files_.is_file(path)) text += path + "\n" + *files_.read(path);
  return text;
}

std::string FakeSwitch::fingerprint(const std::set<std::string>& without_ports) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  const std::string text = everything();
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    const bool left_out =
        std::any_of(without_ports.begin(), without_ports.end(),
                    [&](const std::string& port) { return names_port(line, port); });
    if (!left_out) kept += line + "\n";
  }
  return kept;
}

// --- SshPeer

bool FakeSwitch::accepts_password(std::string_view user, std::string_view password) {
  return user == "root" && !plan_.password.empty() && password == plan_.password;
}

bool FakeSwitch::accepts_key(std::string_view user, std::string_view key) {
  return user == "root" && !plan_.public_key.empty() && plan_.public_key.starts_with(key);
}

SshLimits FakeSwitch::limits() {
  const std::lock_guard lock(mutex_);
  return limits_;
}

bool FakeSwitch::reachable() {
  const std::lock_guard lock(mutex_);
  return !unreachable_;
}

std::unique_ptr<SshProgram> FakeSwitch::start(std::string_view command) {
  return std::make_unique<SwitchSession>(*this, command);
}

}  // namespace switchyard::fakes
