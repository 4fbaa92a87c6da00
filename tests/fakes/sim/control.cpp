#include "tests/fakes/sim/control.h"

#include "tests/fakes/switch/fake_switch.h"

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <stdexcept>
#include <thread>

namespace switchyard::fakes {

using httplib::Request;
using httplib::Response;
using nlohmann::json;

struct SiteControl::State {
  SimulatedSite& site;
  httplib::Server http{};
  std::thread thread{};
  std::uint16_t port{};

  void add_looks();
  void add_switch_actions();
  void add_server_actions();
  void on_switch(const std::string& verb, std::function<json(FakeTor&, const json&)> act);
  void on_server(const std::string& verb, std::function<json(FakeServer&, const json&)> act);
};

namespace {

SwitchFault parse_fault(const json& body) {
  using Kind = SwitchFault::Kind;
  static const std::map<std::string, Kind> kKinds{
      {"refuse", Kind::Refuse},        {"hang", Kind::Hang}, {"drop-before", Kind::DropBefore},
      {"drop-after", Kind::DropAfter}, {"late", Kind::Late}, {"power-cut", Kind::PowerCut}};
  static const std::map<std::string, SwitchFault::Rest> kRests{
      {"lost", SwitchFault::Rest::Lost},
      {"runs", SwitchFault::Rest::Runs},
      {"runs-late", SwitchFault::Rest::RunsLate}};
  return {.kind = kKinds.at(body.at("kind").get<std::string>()),
          .at = body.value("at", -1LL),
          .matching = body.value("matching", ""),
          .times = body.value("times", 1),
          .delay = std::chrono::milliseconds{body.value("delay_ms", 1000)},
          .rest = kRests.at(body.value("rest", "lost"))};
}

// What only a switch with a shell has.
FakeSwitch& shell_of(FakeTor& one) {
  auto* const shell = dynamic_cast<FakeSwitch*>(&one);
  if (shell == nullptr) throw std::runtime_error(one.plan().name + " has no shell");
  return *shell;
}

json settle(FakeTor& one, const json& body) {
  if (body.contains("refuse_port")) one.refuse_port(body["refuse_port"], true);
  if (body.contains("refuse_lines")) one.refuse_lines(body["refuse_lines"], true);
  if (body.contains("full_disk")) one.set_full_disk(body["full_disk"]);
  if (body.contains("unreachable")) one.set_unreachable(body["unreachable"]);
  if (body.contains("commit_ms"))
    one.set_commit_delay(std::chrono::milliseconds{body["commit_ms"].get<long long>()});
  if (body.contains("bgp_ms"))
    one.set_bgp_delay(std::chrono::milliseconds{body["bgp_ms"].get<long long>()});
  if (body.contains("max_startups") || body.contains("max_sessions") ||
      body.contains("max_connections") || body.contains("drop_after_bytes")) {
    const SshLimits usual;
    shell_of(one).set_limits(
        {.max_startups = body.value("max_startups", usual.max_startups),
         .max_sessions = body.value("max_sessions", usual.max_sessions),
         .max_connections = body.value("max_connections", usual.max_connections),
         .drop_after_bytes = body.value("drop_after_bytes", usual.drop_after_bytes)});
  }
  if (body.contains("lies")) {
    std::vector<SwitchLie> lies;
    for (const json& lie : body["lies"])
      lies.push_back({lie.at("command"), lie.at("find"), lie.at("replace")});
    shell_of(one).set_lie(std::move(lies));
  }
  return json::object();
}

std::vector<Prefix> parse_prefixes(const json& list) {
  std::vector<Prefix> prefixes;
  for (const json& text : list)
    if (const auto prefix = parse_prefix(text.get<std::string>())) prefixes.push_back(*prefix);
  return prefixes;
}

json state_of(FakeTor& one) {
  json ports = json::object();
  for (const std::string& port : one.plan().server_ports) {
    const PortView view = one.port_view(port);
    ports[port] = {{"up", view.up},
                   {"carrier", view.carrier},
                   {"master", view.master},
                   {"pvid", view.pvid},
                   {"tags", view.tags}};
  }
  return {{"name", one.plan().name},
          {"port", one.port()},
          {"connections", one.connections()},
          {"logins", one.logins()},
          {"round_trips", one.exchanges()},
          {"steps", one.steps()},
          {"violations", one.violations().size()},
          {"leftovers", one.leftovers()},
          {"ports", ports}};
}

json state_of(FakeServer& one) {
  const ServerState state = one.state();
  return {{"name", one.plan().name},      {"on", state.on},
          {"phase", state.phase},         {"detail", state.detail},
          {"operation", state.operation}, {"boots", state.boots}};
}

// Answers what could have been named, too.
json change_by_hand(FakeTor& one, const TorRow& row, const json& body) {
  const std::string vrf = body.at("vrf");
  const auto changes =
      one.hand_changes({.port = body.at("port"), .vrf = row.vrf_name(vrf), .tag = body.at("tag")});
  json names = json::array();
  bool made = !body.contains("name");
  for (const HandChange& change : changes) {
    names.push_back(change.name);
    if (body.value("name", "") != change.name) continue;
    change.make();
    made = true;
  }
  if (!made) throw std::runtime_error("nobody does that here by hand; known are " + names.dump());
  return names;
}

void guarded(Response& response, const std::function<void()>& act) {
  try {
    act();
  } catch (const std::exception& thrown) {
    response.status = 400;
    response.set_content(json{{"error", thrown.what()}}.dump() + "\n", "application/json");
  }
}

void not_found(Response& response) {
  response.status = 404;
  response.set_content("{\"error\":\"no such object\"}\n", "application/json");
}

}  // namespace

void SiteControl::State::on_switch(const std::string& verb,
                                   std::function<json(FakeTor&, const json&)> act) {
  http.Post("/switches/([^/]+)/" + verb,
            [this, act = std::move(act)](const Request& request, Response& response) {
              FakeTor* one = site.find_switch(request.matches[1]);
              if (one == nullptr) return not_found(response);
              guarded(response, [&] {
                json body = json::parse(request.body.empty() ? "{}" : request.body);
                if (request.matches.size() > 2) body["port"] = std::string(request.matches[2]);
                response.set_content(act(*one, body).dump() + "\n", "application/json");
              });
            });
}

void SiteControl::State::on_server(const std::string& verb,
                                   std::function<json(FakeServer&, const json&)> act) {
  http.Post("/servers/([^/]+)/" + verb, [this, act = std::move(act)](const Request& request,
                                                                     Response& response) {
    FakeServer* one = site.find_server(request.matches[1]);
    if (one == nullptr) return not_found(response);
    guarded(response, [&] {
      response.set_content(
          act(*one, json::parse(request.body.empty() ? "{}" : request.body)).dump() + "\n",
          "application/json");
    });
  });
}

void SiteControl::State::add_looks() {
  http.Get("/state", [this](const Request&, Response& response) {
    json switches = json::array(), servers = json::array();
    for (const auto& one : site.switches())
      switches.push_back(state_of(*one));
    for (const auto& one : site.servers())
      servers.push_back(state_of(*one));
    response.set_content(json{{"switches", switches}, {"servers", servers}}.dump(1) + "\n",
                         "application/json");
  });
  http.Get("/violations", [this](const Request&, Response& response) {
    json all = json::array();
    for (const auto& one : site.switches())
      for (const std::string& violation : one->violations())
        all.push_back(violation);
    response.set_content(all.dump(1) + "\n", "application/json");
  });
  http.Get("/switches/([^/]+)/log", [this](const Request& request, Response& response) {
    FakeTor* one = site.find_switch(request.matches[1]);
    if (one == nullptr) return not_found(response);
    json log = json::array();
    for (const SwitchLogEntry& entry : one->log())
      log.push_back({{"command", entry.command}, {"input", entry.input}, {"status", entry.status}});
    response.set_content(log.dump(1, ' ', false, json::error_handler_t::replace) + "\n",
                         "application/json");
  });
  http.Delete("/switches/([^/]+)/log", [this](const Request& request, Response& response) {
    FakeTor* one = site.find_switch(request.matches[1]);
    if (one == nullptr) return not_found(response);
    one->clear_log();
  });
  http.Get("/switches/([^/]+)/running-config", [this](const Request& request, Response& response) {
    FakeTor* one = site.find_switch(request.matches[1]);
    if (one == nullptr) return not_found(response);
    guarded(response, [&] { response.set_content(shell_of(*one).running_config(), "text/plain"); });
  });
  http.Get("/switches/([^/]+)/fingerprint", [this](const Request& request, Response& response) {
    FakeTor* one = site.find_switch(request.matches[1]);
    if (one == nullptr) return not_found(response);
    response.set_content(one->fingerprint(), "text/plain");
  });
  http.Post("/inventory", [this](const Request&, Response& response) {
    response.set_content(site.inventory(), "application/yaml");
  });
}

void SiteControl::State::add_switch_actions() {
  http.Post("/switches/([^/]+)/console", [this](const Request& request, Response& response) {
    FakeTor* one = site.find_switch(request.matches[1]);
    if (one == nullptr) return not_found(response);
    guarded(response,
            [&] { response.set_content(shell_of(*one).console(request.body), "text/plain"); });
  });
  on_switch("fault", [](FakeTor& one, const json& body) {
    one.set_fault(parse_fault(body));
    return json::object();
  });
  on_switch("settings", settle);
  on_switch("clear", [](FakeTor& one, const json&) { return one.clear_faults(), json::object(); });
  on_switch("reboot", [](FakeTor& one, const json&) { return one.reboot(), json::object(); });
  on_switch("factory-reset",
            [](FakeTor& one, const json&) { return one.factory_reset(), json::object(); });
  on_switch("change-host-key",
            [](FakeTor& one, const json&) { return one.change_host_key(), json::object(); });
  on_switch("ports/(.+)/by-hand", [this](FakeTor& one, const json& body) {
    return change_by_hand(one, site.row_of(one), body);
  });
  on_switch("ports/(.+)/pull", [](FakeTor& one, const json& body) {
    return one.pull(body.at("port"), body.value("out", true)), json::object();
  });
}

void SiteControl::State::add_server_actions() {
  on_server("faults", [](FakeServer& one, const json& body) {
    one.set_faults({.ignores_power_on = body.value("ignores_power_on", false),
                    .ignores_power_off = body.value("ignores_power_off", false),
                    .lies_about_power = body.value("lies_about_power", false),
                    .hangs = body.value("hangs", false),
                    .install_fails = body.value("install_fails", false),
                    .wipe_fails = body.value("wipe_fails", false),
                    .loses_boot_device = body.value("loses_boot_device", false)});
    return json::object();
  });
  on_server("announce", [](FakeServer& one, const json& body) {
    return one.announce(parse_prefixes(body)), json::object();
  });
  on_server("rogue", [](FakeServer& one, const json& body) {
    one.turn_rogue(body.at("asn"), parse_prefixes(body.at("prefixes")));
    return json::object();
  });
}

SiteControl::SiteControl(SimulatedSite& site, std::uint16_t port)
    : state_(new State{.site = site}) {
  state_->add_looks();
  state_->add_switch_actions();
  state_->add_server_actions();
  state_->http.set_tcp_nodelay(true);
  const int bound = port == 0 ? state_->http.bind_to_any_port("127.0.0.1")
                              : (state_->http.bind_to_port("127.0.0.1", port) ? port : -1);
  if (bound <= 0)
    throw std::runtime_error("control port: cannot listen on 127.0.0.1:" + std::to_string(port));
  state_->port = static_cast<std::uint16_t>(bound);
  state_->thread = std::thread([this] { state_->http.listen_after_bind(); });
  while (!state_->http.is_running())
    std::this_thread::yield();
}

SiteControl::~SiteControl() {
  state_->http.stop();
  state_->thread.join();
}

std::uint16_t SiteControl::port() const { return state_->port; }

}  // namespace switchyard::fakes
