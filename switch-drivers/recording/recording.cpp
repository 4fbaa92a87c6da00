#include "switch-drivers/recording/recording.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/time_text.h"
#include "switch-drivers/recording/call_json.h"
#include "switch-drivers/recording/mask.h"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace switchyard::switch_drivers {

using nlohmann::json;

namespace {

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string now() { return rfc3339(SystemClock().now()); }

// Asks the driver, and says so.
class RecordedDriver final : public Driver {
 public:
  RecordedDriver(std::unique_ptr<Driver> driver, std::shared_ptr<Recording> recording)
      : driver_(std::move(driver)), recording_(std::move(recording)) {}

  std::vector<Capability> capabilities() const override { return driver_->capabilities(); }

  Result<SwitchFacts> probe() override {
    return noted({{"call", "probe"}}, [&] { return driver_->probe(); });
  }

  Result<std::vector<PortReport>> compare(std::span<const PortIntent> wished) override {
    return noted({{"call", "compare"}, {"intents", to_json(wished)}},
                 [&] { return driver_->compare(wished); });
  }

  Result<std::vector<PortOutcome>> apply(std::span<const PortIntent> wished,
                                         const ApplyOptions& options) override {
    return noted({{"call", "apply"},
                  {"change", options.change_id},
                  {"undo_after", options.undo_after.count()},
                  {"intents", to_json(wished)}},
                 [&] { return driver_->apply(wished, options); });
  }

  Result<std::vector<PortOutcome>> settle(std::string_view change_id,
                                          std::span<const Settlement> ports) override {
    return noted({{"call", "settle"}, {"change", change_id}, {"ports", to_json(ports)}},
                 [&] { return driver_->settle(change_id, ports); });
  }

  Result<std::vector<SessionReport>> sessions(std::span<const PortIntent> ports) override {
    return noted({{"call", "sessions"}, {"intents", to_json(ports)}},
                 [&] { return driver_->sessions(ports); });
  }

 private:
  template <class Ask> auto noted(const json& call, Ask ask) {
    recording_->begin_call(call);
    auto result = ask();
    recording_->end_call(to_json(result));
    return result;
  }

  std::unique_ptr<Driver> driver_;
  std::shared_ptr<Recording> recording_;
};

}  // namespace

Recording::Recording(RecordingOptions options, std::string_view nos, const SwitchAccess& access,
                     const SwitchContext& context)
    : options_(std::move(options)),
      session_(dump({{"session",
                      {{"switch", access.name},
                       {"nos", nos},
                       {"asn", context.asn.value},
                       {"bridge", context.bridge},
                       {"quarantine", context.quarantine}}}})),
      own_password_(access.password.reveal()),
      name_(access.name) {
  open();
}

Recording::~Recording() = default;

void Recording::open() {
  std::error_code none;
  std::filesystem::create_directories(std::filesystem::path(options_.file).parent_path(), none);
  file_.open(options_.file, std::ios::app);
  std::filesystem::permissions(options_.file, std::filesystem::perms::owner_read |
                                                  std::filesystem::perms::owner_write, none);
  const auto size = std::filesystem::file_size(options_.file, none);
  written_ = none ? 0 : static_cast<std::size_t>(size);
  last_.clear();
  write(json::parse(session_));
}

void Recording::begin_call(const json& call) {
  if (written_ > options_.most_bytes / 2) {
    file_.close();
    std::error_code none;
    std::filesystem::rename(options_.file, options_.file + ".1", none);
    open();
  }
  json line = call;
  line["at"] = now();
  write(line);
}

void Recording::end_call(const json& result) { write({{"result", result}}); }

std::optional<Exchange> Recording::answer(const std::string&, const std::vector<std::string>&) {
  return std::nullopt;
}

void Recording::note(const Exchange& exchange) {
  json sent = json::array(), answered = json::array();
  for (std::size_t i = 0; i < exchange.sent.size(); ++i) {
    const std::string text = masked(exchange.sent[i], own_password_);
    sent.push_back(text);
    if (i >= exchange.answered.size()) continue;
    std::string answer = masked(exchange.answered[i], own_password_);
    std::string& last = last_[text];
    const bool is_known = !last.empty() && last == answer;
    answered.push_back(is_known ? json(nullptr) : json(answer));
    last = std::move(answer);
  }
  json line{{"exchange", exchange.protocol},
            {"at", now()},
            {"sent", std::move(sent)},
            {"answered", std::move(answered)}};
  if (exchange.error)
    line["error"] = {{"code", to_string(exchange.error->code)},
                     {"message", masked(exchange.error->message, own_password_)}};
  write(line);
}

void Recording::write(const json& line) {
  if (!file_.is_open()) return;
  const std::string text = dump(line);
  file_ << text << '\n' << std::flush;
  written_ += text.size() + 1;
  if (file_) return;
  file_.close();
  log::warning("recording ended", {{"switch", name_}, {"file", options_.file}});
}

Result<std::unique_ptr<Driver>> make_recorded_driver(std::string_view nos, SwitchAccess access,
                                                     SwitchContext context,
                                                     RecordingOptions options) {
  auto recording = std::make_shared<Recording>(std::move(options), nos, access, context);
  access.tap = recording;
  auto driver = make_driver(nos, std::move(access), std::move(context));
  if (!driver) return driver;
  return std::make_unique<RecordedDriver>(std::move(*driver), std::move(recording));
}

}  // namespace switchyard::switch_drivers
