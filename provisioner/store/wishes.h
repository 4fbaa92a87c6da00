// Wishes for ports and the groups that change together. A group is decided once for all its ports:
// commit when every port is prepared (applied, read back, still armed on the switch), abort when
// one failed; either way it is the schema and one UPDATE that decide, not the order of threads.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"
#include "core/result.h"
#include "provisioner/port_policy.h"
#include "provisioner/store/records.h"

#include <optional>
#include <string>
#include <vector>

namespace switchyard::provisioner {

enum class GroupProgress { Settled, Pending, Aborted };

struct GroupState {
  GroupProgress progress{GroupProgress::Pending};
  std::string detail{};  // what it waits for, or why it was aborted
  std::vector<std::string> switches{};
};

// Both or neither. Writes the wishes when they are not there yet (so calling it again only looks).
// An aborted group is forgotten by the call that reports it: the next call tries anew.
[[nodiscard]] Result<GroupState> ensure_group(db::Session& session, const std::string& operation,
                                              const std::vector<PortWish>& wishes, Timestamp now);

// Each port by itself, for closing: one that cannot be reached must not keep the other open.
[[nodiscard]] Result<GroupState> ensure_each(db::Session& session,
                                             const std::vector<PortWish>& wishes);

// Whether this is what is wished for. That the switch was drained since `intent` was made, or no
// longer is, makes no other wish.
[[nodiscard]] bool is_wish(const WishRecord& stored, const switch_drivers::PortIntent& intent);

[[nodiscard]] std::vector<WishRecord> list_wishes(db::Session& session,
                                                  const std::string& switch_name);
// Of the ports after `after` up to `last`.
[[nodiscard]] std::vector<WishRecord> list_wishes(db::Session& session,
                                                  const std::string& switch_name,
                                                  const std::string& after,
                                                  const std::string& last);
// Those that are not settled and whose time has come.
[[nodiscard]] std::vector<WishRecord> list_due_wishes(db::Session& session,
                                                      const std::string& switch_name);
// A condition on port_wishes: the port does not show its wish yet.
[[nodiscard]] std::string unsettled_sql();
// Whether somebody asked for a close look at a port of this switch.
[[nodiscard]] bool has_watched_wishes(db::Session& session, const std::string& switch_name);
[[nodiscard]] std::optional<WishRecord> find_wish(db::Session& session,
                                                  const std::string& switch_name,
                                                  const std::string& port);
// Asks for a close look at the sessions of these ports for so long; zero: no longer.
void watch_sessions(db::Session& session, const std::vector<PortWish>& wishes,
                    std::chrono::seconds how_long);

// What was seen of these ports' sessions is forgotten, so that whoever asks next hears of what is
// seen from now on, whatever the clocks say.
void forget_sessions(db::Session& session, const std::vector<PortWish>& wishes);

// Who may write what a reconciler found: the holder of the switch's lease with this fencing number.
struct SwitchClaim {
  std::string switch_name{};
  std::string holder{};
  long long fence{};
};

// What came of one port. The wish version says which wish it was about: a newer one is left alone.
struct PortResult {
  std::string port{};
  long long version{};
  std::string phase{};  // wanted, prepared, settled
  std::string error{};
  std::chrono::milliseconds look_in{};  // when to try again (phase wanted)
  std::string report{};                 // JSON, empty: unchanged
  bool drained{};                       // as WishRecord::drained of the wish it is about
};

// Conflict when the lease was lost: nothing is written then.
[[nodiscard]] Status record_results(db::Session& session, const SwitchClaim& claim,
                                    const std::vector<PortResult>& results, Timestamp now);

// The switch does not show this wish (any more): it is wanted again.
void unsettle(db::Session& session, const std::string& switch_name, const std::string& port,
              long long version);
// The sessions of one port as JSON; wakes the operation that waits for them. `wish` is what the
// port was to be when the switch was asked: of a port that is wished otherwise meanwhile nothing is
// written, because those sessions are the former wish's.
void record_sessions(db::Session& session, const WishRecord& wish, const std::string& sessions,
                     Timestamp now);

// The decision of a group: "pending", "commit", "abort"; "" when there is no such group.
[[nodiscard]] std::string group_decision(db::Session& session, const std::string& group);
// Decides a pending group from the phases of its ports; `failed` is set when the caller's port
// failed. Answers the decision that stands. On a decision the operation of the group is made due.
[[nodiscard]] std::string decide_group(db::Session& session, const std::string& group,
                                       const std::string& failed);
// Ports of this switch that are prepared and whose group is not decided yet.
[[nodiscard]] long long count_waiting(db::Session& session, const std::string& switch_name);
[[nodiscard]] std::vector<std::string> switches_of_group(db::Session& session,
                                                         const std::string& group);
// The operation is over: its groups go, but for those a port still waits in.
void forget_groups(db::Session& session, const std::string& operation);
// After an abort: the wish becomes what it was before, with a new version.
void take_back_wish(db::Session& session, const WishRecord& wish);

}  // namespace switchyard::provisioner
