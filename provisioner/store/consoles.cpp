#include "provisioner/store/consoles.h"

#include "core/db/query.h"
#include "provisioner/bmc/console_text.h"

namespace switchyard::provisioner {

namespace {

constexpr std::size_t kInstallerBytes = 16U << 10U;

// The row of the operation, made when there is none.
ConsoleRecord row_of(db::Session& session, const std::string& operation,
                     const std::string& server) {
  if (auto kept = find_console(session, operation)) return *std::move(kept);
  db::execute(session,
              "INSERT INTO operation_consoles (operation, server, step, at, console, problem, "
              "installer) VALUES (:o, :s, '', 0, '', '', '')",
              operation, server);
  return {.operation = operation, .server = server};
}

}  // namespace

void keep_installer_lines(db::Session& session, const std::string& operation,
                          const std::string& server, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  std::string said;
  for (const std::string& line : lines)
    said += line + "\n";
  std::string all =
      row_of(session, operation, server).installer + console_text(said, Beginning::Whole);
  if (all.size() > kInstallerBytes) {
    all.erase(0, all.size() - kInstallerBytes);
    all.erase(0, all.find('\n') + 1);
  }
  db::execute(session, "UPDATE operation_consoles SET installer = :i WHERE operation = :o", all,
              operation);
}

void keep_console(db::Session& session, const std::string& operation, const std::string& server,
                  const std::string& step, const ConsoleSeen& seen, Timestamp now) {
  (void)row_of(session, operation, server);
  db::execute(session,
              "UPDATE operation_consoles SET step = :s, at = :a, console = :c, problem = :p WHERE "
              "operation = :o",
              step, to_micros(now), seen.text, seen.problem, operation);
}

std::optional<ConsoleRecord> find_console(db::Session& session, const std::string& operation) {
  const auto row =
      db::select_one<std::string, std::string, long long, std::string, std::string, std::string>(
          session,
          "SELECT server, step, at, console, problem, installer FROM operation_consoles WHERE "
          "operation = :o",
          operation);
  if (!row) return std::nullopt;
  ConsoleRecord record{.operation = operation};
  std::tie(record.server, record.step, record.at, record.console, record.problem,
           record.installer) = *row;
  return record;
}

void forget_console(db::Session& session, const std::string& operation) {
  db::execute(session, "DELETE FROM operation_consoles WHERE operation = :o", operation);
}

}  // namespace switchyard::provisioner
