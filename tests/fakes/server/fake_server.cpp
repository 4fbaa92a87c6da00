#include "tests/fakes/server/fake_server.h"

#include <algorithm>
#include <cstdlib>

namespace switchyard::fakes {

namespace {

constexpr std::string_view kFrrFile = "/etc/frr/frr.conf";

const char* words_of(int phase) {
  static constexpr const char* kWords[] = {"off",       "off",    "provisioning", "installing",
                                           "installed", "wiping", "wiped",        "off",
                                           "running",   "failed", "rescue"};
  return kWords[phase];
}

}  // namespace

// One end of one cable.
class FakeServer::Nic final : public CableEnd {
 public:
  Nic(FakeServer& server, std::string name) : server_(server), name_(std::move(name)) {}

  bool has_power() const override {
    const std::lock_guard lock(server_.mutex_);
    return server_.on_;
  }

  std::optional<BgpSpeaker> speaker(int tag) const override { return server_.speaker(name_, tag); }

  Runs runs() const override {
    const std::lock_guard lock(server_.mutex_);
    if (!server_.on_ || server_.phase_ == Phase::Off) return Runs::Nothing;
    if (server_.phase_ == Phase::Running || server_.phase_ == Phase::DiskBoot)
      return server_.installed_ ? Runs::Tenant : Runs::Nothing;
    return server_.phase_ == Phase::Failed ? Runs::Nothing : Runs::Installer;
  }

 private:
  FakeServer& server_;
  std::string name_;
};

FakeServer::FakeServer(const Clock& clock, ServerPlan plan)
    : clock_(clock), plan_(std::move(plan)) {
  for (const ServerNic& nic : plan_.nics) {
    nics_.push_back(std::make_unique<Nic>(*this, nic.name));
    if (nic.cabled_to != nullptr) nic.cabled_to->cable(nic.port, nics_.back().get());
  }
}

FakeServer::~FakeServer() {
  for (const ServerNic& nic : plan_.nics)
    if (nic.cabled_to != nullptr) nic.cabled_to->cable(nic.port, nullptr);
}

void FakeServer::tell_switches() {
  for (const ServerNic& nic : plan_.nics)
    if (nic.cabled_to != nullptr) nic.cabled_to->cable_changed(nic.port);
}

bool FakeServer::sees_provisioning() const {
  return std::any_of(plan_.nics.begin(), plan_.nics.end(), [](const ServerNic& nic) {
    if (nic.cabled_to == nullptr) return false;
    const PortView view = nic.cabled_to->port_view(nic.port);
    return view.up && view.carrier && view.bridged &&
           view.pvid == nic.cabled_to->plan().provisioning_vlan;
  });
}

void FakeServer::advance_locked(bool network_answers) {
  const auto now = clock_.steady();
  const auto passed = now - since_;
  const auto enter = [&](Phase phase) {
    phase_ = phase;
    since_ = now;
  };
  switch (phase_) {
    case Phase::NetworkBoot:
      problem_ = passed < plan_.boot_time ? "starting"
                 : network_answers        ? ""
                                          : "network boot: no answer on any port";
      if (passed >= plan_.boot_time && network_answers) enter(Phase::Provisioning);
      break;
    case Phase::Installing:
      if (passed < plan_.install_time) break;
      problem_ = faults_.install_fails ? "the image does not match its checksum" : "";
      installed_ = !faults_.install_fails;
      enter(faults_.install_fails ? Phase::Failed : Phase::Installed);
      break;
    case Phase::Wiping:
      if (passed < plan_.wipe_time) break;
      problem_ = faults_.wipe_fails ? "disk sda does not confirm the erase" : "";
      if (!faults_.wipe_fails) installed_ = false;
      enter(faults_.wipe_fails ? Phase::Failed : Phase::Wiped);
      break;
    case Phase::DiskBoot:
      if (passed < plan_.boot_time) break;
      problem_ = installed_ ? "" : "no bootable disk";
      enter(installed_ ? Phase::Running : Phase::Failed);
      break;
    default: break;
  }
}

void FakeServer::run_due() {
  bool asks_network = false;
  {
    const std::lock_guard lock(mutex_);
    asks_network = phase_ == Phase::NetworkBoot;
  }
  const bool answers = asks_network && sees_provisioning();
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    const Phase before = phase_;
    advance_locked(answers);
    changed = before != phase_;
  }
  if (changed) tell_switches();
}

ServerState FakeServer::state() {
  run_due();
  const std::lock_guard lock(mutex_);
  ServerState state{
      .on = on_ && !faults_.lies_about_power,
      .boot_target = boot_target_,
      .phase = words_of(static_cast<int>(phase_)),
      .detail = problem_,
      .operation = operation_,
      .boots = boots_,
      .host_key = phase_ == Phase::Rescue ? "SHA256:simulated" + std::to_string(boots_) : ""};
  const auto time = phase_ == Phase::Wiping ? plan_.wipe_time : plan_.install_time;
  if ((phase_ == Phase::Installing || phase_ == Phase::Wiping) && time.count() > 0)
    state.progress =
        static_cast<int>(std::min<long long>(99, (clock_.steady() - since_) * 100 / time));
  if (phase_ == Phase::Installed || phase_ == Phase::Wiped) state.progress = 100;
  return state;
}

void FakeServer::set_boot_target(const std::string& target) {
  const std::lock_guard lock(mutex_);
  boot_target_ = target;
}

void FakeServer::power(bool on) {
  {
    const std::lock_guard lock(mutex_);
    if ((on && faults_.ignores_power_on) || (!on && faults_.ignores_power_off) || on == on_) return;
    on_ = on;
    since_ = clock_.steady();
    problem_.clear();
    if (!on) {
      // What was half written is no system.
      if (phase_ == Phase::Installing || phase_ == Phase::Wiping) installed_ = false;
      phase_ = Phase::Off;
    } else {
      ++boots_;
      const bool network = boot_target_ == "Pxe" && !faults_.loses_boot_device;
      phase_ = network ? Phase::NetworkBoot : Phase::DiskBoot;
      boot_target_ = "None";  // an override is for one boot
    }
  }
  tell_switches();
  run_due();
}

Status FakeServer::install(InstallRequest request) {
  run_due();
  const std::lock_guard lock(mutex_);
  const bool again = operation_ == request.operation;
  if (again && (phase_ == Phase::Installing || phase_ == Phase::Installed)) return {};
  if (phase_ != Phase::Provisioning)
    return failure(Errc::Conflict, plan_.name + " is not in the installer but " +
                                       words_of(static_cast<int>(phase_)));
  operation_ = request.operation;
  files_ = std::move(request.files);
  frr_ = std::make_unique<FrrConfig>(request.hostname);
  speakers_.clear();
  for (const ServerFile& file : files_) {
    if (file.path != kFrrFile) continue;
    for (std::size_t at = 0; at < file.content.size();) {
      const std::size_t end = std::min(file.content.find('\n', at), file.content.size());
      (void)frr_->apply(std::string_view(file.content).substr(at, end - at));
      at = end + 1;
    }
  }
  installed_ = false;
  phase_ = Phase::Installing;
  since_ = clock_.steady();
  return {};
}

Status FakeServer::wipe(const std::string& operation) {
  run_due();
  const std::lock_guard lock(mutex_);
  if (operation_ == operation && (phase_ == Phase::Wiping || phase_ == Phase::Wiped)) return {};
  if (phase_ != Phase::Provisioning)
    return failure(Errc::Conflict, plan_.name + " is not in the installer but " +
                                       words_of(static_cast<int>(phase_)));
  operation_ = operation;
  files_.clear();
  frr_.reset();
  speakers_.clear();
  installed_ = false;
  phase_ = Phase::Wiping;
  since_ = clock_.steady();
  return {};
}

Status FakeServer::rescue(const std::string& operation) {
  run_due();
  const std::lock_guard lock(mutex_);
  if (operation_ == operation && phase_ == Phase::Rescue) return {};
  if (phase_ != Phase::Provisioning)
    return failure(Errc::Conflict, plan_.name + " is not in the installer but " +
                                       words_of(static_cast<int>(phase_)));
  operation_ = operation;
  phase_ = Phase::Rescue;
  since_ = clock_.steady();
  return {};
}

void FakeServer::set_faults(ServerFaults faults) {
  const std::lock_guard lock(mutex_);
  faults_ = faults;
}

ServerFaults FakeServer::faults() {
  const std::lock_guard lock(mutex_);
  return faults_;
}

void FakeServer::announce(std::vector<Prefix> prefixes) {
  {
    const std::lock_guard lock(mutex_);
    extra_ = std::move(prefixes);
    speakers_.clear();
  }
  tell_switches();
}

void FakeServer::turn_rogue(std::uint32_t asn, std::vector<Prefix> prefixes) {
  {
    const std::lock_guard lock(mutex_);
    rogue_ = BgpSpeaker{.asn = asn, .announced = std::move(prefixes)};
  }
  tell_switches();
}

std::vector<ServerFile> FakeServer::files() {
  const std::lock_guard lock(mutex_);
  return files_;
}

// What the installed frr.conf makes of one session: its networks through its outbound filter.
std::optional<BgpSpeaker> FakeServer::speaker(const std::string& nic, int tag) {
  const std::lock_guard lock(mutex_);
  if (!on_) return std::nullopt;
  if (rogue_) return rogue_;
  if (phase_ != Phase::Running || !frr_) return std::nullopt;
  const auto [cached, fresh] = speakers_.try_emplace({nic, tag});
  if (!fresh) return cached->second;
  const BgpInstance* instance = frr_->instance("default");
  if (instance == nullptr) return std::nullopt;
  const auto of = instance->neighbours.find(nic + "." + std::to_string(tag));
  if (of == instance->neighbours.end()) return std::nullopt;
  BgpSpeaker speaker{.asn = instance->asn,
                     .expects_asn = static_cast<std::uint32_t>(std::strtoul(
                         instance->effective_remote_as(of->second).c_str(), nullptr, 10))};
  for (const int family : {0, 1}) {
    if (!instance->active(of->second, family)) continue;
    for (const std::string& line : instance->family_lines[family]) {
      if (!line.starts_with("network ")) continue;
      const auto prefix = parse_prefix(line.substr(8));
      if (prefix && frr_->permits(*instance, of->second, Direction::Out, *prefix, instance->asn))
        speaker.announced.push_back(*prefix);
    }
  }
  speaker.announced.insert(speaker.announced.end(), extra_.begin(), extra_.end());
  cached->second = speaker;
  return speaker;
}

}  // namespace switchyard::fakes
