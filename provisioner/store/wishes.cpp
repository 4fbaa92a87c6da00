#include "provisioner/store/wishes.h"

#include "core/db/query.h"
#include "provisioner/store/work.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::provisioner {

using switch_drivers::PortIntent;

namespace {

const std::string kColumns =
    "switch_name, port, wish, version, settled_version, previous, change_group, phase, attempts, "
    "due, "
    "watch_until, error, report, sessions, observed_at, sessions_at, settled_drained, "
    "COALESCE((SELECT drained_at FROM switches WHERE name = switch_name), 0)";

using WishRow = std::tuple<std::string, std::string, std::string, long long, long long, std::string,
                           std::string, std::string, int, long long, long long, std::string,
                           std::string, std::string, long long, long long, int, long long>;

// A wish that cannot be read back is treated as shut: closed is the only safe misunderstanding.
PortIntent intent_or_shut(const std::string& json, const std::string& port) {
  Result<PortIntent> intent = switch_drivers::parse_port_intent(json);
  return intent ? *intent : PortIntent{.port = port};
}

WishRecord to_record(const WishRow& row) {
  WishRecord record;
  std::string wish, previous;
  int settled_drained = 0;
  long long drained_at = 0;
  std::tie(record.switch_name, record.port, wish, record.version, record.settled_version, previous,
           record.change_group, record.phase, record.attempts, record.due, record.watch_until,
           record.error, record.report, record.sessions, record.observed_at, record.sessions_at,
           settled_drained, drained_at) = row;
  record.drained = drained_at != 0;
  record.settled_drained = settled_drained != 0;
  // The switch's own state, whatever it was when the wish was written down.
  record.wish = drained_or_not(intent_or_shut(wish, record.port), record.drained);
  record.previous = drained_or_not(intent_or_shut(previous, record.port), record.drained);
  return record;
}

template <class... Parameters>
std::vector<WishRecord> select_wishes(db::Session& session, const std::string& where,
                                      const Parameters&... parameters) {
  const auto rows =
      db::select<std::string, std::string, std::string, long long, long long, std::string,
                 std::string, std::string, int, long long, long long, std::string, std::string,
                 std::string, long long, long long, int, long long>(
          session, "SELECT " + kColumns + " FROM port_wishes WHERE " + where, parameters...);
  std::vector<WishRecord> records;
  records.reserve(rows.size());
  for (const WishRow& row : rows)
    records.push_back(to_record(row));
  return records;
}

// The owner is a label; two wishes that differ in it only are still two wishes, because the label
// is on the switch.
void put_wish(db::Session& session, const PortWish& wish, const std::string& group) {
  const std::string text = switch_drivers::to_json_text(wish.intent);
  const std::optional<WishRecord> old = find_wish(session, wish.switch_name, wish.intent.port);
  if (!old) {
    const std::string shut = switch_drivers::to_json_text(PortIntent{.port = wish.intent.port});
    db::execute(
        session,
        "INSERT INTO port_wishes (switch_name, port, wish, version, settled_version, previous, "
        "change_group, phase, attempts, due, watch_until, error, report, sessions, observed_at, "
        "sessions_at) VALUES (:s, :p, :w, 1, 0, :o, :g, 'wanted', 0, " +
            session.now_sql() + ", 0, '', '[]', '[]', 0, 0)",
        wish.switch_name, wish.intent.port, text, shut, group);
    return;
  }
  const std::string previous = switch_drivers::to_json_text(old->wish);
  db::execute(
      session,
      "UPDATE port_wishes SET wish = :w, previous = :o, version = version + 1, change_group = :g, "
      "phase = 'wanted', attempts = 0, error = '', sessions = '[]', sessions_at = 0, due = " +
          session.now_sql() + " WHERE switch_name = :s AND port = :p AND version = :v",
      text, previous, group, wish.switch_name, wish.intent.port, old->version);
}

enum class Whom {
  Everybody,
  WhoMetNoError,  // others keep the distance their errors gave them
};

// The workflows of the servers on these ports need not wait for their next look.
void wake_operations(db::Session& session, const std::string& switch_name,
                     const std::vector<std::string>& ports, Whom whom) {
  const std::string but = whom == Whom::WhoMetNoError ? " AND attempt = 0" : "";
  const auto waiting =
      db::select<std::string, std::string>(session,
                                           "SELECT operations.id, nics.port FROM operations JOIN "
                                           "nics ON nics.server = operations.server "
                                           "WHERE status = 'running' AND due > " +
                                               session.now_sql() + but + " AND switch_name = :s",
                                           switch_name);
  for (const auto& [operation, port] : waiting)
    if (std::ranges::find(ports, port) != ports.end()) wake_operation(session, operation);
}

struct Tally {
  int settled{};
  std::string waiting{};  // first port that is not there yet
  std::string group{};    // of the first port
  bool all_wished{true};
  std::vector<std::string> switches{};
};

Tally tally(db::Session& session, const std::vector<PortWish>& wishes) {
  Tally result;
  for (const PortWish& wish : wishes) {
    result.switches.push_back(wish.switch_name);
    const std::optional<WishRecord> stored = find_wish(session, wish.switch_name, wish.intent.port);
    if (!stored || !is_wish(*stored, wish.intent)) {
      result.all_wished = false;
      continue;
    }
    if (result.group.empty()) result.group = stored->change_group;
    if (stored->settled_version == stored->version) {
      ++result.settled;
    } else if (result.waiting.empty()) {
      result.waiting = wish.switch_name + " " + wish.intent.port +
                       (stored->error.empty() ? "" : ": " + stored->error);
    }
  }
  return result;
}

}  // namespace

std::string unsettled_sql() {
  return "(settled_version <> version OR settled_drained <> (SELECT CASE WHEN drained_at = 0 THEN "
         "0 ELSE 1 END FROM switches WHERE name = switch_name))";
}

bool is_wish(const WishRecord& stored, const PortIntent& intent) {
  return stored.wish == drained_or_not(intent, stored.drained);
}

std::vector<WishRecord> list_wishes(db::Session& session, const std::string& switch_name) {
  return select_wishes(session, "switch_name = :s ORDER BY port", switch_name);
}

std::vector<WishRecord> list_wishes(db::Session& session, const std::string& switch_name,
                                    const std::string& after, const std::string& last) {
  return select_wishes(session, "switch_name = :s AND port > :a AND port <= :l ORDER BY port",
                       switch_name, after, last);
}

std::vector<WishRecord> list_due_wishes(db::Session& session, const std::string& switch_name) {
  return select_wishes(session,
                       "switch_name = :s AND " + unsettled_sql() +
                           " AND due <= " + session.now_sql() + " ORDER BY port",
                       switch_name);
}

bool has_watched_wishes(db::Session& session, const std::string& switch_name) {
  return db::select_one<long long>(session,
                                   "SELECT version FROM port_wishes WHERE switch_name = :s AND "
                                   "watch_until > " +
                                       session.now_sql() + " LIMIT 1",
                                   switch_name)
      .has_value();
}

std::optional<WishRecord> find_wish(db::Session& session, const std::string& switch_name,
                                    const std::string& port) {
  auto found = select_wishes(session, "switch_name = :s AND port = :p", switch_name, port);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<GroupState> ensure_group(db::Session& session, const std::string& operation,
                                const std::vector<PortWish>& wishes, Timestamp now) {
  const Tally found = tally(session, wishes);
  GroupState state{.switches = found.switches};
  if (found.all_wished) {
    const bool settled = found.settled == static_cast<int>(wishes.size());
    state.progress = settled ? GroupProgress::Settled : GroupProgress::Pending;
    state.detail = found.waiting;
    return state;
  }
  // An aborted attempt of this operation is reported once, then forgotten.
  const auto aborted = db::select_one<std::string, std::string>(
      session, "SELECT id, reason FROM change_groups WHERE operation = :o AND decision = 'abort'",
      operation);
  if (aborted) {
    db::execute(session, "DELETE FROM change_groups WHERE id = :i", std::get<0>(*aborted));
    state.progress = GroupProgress::Aborted;
    state.detail = std::get<1>(*aborted);
    return state;
  }
  const std::string group = operation + ":" + std::to_string(to_micros(now));
  db::execute(session,
              "INSERT INTO change_groups (id, operation, decision, reason, created) "
              "VALUES (:i, :o, 'pending', '', :c)",
              group, operation, to_micros(now));
  for (const PortWish& wish : wishes)
    put_wish(session, wish, group);
  return state;
}

Result<GroupState> ensure_each(db::Session& session, const std::vector<PortWish>& wishes) {
  for (const PortWish& wish : wishes) {
    const std::optional<WishRecord> stored = find_wish(session, wish.switch_name, wish.intent.port);
    if (!stored || !is_wish(*stored, wish.intent)) put_wish(session, wish, "");
  }
  const Tally found = tally(session, wishes);
  const bool settled = found.settled == static_cast<int>(wishes.size());
  return GroupState{.progress = settled ? GroupProgress::Settled : GroupProgress::Pending,
                    .detail = found.waiting,
                    .switches = found.switches};
}

void watch_sessions(db::Session& session, const std::vector<PortWish>& wishes,
                    std::chrono::seconds how_long) {
  const std::string until =
      how_long.count() == 0
          ? "0"
          : session.now_sql() + " + " + std::to_string(std::chrono::microseconds(how_long).count());
  for (const PortWish& wish : wishes)
    db::execute(
        session,
        "UPDATE port_wishes SET watch_until = " + until + " WHERE switch_name = :s AND port = :p",
        wish.switch_name, wish.intent.port);
}

void forget_sessions(db::Session& session, const std::vector<PortWish>& wishes) {
  for (const PortWish& wish : wishes)
    db::execute(
        session,
        "UPDATE port_wishes SET sessions = '[]', sessions_at = 0 WHERE switch_name = :s AND "
        "port = :p",
        wish.switch_name, wish.intent.port);
}

Status record_results(db::Session& session, const SwitchClaim& claim,
                      const std::vector<PortResult>& results, Timestamp now) {
  // Touching the lease row takes its lock, so a new holder cannot begin between check and write.
  const long long held = db::execute(
      session,
      "UPDATE switches SET last_contact = :n WHERE name = :s AND claimed_by = :h AND fence = :f",
      to_micros(now), claim.switch_name, claim.holder, claim.fence);
  if (held != 1)
    return failure(Errc::Conflict,
                   "the lease of switch " + claim.switch_name + " was lost to another controller");
  std::vector<std::string> ports;
  for (const PortResult& result : results) {
    const std::string settled = result.phase == "settled"
                                    ? fmt::format(
                                          ", settled_version = version, attempts = 0, "
                                          "change_group = '', settled_drained = {:d}",
                                          result.drained)
                                    : "";
    const std::string attempts = result.error.empty() ? "" : ", attempts = attempts + 1";
    const std::string report = result.report.empty() ? "report" : ":r";
    const std::string sql =
        "UPDATE port_wishes SET phase = :ph, error = :e, due = " + session.now_sql() +
        " + :d, observed_at = :o, report = " + report + settled + attempts +
        " WHERE switch_name = :s AND port = :p AND version = :v";
    const long long due = std::chrono::microseconds(result.look_in).count();
    const long long observed = to_micros(now);
    if (result.report.empty()) {
      db::execute(session, sql, result.phase, result.error, due, observed, claim.switch_name,
                  result.port, result.version);
    } else {
      db::execute(session, sql, result.phase, result.error, due, observed, result.report,
                  claim.switch_name, result.port, result.version);
    }
    ports.push_back(result.port);
  }
  wake_operations(session, claim.switch_name, ports, Whom::Everybody);
  return {};
}

void unsettle(db::Session& session, const std::string& switch_name, const std::string& port,
              long long version) {
  db::execute(session,
              "UPDATE port_wishes SET settled_version = 0 WHERE switch_name = :s AND port = :p AND "
              "version = :v",
              switch_name, port, version);
}

void record_sessions(db::Session& session, const WishRecord& wish, const std::string& sessions,
                     Timestamp now) {
  const long long written =
      db::execute(session,
                  "UPDATE port_wishes SET sessions = :j, sessions_at = :n WHERE switch_name = :s "
                  "AND port = :p AND version = :v",
                  sessions, to_micros(now), wish.switch_name, wish.port, wish.version);
  if (written == 0) return;
  // Looked at often, so a step that failed would be tried again at each look.
  wake_operations(session, wish.switch_name, {wish.port}, Whom::WhoMetNoError);
}

std::string group_decision(db::Session& session, const std::string& group) {
  const auto row = db::select_one<std::string>(
      session, "SELECT decision FROM change_groups WHERE id = :i", group);
  return row ? std::get<0>(*row) : "";
}

long long count_waiting(db::Session& session, const std::string& switch_name) {
  const auto row = db::select_one<long long>(
      session,
      "SELECT COUNT(*) FROM port_wishes JOIN change_groups ON change_groups.id = change_group "
      "WHERE switch_name = :s AND phase = 'prepared' AND decision = 'pending'",
      switch_name);
  return row ? std::get<0>(*row) : 0;
}

std::vector<std::string> switches_of_group(db::Session& session, const std::string& group) {
  std::vector<std::string> names;
  for (const auto& [name] : db::select<std::string>(
           session, "SELECT DISTINCT switch_name FROM port_wishes WHERE change_group = :g", group))
    names.push_back(name);
  return names;
}

std::string decide_group(db::Session& session, const std::string& group,
                         const std::string& failed) {
  // The lock on the group's row puts the two switches' reconcilers in order: without it each could
  // miss that the other is ready too.
  const auto row = db::select_one<std::string, std::string>(
      session,
      std::string("SELECT decision, operation FROM change_groups WHERE id = :i") +
          session.for_update(),
      group);
  if (!row) return "";
  const auto& [decision, operation] = *row;
  if (decision != "pending") return decision;
  std::string verdict;
  if (!failed.empty()) {
    verdict = "abort";
  } else {
    const auto waiting = db::select_one<long long>(
        session,
        "SELECT version FROM port_wishes WHERE change_group = :g AND phase <> 'prepared' AND "
        "settled_version <> version LIMIT 1",
        group);
    if (waiting) return "pending";
    verdict = "commit";
  }
  db::execute(
      session,
      "UPDATE change_groups SET decision = :d, reason = :r WHERE id = :i AND decision = 'pending'",
      verdict, failed, group);
  wake_operation(session, operation);
  return verdict;
}

void forget_groups(db::Session& session, const std::string& operation) {
  db::execute(session,
              "DELETE FROM change_groups WHERE operation = :o AND NOT EXISTS (SELECT 1 FROM "
              "port_wishes WHERE change_group = change_groups.id)",
              operation);
}

void take_back_wish(db::Session& session, const WishRecord& wish) {
  const std::string previous = switch_drivers::to_json_text(wish.previous);
  db::execute(
      session,
      "UPDATE port_wishes SET wish = :w, previous = :o, version = version + 1, phase = 'wanted', "
      "change_group = '', attempts = 0, due = " +
          session.now_sql() + " WHERE switch_name = :s AND port = :p AND version = :v",
      previous, previous, wish.switch_name, wish.port, wish.version);
}

}  // namespace switchyard::provisioner
