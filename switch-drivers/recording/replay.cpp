#include "switch-drivers/recording/replay.h"

#include "switch-drivers/recording/call_json.h"
#include "switch-drivers/recording/exchange_tap.h"
#include "switch-drivers/registry.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <deque>
#include <fstream>
#include <map>

namespace switchyard::switch_drivers {

using nlohmann::json;

namespace {

constexpr std::size_t kShown = 160;

std::string shortened(std::string text) {
  if (text.size() > kShown) text = text.substr(0, kShown) + "…";
  return text;
}

Errc code_of(const std::string& name) {
  for (const Errc code : {Errc::Invalid, Errc::NotFound, Errc::Conflict, Errc::Rejected,
                          Errc::Unavailable, Errc::TimedOut})
    if (name == to_string(code)) return code;
  return Errc::Unavailable;
}

struct Recorded {
  std::string at{};  // FILE:LINE
  Exchange exchange{};
};

// What the switch answered then, for one call at a time.
class Player final : public ExchangeTap {
 public:
  explicit Player(ReplayReport& report) : report_(report) {}

  void load(std::deque<Recorded> exchanges) { next_ = std::move(exchanges); }

  void expect_all_played(const std::string& at) {
    if (!next_.empty())
      report_.differences.push_back(
          fmt::format("{}: {} exchanges fewer than were recorded; the first one left out: {}", at,
                      next_.size(), shortened(first_of(next_.front().exchange.sent))));
    next_.clear();
  }

  std::optional<Exchange> answer(const std::string& protocol,
                                 const std::vector<std::string>& sent) override {
    Exchange unknown{.protocol = protocol,
                     .sent = sent,
                     .error = Error{Errc::Unavailable, "the recording does not have the answer"}};
    if (next_.empty()) {
      report_.differences.push_back("the driver says more than was recorded: " +
                                    shortened(first_of(sent)));
      return unknown;
    }
    const Recorded recorded = std::move(next_.front());
    next_.pop_front();
    ++report_.exchanges;
    if (recorded.exchange.sent == sent && recorded.exchange.protocol == protocol)
      return recorded.exchange;
    report_.differences.push_back(recorded.at + ": " + difference(recorded.exchange.sent, sent));
    return unknown;
  }

  void note(const Exchange&) override {}

 private:
  static std::string first_of(const std::vector<std::string>& texts) {
    return texts.empty() ? "nothing" : texts.front();
  }

  static std::string difference(const std::vector<std::string>& then,
                                const std::vector<std::string>& now) {
    std::size_t at = 0;
    while (at < then.size() && at < now.size() && then[at] == now[at])
      ++at;
    const std::string was = at < then.size() ? then[at] : "nothing";
    const std::string is = at < now.size() ? now[at] : "nothing";
    std::size_t begin = 0;  // of the first line that differs
    for (std::size_t i = 0; i < std::min(was.size(), is.size()) && was[i] == is[i]; ++i)
      if (was[i] == '\n') begin = i + 1;
    return fmt::format("the driver says \"{}\" where it said \"{}\"",
                       shortened(is.substr(std::min(begin, is.size()))),
                       shortened(was.substr(std::min(begin, was.size()))));
  }

  ReplayReport& report_;
  std::deque<Recorded> next_{};
};

class Replayer {
 public:
  explicit Replayer(std::string file)
      : file_(std::move(file)), player_(std::make_shared<Player>(report_)) {}

  Status take(int number, const json& line) {
    at_ = fmt::format("{}:{}", file_, number);
    if (line.contains("session")) return begin_session(line.at("session"));
    if (line.contains("call")) {
      call_ = line;
      exchanges_.clear();
      return {};
    }
    if (line.contains("exchange")) return add_exchange(line);
    if (line.contains("result")) return play(line.at("result"));
    return failure(Errc::Invalid, at_ + ": is no line of a recording");
  }

  ReplayReport finish() { return std::move(report_); }

 private:
  Status begin_session(const json& session) {
    last_.clear();
    call_ = nullptr;
    auto driver =
        make_driver(session.value("nos", ""), {.name = session.value("switch", ""), .tap = player_},
                    {.asn = Asn{session.value("asn", std::uint32_t{})},
                     .bridge = session.value("bridge", ""),
                     .quarantine = session.value("quarantine", "")});
    if (!driver) return tl::unexpected(driver.error().in(at_));
    driver_ = std::move(*driver);
    ++report_.sessions;
    return {};
  }

  Status add_exchange(const json& line) {
    Recorded recorded{.at = at_, .exchange = {.protocol = line.value("exchange", "")}};
    recorded.exchange.sent = line.value("sent", std::vector<std::string>{});
    std::size_t index = 0;
    for (const json& answer : line.value("answered", json::array())) {
      if (index >= recorded.exchange.sent.size())
        return failure(Errc::Invalid, at_ + ": has more answers than questions");
      std::string& last = last_[recorded.exchange.sent[index++]];
      if (answer.is_string()) last = answer.get<std::string>();
      recorded.exchange.answered.push_back(last);
    }
    if (const auto error = line.find("error"); error != line.end())
      recorded.exchange.error =
          Error{code_of(error->value("code", "")), error->value("message", "")};
    exchanges_.push_back(std::move(recorded));
    return {};
  }

  Status play(const json& recorded) {
    if (call_.is_null() || !driver_) return {};  // its beginning was in the file before
    const json call = std::exchange(call_, nullptr);
    ++report_.calls;
    player_->load(std::exchange(exchanges_, {}));
    const auto now = ask(call);
    if (!now) return tl::unexpected(now.error().in(at_));
    player_->expect_all_played(at_);
    if (*now != recorded)
      report_.differences.push_back(fmt::format("{}: {} answers {} where it answered {}", at_,
                                                call.value("call", ""), shortened(now->dump()),
                                                shortened(recorded.dump())));
    return {};
  }

  Result<json> ask(const json& call) {
    const std::string name = call.value("call", "");
    if (name == "probe") return to_json(driver_->probe());
    const std::string change = call.value("change", "");
    if (name == "settle")
      return to_json(driver_->settle(change, read_settlements(call.value("ports", json::array()))));
    const auto intents = read_intents(call.value("intents", json::array()));
    if (!intents) return tl::unexpected(intents.error());
    if (name == "compare") return to_json(driver_->compare(*intents));
    if (name == "sessions") return to_json(driver_->sessions(*intents));
    if (name != "apply") return failure(Errc::Invalid, "there is no call \"" + name + "\"");
    return to_json(driver_->apply(
        *intents,
        {.change_id = change, .undo_after = std::chrono::seconds(call.value("undo_after", 60LL))}));
  }

  std::string file_;
  std::string at_{};
  ReplayReport report_{};
  std::shared_ptr<Player> player_;
  std::unique_ptr<Driver> driver_{};
  json call_{};
  std::deque<Recorded> exchanges_{};
  std::map<std::string, std::string> last_{};
};

}  // namespace

Result<ReplayReport> replay(const std::string& file) {
  std::ifstream input(file);
  if (!input) return failure(Errc::NotFound, "cannot read " + file);
  Replayer replayer(file);
  std::string text;
  for (int number = 1; std::getline(input, text); ++number) {
    const json line = json::parse(text, nullptr, false);
    if (line.is_discarded() && input.eof()) break;  // it was being written
    if (!line.is_object())
      return failure(Errc::Invalid, fmt::format("{}:{}: is no line of a recording", file, number));
    try {
      if (const Status taken = replayer.take(number, line); !taken)
        return tl::unexpected(taken.error());
    } catch (const json::exception& wrong) {
      return failure(Errc::Invalid, fmt::format("{}:{}: {}", file, number, wrong.what()));
    }
  }
  return replayer.finish();
}

}  // namespace switchyard::switch_drivers
