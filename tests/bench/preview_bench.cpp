// How long it takes to say what a new version of a catalog would change, for everything that uses
// it, beside only reading what is stored. Prints a Markdown table.
//
//   preview_bench [--servers N] [--check]
//
// --check makes the exit status 1 when 10,000 servers take 10 s or more.
#include "catalogs/catalog_folder.h"
#include "core/db/migrations.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/seal.h"
#include "ipam/allocator.h"
#include "ipam/schema.h"
#include "provisioner/port_policy.h"
#include "provisioner/schema.h"
#include "provisioner/service.h"
#include "provisioner/site.h"
#include "provisioner/store/catalog_versions.h"
#include "provisioner/store/work.h"
#include "provisioner/wakeup.h"
#include "tests/core/database.h"

#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace switchyard::provisioner {
namespace {

constexpr int kPorts = 48;   // of a switch
constexpr double kBar = 10;  // seconds for 10,000 servers

double seconds_of(const std::function<void()>& work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

void must(const Status& status) {
  if (status) return;
  fmt::print(stderr, "{}\n", status.error().message);
  std::exit(2);
}

class Fleet {
 public:
  explicit Fleet(int servers) : servers_(servers) {
    std::vector<db::Migration> all(ipam::migrations().begin(), ipam::migrations().end());
    all.insert(all.end(), migrations().begin(), migrations().end());
    must(db::migrate(*pool_, all));
    must(db::write(*pool_, "fill", [&](db::Session& session) -> Status {
      fill(session);
      return {};
    }));
    service_ = std::make_unique<Service>(*pool_, allocator_, clock_, wakeup_, *sealer_, site_);
    push("10.0.0.0/8");
    push("10.0.0.0/9");
  }

  [[nodiscard]] CatalogPreview preview() {
    auto made = service_->preview_catalog({.catalog = "l3-private", .version = 2});
    if (!made) must(tl::unexpected(made.error()));
    return std::move(*made);
  }

  // What cannot be done without: every plan and every wish as values.
  [[nodiscard]] std::size_t read() {
    std::size_t bytes = 0;
    must(db::read(*pool_, "read", [&](db::Session& session) -> Status {
      const auto deployments = list_deployments_of_catalog(session, "l3-private");
      bytes += deployments ? deployments->size() : 0;
      for (const auto& [wish] : db::select<std::string>(session, "SELECT wish FROM port_wishes"))
        bytes += switch_drivers::parse_port_intent(wish)->port.size();
      return {};
    }));
    return bytes;
  }

 private:
  void push(const std::string& advertise) {
    const auto folder = catalogs::read_catalog_folder(std::string(SWITCHYARD_SOURCE_DIR) +
                                                      "/catalogs/shipped/l3-private");
    auto files = folder->files;
    std::string& yaml = files["catalog.yaml"];
    yaml.replace(yaml.find("10.0.0.0/8"), 10, advertise);
    const auto pushed = service_->push_catalog("bench", files, Mode::Real);
    if (!pushed) must(tl::unexpected(pushed.error()));
  }

  void fill(db::Session& session) {
    db::execute(session, "INSERT INTO fabric_vrfs VALUES ('vrf-prv', 101, '', 1)");
    for (int tor = 0; tor < 2 * ((servers_ + kPorts - 1) / kPorts); ++tor)
      db::execute(session,
                  "INSERT INTO switches (name, nos, address, port, login, sealed_password, "
                  "key_file, host_key, asn, bridge, state, error, last_contact, boot_id, facts, "
                  "scan_wanted, claimed_by, claimed_until, fence, version) VALUES (:n, "
                  "'linux-frr', '', 22, '', '', '', '', :a, 'br0', '', '', 0, '', '', 0, '', 0, 0, "
                  "1)",
                  "tor" + std::to_string(tor), 4200100000LL + tor);
    for (int i = 0; i < servers_; ++i)
      add_server(session, i);
  }

  void add_server(db::Session& session, int number) {
    const std::string name = "srv" + std::to_string(number);
    std::vector<NicRecord> nics;
    for (int leg = 0; leg < 2; ++leg) {
      nics.push_back({name, "eth" + std::to_string(leg), name + std::to_string(leg),
                      "tor" + std::to_string(number / kPorts * 2 + leg),
                      "swp" + std::to_string(number % kPorts + 1), 65001, "linux-frr"});
      const NicRecord& nic = nics.back();
      db::execute(session,
                  "INSERT INTO nics (server, name, mac, switch_name, port) VALUES (:s, :n, :m, "
                  ":w, :p)",
                  nic.server, nic.name, nic.mac, nic.switch_name, nic.port);
    }
    DeploymentRecord deployment{.id = "dep-" + name,
                                .name = name,
                                .project = "demo",
                                .server = name,
                                .image = "debian-12",
                                .catalog = "l3-private",
                                .catalog_version = 1,
                                .asn = {4200000000U + static_cast<std::uint32_t>(number)},
                                .state = "active"};
    const std::string host =
        fmt::format("10.{}.{}.{}", 1 + number / 65536, number / 256 % 256, number % 256);
    deployment.plan.vrfs = {
        {.vrf = {"vrf-prv"},
         .tag = VlanId{101},
         .subnets = {"a", "b"},
         .addresses = {*parse_ip(host), *parse_ip(fmt::format("fd10::{:x}", number + 1))},
         .advertise = {*parse_prefix("10.0.0.0/8"), *parse_prefix("fd10::/16")}}};
    insert_deployment(session, deployment);
    for (const PortWish& wish : routed_wishes(nics, deployment))
      db::execute(session,
                  "INSERT INTO port_wishes (switch_name, port, wish, version, settled_version, "
                  "previous, change_group, phase, attempts, due, watch_until, error, report, "
                  "sessions, observed_at, sessions_at) VALUES (:s, :p, :w, 1, 1, '', '', "
                  "'settled', 0, 0, 0, '', '[]', '[]', 0, 0)",
                  wish.switch_name, wish.intent.port, switch_drivers::to_json_text(wish.intent));
  }

  int servers_;
  SystemClock clock_{};
  db::TestDatabase database_{db::Backend::Sqlite};
  std::unique_ptr<db::Pool> pool_{database_.open(2, std::chrono::seconds(30))};
  Wakeup wakeup_{};
  Site site_{};
  ipam::Allocator allocator_{clock_};
  std::optional<Sealer> sealer_{
      *Sealer::from_file((std::filesystem::temp_directory_path() / "preview-bench-key").string())};
  std::unique_ptr<Service> service_{};
};

int run(const std::vector<int>& fleets, bool check) {
  fmt::print(
      "| servers | ports | switches | only reading | preview | ratio |\n"
      "|---:|---:|---:|---:|---:|---:|\n");
  bool good = true;
  for (const int servers : fleets) {
    Fleet fleet(servers);
    const double reading = seconds_of([&] { static_cast<void>(fleet.read()); });
    CatalogPreview made;
    const double took = seconds_of([&] { made = fleet.preview(); });
    fmt::print("| {} | {} | {} | {:.2f} s | {:.2f} s | {:.1f} |\n", servers, 2 * servers,
               made.switches.size(), reading, took, took / reading);
    if (made.changed != servers) {
      fmt::print(stderr, "only {} of {} servers would change\n", made.changed, servers);
      good = false;
    }
    if (servers == 10'000 && took >= kBar) good = false;
  }
  return good || !check ? 0 : 1;
}

}  // namespace
}  // namespace switchyard::provisioner

int main(int argc, char** argv) {
  std::vector<int> fleets{100, 1'000, 10'000};
  bool check = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--check") {
      check = true;
    } else if (word == "--servers" && i + 1 < argc) {
      fleets = {std::atoi(argv[++i])};
    } else {
      fmt::print(stderr, "usage: preview_bench [--servers N] [--check]\n");
      return 2;
    }
  }
  return switchyard::provisioner::run(fleets, check);
}
