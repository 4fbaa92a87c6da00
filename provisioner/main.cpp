// The composition root: the only file that knows every class. `switchyard serve` is the service,
// every other subcommand a client of its REST API (web/cli).
#include "core/config.h"
#include "core/db/migrations.h"
#include "core/db/pool.h"
#include "core/db/transaction.h"
#include "core/log.h"
#include "core/seal.h"
#include "ipam/allocator.h"
#include "ipam/schema.h"
#include "provisioner/bmc/gate.h"
#include "provisioner/boot/boot_services.h"
#include "provisioner/boot/link_local.h"
#include "provisioner/boot/wipe_record.h"
#include "provisioner/probe/lookouts.h"
#include "provisioner/reconcile/fleet.h"
#include "provisioner/schema.h"
#include "provisioner/service.h"
#include "provisioner/store/switches.h"
#include "provisioner/workflow/runner.h"
#include "pxe/dhcp/lease_store.h"
#include "switch-drivers/recording/recording.h"
#include "switch-drivers/recording/replay.h"
#include "switch-drivers/registry.h"
#include "web/api/schema.h"
#include "web/cli/cli.h"
#include "web/server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace switchyard {
namespace {

using provisioner::Service;

// The event log as the edge asks for it.
class EventLog final : public web::edge::EventSource {
 public:
  explicit EventLog(Service& service, provisioner::Wakeup& wakeup)
      : service_(service), wakeup_(wakeup) {}

  Result<std::vector<web::edge::Event>> read_after(std::uint64_t after,
                                                   std::size_t limit) override {
    const auto events = service_.events({}, static_cast<long long>(after), static_cast<int>(limit));
    if (!events) return tl::unexpected(events.error());
    std::vector<web::edge::Event> lines;
    for (const provisioner::EventView& event : *events)
      lines.push_back({.id = static_cast<std::uint64_t>(event.id),
                       .type = event.type,
                       .project = event.project,
                       .body = provisioner::to_json_text(event)});
    return lines;
  }

  Result<std::uint64_t> last_id() override {
    return service_.last_event().map([](long long id) { return static_cast<std::uint64_t>(id); });
  }

  void wait_for_news(std::uint64_t after, std::chrono::milliseconds longest) override {
    service_.wait_for_event(static_cast<long long>(after), longest);
  }

  void interrupt() override { wakeup_.poke(provisioner::kEventTopic); }

 private:
  Service& service_;
  provisioner::Wakeup& wakeup_;
};

// All that servers in provisioning may talk to; empty: no limit.
std::vector<IpAddress> services_of(const Config& config) {
  std::vector<IpAddress> services = config.network.provisioning_services;
  if (services.empty() || !config.boot.address6) return services;
  for (const IpAddress& own : provisioner::link_local_addresses(config.boot.interface_name))
    if (std::ranges::find(services, own) == services.end()) services.push_back(own);
  return services;
}

// Invalid: a file that cannot be read, or holds no certificate.
Result<std::string> ca_of(const std::string& file) {
  if (file.empty()) return "";
  std::ifstream in(file);
  std::string pem{std::istreambuf_iterator<char>(in), {}};
  if (!in) return failure(Errc::Invalid, "servers.ca_file: cannot read " + file);
  if (pem.find("-----BEGIN CERTIFICATE-----") == std::string::npos)
    return failure(Errc::Invalid, "servers.ca_file: " + file + " holds no certificate in PEM");
  return pem;
}

provisioner::Site site_of(const Config& config, std::string ca_pem) {
  return {.name = config.site,
          .controller = config.controller,
          .provisioning = config.network.provisioning_vlan,
          .services = services_of(config),
          .first_server_asn = config.network.first_asn,
          .last_server_asn = config.network.last_asn,
          .undo_after = config.reconcile.undo_after,
          .scan_interval = config.reconcile.scan_interval,
          .claim = config.workflow.claim,
          .session_watch = config.reconcile.session_watch,
          .drift = config.reconcile.repair_drift ? provisioner::DriftPolicy::Repair
                                                 : provisioner::DriftPolicy::Report,
          .runner_threads = config.workflow.threads,
          .boot_folder = config.boot.files,
          .servers = {.ntp = config.servers.ntp, .ca_pem = std::move(ca_pem)}};
}

// Empty where nothing is sealed.
Result<Secret> open_sealed(const Sealer& sealer, const std::string& sealed, const std::string& of) {
  if (sealed.empty()) return Secret("");
  auto opened = sealer.open(sealed);
  if (!opened) return tl::unexpected(opened.error().in(of));
  return opened;
}

// How a switch or a vantage point is reached, as its record says.
template <class Record>
Result<switch_drivers::SwitchAccess> ssh_access(
    const Sealer& sealer, const Record& record, const std::string& of,
    std::shared_ptr<const switch_drivers::Permit> permit) {
  auto password = open_sealed(sealer, record.sealed_password, of + " " + record.name);
  if (!password) return tl::unexpected(password.error());
  return switch_drivers::SwitchAccess{.name = record.name,
                                      .address = record.address,
                                      .port = static_cast<std::uint16_t>(record.port),
                                      .user = record.login,
                                      .password = std::move(*password),
                                      .private_key_file = record.key_file,
                                      .host_key = record.host_key,
                                      .permit = std::move(permit)};
}

provisioner::MakeDriver driver_maker(const Sealer& sealer, const Config& config) {
  const std::string folder = config.data_directory + "/recordings/";
  const auto most = static_cast<std::size_t>(config.reconcile.recording_mib) << 20U;
  return [&sealer, folder, most](const provisioner::SwitchRecord& record,
                                 std::shared_ptr<const switch_drivers::Permit> permit)
             -> Result<std::unique_ptr<switch_drivers::Driver>> {
    auto access = ssh_access(sealer, record, "switch", std::move(permit));
    if (!access) return tl::unexpected(access.error());
    const switch_drivers::SwitchContext context{.asn = Asn{static_cast<std::uint32_t>(record.asn)},
                                                .bridge = record.bridge};
    if (most == 0) return switch_drivers::make_driver(record.nos, std::move(*access), context);
    return switch_drivers::make_recorded_driver(
        record.nos, std::move(*access), context,
        {.file = folder + record.name + ".jsonl", .most_bytes = most});
  };
}

provisioner::MakeShell shell_maker(const Sealer& sealer) {
  return [&sealer](const provisioner::VantageRecord& record,
                   std::shared_ptr<const switch_drivers::Permit> permit)
             -> Result<std::unique_ptr<switch_drivers::Shell>> {
    auto access = ssh_access(sealer, record, "vantage point", std::move(permit));
    if (!access) return tl::unexpected(access.error());
    return switch_drivers::make_ssh_shell(std::move(*access));
  };
}

// How the BMC of a server is reached, but for limits and gates.
Result<provisioner::BmcAccess> access_to(const Sealer& sealer,
                                         const provisioner::ServerRecord& record) {
  const auto password = open_sealed(sealer, record.sealed_bmc_password, "server " + record.name);
  if (!password) return tl::unexpected(password.error());
  const bool insecure = record.bmc_trust == "insecure";
  return provisioner::BmcAccess{.server = record.name,
                                .type = record.bmc_type,
                                .url = record.bmc_url,
                                .user = record.bmc_user,
                                .password = *password,
                                .certificate = insecure ? "" : record.bmc_trust,
                                .insecure = insecure};
}

using Gates = std::shared_ptr<provisioner::BmcGates>;

// `desk`: null while this controller serves no boot segment.
provisioner::MakeServerBoot boot_maker(const Sealer& sealer, const Gates& gates,
                                       provisioner::InstallerDesk* desk) {
  return [&sealer, gates, desk](const provisioner::ServerRecord& record,
                                const provisioner::BootLimits& limits)
             -> Result<std::unique_ptr<provisioner::ServerBoot>> {
    auto access = access_to(sealer, record);
    if (!access) return tl::unexpected(access.error());
    access->limits = limits;
    access->gates = gates;
    return provisioner::make_server_boot(*access, desk);
  };
}

provisioner::MakeFollowConsole console_follower(const Sealer& sealer, const Gates& gates) {
  return [&sealer, gates](const provisioner::ServerRecord& record) -> provisioner::FollowConsole {
    return [&sealer, gates, record](const std::stop_token& stop, const provisioner::Heard& heard) {
      auto access = access_to(sealer, record);
      if (!access) return Status(tl::unexpected(access.error()));
      access->limits.stop = stop;
      access->gates = gates;
      return provisioner::follow_console(*access, stop, heard);
    };
  };
}

Status bring_schema_up(db::Pool& pool) {
  std::vector<db::Migration> all;
  for (const auto& room : {ipam::migrations(), provisioner::migrations(), web::api::migrations(),
                           pxe::dhcp::migrations()})
    all.insert(all.end(), room.begin(), room.end());
  return db::migrate(pool, all);
}

int fail(const Error& error) {
  std::cerr << "switchyard: " << error.message << "\n";
  return 1;
}

// Seconds from the signal to the end. Service managers do not wait much longer, and a death in the
// middle is safe at every moment (tests/crash): then it is better to choose it.
constexpr unsigned kLongestEnd = 9;

// Waits for SIGTERM or SIGINT. They are blocked in every thread, so the wait is the only taker.
void wait_for_end(const sigset_t& signals) {
  int caught = 0;
  while (sigwait(&signals, &caught) != 0) {
  }
  log::info("stopping", {{"signal", std::to_string(caught)}});
}

// From here on the signals wait for wait_for_end(). Before, while another controller may hold up
// the schema, they simply end the process.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int serve(const std::string& config_file) {
  std::signal(SIGPIPE, SIG_IGN);
  umask(0077);

  const auto config = read_config(config_file);
  if (!config) return fail(config.error());
  log::set_level(config->log_level);
  std::error_code made;
  std::filesystem::create_directories(config->data_directory, made);
  if (made)
    return fail(
        {Errc::Unavailable, "cannot make " + config->data_directory + ": " + made.message()});
  const auto sealer = Sealer::from_file(config->secrets_key_file);
  if (!sealer) return fail(sealer.error());
  const auto pool = db::Pool::open({.url = config->database.url.reveal(),
                                    .size = static_cast<std::size_t>(config->database.sessions)});
  if (!pool) return fail(pool.error());
  if (const Status ready = bring_schema_up(**pool); !ready) return fail(ready.error());

  const SystemClock clock;
  const auto ca_pem = ca_of(config->servers.ca_file);
  if (!ca_pem) return fail(ca_pem.error());
  const provisioner::Site site = site_of(*config, *ca_pem);
  provisioner::Wakeup wakeup;
  ipam::Allocator allocator(clock, {.first = site.first_server_asn,
                                    .last = site.last_server_asn,
                                    .hold_down = config->network.address_hold_down});
  // What this controller held before it was restarted is nobody else's now.
  if (const Status dropped = db::write(**pool, "drop old claims",
                                       [&](db::Session& session) -> Status {
                                         provisioner::drop_claims(session, site.controller);
                                         return {};
                                       });
      !dropped)
    return fail(dropped.error());
  const auto key = provisioner::ensure_site_key(**pool, *sealer);
  if (!key) return fail(key.error());
  const sigset_t signals = block_signals();  // before the first thread, which inherits it
  Service service(**pool, allocator, clock, wakeup, *sealer, site);
  EventLog events(service, wakeup);
  auto server = web::Server::start({.address = to_string(config->listen.address),
                                    .port = config->listen.port,
                                    .certificate_file = config->listen.tls_certificate,
                                    .key_file = config->listen.tls_key,
                                    .portal_directory = config->portal_directory,
                                    .pepper_file = config->data_directory + "/token.pepper",
                                    .admin_token_file = config->data_directory + "/admin.token"},
                                   {.pool = **pool,
                                    .clock = clock,
                                    .events = events,
                                    .add_routes = web::domain_routes(service)});
  if (!server) return fail(server.error());
  provisioner::Fleet fleet({**pool, clock, wakeup, site, driver_maker(*sealer, *config)});
  provisioner::Lookouts lookouts({**pool, clock, wakeup, site, shell_maker(*sealer)});
  std::unique_ptr<provisioner::BootServices> boot;
  if (!config->boot.interface_name.empty() || !config->boot.relays.empty()) {
    auto started = provisioner::BootServices::start(*config, **pool, wakeup, clock, *key);
    if (!started) return fail(started.error());
    boot = std::move(*started);
  }
  const auto gates = std::make_shared<provisioner::BmcGates>();
  provisioner::ConsoleLogs consoles;
  provisioner::Runner runner({**pool, clock, wakeup, site, allocator,
                              boot_maker(*sealer, gates, boot ? &boot->desk() : nullptr),
                              config->boot.serial_log ? &consoles : nullptr,
                              console_follower(*sealer, gates)});
  runner.start();
  log::info("serving", {{"address", to_string(config->listen.address)},
                        {"port", std::to_string((*server)->port())},
                        {"controller", site.controller}});
  wait_for_end(signals);
  ::alarm(kLongestEnd);
  fleet.request_stop();
  lookouts.request_stop();
  runner.request_stop();
  (*server)->stop();
  return 0;
}

int replay(const std::string& file) {
  const auto report = switch_drivers::replay(file);
  if (!report) return fail(report.error());
  for (const std::string& difference : report->differences)
    std::cout << difference << "\n";
  std::cout << file << ": " << report->calls << " calls, " << report->exchanges << " exchanges, "
            << report->differences.size() << " differences\n";
  return report->differences.empty() ? 0 : 2;
}

}  // namespace
}  // namespace switchyard

int main(int argc, char** argv) {
  return switchyard::web::cli::run_cli(argc, argv,
                                       {.serve = &switchyard::serve,
                                        .config_reference = &switchyard::config_reference,
                                        .replay = &switchyard::replay});
}
