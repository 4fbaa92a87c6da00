#include "tests/fakes/nvue/fake_nvue.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

namespace switchyard::fakes {

namespace {

using nlohmann::json;

std::string basic(const std::string& text) {
  std::string encoded(4 * ((text.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                  reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  return "Basic " + encoded;
}

json blackhole() {
  return {{"distance", {{"250", {{"via", {{"blackhole", {{"type", "blackhole"}}}}}}}}}};
}

json dead_end() { return {{"0.0.0.0/0", blackhole()}, {"::/0", blackhole()}}; }

// One line a leaf.
void add_lines(const json& node, const std::string& path, std::vector<std::string>& into) {
  if (!node.is_object() || node.empty()) {
    into.push_back(path + " " + (node.is_string() ? node.get<std::string>() : node.dump()));
    return;
  }
  for (const auto& [key, value] : node.items())
    add_lines(value, path.empty() ? key : path + " " + key, into);
}

}  // namespace

FakeNvue::FakeNvue(const Clock& clock, SwitchPlan plan)
    : plan_(std::move(plan)),
      clock_(clock),
      model_([this](const std::string& port) { return ports_.contains(port); },
             [this](const std::string& port) { return has_carrier(port); }),
      sessions_(model_,
                [this](const std::string& port, int tag) -> std::optional<BgpSpeaker> {
                  const auto end = cables_.find(port);
                  if (end == cables_.end() || pulled_.contains(port)) return std::nullopt;
                  return end->second->speaker(tag);
                }),
      monitor_({"tag-whitelist", "source-address-check", "port-isolation"}),
      authorization_(basic("root:" + plan_.password)) {
  ports_.insert(plan_.server_ports.begin(), plan_.server_ports.end());
  ports_.insert(plan_.other_ports.begin(), plan_.other_ports.end());
  for (const std::string& port : plan_.server_ports)
    monitor_.watch(port);
  running_ = startup_ = base_configuration();
  model_.set(running_);
  server_ =
      std::make_unique<HttpsServer>([this](const WebRequest& request) { return handle(request); });
}

FakeNvue::~FakeNvue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  server_.reset();
}

// Server ports closed, uplinks and foreign ports with something on them, the site's VRFs and VLANs.
json FakeNvue::base_configuration() const {
  json config{{"system", {{"hostname", plan_.name}}},
              {"router", {{"bgp", {{"autonomous-system", plan_.asn}, {"enable", "on"}}}}}};
  for (const std::string& port : plan_.server_ports)
    config["interface"][port] = {{"type", "swp"},
                                 {"link", {{"state", {{"down", json::object()}}}, {"fec", "rs"}}}};
  for (const std::string& port : plan_.other_ports)
    config["interface"][port] = {
        {"type", "swp"}, {"description", "of somebody else"}, {"link", {{"mtu", 9216}}}};
  config["vrf"]["vrf-quarantine"]["router"]["static"] = dead_end();
  for (const auto& [name, table] : plan_.vrfs)
    config["vrf"][name]["router"] = {{"bgp", {{"enable", "on"}}}, {"static", dead_end()}};
  config["bridge"]["domain"][plan_.bridge]["vlan"] = {
      {std::to_string(plan_.provisioning_vlan), json::object()}};
  return config;
}

bool FakeNvue::has_carrier(const std::string& port) const {
  const auto end = cables_.find(port);
  return end != cables_.end() && !pulled_.contains(port) && end->second->has_power();
}

// --- cables

void FakeNvue::cable(const std::string& port, const CableEnd* end) {
  const std::lock_guard lock(mutex_);
  if (end == nullptr)
    cables_.erase(port);
  else
    cables_[port] = end;
  sessions_.port_changed(port);
}

void FakeNvue::pull(const std::string& port, bool out) {
  const std::lock_guard lock(mutex_);
  if (out)
    pulled_.insert(port);
  else
    pulled_.erase(port);
  sessions_.port_changed(port);
  sessions_.refresh(clock_.steady());
}

void FakeNvue::cable_changed(const std::string& port) {
  const std::lock_guard lock(mutex_);
  sessions_.port_changed(port);
  sessions_.refresh(clock_.steady());
  monitor_.look_at_port(monitor_view(), port, "the server behind it changed");
}

MonitorView FakeNvue::monitor_view() const {
  return {model_, plan_.provisioning_vlan, [this](const std::string& port) {
            return has_carrier(port) ? cables_.at(port)->runs() : CableEnd::Runs::Nothing;
          }};
}

// --- what happens to it

void FakeNvue::look(const std::string& when) {
  for (const std::string& port : plan_.server_ports) {
    sessions_.port_changed(port);
    monitor_.look_at_port(monitor_view(), port, when);
  }
  monitor_.look_at_neighbours(monitor_view(), when);
}

// ifreload makes and raises subinterfaces before it takes a port out of a bridge, and has done with
// interfaces before FRR is told anything.
void FakeNvue::put_in_force(json config, const std::string& when, bool piecewise,
                            bool reload_fails) {
  if (piecewise) {
    json piece = running_;
    for (const auto& [name, interface] : at(config, {"interface"}).items())
      if (name.find('.') != std::string::npos) piece["interface"][name] = interface;
    model_.set(piece);
    look(when + ", subinterfaces first");
    piece = running_;
    piece["interface"] = config["interface"];
    model_.set(piece);
    look(when + ", interfaces before FRR");
    running_ = std::move(piece);
    step();
    if (reload_fails) return;
  }
  running_ = std::move(config);
  model_.set(running_);
  look(when);
  // soft-reconfiguration: what a filter refused is kept and looked at again.
  model_.visit_neighbours([&](const NeighbourView& of) { sessions_.soft_clear(of.vrf, of.name); });
  sessions_.refresh(clock_.steady());
  step();
}

void FakeNvue::step() {
  ++steps_;
  if (faults_.power_fails(steps_)) throw PowerLost{};
}

void FakeNvue::saved() {
  if (auto_save_ && !full_) startup_ = running_;
}

void FakeNvue::take_back(const std::string& when) {
  Waiting waiting = std::move(*waiting_);
  waiting_.reset();
  revisions_[waiting.revision].state = "confirm_fail";
  put_in_force(std::move(waiting.before), when, false);
}

void FakeNvue::run_due_locked() {
  if (waiting_ && clock_.steady() >= waiting_->until)
    take_back("a revision that nobody confirmed is taken back");
}

void FakeNvue::lose_power() {
  faults_.power_failed();
  sessions_.forget();
  ++boots_;
  waiting_.reset();
  revisions_.clear();
  running_ = startup_;
  model_.set(running_);
  look("after boot");
  sessions_.refresh(clock_.steady());
  woken_.notify_all();
  if (server_) server_->drop_connections();
}

void FakeNvue::reboot() {
  const std::lock_guard lock(mutex_);
  lose_power();
}

void FakeNvue::factory_reset() {
  const std::lock_guard lock(mutex_);
  startup_ = base_configuration();
  lose_power();
}

void FakeNvue::run_due() {
  const std::lock_guard lock(mutex_);
  run_due_locked();
}

std::optional<SteadyTime> FakeNvue::next_due() {
  const std::lock_guard lock(mutex_);
  return waiting_ ? std::optional(waiting_->until) : std::nullopt;
}

// --- faults

void FakeNvue::set_fault(SwitchFault fault) {
  const std::lock_guard lock(mutex_);
  faults_.set(std::move(fault), steps_);
}

void FakeNvue::refuse_port(const std::string& port, bool refused) {
  const std::lock_guard lock(mutex_);
  faults_.refuse_port(port, refused);
}

void FakeNvue::refuse_lines(const std::string& part, bool refused) {
  const std::lock_guard lock(mutex_);
  faults_.refuse_lines(part, refused);
}

void FakeNvue::lie_about_filters(const Prefix& is, const Prefix& shown) {
  const std::lock_guard lock(mutex_);
  const auto quoted = [](const Prefix& prefix) { return "\"" + to_string(prefix) + "\""; };
  faults_.set_lies({{"rev=applied", quoted(is), quoted(shown)}});
}

void FakeNvue::set_full_disk(bool full) {
  const std::lock_guard lock(mutex_);
  full_ = full;
}

std::vector<std::string> FakeNvue::session_limits() const { return {"connections", "workers"}; }

void FakeNvue::exhaust(const std::string& limit) {
  const std::lock_guard lock(mutex_);
  server_->refuse_connections(limit == "connections");
  busy_ = limit == "workers";
}

void FakeNvue::clear_faults() {
  {
    const std::lock_guard lock(mutex_);
    faults_.clear();
    invalid_.clear();
    no_reload_.clear();
    busy_ = full_ = false;
    slow_ = 0;
  }
  server_->refuse_connections(false);
  server_->cut_after_bytes(-1);
  woken_.notify_all();
}

// --- looking

PortView FakeNvue::port_view(const std::string& port) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  const PortForwarding of = model_.forwarding(port);
  PortView view{.exists = of.exists,
                .up = of.up,
                .carrier = of.up && has_carrier(port),
                .bridged = of.bridged,
                .master = of.bridged ? plan_.bridge : of.vrf};
  if (of.bridged && of.vlans.size() == 1) view.pvid = *of.vlans.begin();
  for (const auto& unit : of.subinterfaces)
    if (unit.up) view.tags.push_back(std::atoi(unit.name.substr(unit.name.find('.') + 1).c_str()));
  std::ranges::sort(view.tags);
  return view;
}

std::string FakeNvue::session_state(const std::string& vrf, const std::string& neighbour) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  sessions_.refresh(clock_.steady());
  return sessions_.state(vrf, neighbour);
}

std::vector<Prefix> FakeNvue::accepted(const std::string& vrf, const std::string& neighbour) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  sessions_.refresh(clock_.steady());
  const Session* session = sessions_.find(vrf, neighbour);
  return session == nullptr ? std::vector<Prefix>{} : session->with_verdict(true);
}

std::vector<std::string> FakeNvue::violations() {
  const std::lock_guard lock(mutex_);
  return monitor_.violations();
}

std::vector<SwitchLogEntry> FakeNvue::log() {
  const std::lock_guard lock(mutex_);
  return log_.entries();
}

void FakeNvue::clear_log() {
  const std::lock_guard lock(mutex_);
  log_.clear();
}

long long FakeNvue::steps() {
  const std::lock_guard lock(mutex_);
  return steps_;
}

long long FakeNvue::exchanges() {
  const std::lock_guard lock(mutex_);
  return exchanges_;
}

std::string FakeNvue::fingerprint(const std::set<std::string>& without_ports) {
  const std::lock_guard lock(mutex_);
  run_due_locked();
  std::vector<std::string> lines;
  add_lines(running_, "", lines);
  std::string all;
  for (const std::string& line : lines) {
    const bool left_out = std::ranges::any_of(
        without_ports, [&](const std::string& port) { return names_port(line, port); });
    if (!left_out) all += line + "\n";
  }
  return all;
}

// Revisions that nobody applied, and what waits to be confirmed.
std::vector<std::string> FakeNvue::leftovers() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> left;
  for (const auto& [id, revision] : revisions_)
    if (revision.state == "pending") left.push_back("revision " + id + " is pending");
  if (waiting_) left.push_back("revision " + waiting_->revision + " waits to be confirmed");
  return left;
}

}  // namespace switchyard::fakes
