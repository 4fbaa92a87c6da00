// What is kept of an operation for people who must find out why it failed: the lines its RAM system
// logged, and the serial console of its server.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"
#include "provisioner/bmc/console_logs.h"

#include <optional>
#include <string>
#include <vector>

namespace switchyard::provisioner {

struct ConsoleRecord {
  std::string operation{};
  std::string server{};
  std::string step{};       // that failed; empty while none has
  long long at{};           // of the failure
  std::string console{};    // the last 64 KiB; console_text.h
  std::string problem{};    // why there is no console
  std::string installer{};  // what the RAM system logged, the last 16 KiB of lines
};

// Masked and bounded as the console is.
void keep_installer_lines(db::Session& session, const std::string& operation,
                          const std::string& server, const std::vector<std::string>& lines);
// `step` of the operation has failed; what was kept of an earlier failure is replaced.
void keep_console(db::Session& session, const std::string& operation, const std::string& server,
                  const std::string& step, const ConsoleSeen& seen, Timestamp now);
[[nodiscard]] std::optional<ConsoleRecord> find_console(db::Session& session,
                                                        const std::string& operation);
// It has succeeded, or begins anew.
void forget_console(db::Session& session, const std::string& operation);

}  // namespace switchyard::provisioner
