#include "tests/provisioner/bmc/scripted_redfish.h"

#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace switchyard::provisioner {

using nlohmann::json;

namespace {

struct Certificate {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
  std::unique_ptr<X509, decltype(&X509_free)> x509{X509_new(), &X509_free};
  std::string fingerprint{"sha256:"};

  Certificate() {
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_set_pubkey(x509.get(), key.get());
    X509_NAME* name = X509_get_subject_name(x509.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("bmc"), -1, -1, 0);
    X509_set_issuer_name(x509.get(), name);
    X509_sign(x509.get(), key.get(), EVP_sha256());
    std::array<unsigned char, 32> digest{};
    X509_digest(x509.get(), EVP_sha256(), digest.data(), nullptr);
    for (const unsigned char byte : digest) {
      constexpr const char* kDigits = "0123456789ABCDEF";
      fingerprint += kDigits[byte >> 4];
      fingerprint += kDigits[byte & 15];
    }
  }
};

json first_system() {
  return json::parse(R"({
    "@odata.id": "/redfish/v1/Systems/1", "Id": "1", "PowerState": "Off",
    "Manufacturer": "Contoso", "Model": "3500RX", "SerialNumber": "437XR1138R2",
    "UUID": "38947555-7742-3448-3784-823347823834", "BiosVersion": "P79 v1.45",
    "MemorySummary": {"TotalSystemMemoryGiB": 96}, "ProcessorSummary": {"Count": 2},
    "Boot": {"BootSourceOverrideTarget": "None", "BootSourceOverrideEnabled": "Disabled",
             "BootSourceOverrideMode": "UEFI",
             "BootSourceOverrideTarget@Redfish.AllowableValues": ["None", "Pxe", "Hdd"]},
    "EthernetInterfaces": {"@odata.id": "/redfish/v1/Systems/1/EthernetInterfaces"},
    "SerialConsole": {"SSH": {"ServiceEnabled": true, "Port": 2200}},
    "Actions": {"#ComputerSystem.Reset": {
      "target": "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset",
      "ResetType@Redfish.AllowableValues": ["On", "ForceOff", "GracefulShutdown"]}}})");
}

}  // namespace

struct ScriptedRedfish::State {
  explicit State(Scheme chosen) : scheme(chosen) {
    if (scheme == Scheme::Https)
      http = std::make_unique<httplib::SSLServer>(certificate.x509.get(), certificate.key.get());
    else
      http = std::make_unique<httplib::Server>();
  }

  Scheme scheme;
  Certificate certificate{};
  std::unique_ptr<httplib::Server> http{};
  std::thread thread{};
  int port{};

  std::mutex mutex{};
  std::condition_variable ends{};
  bool ending{};
  RedfishFaults faults{};
  json system = first_system();
  int version{1};
  std::vector<std::string> requests{};
  std::vector<json> bodies{};
  std::set<std::string> sessions{};
  int at_once{};
  int most_at_once{};

  [[nodiscard]] std::string etag() const { return "\"" + std::to_string(version) + "\""; }

  void refuse(httplib::Response& response, int status, const char* why) const {
    response.status = status;
    response.set_content(
        json{{"error", {{"code", "Base.1.8.GeneralError"}, {"message", why}}}}.dump(),
        "application/json");
  }

  bool may(const httplib::Request& request) const {
    if (faults.refuses_login) return false;
    if (sessions.contains(request.get_header_value("X-Auth-Token"))) return true;
    const auto basic = httplib::make_basic_authentication_header(kUser, kPassword).second;
    return !faults.wants_sessions && request.get_header_value("Authorization") == basic;
  }

  using Act = std::function<void(const httplib::Request&, httplib::Response&, const json&)>;

  // Notes the request, and lets `act` answer it with the mutex held.
  httplib::Server::Handler handler(bool open, Act act) {
    return [this, open, act = std::move(act)](const httplib::Request& request,
                                              httplib::Response& response) {
      std::unique_lock lock(mutex);
      most_at_once = std::max(most_at_once, ++at_once);
      requests.push_back(request.method + " " + request.path);
      const json body = json::parse(request.body.empty() ? "null" : request.body, nullptr, false);
      if (!body.is_null()) bodies.push_back(body);
      if (faults.hangs && !open) ends.wait(lock, [&] { return ending || !faults.hangs; });
      --at_once;
      if (!open && !may(request)) return refuse(response, 401, "log in first");
      if (!open && faults.busy > 0) {
        --faults.busy;
        return refuse(response, 503, "busy");
      }
      act(request, response, body);
    };
  }

  void show(httplib::Response& response, const json& body) const {
    response.set_content(body.dump(), "application/json");
  }

  void patch(const httplib::Request& request, httplib::Response& response, const json& body) {
    if (faults.changes_in_between > 0) {
      --faults.changes_in_between;
      ++version;
    }
    const std::string match = request.get_header_value("If-Match");
    if (!match.empty() && match != etag()) return refuse(response, 412, "it has changed");
    const json& boot = body.at("Boot");
    if (faults.refuses_mode && boot.contains("BootSourceOverrideMode"))
      return refuse(response, 400, "BootSourceOverrideMode is not writable");
    if (faults.refuses_same_enabled && boot.contains("BootSourceOverrideEnabled"))
      return refuse(response, 400, "BootSourceOverrideEnabled is not writable");
    if (!faults.ignores_boot) {
      ++version;
      system.at("Boot").merge_patch(boot);
      if (!boot.contains("BootSourceOverrideEnabled"))
        system["Boot"]["BootSourceOverrideEnabled"] = "Once";
    }
    if (faults.reverts_mode) {
      system["Boot"]["BootSourceOverrideMode"] = "Legacy";
      system["Boot"]["BootSourceOverrideEnabled"] = "Disabled";
    }
    response.status = 204;
  }

  void add_routes() {
    http->Get("/redfish/v1/", handler(true, [this](const auto&, auto& response, const json&) {
                show(response, {{"@odata.id", "/redfish/v1/"},
                                {"Systems", {{"@odata.id", "/redfish/v1/Systems"}}},
                                {"Vendor", "Contoso"}});
              }));
    http->Get("/redfish/v1/Systems",
              handler(false, [this](const auto&, auto& response, const json&) {
                show(response, {{"Members", {{{"@odata.id", kSystem}}}}});
              }));
    http->Get(kSystem, handler(false, [this](const auto&, auto& response, const json&) {
                if (!faults.body.empty())
                  return response.set_content(faults.body, "application/json");
                response.set_header("ETag", etag());
                show(response, system);
              }));
    http->Patch(kSystem,
                handler(false, [this](const auto& request, auto& response, const json& body) {
                  patch(request, response, body);
                }));
    http->Post(std::string(kSystem) + "/Actions/ComputerSystem.Reset",
               handler(false, [this](const auto&, auto& response, const json& body) {
                 response.status = 204;
                 if (faults.ignores_reset) return;
                 const std::string type = body.at("ResetType");
                 system["PowerState"] = type == "On" || type == "ForceOn" ? "On" : "Off";
               }));
    const std::string nics = std::string(kSystem) + "/EthernetInterfaces";
    http->Get(nics, handler(false, [this, nics](const auto&, auto& response, const json&) {
                show(response,
                     {{"Members", {{{"@odata.id", nics + "/1"}}, {{"@odata.id", nics + "/2"}}}}});
              }));
    http->Get(nics + "/1", handler(false, [this](const auto&, auto& response, const json&) {
                show(response, {{"PermanentMACAddress", "12:44:6A:3B:04:11"},
                                {"MACAddress", "02:00:00:00:00:99"}});
              }));
    http->Get(nics + "/2", handler(false, [this](const auto&, auto& response, const json&) {
                show(response, {{"MACAddress", nullptr}});
              }));
    http->Post("/redfish/v1/SessionService/Sessions",
               handler(true, [this](const auto&, auto& response, const json& body) {
                 if (faults.refuses_login || body.value("UserName", "") != kUser ||
                     body.value("Password", "") != kPassword)
                   return refuse(response, 401, "no");
                 sessions.insert("token-1");
                 response.status = 201;
                 response.set_header("X-Auth-Token", "token-1");
                 response.set_header("Location", "/redfish/v1/SessionService/Sessions/1");
               }));
    http->Delete("/redfish/v1/SessionService/Sessions/1",
                 handler(false, [this](const auto& request, auto& response, const json&) {
                   sessions.erase(request.get_header_value("X-Auth-Token"));
                   response.status = 204;
                 }));
  }
};

ScriptedRedfish::ScriptedRedfish(Scheme scheme) : state_(std::make_unique<State>(scheme)) {
  state_->add_routes();
  state_->http->set_tcp_nodelay(true);
  state_->port = state_->http->bind_to_any_port("127.0.0.1");
  state_->thread = std::thread([this] { state_->http->listen_after_bind(); });
  while (!state_->http->is_running())
    std::this_thread::yield();
}

ScriptedRedfish::~ScriptedRedfish() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  state_->ends.notify_all();
  state_->http->stop();
  state_->thread.join();
}

std::string ScriptedRedfish::url() const {
  return std::string(state_->scheme == Scheme::Https ? "https" : "http") +
         "://127.0.0.1:" + std::to_string(state_->port);
}

std::string ScriptedRedfish::fingerprint() const { return state_->certificate.fingerprint; }

void ScriptedRedfish::set_faults(RedfishFaults faults) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->faults = std::move(faults);
  }
  state_->ends.notify_all();
}

void ScriptedRedfish::merge(const json& into_system) {
  const std::lock_guard lock(state_->mutex);
  state_->system.merge_patch(into_system);
  ++state_->version;
}

json ScriptedRedfish::system() {
  const std::lock_guard lock(state_->mutex);
  return state_->system;
}

std::vector<std::string> ScriptedRedfish::requests() {
  const std::lock_guard lock(state_->mutex);
  return state_->requests;
}

std::vector<json> ScriptedRedfish::bodies() {
  const std::lock_guard lock(state_->mutex);
  return state_->bodies;
}

int ScriptedRedfish::most_at_once() {
  const std::lock_guard lock(state_->mutex);
  return state_->most_at_once;
}

std::size_t ScriptedRedfish::open_sessions() {
  const std::lock_guard lock(state_->mutex);
  return state_->sessions.size();
}

}  // namespace switchyard::provisioner
