#include "tests/bench/flip_product.h"

#include "core/db/migrations.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/seal.h"
#include "ipam/allocator.h"
#include "ipam/schema.h"
#include "provisioner/schema.h"
#include "provisioner/service.h"
#include "provisioner/store/switches.h"
#include "provisioner/store/wishes.h"
#include "switch-drivers/registry.h"
#include "tests/fakes/tor_rows.h"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <thread>

namespace switchyard::bench {

using namespace provisioner;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kSessions = 8;  // default of database.sessions
constexpr auto kFirstScans = 2s;      // each reconciler looks once more when it has begun
constexpr auto kPatience = 300s;
constexpr auto kLook = 20ms;

template <class T> T good(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// As provisioner/main.cpp makes them, but for the password, which is not worth a key file.
Result<std::unique_ptr<switch_drivers::Driver>> make_driver_of(
    const SwitchRecord& record, std::shared_ptr<const switch_drivers::Permit> permit) {
  return switch_drivers::make_driver(
      record.nos,
      {.name = record.name,
       .address = record.address,
       .port = static_cast<std::uint16_t>(record.port),
       .user = record.login,
       .password = Secret(kSwitchPassword),
       .host_key = record.host_key,
       .exchange_deadline = 120s,
       .permit = std::move(permit)},
      {.asn = Asn{static_cast<std::uint32_t>(record.asn)}, .bridge = record.bridge});
}

}  // namespace

FlipProduct::FlipProduct(const std::vector<FarmSwitch>& switches, int ports)
    : pool_(database_.open(kSessions)), switches_(switches), ports_(ports) {
  std::vector<db::Migration> all(ipam::migrations().begin(), ipam::migrations().end());
  all.insert(all.end(), provisioner::migrations().begin(), provisioner::migrations().end());
  good(db::migrate(*pool_, all));
  const std::string key_file = database_.url().substr(std::string("sqlite://").size()) + ".key";
  const Sealer sealer = good(Sealer::from_file(key_file));
  ipam::Allocator allocator(clock_);
  Service service(*pool_, allocator, clock_, wakeup_, sealer, site_);
  (void)good(service.import_inventory("bench.yaml", inventory(ports), provisioner::Mode::Real));
  context_ = std::make_unique<ReconcileContext>(
      ReconcileContext{*pool_, clock_, wakeup_, site_, make_driver_of});
}

std::string FlipProduct::inventory(int ports) const {
  std::string text = R"(vrfs:
  - {name: vrf-prv, tag: 101}
  - {name: vrf-pub, tag: 201}
switches:
)";
  std::string servers = "servers:\n";
  for (std::size_t i = 0; i < switches_.size(); ++i) {
    const FarmSwitch& one = switches_[i];
    text += fmt::format(
        "  - name: {}\n    nos: {}\n    address: 127.0.0.1\n    port: {}\n    password: {}\n"
        "    host_key: \"{}\"\n    asn: {}\n    vrfs: [vrf-prv, vrf-pub]\n    ports:\n",
        one.name, one.nos, one.port, kSwitchPassword, one.host_key, one.asn);
    for (int port = 1; port <= ports; ++port)
      text += fmt::format("      - {{name: {}, role: server}}\n",
                          fakes::tor_row(one.nos).port_name(port));
    if (i % 2 == 1) continue;
    for (int port = 1; port <= ports; ++port) {
      const std::size_t number =
          i / 2 * static_cast<std::size_t>(ports) + static_cast<std::size_t>(port) - 1;
      servers += fmt::format(
          "  - name: srv{}\n    bmc: {{type: simulated, url: \"http://127.0.0.1:1/srv{}\"}}\n    "
          "clean: true\n    nics:\n",
          number, number);
      for (std::size_t link = 0; link < 2 && i + link < switches_.size(); ++link)
        servers += fmt::format(
            "      - {{name: eth{}, mac: \"02:00:{:02x}:{:02x}:00:{:02x}\", switch: {}, port: "
            "{}}}\n",
            link + 1, number >> 8U, number & 0xffU, link + 1, switches_[i + link].name,
            fakes::tor_row(switches_[i + link].nos).port_name(port));
    }
  }
  return text + servers;
}

long long FlipProduct::count(const std::string& what) {
  return good(db::read(*pool_, "count", [&](db::Session& session) -> Result<long long> {
    return std::get<0>(*db::select_one<long long>(session, "SELECT COUNT(*) FROM " + what));
  }));
}

long long FlipProduct::count_failures() {
  return count("change_groups WHERE decision = 'abort'") + count("port_wishes WHERE attempts > 0");
}

void FlipProduct::flip_one(int index, int port, bench::Mode mode) {
  const FarmSwitch& device = switches_.at(static_cast<std::size_t>(index));
  if (!worker_) {
    worker_ = std::make_unique<SwitchWorker>(*context_, device.name);
    for (int tick = 0; tick < 20; ++tick)
      (void)worker_->tick();
  }
  const std::vector<PortWish> wishes{{device.name, wish(device, port, ports_, mode)}};
  good(db::write(*pool_, "wish", [&](db::Session& session) -> Status {
    auto state = ensure_group(session, fmt::format("op-{}", ++groups_), wishes, clock_.now());
    return state ? Status{} : tl::unexpected(state.error());
  }));
  (void)worker_->tick();
  const auto settled = good(db::read(*pool_, "look", [&](db::Session& session) {
    return Result<std::optional<WishRecord>>(
        find_wish(session, device.name, wishes.front().intent.port));
  }));
  if (!settled || settled->settled_version != settled->version)
    throw std::runtime_error(device.name + ": " + (settled ? settled->error : "no wish"));
}

void FlipProduct::start_fleet() {
  worker_.reset();
  // As a service that starts again: what a former reconciler of this controller held is free.
  good(db::write(*pool_, "drop claims", [&](db::Session& session) -> Status {
    drop_claims(session, site_.controller);
    return {};
  }));
  fleet_.emplace(*context_);
  wait_until_settled();
  std::this_thread::sleep_for(kFirstScans);
}

void FlipProduct::flip_all(bench::Mode mode) {
  const auto switches = static_cast<int>(switches_.size());
  for (int first = 0; first < switches; first += 2) {
    good(db::write(*pool_, "wishes", [&](db::Session& session) -> Status {
      for (int port = 1; port <= ports_; ++port) {
        std::vector<PortWish> links;
        for (int index = first; index < std::min(first + 2, switches); ++index)
          links.push_back({switches_[static_cast<std::size_t>(index)].name,
                           wish(switches_[static_cast<std::size_t>(index)], port, ports_, mode)});
        auto state = ensure_group(session, fmt::format("op-{}", ++groups_), links, clock_.now());
        if (!state) return tl::unexpected(state.error());
      }
      return {};
    }));
    for (int index = first; index < std::min(first + 2, switches); ++index)
      wakeup_.poke(switch_topic(switches_[static_cast<std::size_t>(index)].name));
  }
  wait_until_settled();
}

void FlipProduct::wait_until_settled() {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (count("(SELECT port FROM port_wishes WHERE settled_version <> version LIMIT 1) AS some") >
         0) {
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error("wishes did not come true in time");
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace switchyard::bench
