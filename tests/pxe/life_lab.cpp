// The service with one server that is a virtual machine of the test: facade, runner, boot desk and
// API are the real ones; switches and the BMC are scripted, so the test is told when to switch it
// on and off. Everything is on loopback (tests/pxe/test_rescue.py).
//
//   life_lab FOLDER IDENTITY-FOLDER CERTIFICATE KEY PIN PORT TLS-PORT ADDRESS
//
// CERTIFICATE, KEY and PIN are of the API, ADDRESS is how the server reaches loopback. Reads orders
// from its standard input, one JSON a line:
// {"rescue":[SSH KEY]} (of a server in maintenance), {"end":true}, {"off":true} (without power),
// {"deploy":IMAGE,"raid1":BOOL,"files":{PATH:CONTENT}}, {"look":true}; time passes with each.
// Answers with a line
// {"power","phase","state","access":{address,host_key},"status","error","timeline":[…]}.
#include "core/log.h"
#include "provisioner/boot/boot_site.h"
#include "pxe/http/server.h"
#include "tests/web/domain_fixture.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace {

using namespace switchyard;
using namespace switchyard::provisioner;
using nlohmann::json;

constexpr const char* kServer = "srv1";

class LabBmc final : public Bmc {
 public:
  explicit LabBmc(Power& power) : power_(power) {}

  Result<Power> power() override { return power_; }

  Status set_power(PowerAction action) override {
    power_ = action == PowerAction::On ? Power::On : Power::Off;
    return {};
  }

  Status set_next_boot(BootDevice, std::optional<BootMode>) override { return {}; }

  Result<BmcInventory> inventory() override { return BmcInventory{}; }

  Result<ConsoleAddress> console() override { return ConsoleAddress{}; }

 private:
  Power& power_;
};

// The installed system of a virtual machine has a network the site does not know: its files are
// added.
class WithFiles final : public ServerBoot {
 public:
  WithFiles(std::unique_ptr<ServerBoot> inner, const std::vector<HostFile>& files)
      : inner_(std::move(inner)), files_(files) {}

  Result<BootStatus> read() override { return inner_->read(); }

  Status set_power(Power power) override { return inner_->set_power(power); }

  Status set_next_boot(BootDevice device) override { return inner_->set_next_boot(device); }

  Status start_install(const InstallOrder& order) override {
    InstallOrder more = order;
    more.files.insert(more.files.end(), files_.begin(), files_.end());
    return inner_->start_install(more);
  }

  Status start_wipe(const std::string& operation) override { return inner_->start_wipe(operation); }

  Status start_rescue(const RescueOrder& order) override { return inner_->start_rescue(order); }

 private:
  std::unique_ptr<ServerBoot> inner_;
  const std::vector<HostFile>& files_;
};

struct Lab {
  SimulatedSite site{db::Backend::Sqlite};
  web::test::ServiceEvents events{*site.service};
  SigningKey key{SigningKey::make()};
  BootAddress address{};
  std::string folder{};
  Power power{Power::Off};
  std::string operation{};
  std::vector<HostFile> files{};
  std::unique_ptr<pxe::http::Server> boot_server{};
  std::unique_ptr<web::Server> api{};
  std::unique_ptr<BootDesk> desk{};
  std::unique_ptr<BootSite> boot_site{};

  Status start_api(char** arguments);
  Status start_boot(const std::string& identity_folder);
  Status carry_out(const json& said);
  json look();
};

Status Lab::start_api(char** arguments) {
  std::vector<db::Migration> all(ipam::migrations().begin(), ipam::migrations().end());
  all.insert(all.end(), migrations().begin(), migrations().end());
  all.insert(all.end(), web::api::migrations().begin(), web::api::migrations().end());
  if (const Status migrated = db::migrate(*site.pool, all); !migrated) return migrated;
  auto started = web::Server::start({.certificate_file = arguments[3],
                                     .key_file = arguments[4],
                                     .pepper_file = std::string(arguments[2]) + "/pepper"},
                                    {.pool = *site.pool,
                                     .clock = site.clock,
                                     .events = events,
                                     .add_routes = web::domain_routes(*site.service)});
  if (!started) return tl::unexpected(started.error());
  api = std::move(*started);
  desk = std::make_unique<BootDesk>(BootDeskTools{
      .pool = *site.pool,
      .wakeup = site.wakeup,
      .key = key,
      .site = "lab",
      .find_image = [this](const std::string& name, int) { return find_manifest(folder, name); },
      .boot_url = boot_url(address),
      .home = HomeAddress{.url = "https://" + address.address + ":" + std::to_string(api->port()) +
                                 "/api/v1/phone-home",
                          .pin = arguments[5]},
      .ordered = [this](const std::string& who) { boot_server->wake(task_topic(who)); }});
  return {};
}

Status Lab::start_boot(const std::string& identity_folder) {
  boot_site = std::make_unique<BootSite>(
      *desk, [](const std::string&) { return Asker{.server = kServer, .known_by = KnownBy::Port}; },
      [this](const auto&...) { return address; });
  const auto root = pxe::BootRoot::open(folder);
  if (!root) return tl::unexpected(root.error());
  auto identity = pxe::http::ensure_identity(identity_folder + "/boot");
  if (!identity) return tl::unexpected(identity.error());
  auto opened = pxe::http::Server::open({.address = "127.0.0.1",
                                         .port = address.port,
                                         .tls_port = address.tls_port,
                                         .identity = std::move(*identity)},
                                        *root, boot_site.get());
  if (!opened) return tl::unexpected(opened.error());
  boot_server = std::move(*opened);
  address.pin = boot_server->spki_pin();
  site.runner = std::make_unique<Runner>(StepContext{
      *site.pool, site.clock, site.wakeup, site.site, site.allocator,
      [this](const ServerRecord&, const BootLimits&) -> Result<std::unique_ptr<ServerBoot>> {
        return std::make_unique<WithFiles>(join(kServer, std::make_unique<LabBmc>(power), *desk),
                                           files);
      }});
  return {};
}

Status Lab::carry_out(const json& said) {
  if (said.contains("rescue")) {
    if (auto out = site.service->start_maintenance(kServer, "lab", {}, Mode::Real); !out)
      return tl::unexpected(out.error());
    const auto keys = said.at("rescue").get<std::vector<std::string>>();
    const auto queued = site.service->start_rescue({.name = "lab"}, kServer, keys, Mode::Real);
    if (!queued) return tl::unexpected(queued.error());
    operation = queued->id;
  }
  if (said.contains("end"))
    return site.service->end_rescue({.name = "lab"}, kServer, Mode::Real).map([](const auto&) {});
  if (said.contains("off")) power = Power::Off;
  if (said.contains("deploy")) {
    for (const auto& [path, content] : said.at("files").items())
      files.push_back({.path = path, .content = content.get<std::string>()});
    DeployRequest request = site.order();
    request.image = said.at("deploy").get<std::string>();
    request.layout.raid1 = said.at("raid1").get<bool>();
    const auto ordered = site.service->deploy({.name = "lab"}, request);
    if (!ordered) return tl::unexpected(ordered.error());
    operation = ordered->operation;
  }
  return {};
}

json Lab::look() {
  site.tick();
  json seen{{"power", power == Power::On ? "on" : "off"},
            {"phase", desk->read(kServer)->phase},
            {"state", site.server_state()}};
  if (const auto rescue = site.service->find_rescue(kServer))
    seen["access"] = {{"address", rescue->address}, {"host_key", rescue->host_key}};
  if (operation.empty()) return seen;
  const OperationView view = site.operation(operation);
  seen["status"] = view.status;
  seen["step"] = view.step;
  seen["error"] = view.error;
  for (const TimelineView& line : view.timeline)
    seen["timeline"].push_back(line.step + " " + line.kind + " " + line.message);
  return seen;
}

int fail(const std::string& why) {
  std::fprintf(stderr, "life_lab: %s\n", why.c_str());
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 9)
    return fail("usage: FOLDER IDENTITY-FOLDER CERTIFICATE KEY PIN PORT TLS-PORT ADDRESS");
  log::set_level(log::Level::Warning);
  Lab lab;
  lab.folder = arguments[1];
  lab.address = {.address = arguments[8],
                 .port = static_cast<std::uint16_t>(std::atoi(arguments[6])),
                 .tls_port = static_cast<std::uint16_t>(std::atoi(arguments[7]))};
  Status started = lab.start_api(arguments);
  if (started) started = lab.start_boot(arguments[2]);
  if (!started) return fail(started.error().message);
  for (std::string line; std::getline(std::cin, line);) {
    const Status done = lab.carry_out(json::parse(line));
    json answer = lab.look();
    if (!done) answer["refused"] = done.error().message;
    std::printf("%s\n", answer.dump().c_str());
    std::fflush(stdout);
  }
  lab.boot_server->stop();
  lab.api->stop();
  return 0;
}
