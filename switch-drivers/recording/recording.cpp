#include "switch-drivers/recording/recording.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/time_text.h"
#include "switch-drivers/recording/call_json.h"
#include "switch-drivers/recording/mask.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <set>
#include <utility>

namespace switchyard::switch_drivers {

using nlohmann::json;

namespace {

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string now() { return rfc3339(SystemClock().now()); }

template <class Ask> auto noted(Recording& recording, const json& call, Ask ask) {
  const bool is_look = call.at("call") == "compare" || call.at("call") == "sessions";
  if (is_look)
    recording.begin_look(call);
  else
    recording.begin_call(call);
  auto result = ask();
  recording.end_call(to_json(result));
  return result;
}

using MakeAgain = std::function<Result<std::unique_ptr<Driver>>()>;

// Asks the driver, and says so. A driver knows things of its switch from one call to the next, so a
// new file begins with a new driver; never between a change and its end.
class RecordedDriver final : public Driver {
 public:
  RecordedDriver(std::unique_ptr<Driver> driver, MakeAgain make_again,
                 std::shared_ptr<Recording> recording)
      : driver_(std::move(driver)),
        make_again_(std::move(make_again)),
        recording_(std::move(recording)) {}

  std::vector<Capability> capabilities() const override { return driver_->capabilities(); }

  Result<SwitchFacts> probe() override {
    return noted(*recording_, {{"call", "probe"}}, [&] { return driver_->probe(); });
  }

  Result<std::vector<PortReport>> compare(std::span<const PortIntent> wished) override {
    if (open_.empty() && recording_->is_full()) begin_anew();
    return noted(*recording_, {{"call", "compare"}, {"intents", to_json(wished)}},
                 [&] { return driver_->compare(wished); });
  }

  Result<std::vector<PortOutcome>> apply(std::span<const PortIntent> wished,
                                         const ApplyOptions& options) override {
    for (const PortIntent& intent : wished)
      open_.emplace(options.change_id, intent.port);
    auto outcomes = noted(*recording_,
                          {{"call", "apply"},
                           {"change", options.change_id},
                           {"undo_after", options.undo_after.count()},
                           {"intents", to_json(wished)}},
                          [&] { return driver_->apply(wished, options); });
    if (outcomes)
      for (const PortOutcome& outcome : *outcomes)
        if (outcome.status && !outcome.changed) open_.erase({options.change_id, outcome.port});
    return outcomes;
  }

  Result<std::vector<PortOutcome>> settle(std::string_view change_id,
                                          std::span<const Settlement> ports) override {
    for (const Settlement& one : ports)
      open_.erase({std::string(change_id), one.port});
    return noted(*recording_,
                 {{"call", "settle"}, {"change", change_id}, {"ports", to_json(ports)}},
                 [&] { return driver_->settle(change_id, ports); });
  }

  Result<std::vector<SessionReport>> sessions(std::span<const PortIntent> ports) override {
    return noted(*recording_, {{"call", "sessions"}, {"intents", to_json(ports)}},
                 [&] { return driver_->sessions(ports); });
  }

 private:
  void begin_anew() {
    auto made = make_again_();
    if (!made) return;
    driver_ = std::move(*made);
    recording_->begin_file();
  }

  std::unique_ptr<Driver> driver_;
  MakeAgain make_again_;
  std::shared_ptr<Recording> recording_;
  std::set<std::pair<std::string, std::string>> open_{};  // changes and their ports
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
  std::filesystem::permissions(
      options_.file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
      none);
  const auto size = std::filesystem::file_size(options_.file, none);
  written_ = none ? 0 : static_cast<std::size_t>(size);
  last_.clear();
  looks_.clear();
  write(json::parse(session_));
}

void Recording::begin_file() {
  file_.close();
  std::error_code none;
  std::filesystem::rename(options_.file, options_.file + ".1", none);
  open();
}

void Recording::begin_call(const json& call) {
  json line = call;
  line["at"] = now();
  write(line);
}

void Recording::begin_look(const json& call) {
  look_ = dump(call);
  look_at_ = now();
}

void Recording::end_call(const json& result) {
  if (look_.empty()) return write({{"result", result}});
  const auto kept = std::exchange(kept_, {});
  const std::string look = std::exchange(look_, {});
  std::string text = dump(result);
  std::string& last = looks_[look];
  if (last == text) return;
  last = std::move(text);
  json line = json::parse(look);
  line["at"] = look_at_;
  write(line);
  for (const auto& [at, exchange] : kept)
    write_exchange(exchange, at);
  write({{"result", result}});
}

std::optional<Exchange> Recording::answer(const std::string&, const std::vector<std::string>&) {
  return std::nullopt;
}

void Recording::note(const Exchange& exchange) {
  if (look_.empty()) return write_exchange(exchange, now());
  kept_.emplace_back(now(), exchange);
}

void Recording::write_exchange(const Exchange& exchange, const std::string& at) {
  if (!file_.is_open()) return;
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
            {"at", at},
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
  MakeAgain make = [nos = std::string(nos), access = std::move(access), context] {
    return make_driver(nos, access, context);
  };
  auto driver = make();
  if (!driver) return driver;
  return std::make_unique<RecordedDriver>(std::move(*driver), std::move(make),
                                          std::move(recording));
}

}  // namespace switchyard::switch_drivers
