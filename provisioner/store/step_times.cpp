#include "provisioner/store/step_times.h"

#include "core/db/query.h"

#include <algorithm>
#include <tuple>
#include <vector>

namespace switchyard::provisioner {

using std::chrono::microseconds;

namespace {

constexpr int kRunsForAVerdict = 3;
constexpr std::chrono::seconds kLeastDelay{30};
constexpr const char* kNoProfile = "default";

UsualTime median_of(std::vector<long long> times) {
  if (times.empty()) return {};
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::ranges::nth_element(times, middle);
  return {.median = microseconds(*middle), .runs = static_cast<int>(times.size())};
}

// Newest first, of some fifty operations.
UsualTimes medians(const std::vector<std::tuple<std::string, long long>>& runs) {
  std::map<std::string, std::vector<long long>> all;
  for (const auto& [step, micros] : runs)
    all[step].push_back(micros);
  UsualTimes usual;
  for (auto& [step, times] : all)
    usual[step] = median_of(std::move(times));
  return usual;
}

}  // namespace

std::string hardware_of(db::Session& session, const std::string& server) {
  const auto row = db::select_one<std::string, std::string>(
      session, "SELECT hardware, profile FROM servers WHERE name = :n", server);
  if (!row) return "";
  const auto& [hardware, profile] = *row;
  if (!hardware.empty()) return hardware;
  return profile == kNoProfile ? "" : profile;
}

void keep_hardware(db::Session& session, const std::string& server, const std::string& product) {
  if (product.empty()) return;
  db::execute(session, "UPDATE servers SET hardware = :h WHERE name = :n AND hardware <> :o",
              product, server, product);
}

void keep_step_time(db::Session& session, const std::string& operation, const std::string& kind,
                    const std::string& step, const std::string& server, microseconds took) {
  const std::string hardware = hardware_of(session, server);
  db::execute(session,
              "INSERT INTO step_times (operation, kind, step, micros, hardware) VALUES (:o, :k, "
              ":s, :m, :h)",
              operation, kind, step, static_cast<long long>(took.count()), hardware);
}

UsualTimes usual_times(db::Session& session, const std::string& kind, const std::string& hardware) {
  const std::string newest = " ORDER BY operation DESC LIMIT 400";
  UsualTimes usual = medians(db::select<std::string, long long>(
      session, "SELECT step, micros FROM step_times WHERE kind = :k AND hardware = :h" + newest,
      kind, hardware));
  // Does not replace what is known of this hardware.
  usual.merge(medians(db::select<std::string, long long>(
      session, "SELECT step, micros FROM step_times WHERE kind = :k" + newest, kind)));
  return usual;
}

UsualTime usual_time(db::Session& session, const std::string& kind, const std::string& step,
                     const std::string& hardware) {
  const std::string of_step = "SELECT micros FROM step_times WHERE kind = :k AND step = :s";
  const std::string newest = " ORDER BY operation DESC LIMIT 50";
  auto runs =
      db::select<long long>(session, of_step + " AND hardware = :h" + newest, kind, step, hardware);
  if (runs.empty()) runs = db::select<long long>(session, of_step + newest, kind, step);
  std::vector<long long> times;
  for (const auto& [micros] : runs)
    times.push_back(micros);
  return median_of(std::move(times));
}

microseconds slow_after(const UsualTime& usual) {
  if (usual.runs < kRunsForAVerdict) return {};
  return std::max<microseconds>(3 * usual.median, usual.median + kLeastDelay);
}

microseconds slow_after(db::Session& session, const std::string& kind, const std::string& step,
                        const std::string& server) {
  return slow_after(usual_time(session, kind, step, hardware_of(session, server)));
}

}  // namespace switchyard::provisioner
