// A Redfish service of one system for tests of the client: answers what it is told to, and notes
// what it was asked. Power follows Reset at once unless a fault says otherwise.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace switchyard::provisioner {

struct RedfishFaults {
  bool hangs{};                 // never answers a request about the system
  bool ignores_reset{};         // says yes, does nothing
  bool ignores_boot{};          // says yes, keeps its boot override
  bool reverts_mode{};          // takes the override but falls back to Legacy and Disabled
  bool refuses_mode{};          // 400 when BootSourceOverrideMode is in the request
  bool refuses_same_enabled{};  // 400 when BootSourceOverrideEnabled is in the request
  bool wants_sessions{};        // no Basic authentication
  bool refuses_login{};
  int changes_in_between{};  // so often somebody else changes the system before our PATCH
  int busy{};                // so many requests about the system get 503
  std::string body{};        // instead of the system
};

// Thread-safe. Listens on 127.0.0.1, on a port of its own, until it is destroyed.
class ScriptedRedfish {
 public:
  enum class Scheme { Http, Https };

  explicit ScriptedRedfish(Scheme scheme = Scheme::Http);
  ~ScriptedRedfish();
  ScriptedRedfish(const ScriptedRedfish&) = delete;
  ScriptedRedfish& operator=(const ScriptedRedfish&) = delete;

  static constexpr const char* kUser = "admin";
  static constexpr const char* kPassword = "correct horse";
  static constexpr const char* kSystem = "/redfish/v1/Systems/1";

  [[nodiscard]] std::string url() const;          // without a path
  [[nodiscard]] std::string fingerprint() const;  // of the certificate, "sha256:…"

  void set_faults(RedfishFaults faults);
  void merge(const nlohmann::json& into_system);  // RFC 7396
  [[nodiscard]] nlohmann::json system();
  // "GET /redfish/v1/Systems/1", in order, and the bodies of those that have one.
  [[nodiscard]] std::vector<std::string> requests();
  [[nodiscard]] std::vector<nlohmann::json> bodies();
  [[nodiscard]] int most_at_once();
  [[nodiscard]] std::size_t open_sessions();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace switchyard::provisioner
