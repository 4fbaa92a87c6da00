// switchyard event …
#include "web/cli/commands.h"
#include "web/cli/event_stream.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kPause{1'000};

struct Follow {
  std::string after{};
  int count{0};  // 0: until interrupted
};

// The event itself; the service wraps it with its time and subject.
const json& inner_of(const json& data) {
  const auto inner = data.is_object() ? data.find("data") : data.end();
  return data.is_object() && inner != data.end() ? *inner : data;
}

// "operation.step  operation=op-1 step=booting message=…", without what is empty.
std::string sentence_of(const json& data) {
  std::string text;
  if (!data.is_object()) return text;
  for (const auto& [name, value] : data.items()) {
    const std::string shown = value.is_string() ? value.get<std::string>() : value.dump();
    if (!shown.empty()) text += (text.empty() ? "" : " ") + name + "=" + shown;
  }
  return text;
}

void show(const StreamedEvent& event, Session& session) {
  Console& console = session.console;
  const json told = json::parse(event.data, nullptr, false);
  const json data = told.is_discarded() ? json(event.data) : told;
  if (session.is_json()) {
    // One line each, so that a script can read them as they come.
    console.out << data.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
    return;
  }
  const Paint paint{console.has_colour};
  const std::string label = event.id + "  " + time_text(text_of(data, "at"));
  console.out << paint.dim(padded(printable(label), 26)) << ' ' << padded(printable(event.type), 18)
              << ' ' << printable(sentence_of(inner_of(data))) << std::endl;
}

Outcome<void> follow(Session& session, const Follow& wanted) {
  std::string last = wanted.after;
  int shown = 0;
  bool has_answered = false;
  auto last_answer = session.console.clock.steady();
  while (true) {
    EventReader reader;
    const auto ended =
        session.client.follow(resource({"events"}), last, [&](std::string_view piece) {
          has_answered = true;
          last_answer = session.console.clock.steady();
          for (const StreamedEvent& event : reader.read(piece)) {
            show(event, session);
            last = event.id;
            if (++shown == wanted.count || !session.console.out) return false;
          }
          return true;
        });
    const bool is_enough = wanted.count > 0 && shown >= wanted.count;
    if (is_enough || !session.console.out) return {};
    // The service ends a stream after a while, and a connection may break: go on after the last id.
    const bool may_come_back = ended || ended.error().exit == Exit::Unreachable;
    const bool was_never_there = !ended && !has_answered;
    if (!may_come_back || was_never_there ||
        session.console.clock.steady() - last_answer > kPatience)
      return ended;
    session.console.pause(kPause);
  }
}

}  // namespace

void add_event_commands(CLI::App& root, Chosen& chosen) {
  auto& group = add_group(root, "event", "What happens, as it happens");
  const auto wanted = std::make_shared<Follow>();
  auto& watch = add_command(group, chosen, "watch", "Show events as they happen, until interrupted",
                            "  switchyard event watch\n"
                            "  switchyard event watch --after 0 -o json | jq -r .type",
                            [wanted](Session& session) { return follow(session, *wanted); });
  watch.add_option("--after", wanted->after, "Begin after this event id (0: the oldest)")
      ->check(CLI::NonNegativeNumber);
  watch.add_option("--count", wanted->count, "End after so many")->check(CLI::PositiveNumber);
}

}  // namespace switchyard::web::cli
