#include "tests/provisioner/simulated_site.h"

#include "core/db/migrations.h"
#include "ipam/schema.h"
#include "provisioner/bmc/pause.h"
#include "provisioner/schema.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace switchyard::provisioner {

using namespace switch_drivers;
using namespace std::chrono_literals;

namespace {

constexpr const char* kInventory = R"(vrfs:
  - {name: vrf-prv, tag: 101}
subnets:
  - {name: prv-a, vrf: vrf-prv, prefix: 10.1.0.0/24, project: demo}
  - {name: prv-a6, vrf: vrf-prv, prefix: "fd10:1::/64", project: demo}
network_catalogs:
  - {name: l3-private, attachments: [{vrf: vrf-prv, advertise: [10.0.0.0/8, "fd10::/16"]}]}
images:
  - {name: debian-12}
switches:
  - {name: tor1, nos: scripted, address: 127.0.0.1, password: x, host_key: "SHA256:x", asn: 65001, vrfs: [vrf-prv], ports: [{name: swp1, role: server}]}
  - {name: tor2, nos: scripted, address: 127.0.0.1, password: x, host_key: "SHA256:x", asn: 65002, vrfs: [vrf-prv], ports: [{name: swp1, role: server}]}
servers:
  - name: srv1
    bmc: {type: simulated, url: "http://127.0.0.1:1/redfish/v1/Systems/srv1"}
    clean: true
    nics:
      - {name: eth1, mac: "02:00:00:00:00:01", switch: tor1, port: swp1}
      - {name: eth2, mac: "02:00:00:00:00:02", switch: tor2, port: swp1}
)";

class ScriptedDriver final : public Driver {
 public:
  ScriptedDriver(ScriptedSwitch& state, const ScriptedServer& server)
      : state_(state), server_(server) {}

  std::vector<Capability> capabilities() const override {
    return {{.name = std::string(kSeveralChanges), .supported = !state_.one_change}};
  }

  Result<SwitchFacts> probe() override {
    if (state_.broken) return tl::unexpected(*state_.broken);
    return SwitchFacts{.hostname = "scripted", .boot_id = "1"};
  }

  Result<std::vector<PortReport>> compare(std::span<const PortIntent> wished) override {
    ++state_.exchanges;
    if (state_.broken) return tl::unexpected(*state_.broken);
    std::vector<PortReport> reports;
    for (const PortIntent& intent : wished) {
      PortReport report{.port = intent.port};
      if (state_.ports[intent.port] != intent)
        report.running.push_back({"port", summary(intent), summary(state_.ports[intent.port])});
      if (state_.saved[intent.port] != intent)
        report.saved.push_back({"port", summary(intent), summary(state_.saved[intent.port])});
      reports.push_back(std::move(report));
    }
    return reports;
  }

  Result<std::vector<PortOutcome>> apply(std::span<const PortIntent> wished,
                                         const ApplyOptions& options) override {
    ++state_.exchanges;
    if (state_.broken) return tl::unexpected(*state_.broken);
    if (const auto meanwhile = std::exchange(state_.during_apply, {})) meanwhile();
    std::vector<PortOutcome> outcomes;
    for (const PortIntent& intent : wished) {
      outcomes.push_back({.port = intent.port});
      if (is_busy_with_another(options.change_id))
        outcomes.back().status = failure(Errc::Unavailable, "another change is pending");
      else
        outcomes.back() = apply_one(intent, options.change_id);
    }
    return outcomes;
  }

  Result<std::vector<PortOutcome>> settle(std::string_view change_id,
                                          std::span<const Settlement> ports) override {
    ++state_.exchanges;
    if (state_.broken) return tl::unexpected(*state_.broken);
    std::vector<PortOutcome> outcomes;
    auto& former = state_.armed[std::string(change_id)];
    for (const Settlement& settlement : ports) {
      PortOutcome outcome{.port = settlement.port};
      if (state_.forgets_changes || !former.contains(settlement.port)) {
        if (former.contains(settlement.port))
          state_.ports[settlement.port] = former[settlement.port];
        outcome.status = failure(Errc::NotFound, "the switch does not know the change");
      } else if (settlement.verdict == Verdict::Keep) {
        state_.saved[settlement.port] = state_.ports[settlement.port];
      } else {
        state_.ports[settlement.port] = former[settlement.port];
        state_.history.push_back(settlement.port + " back to " +
                                 std::string(to_string(former[settlement.port].mode)));
      }
      former.erase(settlement.port);
      outcomes.push_back(std::move(outcome));
    }
    if (state_.one_change)
      for (const auto& [port, before] : std::exchange(former, {})) {
        state_.ports[port] = before;
        state_.history.push_back(port + " back to " + std::string(to_string(before.mode)));
      }
    return outcomes;
  }

  Result<std::vector<SessionReport>> sessions(std::span<const PortIntent> ports) override {
    if (state_.broken) return tl::unexpected(*state_.broken);
    std::vector<SessionReport> reports;
    for (const PortIntent& intent : ports)
      for (const Attachment& attachment : intent.attachments)
        reports.push_back({.port = intent.port,
                           .vrf = attachment.vrf,
                           .tag = attachment.tag,
                           .state = is_up(intent) ? "Established" : "Active",
                           .remote_asn = attachment.server_asn.value,
                           .accepted = state_.accepted.value_or(attachment.accept)});
    if (const auto meanwhile = std::exchange(state_.during_sessions, {})) meanwhile();
    return reports;
  }

 private:
  [[nodiscard]] bool is_up(const PortIntent& intent) const {
    return server_.status.power == Power::On &&
           !(state_.loses_session && state_.loses_session(intent));
  }

  [[nodiscard]] bool is_busy_with_another(const std::string& change_id) const {
    return state_.one_change && std::ranges::any_of(state_.armed, [&](const auto& one) {
             return one.first != change_id && !one.second.empty();
           });
  }

  PortOutcome apply_one(const PortIntent& intent, const std::string& change_id) {
    PortOutcome outcome{.port = intent.port};
    PortIntent& now = state_.ports[intent.port];
    if (now == intent && state_.saved[intent.port] == intent) return outcome;
    if (state_.refuses.contains(intent.port) || state_.refused_modes.contains(intent.mode)) {
      outcome.status = failure(Errc::Rejected, "the switch says no");
      return outcome;
    }
    if (state_.lies) {
      outcome.status = failure(Errc::Rejected, "read back something else");
      return outcome;
    }
    state_.armed[change_id][intent.port] = now;
    now = intent;
    ++state_.applied;
    outcome.changed = true;
    state_.history.push_back(intent.port + " " + std::string(to_string(intent.mode)));
    return outcome;
  }

  ScriptedSwitch& state_;
  const ScriptedServer& server_;
};

class ScriptedBoot final : public ServerBoot {
 public:
  explicit ScriptedBoot(ScriptedServer& server) : server_(server) {}

  Result<BootStatus> read() override {
    if (server_.bmc_is_down) {
      ++server_.unanswered;
      return failure(Errc::Unavailable, "the BMC does not answer");
    }
    BootStatus now = server_.status;
    if (now.phase == server_.installs_as && server_.installs) server_.status.phase = "installed";
    if (now.phase == "wiping" && server_.wipes) {
      server_.status.phase = server_.wipe_fails.empty() ? "wiped" : "failed";
      server_.status.detail = server_.wipe_fails;
    }
    if (server_.lies_about_power) now.power = Power::Off;
    if (server_.boot_loops) now.quiet = 0s;
    return now;
  }

  Status set_power(Power power) override {
    if (server_.lies_about_power) return {};
    server_.status.power = power;
    if (power == Power::Off) {
      server_.status.phase = "off";
    } else {
      ++server_.power_cycles;
      server_.status.phase = server_.next == BootDevice::Network ? "provisioning" : "running";
      server_.next = BootDevice::Disk;
      if (server_.boot_loops) server_.status.phase = "off";
    }
    return {};
  }

  Status set_next_boot(BootDevice device) override {
    server_.next = device;
    return {};
  }

  Status start_install(const InstallOrder& order) override {
    server_.status.phase = server_.installs_as;
    server_.status.operation = order.operation;
    server_.ordered = order;
    return {};
  }

  Status start_wipe(const std::string& operation) override {
    server_.status.phase = "wiping";
    server_.status.operation = operation;
    return {};
  }

  Status start_rescue(const RescueOrder& order) override {
    server_.status.phase = "rescue";
    server_.status.operation = order.operation;
    server_.status.address = "172.16.100.17";
    server_.status.host_key = "SHA256:boot" + std::to_string(server_.power_cycles);
    server_.let_in = order.ssh_keys;
    return {};
  }

 private:
  ScriptedServer& server_;
};

FollowConsole console_of(const std::string& text) {
  return [text](const std::stop_token& stop, const Heard& heard) -> Status {
    if (text.empty()) return failure(Errc::NotFound, "BMC of srv1: it has no serial console");
    heard(text);
    (void)pause(std::chrono::hours(1), std::chrono::steady_clock::time_point::max(), stop);
    return {};
  };
}

}  // namespace

SimulatedSite::SimulatedSite(db::Backend backend)
    : database(backend), pool(database.open(4, 30s, &clock)) {
  std::string pattern = "/tmp/sy-site.XXXXXX";
  folder_ = mkdtemp(pattern.data());
  auto made = Sealer::from_file(folder_ + "/key");
  EXPECT_TRUE(made);
  sealer = *made;
  std::vector<db::Migration> all(ipam::migrations().begin(), ipam::migrations().end());
  all.insert(all.end(), migrations().begin(), migrations().end());
  const Status migrated = db::migrate(*pool, all);
  EXPECT_TRUE(migrated) << migrated.error().message;
  service = std::make_unique<Service>(*pool, allocator, clock, wakeup, *sealer, site);
  import_again();
  context = std::make_unique<ReconcileContext>(ReconcileContext{
      *pool, clock, wakeup, site,
      [this](const SwitchRecord& record,
             const std::shared_ptr<const Permit>&) -> Result<std::unique_ptr<Driver>> {
        return std::make_unique<ScriptedDriver>(switches[record.name], server);
      }});
  for (const char* name : {"tor1", "tor2"})
    add_worker(name);
  runner = std::make_unique<Runner>(StepContext{
      *pool, clock, wakeup, site, allocator,
      [this](const ServerRecord&, const BootLimits&) -> Result<std::unique_ptr<ServerBoot>> {
        return std::make_unique<ScriptedBoot>(server);
      },
      &consoles, [this](const ServerRecord&) { return console_of(server.console); }});
}

SimulatedSite::~SimulatedSite() { std::filesystem::remove_all(folder_); }

std::unique_ptr<SimulatedSite::OtherController> SimulatedSite::controller(
    const std::string& name, const Clock& own_clock, const std::string& switch_name) {
  auto other = std::make_unique<OtherController>(
      OtherController{.pool = database.open(2, 30s, &clock), .site = site});
  other->site.controller = name;
  const auto make = [this, made = other.get()](
                        const SwitchRecord& record,
                        std::shared_ptr<const Permit> permit) -> Result<std::unique_ptr<Driver>> {
    made->permit = std::move(permit);
    return std::make_unique<ScriptedDriver>(switches[record.name], server);
  };
  other->context = std::make_unique<ReconcileContext>(
      ReconcileContext{*other->pool, own_clock, wakeup, other->site, make});
  other->worker = std::make_unique<SwitchWorker>(*other->context, switch_name);
  return other;
}

void SimulatedSite::add_worker(const std::string& switch_name) {
  switches[switch_name];
  workers[switch_name] = std::make_unique<SwitchWorker>(*context, switch_name);
}

void SimulatedSite::import_again() {
  const auto imported = service->import_inventory("site.yaml", kInventory, Mode::Real);
  EXPECT_TRUE(imported) << imported.error().message;
}

std::string SimulatedSite::inventory_with(const std::string& from, const std::string& to) {
  std::string text = kInventory;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

Status SimulatedSite::import_as(const std::string& name) {
  const std::string inventory = inventory_with("name: srv1", "name: " + name);
  return service->import_inventory("more.yaml", inventory, Mode::Real).map([](const auto&) {});
}

void SimulatedSite::tick() {
  for (auto& [name, worker] : workers)
    static_cast<void>(worker->tick());
  if (during_tick) during_tick();
  runner->run_due();
  clock.advance(100ms);
}

bool SimulatedSite::run_until(const std::function<bool()>& done, std::chrono::seconds limit) {
  const auto end = clock.steady() + limit;
  for (int ticks = 0; clock.steady() < end; ++ticks) {
    tick();
    if (done()) return true;
    // What takes long is waiting for a deadline: nothing new happens between two looks.
    if (ticks > 300) clock.advance(2s);
  }
  return false;
}

DeployRequest SimulatedSite::order() const {
  return {.project = "demo",
          .name = "web1",
          .server = "srv1",
          .image = "debian-12",
          .catalog = "l3-private",
          .subnets = {{"vrf-prv", {"prv-a", "prv-a6"}}}};
}

std::string SimulatedSite::server_state() { return service->find_server({}, "srv1")->state; }

OperationView SimulatedSite::operation(const std::string& id) {
  return *service->find_operation({}, id);
}

std::string SimulatedSite::operation_status(const std::string& id) { return operation(id).status; }

PortMode SimulatedSite::mode(const std::string& switch_name) {
  return switches[switch_name].ports["swp1"].mode;
}

}  // namespace switchyard::provisioner
