// Rescues: whom they let in, how to get in, and who is done with it. One row an operation.
#pragma once

#include "core/db/pool.h"

#include <optional>
#include <string>
#include <vector>

namespace switchyard::provisioner {

struct RescueRecord {
  std::string operation{};
  std::vector<std::string> ssh_keys{};
  std::string ended_by{};  // empty: nobody yet
  std::string address{};   // of the RAM system that is open; empty: none was yet
  std::string host_key{};  // "SHA256:…"
  long long opened{};
};

void insert_rescue(db::Session& session, const RescueRecord& record);
[[nodiscard]] std::optional<RescueRecord> find_rescue_record(db::Session& session,
                                                             const std::string& operation);
// Where it listens now; each boot of the RAM system has a host key of its own.
void open_rescue_door(db::Session& session, const std::string& operation,
                      const std::string& address, const std::string& host_key);
// '' again: it begins anew.
void note_rescue_ended(db::Session& session, const std::string& operation, const std::string& by);

}  // namespace switchyard::provisioner
