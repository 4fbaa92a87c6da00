// Every request this driver ever sends to a switch, and what it reads of each answer. A simulated
// switch has to understand these and no more.
#pragma once

#include "core/net.h"
#include "core/result.h"
#include "switch-drivers/cumulus-nvue/plan.h"
#include "switch-drivers/driver.h"
#include "switch-drivers/transport/http_client.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::cumulus_nvue {

// --- Reading. All of it is harmless at any time.
[[nodiscard]] HttpRequest read_applied();
[[nodiscard]] HttpRequest read_startup();
[[nodiscard]] HttpRequest read_interfaces();  // what they do
[[nodiscard]] HttpRequest read_system();
[[nodiscard]] HttpRequest read_boot();
[[nodiscard]] HttpRequest read_revisions();
[[nodiscard]] HttpRequest read_revision(const std::string& id);
[[nodiscard]] HttpRequest read_neighbours(const VrfName& vrf);
[[nodiscard]] HttpRequest read_routes(const VrfName& vrf, Family family);
[[nodiscard]] HttpRequest read_received(const VrfName& vrf, const std::string& unit, Family family);

// --- Changing.
[[nodiscard]] HttpRequest new_revision();
[[nodiscard]] HttpRequest drop_revision(const std::string& id);
// Unset, then set; those that say nothing are left out.
[[nodiscard]] std::vector<HttpRequest> edit(const std::string& id, const Edits& edits);
// In force for `undo_after`; then the switch takes it back.
[[nodiscard]] HttpRequest apply_for(const std::string& id, std::chrono::seconds undo_after);
[[nodiscard]] HttpRequest confirm(const std::string& id);
[[nodiscard]] HttpRequest take_back(const std::string& id);
// NVUE saves all that is applied. From 5.9 on it does so by itself, unless it was told not to.
[[nodiscard]] HttpRequest save();

// --- What the answers say. Rejected: they are no such answer.
// The error of an answer that is none; a NotFound, Unavailable or Rejected with what it says.
[[nodiscard]] std::optional<Error> error_of(const HttpAnswer& answer);
[[nodiscard]] Result<std::string> parse_new_revision(const HttpAnswer& answer);

enum class Progress { Runs, Applied, Waits, Failed };

struct Revision {
  Progress progress{};
  std::string state{};
  std::string issues{};  // one line
};

[[nodiscard]] Result<Revision> parse_revision(const HttpAnswer& answer);
// Of all revisions the one that waits to be confirmed.
[[nodiscard]] Result<std::optional<std::string>> parse_waiting(const HttpAnswer& answer);
// Administratively up, by name.
[[nodiscard]] Result<std::map<std::string, bool>> parse_interfaces(const HttpAnswer& answer);

struct System {
  std::string hostname{};
  std::string version{};  // "5.9.1"
};

// "5.9.1" as {5, 9}; nothing for what is no version.
[[nodiscard]] std::optional<std::pair<int, int>> version_of(const System& system);
[[nodiscard]] Result<System> parse_system(const HttpAnswer& answer);
// Of the last boot; "" where the switch keeps no such record.
[[nodiscard]] std::string parse_boot(const HttpAnswer& answer);

struct Neighbour {
  std::string state{};  // as BGP's standard writes it: "Established"
  std::uint32_t asn{};
  std::chrono::milliseconds established_for{};
};

[[nodiscard]] Result<std::map<std::string, Neighbour>> parse_neighbours(const HttpAnswer& answer);
// By the neighbour they came from, sorted.
[[nodiscard]] Result<std::map<std::string, std::vector<Prefix>>> parse_routes(
    const HttpAnswer& answer);
[[nodiscard]] Result<std::vector<Prefix>> parse_received(const HttpAnswer& answer);

}  // namespace switchyard::switch_drivers::cumulus_nvue
