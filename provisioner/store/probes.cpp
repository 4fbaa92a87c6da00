#include "provisioner/store/probes.h"

#include "core/db/query.h"
#include "provisioner/store/vantage_points.h"

#include <tuple>

namespace switchyard::provisioner {

namespace {

using Micros = std::chrono::microseconds;

template <class... Parameters>
std::vector<ProbeTarget> select_probes(db::Session& session, const std::string& where,
                                       const Parameters&... parameters) {
  std::vector<ProbeTarget> targets;
  for (const auto& row :
       db::select<std::string, std::string, std::string, int, std::string, long long, long long,
                  long long, long long, long long, long long, long long, long long, std::string,
                  int, long long, int, std::string>(
           session,
           "SELECT t.vantage, t.vrf, t.address, t.bytes, v.device, t.watch_until, t.asked_at, "
           "t.checked_at, t.sent, t.answered, t.lost_in_row, t.last_answer, t.gap_since, t.gaps, "
           "t.paths, t.paths_since, t.small_answers, t.problem FROM probe_targets t JOIN "
           "vantage_vrfs v ON v.vantage = t.vantage AND v.vrf = t.vrf WHERE " +
               where,
           parameters...)) {
    ProbeTarget t;
    std::string address, gaps;
    int small = 0;
    std::tie(t.vantage, t.vrf.value, address, t.bytes, t.device, t.watch_until, t.asked_at,
             t.checked_at, t.sent, t.answered, t.lost_in_row, t.last_answer, t.gap_since, gaps,
             t.paths, t.paths_since, small, t.problem) = row;
    const auto parsed = parse_ip(address);
    if (!parsed) continue;  // nothing that is no address is ever put into a command
    t.address = *parsed;
    t.gaps = parse_gaps(gaps);
    t.small_answers = small != 0;
    targets.push_back(std::move(t));
  }
  return targets;
}

// Calls `work(vrf, address)` for each address of the plan itself.
template <class Work> void for_each_address(const Plan& plan, const Work& work) {
  for (const PlannedVrf& planned : plan.vrfs)
    for (const IpAddress& address : planned.addresses)
      work(planned.vrf, address);
}

void watch_one(db::Session& session, const std::string& vantage, const VrfName& vrf,
               const std::string& address, int bytes, long long length) {
  const std::string now = session.now_sql();
  const long long known = db::execute(session,
                                      "UPDATE probe_targets SET watch_until = " + now +
                                          " + :l WHERE vantage = :v AND vrf = :r AND address = :a",
                                      length, vantage, vrf.value, address);
  if (known > 0 || length == 0) return;
  db::execute(session,
              "INSERT INTO probe_targets (vantage, vrf, address, bytes, watch_until, asked_at, "
              "checked_at, sent, answered, lost_in_row, last_answer, gap_since, gaps, paths, "
              "paths_since, small_answers, problem) VALUES (:v, :r, :a, :b, " +
                  now + " + :l, " + now + ", 0, 0, 0, 0, 0, 0, '[]', 0, 0, 0, '')",
              vantage, vrf.value, address, bytes, length);
}

}  // namespace

void watch_probes(db::Session& session, const Plan& plan, std::chrono::seconds how_long) {
  const long long length = Micros(how_long).count();
  for (const PlannedVrf& planned : plan.vrfs)
    for (const VantageOfVrf& vantage : list_vantages_of(session, planned.vrf))
      for (const IpAddress& address : planned.addresses)
        watch_one(session, vantage.name, planned.vrf, to_string(address),
                  payload_of(plan.mtu, address.family), length);
}

void forget_probes(db::Session& session, const Plan& plan) {
  for_each_address(plan, [&](const VrfName& vrf, const IpAddress& address) {
    db::execute(session, "DELETE FROM probe_targets WHERE vrf = :r AND address = :a", vrf.value,
                to_string(address));
  });
}

void restart_probe(db::Session& session, const ProbeTarget& target, int bytes) {
  db::execute(session,
              "UPDATE probe_targets SET bytes = :b, asked_at = " + session.now_sql() +
                  ", checked_at = 0, sent = 0, answered = 0, lost_in_row = 0, last_answer = 0, "
                  "gap_since = 0, gaps = '[]', paths = 0, paths_since = 0, small_answers = 0, "
                  "problem = '' WHERE vantage = :v AND vrf = :r AND address = :a",
              bytes, target.vantage, target.vrf.value, to_string(target.address));
}

std::vector<ProbeTarget> list_probes(db::Session& session, const Plan& plan) {
  std::vector<ProbeTarget> all;
  for_each_address(plan, [&](const VrfName& vrf, const IpAddress& address) {
    for (ProbeTarget& target :
         select_probes(session, "t.vrf = :r AND t.address = :a ORDER BY t.vantage", vrf.value,
                       to_string(address)))
      all.push_back(std::move(target));
  });
  return all;
}

std::vector<ProbeTarget> list_watched_probes(db::Session& session, const std::string& vantage,
                                             int limit) {
  return select_probes(session,
                       "t.vantage = :v AND t.watch_until > " + session.now_sql() +
                           " ORDER BY t.checked_at, t.vrf, t.address LIMIT " +
                           std::to_string(limit),
                       vantage);
}

long long count_watched_probes(db::Session& session, const std::string& vantage) {
  return std::get<0>(*db::select_one<long long>(
      session,
      "SELECT COUNT(*) FROM probe_targets WHERE vantage = :v AND watch_until > " +
          session.now_sql(),
      vantage));
}

void record_probe(db::Session& session, const ProbeTarget& t) {
  const int small = t.small_answers ? 1 : 0;
  db::execute(session,
              "UPDATE probe_targets SET checked_at = :c, sent = :s, answered = :n, lost_in_row = "
              ":l, last_answer = :la, gap_since = :g, gaps = :gs, paths = :p, paths_since = :ps, "
              "small_answers = :sa, problem = :pr WHERE vantage = :v AND vrf = :r AND address = :a "
              "AND asked_at = :k",
              t.checked_at, t.sent, t.answered, t.lost_in_row, t.last_answer, t.gap_since,
              gaps_json(t.gaps), t.paths, t.paths_since, small, t.problem, t.vantage, t.vrf.value,
              to_string(t.address), t.asked_at);
}

void drop_old_probes(db::Session& session, const std::string& vantage) {
  const long long hour = Micros(std::chrono::hours(1)).count();
  db::execute(session,
              "DELETE FROM probe_targets WHERE vantage = :v AND watch_until < " +
                  session.now_sql() + " - :h",
              vantage, hour);
}

}  // namespace switchyard::provisioner
