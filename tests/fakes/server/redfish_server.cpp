#include "tests/fakes/server/redfish_server.h"

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace switchyard::fakes {

using nlohmann::json;

struct RedfishServer::State {
  Find find{};
  std::string user{};
  std::string password{};
  httplib::Server http{};
  std::thread thread{};
  std::atomic<bool> stopping{};
  std::uint16_t port{};
  Addresses addresses{};
  std::mutex mutex{};  // guards the next
  std::map<std::string, int> numbers{};

  void add_routes();
  void with_server(const httplib::Request& request, httplib::Response& response,
                   const std::function<void(FakeServer&, const json&)>& act);
};

namespace {

constexpr std::size_t kThreads = 16;

void answer(httplib::Response& response, int status, const json& body) {
  response.status = status;
  response.set_content(body.dump(), "application/json");
}

void refuse(httplib::Response& response, int status, const std::string& message) {
  answer(response, status, {{"error", {{"code", "Base.1.0.GeneralError"}, {"message", message}}}});
}

json describe(FakeServer& server) {
  const ServerState state = server.state();
  return {{"@odata.id", "/redfish/v1/Systems/" + server.plan().name},
          {"Id", server.plan().name},
          {"PowerState", state.on ? "On" : "Off"},
          {"Boot",
           {{"BootSourceOverrideTarget", state.boot_target},
            {"BootSourceOverrideEnabled", state.boot_target == "None" ? "Disabled" : "Once"}}},
          {"Oem",
           {{"Switchyard",
             {{"Phase", state.phase},
              {"Detail", state.detail},
              {"Operation", state.operation},
              {"Progress", state.progress}}}}}};
}

InstallRequest install_request(const json& body) {
  InstallRequest request{.operation = body.at("operation"),
                         .image = body.value("image", ""),
                         .hostname = body.value("hostname", "")};
  for (const json& file : body.value("files", json::array()))
    request.files.push_back({.path = file.at("path"),
                             .mode = file.value("mode", "0644"),
                             .content = file.at("content")});
  return request;
}

}  // namespace

void RedfishServer::State::with_server(const httplib::Request& request, httplib::Response& response,
                                       const std::function<void(FakeServer&, const json&)>& act) {
  if (!user.empty()) {
    const auto wanted = httplib::make_basic_authentication_header(user, password).second;
    if (request.get_header_value("Authorization") != wanted)
      return refuse(response, 401, "login refused");
  }
  FakeServer* server = find(request.matches[1]);
  if (server == nullptr) return refuse(response, 404, "no such system");
  while (server->faults().hangs && !stopping)
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  const json body = json::parse(request.body.empty() ? "{}" : request.body, nullptr, false);
  if (!body.is_object()) return refuse(response, 400, "the body is not a JSON object");
  try {
    act(*server, body);
  } catch (const json::exception& thrown) {
    refuse(response, 400, thrown.what());
  }
}

void RedfishServer::State::add_routes() {
  const std::string system = R"(/redfish/v1/Systems/([^/]+))";
  http.Get(system, [this](const httplib::Request& request, httplib::Response& response) {
    with_server(request, response,
                [&](FakeServer& server, const json&) { answer(response, 200, describe(server)); });
  });
  http.Patch(system, [this](const httplib::Request& request, httplib::Response& response) {
    with_server(request, response, [&](FakeServer& server, const json& body) {
      server.set_boot_target(body.at("Boot").at("BootSourceOverrideTarget"));
      answer(response, 200, describe(server));
    });
  });
  http.Post(system + "/Actions/ComputerSystem.Reset",
            [this](const httplib::Request& request, httplib::Response& response) {
              with_server(request, response, [&](FakeServer& server, const json& body) {
                const std::string type = body.at("ResetType");
                if (type != "On" && type != "ForceOff" && type != "ForceRestart")
                  return refuse(response, 400, "unknown ResetType " + type);
                if (type != "On") server.power(false);
                if (type != "ForceOff") server.power(true);
                response.status = 204;
              });
            });
  const auto finish = [](httplib::Response& response, const Status& status) {
    if (status)
      answer(response, 202, json::object());
    else
      refuse(response, 409, status.error().message);
  };
  http.Post(system + "/Oem/Switchyard/Install",
            [this, finish](const httplib::Request& request, httplib::Response& response) {
              with_server(request, response, [&](FakeServer& server, const json& body) {
                finish(response, server.install(install_request(body)));
              });
            });
  http.Post(system + "/Oem/Switchyard/Wipe",
            [this, finish](const httplib::Request& request, httplib::Response& response) {
              with_server(request, response, [&](FakeServer& server, const json& body) {
                finish(response, server.wipe(body.at("operation")));
              });
            });
}

RedfishServer::RedfishServer(Find find, std::uint16_t port, std::string user, std::string password,
                             Addresses addresses)
    : state_(std::make_unique<State>()) {
  const char* const listen = addresses == Addresses::Own ? "0.0.0.0" : "127.0.0.1";
  state_->addresses = addresses;
  state_->find = std::move(find);
  state_->user = std::move(user);
  state_->password = std::move(password);
  state_->add_routes();
  state_->http.set_tcp_nodelay(true);
  state_->http.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  const int bound = port == 0 ? state_->http.bind_to_any_port(listen)
                              : (state_->http.bind_to_port(listen, port) ? port : -1);
  if (bound <= 0)
    throw std::runtime_error("simulated BMCs: cannot listen on port " + std::to_string(port));
  state_->port = static_cast<std::uint16_t>(bound);
  state_->thread = std::thread([this] { state_->http.listen_after_bind(); });
  while (!state_->http.is_running())
    std::this_thread::yield();
}

RedfishServer::~RedfishServer() {
  state_->stopping = true;
  state_->http.stop();
  state_->thread.join();
}

std::uint16_t RedfishServer::port() const { return state_->port; }

std::string RedfishServer::url_of(const std::string& server) const {
  std::string address = "127.0.0.1";
  if (state_->addresses == Addresses::Own) {
    const std::lock_guard lock(state_->mutex);
    const int number =
        state_->numbers.emplace(server, static_cast<int>(state_->numbers.size())).first->second;
    address = "127.1." + std::to_string(number / 250) + "." + std::to_string(number % 250 + 1);
  }
  return "http://" + address + ":" + std::to_string(state_->port) + "/redfish/v1/Systems/" + server;
}

}  // namespace switchyard::fakes
