// Serves DHCP to a site given by flags until SIGTERM or SIGINT; prints a line of JSON-free text for
// every sighting, and the counters at the end. For tests and benchmarks.
#include "core/db/migrations.h"
#include "pxe/dhcp/server.h"
#include "pxe/dhcp/v6/server.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <stdexcept>

namespace {

using namespace switchyard;
using namespace switchyard::pxe::dhcp;

struct Flags {
  std::vector<std::string> interfaces{};
  std::string address{}, subnet{}, pool{}, router{}, database{}, script_url{}, files_url{};
  std::string subnet6{}, address6{}, script_url6{};
  std::vector<std::string> machines{}, relays{}, known_servers{};
  bool discover{}, authoritative{}, quiet{};
  int lease_time{3600}, probe{60};
};

template <class T> T good(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  for (auto end = text.find(at); end != std::string::npos; end = text.find(at, from)) {
    parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  parts.push_back(text.substr(from));
  return parts;
}

// "NAME,MAC[,SWITCH/PORT]"; MAC or port may be empty.
Machine to_machine(const std::string& text) {
  const auto parts = split(text, ',');
  Machine machine{.server = parts.at(0)};
  if (parts.size() > 1 && !parts[1].empty()) machine.macs.push_back(good(parse_mac(parts[1])));
  if (parts.size() > 2) {
    const auto place = split(parts[2], '/');
    machine.ports.push_back({.switch_name = place.at(0), .port = place.at(1)});
  }
  return machine;
}

// "NAME,ADDRESS,STYLE"
Relay to_relay(const std::string& text) {
  const auto parts = split(text, ',');
  return {.switch_name = parts.at(0),
          .addresses = {good(parse_ipv4(parts.at(1)))},
          .style = good(parse_circuit_style(parts.at(2)))};
}

ServerOptions to_options(const Flags& flags) {
  ServerOptions options;
  const Ipv4 address = good(parse_ipv4(flags.address));
  for (const std::string& interface : flags.interfaces)
    options.listen.push_back({.interface = interface, .address = address});
  if (flags.interfaces.empty()) options.listen.push_back({.address = address});
  const auto pool = split(flags.pool, '-');
  Segment segment{.name = "lab",
                  .prefix = good(parse_prefix(flags.subnet)),
                  .first = good(parse_ipv4(pool.at(0))),
                  .last = good(parse_ipv4(pool.at(1))),
                  .server = address};
  if (!flags.router.empty()) segment.router = good(parse_ipv4(flags.router));
  options.settings.segments = {segment};
  options.settings.boot.script_url = flags.script_url;
  options.settings.boot.files_url = flags.files_url;
  options.settings.unknown = flags.discover ? UnknownClients::Discover : UnknownClients::Ignore;
  options.settings.authoritative = flags.authoritative;
  options.settings.lease_time = std::chrono::seconds{flags.lease_time};
  for (const std::string& known : flags.known_servers)
    options.settings.known_servers.push_back(good(parse_ipv4(known)));
  std::vector<Machine> machines;
  for (const std::string& text : flags.machines)
    machines.push_back(to_machine(text));
  std::vector<Relay> relays;
  for (const std::string& text : flags.relays)
    relays.push_back(to_relay(text));
  options.cabling = good(Cabling::make(std::move(machines), std::move(relays)));
  options.advertise = flags.subnet6.empty();  // the DHCPv6 server does it
  options.probe_interval = std::chrono::seconds{flags.probe};
  return options;
}

v6::ServerOptions to_options6(const Flags& flags, const ServerOptions& options) {
  v6::ServerOptions options6{.cabling = options.cabling};
  for (const std::string& interface : flags.interfaces)
    options6.listen.push_back({.interface = interface, .segment = "lab"});
  options6.settings.segments = {{.name = "lab",
                                 .prefix = good(parse_prefix(flags.subnet6)),
                                 .server = good(parse_ip(flags.address6)).key}};
  options6.settings.boot = options.settings.boot;
  options6.settings.boot.script_url = flags.script_url6;
  options6.settings.unknown = options.settings.unknown;
  options6.settings.lease_time = options.settings.lease_time;
  return options6;
}

class Printer final : public Sightings {
 public:
  explicit Printer(bool quiet) : quiet_(quiet) {}

  void note(const Sighting& seen) override {
    const bool is_routine =
        seen.kind == SightingKind::AddressServed || seen.kind == SightingKind::UnknownClient;
    if (quiet_ && is_routine) return;
    const std::lock_guard lock(mutex_);
    std::cout << "sighting " << to_string(seen.kind) << " server=" << seen.server
              << " mac=" << to_string(seen.mac) << " port=" << to_string(seen.port)
              << " address=" << to_string(seen.address) << " " << seen.detail << std::endl;
  }

 private:
  bool quiet_;
  std::mutex mutex_{};
};

void add_flags(CLI::App& app, Flags& flags) {
  app.add_option("--interface", flags.interfaces, "hear clients here (default: only relays)");
  app.add_option("--address", flags.address, "ours")->required();
  app.add_option("--subnet", flags.subnet)->required();
  app.add_option("--pool", flags.pool, "FIRST-LAST")->required();
  app.add_option("--router", flags.router);
  app.add_option("--database", flags.database, "URL (default: in memory)");
  app.add_option("--script-url", flags.script_url, "what iPXE fetches (default: no network boot)");
  app.add_option("--files-url", flags.files_url,
                 "what UEFI HTTP boot fetches from, with its last /");
  app.add_option("--subnet6", flags.subnet6, "serve DHCPv6, too");
  app.add_option("--address6", flags.address6, "ours");
  app.add_option("--script-url6", flags.script_url6);
  app.add_option("--machine", flags.machines, "NAME,MAC[,SWITCH/PORT]");
  app.add_option("--relay", flags.relays, "SWITCH,ADDRESS,plain|sonic|junos");
  app.add_option("--known-server", flags.known_servers, "another DHCP server that may be there");
  app.add_option("--lease-time", flags.lease_time, "seconds");
  app.add_option("--probe", flags.probe, "seconds between looks for other servers, 0: never");
  app.add_flag("--discover", flags.discover, "give unknown clients an address and the installer");
  app.add_flag("--authoritative", flags.authoritative);
  app.add_flag("--quiet", flags.quiet, "do not print what every client causes");
}

void serve(const Flags& flags) {
  std::unique_ptr<db::Pool> pool;
  std::unique_ptr<LeaseStore> store = std::make_unique<MemoryLeaseStore>();
  std::unique_ptr<v6::HolderStore> holders = std::make_unique<v6::MemoryHolderStore>();
  if (!flags.database.empty()) {
    pool = good(db::Pool::open({.url = flags.database, .size = 2}));
    if (const Status done = db::migrate(*pool, migrations()); !done)
      throw std::runtime_error(done.error().message);
    store = std::make_unique<DatabaseLeaseStore>(*pool);
    holders = std::make_unique<v6::DatabaseHolderStore>(*pool);
  }
  Printer printer(flags.quiet);
  const SystemClock clock;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  const ServerOptions options = to_options(flags);
  const auto server = good(Server::start(options, *store, printer, clock));
  std::unique_ptr<v6::Server> server6;
  if (!flags.subnet6.empty())
    server6 = good(v6::Server::start(to_options6(flags, options), *holders, printer, clock));
  std::cout << "ready" << std::endl;
  int received = 0;
  sigwait(&ends, &received);
  const Counters counters = server->counters();
  std::cout << "received=" << counters.received << " malformed=" << counters.malformed
            << " unanswered=" << counters.unanswered << " offers=" << counters.offers
            << " acks=" << counters.acks << " naks=" << counters.naks
            << " overloaded=" << counters.overloaded << " commits=" << counters.commits
            << " failed_commits=" << counters.failed_commits << std::endl;
}

}  // namespace

int main(int count, char** arguments) {
  CLI::App app{"a DHCP server for laboratories"};
  Flags flags;
  add_flags(app, flags);
  CLI11_PARSE(app, count, arguments);
  try {
    serve(flags);
    return 0;
  } catch (const std::exception& thrown) {
    std::cerr << "dhcp_lab: " << thrown.what() << '\n';
    return 1;
  }
}
