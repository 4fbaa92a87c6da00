// Roll-outs and what became of each of their servers. A roll-out's id is that of its operation.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"
#include "core/result.h"
#include "provisioner/store/records.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace switchyard::provisioner {

struct RolloutRecord {
  std::string id{};
  std::string catalog{};
  int version{};          // that servers are moved to; 0 of one that takes another one back
  std::string reverts{};  // that other one
  int canary{};
  int batch{};
  std::chrono::seconds pause{};  // after each wave
  std::string author{};
  long long created{};
};

struct RolloutServer {
  std::string rollout{};
  std::string deployment{};
  std::string server{};
  int wave{};  // 0: of none
  // waiting, moving, moved, failed; left: not to be moved, `detail` says why; untouched: the
  // roll-out ended before its turn
  std::string state{};
  int from_version{};
  int to_version{};
  std::string operation{};  // its move
  std::string detail{};
  std::string legs{"[]"};  // JSON list of {"at","up","of"}: legs that carried, from when on
  std::chrono::microseconds loss{};  // how long no leg carried its host routes
  long long ended{};                 // 0: not yet
  // What vantage points saw of its host routes (steps/route_probes.h); '': nobody looked yet.
  std::string probes{};
};

struct PlannedMove {
  Plan former{};
  Plan target{};
};

void insert_rollout(db::Session& session, const RolloutRecord& record);
void insert_rollout_server(db::Session& session, const RolloutServer& server,
                           const PlannedMove& plans);

[[nodiscard]] std::optional<RolloutRecord> find_rollout(db::Session& session,
                                                        const std::string& id);
// Newest first, the first `limit` older than `before` ('': all).
[[nodiscard]] std::vector<RolloutRecord> list_rollouts(db::Session& session,
                                                       const std::string& before, int limit);
// By wave and deployment; '' for any state, 0 for any wave.
[[nodiscard]] std::vector<RolloutServer> list_rollout_servers(db::Session& session,
                                                              const std::string& rollout,
                                                              const std::string& state, int wave);
// By deployment, the first `limit` after `after`; '' for any state.
[[nodiscard]] std::vector<RolloutServer> page_rollout_servers(db::Session& session,
                                                              const std::string& rollout,
                                                              const std::string& state,
                                                              const std::string& after, int limit);
[[nodiscard]] long long count_rollout_servers(db::Session& session, const std::string& rollout,
                                              const std::string& state);
// The first wave that has servers waiting; 0: none has.
[[nodiscard]] int next_wave(db::Session& session, const std::string& rollout);
// The last wave that has servers moved or failed; 0: none has.
[[nodiscard]] int last_wave(db::Session& session, const std::string& rollout);

[[nodiscard]] std::optional<RolloutServer> find_move(db::Session& session,
                                                     const std::string& operation);
// NotFound: there is no such server in this roll-out.
[[nodiscard]] Result<PlannedMove> find_planned_move(db::Session& session,
                                                    const std::string& rollout,
                                                    const std::string& deployment);

void set_rollout_server(db::Session& session, const RolloutServer& server, const std::string& state,
                        const std::string& detail);
void begin_move(db::Session& session, const RolloutServer& server, const std::string& operation);
// So many legs of so many carry its traffic at `now`; what has not changed is not written again.
// `server` shows it.
void note_legs(db::Session& session, RolloutServer& server, int up, int of, Timestamp now);
void set_rollout_probes(db::Session& session, const RolloutServer& server);
// Its move is over; the roll-out is woken.
void end_move(db::Session& session, const std::string& operation, const std::string& status,
              const std::string& why, Timestamp now);
// All that wait will not be moved.
void leave_waiting(db::Session& session, const std::string& rollout);

}  // namespace switchyard::provisioner
