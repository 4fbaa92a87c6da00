// What the RAM system and the service say to each other, apart from the task (task.h): the session,
// progress and the result. Parsers are pure and strict: Invalid names the field.
#pragma once

#include "core/net.h"
#include "core/result.h"
#include "core/secret.h"
#include "pxe/installer/inspection.h"
#include "pxe/installer/task.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::pxe::installer {

struct SessionRequest {  // POST /installer/v1/sessions
  Secret token{};        // works once
  // What the session is to be known by: at least 32 characters that only the sender knows. Who
  // sends the same request again because the answer was lost gets the same session.
  Secret session{};
  MacAddress mac{};  // of the NIC the server booted from
  Inspection inspection{};
};

struct SessionAnswer {  // 201
  Secret session{};     // as asked for, the Bearer of everything after
  std::string server{};
};

enum class Phase { Partitioning, Writing, Configuring, Bootloader, Verifying, Erasing };

struct Progress {  // POST /installer/v1/progress, at most every 500 ms, at least every 5 s
  std::string operation{};
  Phase phase{};
  std::uint64_t percent{};         // 0..100 of the phase
  std::string detail{};            // one line
  std::vector<std::string> log{};  // new lines since the last report, at most 256 of 1 KiB
};

enum class Outcome { Succeeded, Failed };

struct WipedDisk {
  std::string disk{}, serial{};
  std::uint64_t bytes{};
  std::string method{};  // blkdiscard, nvme-format, ata-secure-erase, overwrite
  std::uint64_t samples{};
  std::uint64_t nonzero_samples{};  // at most `samples`
  friend bool operator==(const WipedDisk&, const WipedDisk&) = default;
};

struct TaskResult {  // POST /installer/v1/result
  std::string operation{};
  Outcome outcome{};
  std::string detail{};
  std::vector<WipedDisk> wiped{};          // empty unless the task was a wipe
  std::optional<Inspection> inspection{};  // of an inspect task: with what LLDP told meanwhile
  std::string host_key{};  // of a rescue that is open: "SHA256:…", as ssh-keygen -l says it
};

[[nodiscard]] const char* to_string(Phase phase);  // "partitioning", …

[[nodiscard]] Result<SessionRequest> parse_session_request(std::string_view body);
[[nodiscard]] Result<SessionAnswer> parse_session_answer(std::string_view body);
[[nodiscard]] Result<Progress> parse_progress(std::string_view body);
[[nodiscard]] Result<bool> parse_cancelled(std::string_view body);  // the answer to a progress
[[nodiscard]] Result<TaskResult> parse_result(std::string_view body);

// Bodies to send. Bytes that are not UTF-8 become U+FFFD. The first two hold a secret in clear.
[[nodiscard]] std::string to_json_text(const SessionRequest& request);
[[nodiscard]] std::string to_json_text(const SessionAnswer& answer);
[[nodiscard]] std::string to_json_text(const Progress& progress);
[[nodiscard]] std::string to_json_text(const TaskResult& result);
[[nodiscard]] std::string cancelled_text(bool cancelled);

}  // namespace switchyard::pxe::installer
