#include "provisioner/store/rollouts.h"

#include "core/db/query.h"
#include "provisioner/store/work.h"

#include <nlohmann/json.hpp>

#include <tuple>

namespace switchyard::provisioner {

using nlohmann::json;

namespace {

template <class... Parameters>
std::vector<RolloutRecord> select_rollouts(db::Session& session, const std::string& where,
                                           const Parameters&... parameters) {
  std::vector<RolloutRecord> records;
  for (const auto& [id, catalog, version, reverts, canary, batch, pause, author, created] :
       db::select<std::string, std::string, int, std::string, int, int, int, std::string,
                  long long>(session,
                             "SELECT id, catalog, version, reverts, canary, batch, pause_seconds, "
                             "author, created FROM rollouts WHERE " +
                                 where,
                             parameters...))
    records.push_back({id, catalog, version, reverts, canary, batch, std::chrono::seconds(pause),
                       author, created});
  return records;
}

template <class... Parameters>
std::vector<RolloutServer> select_servers(db::Session& session, const std::string& where,
                                          const Parameters&... parameters) {
  std::vector<RolloutServer> servers;
  for (const auto& row :
       db::select<std::string, std::string, std::string, int, std::string, int, int, std::string,
                  std::string, std::string, long long, long long, std::string>(
           session,
           "SELECT rollout, deployment, server, wave, state, from_version, to_version, operation, "
           "detail, legs, loss, ended, probes FROM rollout_servers WHERE " +
               where,
           parameters...)) {
    RolloutServer s;
    long long loss = 0;
    std::tie(s.rollout, s.deployment, s.server, s.wave, s.state, s.from_version, s.to_version,
             s.operation, s.detail, s.legs, loss, s.ended, s.probes) = row;
    s.loss = std::chrono::microseconds(loss);
    servers.push_back(std::move(s));
  }
  return servers;
}

int wave_of(db::Session& session, const std::string& rollout, const std::string& states,
            const char* order) {
  const auto row =
      db::select_one<int>(session,
                          "SELECT wave FROM rollout_servers WHERE rollout = :r AND state IN (" +
                              states + ") ORDER BY wave " + order + " LIMIT 1",
                          rollout);
  return row ? std::get<0>(*row) : 0;
}

}  // namespace

void insert_rollout(db::Session& session, const RolloutRecord& r) {
  const int pause = static_cast<int>(r.pause.count());
  db::execute(session,
              "INSERT INTO rollouts (id, catalog, version, reverts, canary, batch, pause_seconds, "
              "author, created) VALUES (:i, :c, :v, :r, :n, :b, :p, :a, :t)",
              r.id, r.catalog, r.version, r.reverts, r.canary, r.batch, pause, r.author, r.created);
}

void insert_rollout_server(db::Session& session, const RolloutServer& s, const PlannedMove& plans) {
  db::execute(session,
              "INSERT INTO rollout_servers (rollout, deployment, server, wave, state, "
              "from_version, to_version, former_plan, target_plan, operation, detail, legs, loss, "
              "ended, probes) VALUES (:r, :d, :s, :w, :st, :f, :t, :fp, :tp, '', :de, '[]', 0, 0, "
              "'')",
              s.rollout, s.deployment, s.server, s.wave, s.state, s.from_version, s.to_version,
              to_json_text(plans.former), to_json_text(plans.target), s.detail);
}

std::optional<RolloutRecord> find_rollout(db::Session& session, const std::string& id) {
  auto found = select_rollouts(session, "id = :i", id);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<RolloutRecord> list_rollouts(db::Session& session, const std::string& before,
                                         int limit) {
  return select_rollouts(session,
                         "(:a = '' OR id < :b) ORDER BY id DESC LIMIT " + std::to_string(limit),
                         before, before);
}

std::vector<RolloutServer> list_rollout_servers(db::Session& session, const std::string& rollout,
                                                const std::string& state, int wave) {
  return select_servers(session,
                        "rollout = :r AND (:s = '' OR state = :t) AND (:w = 0 OR wave = :x) ORDER "
                        "BY wave, deployment",
                        rollout, state, state, wave, wave);
}

std::vector<RolloutServer> page_rollout_servers(db::Session& session, const std::string& rollout,
                                                const std::string& state, const std::string& after,
                                                int limit) {
  return select_servers(session,
                        "rollout = :r AND (:s = '' OR state = :t) AND deployment > :a ORDER BY "
                        "deployment LIMIT " +
                            std::to_string(limit),
                        rollout, state, state, after);
}

long long count_rollout_servers(db::Session& session, const std::string& rollout,
                                const std::string& state) {
  return std::get<0>(*db::select_one<long long>(
      session, "SELECT COUNT(*) FROM rollout_servers WHERE rollout = :r AND state = :s", rollout,
      state));
}

int next_wave(db::Session& session, const std::string& rollout) {
  return wave_of(session, rollout, "'waiting'", "ASC");
}

int last_wave(db::Session& session, const std::string& rollout) {
  return wave_of(session, rollout, "'moved', 'failed'", "DESC");
}

std::optional<RolloutServer> find_move(db::Session& session, const std::string& operation) {
  auto found = select_servers(session, "operation = :o", operation);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Result<PlannedMove> find_planned_move(db::Session& session, const std::string& rollout,
                                      const std::string& deployment) {
  const auto row = db::select_one<std::string, std::string>(
      session,
      "SELECT former_plan, target_plan FROM rollout_servers WHERE rollout = :r AND deployment = :d",
      rollout, deployment);
  if (!row)
    return failure(Errc::NotFound, "roll-out " + rollout + " has no deployment " + deployment);
  auto former = parse_plan(std::get<0>(*row));
  if (!former) return tl::unexpected(former.error());
  auto target = parse_plan(std::get<1>(*row));
  if (!target) return tl::unexpected(target.error());
  return PlannedMove{std::move(*former), std::move(*target)};
}

void set_rollout_server(db::Session& session, const RolloutServer& server, const std::string& state,
                        const std::string& detail) {
  db::execute(session,
              "UPDATE rollout_servers SET state = :s, detail = :d WHERE rollout = :r AND "
              "deployment = :i",
              state, detail, server.rollout, server.deployment);
}

void begin_move(db::Session& session, const RolloutServer& server, const std::string& operation) {
  db::execute(session,
              "UPDATE rollout_servers SET state = 'moving', operation = :o WHERE rollout = :r AND "
              "deployment = :d",
              operation, server.rollout, server.deployment);
}

void note_legs(db::Session& session, RolloutServer& server, int up, int of, Timestamp now) {
  json legs = json::parse(server.legs, nullptr, false);
  if (!legs.is_array()) legs = json::array();
  if (!legs.empty() && legs.back().at("up") == up) return;
  long long lost = 0;
  if (!legs.empty() && legs.back().at("up") == 0)
    lost = to_micros(now) - legs.back().at("at").get<long long>();
  legs.push_back({{"at", to_micros(now)}, {"up", up}, {"of", of}});
  server.legs = legs.dump();
  db::execute(session,
              "UPDATE rollout_servers SET legs = :l, loss = loss + :m WHERE rollout = :r AND "
              "deployment = :d",
              server.legs, lost, server.rollout, server.deployment);
}

void set_rollout_probes(db::Session& session, const RolloutServer& server) {
  db::execute(session,
              "UPDATE rollout_servers SET probes = :p WHERE rollout = :r AND deployment = :d",
              server.probes, server.rollout, server.deployment);
}

void end_move(db::Session& session, const std::string& operation, const std::string& status,
              const std::string& why, Timestamp now) {
  const auto server = find_move(session, operation);
  if (!server) return;
  const bool moved = status == "succeeded";
  set_rollout_server(session, *server, moved ? "moved" : "failed",
                     moved         ? ""
                     : why.empty() ? "cancelled"
                                   : why);
  db::execute(session,
              "UPDATE rollout_servers SET ended = :n WHERE rollout = :r AND deployment = :d",
              to_micros(now), server->rollout, server->deployment);
  wake_operation(session, server->rollout);
}

void leave_waiting(db::Session& session, const std::string& rollout) {
  db::execute(session,
              "UPDATE rollout_servers SET state = 'untouched' WHERE rollout = :r AND state = "
              "'waiting'",
              rollout);
}

}  // namespace switchyard::provisioner
