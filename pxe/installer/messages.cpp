#include "pxe/installer/messages.h"

#include "pxe/installer/fields.h"

namespace switchyard::pxe::installer {
namespace {

constexpr std::size_t kMostBody = 1U << 20U;
const std::vector<std::string_view> kPhases{"partitioning", "writing",   "configuring",
                                            "bootloader",   "verifying", "erasing"};
const std::vector<std::string_view> kOutcomes{"succeeded", "failed"};
const std::vector<std::string_view> kMethods{"blkdiscard", "nvme-format", "ata-secure-erase",
                                             "overwrite"};

std::string dump(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

SessionRequest read_session_request(Fields& fields) {
  constexpr std::size_t kLeastSecret = 32;
  SessionRequest request{.token = Secret{fields.filled_line("token")},
                         .session = Secret{fields.filled_line("session")},
                         .mac = fields.mac("mac"),
                         .inspection = read_inspection(fields.object("inspection"))};
  if (request.session.reveal().size() < kLeastSecret)
    fields.refuse("session", "is shorter than 32 characters");
  return request;
}

SessionAnswer read_session_answer(Fields& fields) {
  return {.session = Secret{fields.filled_line("session")}, .server = fields.filled_line("server")};
}

Progress read_progress(Fields& fields) {
  return {.operation = fields.filled_line("operation", 128),
          .phase = static_cast<Phase>(fields.one_of("phase", kPhases)),
          .percent = fields.number("percent", 100),
          .detail = fields.line("detail", 1024),
          .log = fields.lines("log", 256, 1024)};
}

WipedDisk read_wiped(Fields& fields) {
  WipedDisk wiped{.disk = fields.filled_line("disk", 64),
                  .serial = fields.line("serial"),
                  .bytes = fields.number("bytes", 1ULL << 60U),
                  .method = std::string{kMethods[fields.one_of("method", kMethods)]},
                  .samples = fields.number("samples", 1U << 30U),
                  .nonzero_samples = fields.number("nonzero_samples", 1U << 30U)};
  if (wiped.nonzero_samples > wiped.samples)
    fields.refuse("nonzero_samples", "is more than samples");
  fields.done();
  return wiped;
}

TaskResult read_result(Fields& fields) {
  TaskResult result{.operation = fields.filled_line("operation", 128),
                    .outcome = static_cast<Outcome>(fields.one_of("outcome", kOutcomes)),
                    .detail = fields.line("detail", 1024)};
  for (Fields& item : fields.objects("wiped", 256))
    result.wiped.push_back(read_wiped(item));
  if (fields.has("inspection")) result.inspection = read_inspection(fields.object("inspection"));
  if (fields.has("host_key")) result.host_key = fields.filled_line("host_key", 64);
  return result;
}

}  // namespace

const char* to_string(Phase phase) { return kPhases[static_cast<std::size_t>(phase)].data(); }

Result<SessionRequest> parse_session_request(std::string_view body) {
  return read_document(body, kMostBody, "session request", &read_session_request);
}

Result<SessionAnswer> parse_session_answer(std::string_view body) {
  return read_document(body, kMostBody, "session answer", &read_session_answer);
}

Result<Progress> parse_progress(std::string_view body) {
  return read_document(body, kMostBody, "progress", &read_progress);
}

Result<bool> parse_cancelled(std::string_view body) {
  return read_document(body, kMostBody, "progress answer",
                       [](Fields& fields) { return fields.flag("cancelled"); });
}

Result<TaskResult> parse_result(std::string_view body) {
  return read_document(body, kMostBody, "result", &read_result);
}

std::string to_json_text(const SessionRequest& request) {
  return dump({{"token", request.token.reveal()},
               {"session", request.session.reveal()},
               {"mac", to_string(request.mac)},
               {"inspection", to_json(request.inspection)}});
}

std::string to_json_text(const SessionAnswer& answer) {
  return dump({{"session", answer.session.reveal()}, {"server", answer.server}});
}

std::string to_json_text(const Progress& progress) {
  return dump({{"operation", progress.operation},
               {"phase", to_string(progress.phase)},
               {"percent", progress.percent},
               {"detail", progress.detail},
               {"log", progress.log}});
}

std::string to_json_text(const TaskResult& result) {
  auto wiped = nlohmann::json::array();
  for (const WipedDisk& disk : result.wiped)
    wiped.push_back({{"disk", disk.disk},
                     {"serial", disk.serial},
                     {"bytes", disk.bytes},
                     {"method", disk.method},
                     {"samples", disk.samples},
                     {"nonzero_samples", disk.nonzero_samples}});
  nlohmann::json json{{"operation", result.operation},
                      {"outcome", kOutcomes[static_cast<std::size_t>(result.outcome)]},
                      {"detail", result.detail},
                      {"wiped", wiped}};
  if (result.inspection) json["inspection"] = to_json(*result.inspection);
  if (!result.host_key.empty()) json["host_key"] = result.host_key;
  return dump(json);
}

std::string cancelled_text(bool cancelled) { return dump({{"cancelled", cancelled}}); }

}  // namespace switchyard::pxe::installer
