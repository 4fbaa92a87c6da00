// Vantage points: machines with an address in a VRF, from which host routes are probed. How to
// reach them, whose turn it is to drive them, what came of the last contact.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"
#include "core/net.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace switchyard::provisioner {

struct VantageVrf {
  VrfName vrf{};
  std::string device{};  // empty: the machine has one table only
};

struct VantageRecord {
  std::string name{};
  std::string address{};
  int port{22};
  std::string login{};
  std::string sealed_password{};
  std::string key_file{};
  std::string host_key{};
  bool gate{};          // a deployment waits for what it sees
  std::string state{};  // unknown, reachable, unreachable, refused
  std::string error{};
  long long last_contact{};
  long long version{};
  std::vector<VantageVrf> vrfs{};
};

// A vantage point that serves a VRF.
struct VantageOfVrf {
  std::string name{};
  bool gate{};
};

[[nodiscard]] std::vector<std::string> list_vantage_names(db::Session& session);
[[nodiscard]] std::vector<VantageRecord> list_vantage_records(db::Session& session,
                                                              const std::string& after, int limit);
[[nodiscard]] std::optional<VantageRecord> find_vantage_record(db::Session& session,
                                                               const std::string& name);
// Changes whenever the vantage point is to be reached or used in another way.
[[nodiscard]] std::optional<long long> find_vantage_version(db::Session& session,
                                                            const std::string& name);
// By name.
[[nodiscard]] std::vector<VantageOfVrf> list_vantages_of(db::Session& session, const VrfName& vrf);

// Who may write what a vantage point saw: the holder of its lease with this fencing number.
struct VantageClaim {
  std::string vantage{};
  std::string holder{};
  long long fence{};
};

// As claim_row().
[[nodiscard]] std::optional<VantageClaim> claim_vantage(db::Session& session,
                                                        const VantageClaim& claimant,
                                                        std::chrono::seconds how_long);
// Whether the lease is still held; until the unit of work ends nobody else can take it.
[[nodiscard]] bool hold_vantage(db::Session& session, const VantageClaim& claim, Timestamp now);
void set_vantage_contact(db::Session& session, const std::string& name, const std::string& state,
                         const std::string& error, Timestamp now);

}  // namespace switchyard::provisioner
