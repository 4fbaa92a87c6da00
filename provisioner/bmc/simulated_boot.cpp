#include "provisioner/bmc/simulated_boot.h"

#include "core/crash_point.h"
#include "provisioner/bmc/http_exchange.h"

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>

namespace switchyard::provisioner {
namespace {

using nlohmann::json;

constexpr std::size_t kBodyLimit = 1 << 20;
constexpr auto kDeadline = std::chrono::seconds(20);

// The answer to one request, with every wait and size bounded (facts/ecosystem.md 6: httplib's own
// timeouts are per read and its bodies are unbounded).
Result<json> exchange(httplib::Client& client, httplib::Request request, const std::string& who) {
  const auto until = std::chrono::steady_clock::now() + kDeadline;
  std::string body;
  bool too_large = false, too_late = false;
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    too_late = std::chrono::steady_clock::now() > until;
    too_large = body.size() + size > kBodyLimit;
    if (too_late || too_large) return false;
    body.append(data, size);
    return true;
  };
  const httplib::Result result = client.send(request);
  if (too_large) return failure(Errc::Invalid, who + ": the answer is larger than 1 MiB");
  if (too_late) return failure(Errc::TimedOut, who + ": no complete answer in 20 s");
  if (!result) return failure(Errc::Unavailable, who + ": " + httplib::to_string(result.error()));
  if (result->status >= 500)
    return failure(Errc::Unavailable, who + ": HTTP " + std::to_string(result->status));
  if (result->status == 404) return failure(Errc::NotFound, who + ": no such system");
  if (result->status == 401 || result->status == 403)
    return failure(Errc::Rejected, who + ": the BMC refuses the login");
  if (result->status >= 400)
    return failure(Errc::Rejected,
                   who + ": HTTP " + std::to_string(result->status) + " " + body.substr(0, 200));
  const json parsed = json::parse(body.empty() ? "{}" : body, nullptr, false);
  if (parsed.is_discarded() || !parsed.is_object())
    return failure(Errc::Invalid, who + ": the answer is not a JSON object");
  return parsed;
}

class SimulatedBoot final : public ServerBoot {
 public:
  SimulatedBoot(const BmcAccess& access, HttpUrl url)
      : who_("BMC of " + access.server),
        url_(std::move(url)),
        client_(url_.origin.text()),
        limits_(access.limits),
        on_stop_(limits_.stop, [this] { client_.stop(); }) {
    client_.set_connection_timeout(5);
    client_.set_read_timeout(10);
    client_.set_write_timeout(10);
    if (!access.user.empty()) client_.set_basic_auth(access.user, access.password.reveal());
  }

  Result<BootStatus> read() override {
    return send("GET", "", json()).and_then([this](const json& system) {
      return parse_status(system);
    });
  }

  Status set_power(Power power) override {
    const char* type = power == Power::On ? "On" : "ForceOff";
    return send("POST", "/Actions/ComputerSystem.Reset", {{"ResetType", type}})
        .map([](const json&) {});
  }

  Status set_next_boot(BootDevice device) override {
    const char* target = device == BootDevice::Network ? "Pxe" : "Hdd";
    return send("PATCH", "",
                {{"Boot",
                  {{"BootSourceOverrideTarget", target}, {"BootSourceOverrideEnabled", "Once"}}}})
        .map([](const json&) {});
  }

  Status start_install(const InstallOrder& order) override {
    json files = json::array();
    for (const HostFile& file : order.files)
      files.push_back({{"path", file.path}, {"mode", file.mode}, {"content", file.content}});
    return send("POST", "/Oem/Switchyard/Install",
                {{"operation", order.operation},
                 {"image", order.image},
                 {"hostname", order.hostname},
                 {"files", files}})
        .map([](const json&) {});
  }

  Status start_wipe(const std::string& operation) override {
    return send("POST", "/Oem/Switchyard/Wipe", {{"operation", operation}}).map([](const json&) {});
  }

  Status start_rescue(const RescueOrder& order) override {
    return send("POST", "/Oem/Switchyard/Rescue",
                {{"operation", order.operation}, {"ssh_keys", order.ssh_keys}})
        .map([](const json&) {});
  }

 private:
  Result<json> send(const std::string& method, const std::string& sub_path, const json& body) {
    if (limits_.stop.stop_requested() || std::chrono::steady_clock::now() >= limits_.until)
      return failure(Errc::Unavailable,
                     who_ + ": this controller ends or no longer holds the operation");
    httplib::Request request;
    request.method = method;
    request.path = url_.path + sub_path;
    if (!body.is_null()) {
      request.body = body.dump();
      request.set_header("Content-Type", "application/json");
    }
    if (method == "GET") return exchange(client_, std::move(request), who_);
    crash_point("before power or boot");
    auto answer = exchange(client_, std::move(request), who_);
    crash_point("after power or boot");
    return answer;
  }

  Result<BootStatus> parse_status(const json& system) const {
    try {
      const json& ours = system.at("Oem").at("Switchyard");
      return BootStatus{.power = system.at("PowerState") == "On" ? Power::On : Power::Off,
                        .phase = ours.at("Phase").get<std::string>(),
                        .detail = ours.value("Detail", ""),
                        .operation = ours.value("Operation", ""),
                        .progress = ours.value("Progress", 0),
                        .address = ours.value("Address", ""),
                        .host_key = ours.value("HostKey", "")};
    } catch (const json::exception&) {
      return failure(Errc::Invalid, who_ + ": the answer lacks PowerState or Oem.Switchyard.Phase");
    }
  }

  std::string who_;
  HttpUrl url_;
  httplib::Client client_;
  BootLimits limits_;
  std::stop_callback<std::function<void()>> on_stop_;  // after what it stops
};

}  // namespace

Result<std::unique_ptr<ServerBoot>> make_simulated_boot(const BmcAccess& access) {
  auto url = parse_http_url(access.url);
  if (!url) return tl::unexpected(url.error().in("server " + access.server));
  return std::make_unique<SimulatedBoot>(access, std::move(*url));
}

}  // namespace switchyard::provisioner
