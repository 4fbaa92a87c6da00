// Objects as the API answers them, for the tests of this folder.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace switchyard::web::cli {

[[nodiscard]] inline nlohmann::json sample_server(const std::string& name,
                                                  const std::string& state) {
  const bool used = state == "active";
  return {
      {"name", name},
      {"profile", "small"},
      {"state", state},
      {"reason", state == "failed" ? "the wipe was not proved" : ""},
      {"deployment", used ? "dep-1" : ""},
      {"project", used ? "demo" : ""},
      {"hardware", "QEMU Standard PC"},
      {"secure_boot", "default"},
      {"nics",
       {{{"name", "eth1"}, {"mac", "02:00:00:00:00:01"}, {"switch", "tor1"}, {"port", "swp1"}},
        {{"name", "eth2"}, {"mac", "02:00:00:00:00:02"}, {"switch", "tor2"}, {"port", "swp1"}}}},
      {"version", 3}};
}

[[nodiscard]] inline nlohmann::json sample_port(const std::string& name, bool routed) {
  nlohmann::json port{{"switch", "tor1"},
                      {"name", name},
                      {"role", "server"},
                      {"server", "srv1"},
                      {"wished_mode", routed ? "routed" : "provisioning"},
                      {"wish", routed ? "routed 101 201" : "provisioning vlan 100"},
                      {"sync", routed ? "drifted" : "in-sync"},
                      {"error", ""},
                      {"differences", nlohmann::json::array()},
                      {"sessions", nlohmann::json::array()},
                      {"observed_at", "2026-11-21T03:14:15.000000Z"},
                      {"wish_version", 7}};
  if (!routed) return port;
  port["sessions"] = {
      {{"vrf", "vrf-prv"},
       {"tag", 101},
       {"state", "Established"},
       {"remote_asn", 4200000001},
       {"expected", {"10.1.0.1/32", "fd10:1::1/128"}},
       {"accepted", {"10.1.0.1/32", "fd10:1::1/128"}},
       {"refused", {{{"kind", "network"}, {"family", "ipv4"}, {"announcements", 3}}}}}};
  port["differences"] = {{{"where", "running"},
                          {"subject", "prefix list"},
                          {"wished", "10.1.0.1/32"},
                          {"observed", "any"}}};
  return port;
}

[[nodiscard]] inline nlohmann::json sample_deployment(const std::string& state) {
  return {{"id", "dep-1"},
          {"name", "web-1"},
          {"project", "demo"},
          {"server", "srv1"},
          {"image", "debian-12"},
          {"catalog", "l3-dual"},
          {"state", state},
          {"reason", ""},
          {"asn", 4200000001},
          {"addresses",
           {{{"vrf", "vrf-prv"}, {"tag", 101}, {"subnet", "prv-a"}, {"address", "10.1.0.1"}},
            {{"vrf", "vrf-pub"}, {"tag", 201}, {"subnet", "pub-a"}, {"address", "203.0.113.1"}}}},
          {"operation", "op-1"},
          {"created_at", "2026-11-21T03:14:15.000000Z"},
          {"ended_at", nullptr},
          {"version", 2}};
}

// A deploy of three steps of which `done` are done; "running" the next one is under way.
[[nodiscard]] inline nlohmann::json sample_operation(int done, const std::string& status,
                                                     const std::string& message = "") {
  const char* names[] = {"preparing", "installing", "verifying"};
  const char* titles[] = {"Put both ports into the provisioning VLAN", "Install the system",
                          "Wait until both switches accept exactly the host routes"};
  nlohmann::json steps = nlohmann::json::array();
  for (int i = 0; i < 3; ++i) {
    const bool is_running = i == done && status == "running";
    steps.push_back({{"name", names[i]},
                     {"title", titles[i]},
                     {"state", i < done     ? "done"
                               : is_running ? "running"
                                            : "pending"},
                     {"seconds", i < done     ? 2.1 + i
                                 : is_running ? 0.5
                                              : 0.0},
                     {"usual_seconds", i == 2 ? 0.0 : 2.0 + 30.0 * i},
                     {"slow", false}});
  }
  nlohmann::json timeline = nlohmann::json::array();
  nlohmann::json error = nullptr;
  if (status == "failed") {
    timeline.push_back({{"sequence", 1},
                        {"at", "2026-11-21T03:14:15.000000Z"},
                        {"step", names[done]},
                        {"kind", "failed"},
                        {"message", "switch tor2: refused the change"}});
    error = {{"code", "rejected"}, {"detail", "switch tor2: refused the change"}};
  }
  return {{"id", "op-1"},
          {"kind", "deploy"},
          {"deployment", "dep-1"},
          {"server", "srv1"},
          {"project", "demo"},
          {"status", status},
          {"step", done < 3 ? names[done] : "succeeded"},
          {"message", message},
          {"error", error},
          {"cancel_requested", false},
          {"attempt", 0},
          {"steps", steps},
          {"timeline", timeline},
          {"created_at", "2026-11-21T03:14:15.000000Z"},
          {"finished_at", nullptr},
          {"version", done + 1}};
}

}  // namespace switchyard::web::cli
