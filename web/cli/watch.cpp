#include "web/cli/watch.h"

#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::chrono::seconds kPatience{60};  // without any answer
constexpr milliseconds kLook{300};             // between two looks
constexpr milliseconds kFrame{100};            // between two pictures of the spinner

// Redraws its lines in place on a terminal, else writes what is new.
class Progress {
 public:
  Progress(Console& console, std::ostream& to)
      : console_(console), to_(to), is_live_(console.out_is_terminal && &to == &console.out) {}

  void answered(const json& operation) {
    if (!is_live_) {
      for (const std::string& line : news_between(operation_, operation, console_.is_unicode))
        to_ << line << '\n';
      to_.flush();
    }
    operation_ = operation;
    answered_at_ = console_.clock.steady();
    is_connected_ = true;
    draw();
  }

  void lost() {
    if (is_connected_ && !is_live_) to_ << "connection lost, trying again" << std::endl;
    is_connected_ = false;
    draw();
  }

  void wait() {
    if (!is_live_) return console_.pause(kLook);
    for (milliseconds waited{0}; waited < kLook; waited += kFrame) {
      console_.pause(kFrame);
      draw();
    }
  }

 private:
  void draw() {
    if (!is_live_) return;
    const std::chrono::duration<double> since = console_.clock.steady() - answered_at_;
    const StepLines style{.columns = console_.columns,
                          .is_unicode = console_.is_unicode,
                          .has_colour = console_.has_colour,
                          .frame = frame_++,
                          .since_answer = since.count(),
                          .is_connected = is_connected_};
    std::string picture;
    if (drawn_ > 0) picture += "\x1b[" + std::to_string(drawn_) + "A";
    const auto lines = style.of(operation_);
    for (const std::string& line : lines)
      picture += "\r\x1b[2K" + line + "\n";
    picture += "\x1b[J";  // lines of a longer picture before
    drawn_ = lines.size();
    to_ << picture << std::flush;
  }

  Console& console_;
  std::ostream& to_;
  bool is_live_;
  bool is_connected_{true};
  json operation_ = json::object();
  std::chrono::steady_clock::time_point answered_at_{};
  std::size_t drawn_{0};
  int frame_{0};
};

Failure failure_of(const json& operation) {
  const std::string id = text_of(operation, "id");
  const std::string status = text_of(operation, "status");
  Failure failure{.exit = Exit::OperationFailed,
                  .message = text_of(operation, "kind") + " of " + text_of(operation, "server") +
                             (status == "cancelled" ? " was cancelled" : " failed")};
  const auto error = operation.find("error");
  if (error != operation.end() && error->is_object())
    failure.message += ": " + text_of(*error, "detail");
  failure.way_out = "'switchyard operation show " + id + "' has the timeline";
  if (status == "failed")
    failure.way_out += ", 'switchyard operation retry " + id + "' tries again";
  return failure;
}

// Worth waiting for: nobody answers, the service is overloaded or between two processes.
bool may_come_back(const Failure& failure) {
  return failure.exit == Exit::Unreachable || failure.status == 429;
}

}  // namespace

Outcome<json> watch_operation(Session& session, const std::string& id, std::ostream& to,
                              const std::function<bool(const json&)>& is_enough) {
  const Console& console = session.console;
  Progress progress(session.console, to);
  auto last_answer = console.clock.steady();
  while (true) {
    const auto answer = session.client.get(resource({"operations", id}));
    if (answer) {
      last_answer = console.clock.steady();
      progress.answered(answer->body);
      if (text_of(answer->body, "status") == "succeeded") return answer->body;
      if (is_enough && is_enough(answer->body)) return answer->body;
      if (is_over(answer->body)) return tl::unexpected(failure_of(answer->body));
    } else if (!may_come_back(answer.error()) || console.clock.steady() - last_answer > kPatience) {
      return tl::unexpected(answer.error());
    } else {
      progress.lost();
    }
    progress.wait();
  }
}

}  // namespace switchyard::web::cli
