#include "provisioner/store/rescues.h"

#include "core/db/query.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

void insert_rescue(db::Session& session, const RescueRecord& r) {
  db::execute(session,
              "INSERT INTO rescues (operation, ssh_keys, ended_by, address, host_key, opened) "
              "VALUES (:o, :k, '', '', '', 0)",
              r.operation, nlohmann::json(r.ssh_keys).dump());
}

std::optional<RescueRecord> find_rescue_record(db::Session& session, const std::string& operation) {
  const auto row = db::select_one<std::string, std::string, std::string, std::string, long long>(
      session,
      "SELECT ssh_keys, ended_by, address, host_key, opened FROM rescues WHERE operation = :o",
      operation);
  if (!row) return std::nullopt;
  RescueRecord record{.operation = operation};
  std::string keys;
  std::tie(keys, record.ended_by, record.address, record.host_key, record.opened) = *row;
  const auto list = nlohmann::json::parse(keys, nullptr, false);
  for (const auto& key : list)
    if (key.is_string()) record.ssh_keys.push_back(key.get<std::string>());
  return record;
}

void open_rescue_door(db::Session& session, const std::string& operation,
                      const std::string& address, const std::string& host_key) {
  db::execute(session,
              "UPDATE rescues SET address = :a, host_key = :k, opened = " + session.now_sql() +
                  " WHERE operation = :o",
              address, host_key, operation);
}

void note_rescue_ended(db::Session& session, const std::string& operation, const std::string& by) {
  db::execute(session, "UPDATE rescues SET ended_by = :b WHERE operation = :o", by, operation);
}

}  // namespace switchyard::provisioner
