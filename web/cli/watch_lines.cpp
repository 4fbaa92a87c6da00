// How the steps of an operation read.
#include "web/cli/text.h"
#include "web/cli/watch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 10> kSpinner{"⠋", "⠙", "⠹", "⠸", "⠼",
                                                    "⠴", "⠦", "⠧", "⠇", "⠏"};
constexpr std::array<std::string_view, 4> kAsciiSpinner{"|", "/", "-", "\\"};

// Steps that gave up: the service keeps their last state, the timeline says how it ended.
std::set<std::string> failed_steps(const json& operation) {
  std::set<std::string> failed;
  for (const json& line : list_of(operation, "timeline")) {
    const std::string kind = text_of(line, "kind");
    if (kind == "failed" || kind == "cancelled") failed.insert(text_of(line, "step"));
    if (kind == "done") failed.erase(text_of(line, "step"));
  }
  return failed;
}

std::string state_of(const json& step, const std::set<std::string>& failed) {
  std::string state = text_of(step, "state");
  if (state == "pending" && failed.contains(text_of(step, "name"))) state = "failed";
  return state;
}

std::string usual_of(const json& step) {
  const double usual = number_of(step, "usual_seconds");
  if (usual < 0.05) return "";
  // A median of a few runs; tenths would promise too much.
  if (usual >= 0.95 && usual < 9.95) return "usually " + std::to_string(std::lround(usual)) + " s";
  return "usually " + duration_text(usual);
}

// What is worth a line of its own when it changes.
std::string news_key(const json& step, const std::string& state) {
  return text_of(step, "name") + " " + state + (flag_of(step, "slow") ? " slow" : "");
}

std::string mark_of(const std::string& state, bool is_unicode, int frame) {
  if (state == "done") return is_unicode ? "✓" : "+";
  if (state == "failed") return is_unicode ? "✗" : "x";
  if (state == "running") {
    const auto at = static_cast<std::size_t>(frame);
    return std::string(is_unicode ? kSpinner.at(at % kSpinner.size())
                                  : kAsciiSpinner.at(at % kAsciiSpinner.size()));
  }
  return is_unicode ? "·" : ".";
}

std::string painted(const std::string& mark, const std::string& state, const Paint& paint) {
  if (state == "done") return paint.green(mark);
  if (state == "failed") return paint.red(mark);
  if (state == "running") return paint.yellow(mark);
  return paint.dim(mark);
}

// "2.1 s (usually 2 s)", for a running one with what it is doing.
std::string figures_of(const json& step, const std::string& state, double since_answer) {
  const std::string usual = usual_of(step);
  if (state == "done" || state == "failed") {
    const double seconds = number_of(step, "seconds");
    if (seconds <= 0) return "";
    return duration_text(seconds) + (usual.empty() ? "" : " (" + usual + ")");
  }
  if (state == "running")
    return duration_text(number_of(step, "seconds") + since_answer) +
           (usual.empty() ? "" : " (" + usual + ")") +
           (flag_of(step, "slow") ? ", much longer than usual" : "");
  return usual;
}

}  // namespace

bool is_over(const json& operation) {
  const std::string status = text_of(operation, "status");
  return status == "succeeded" || status == "failed" || status == "cancelled";
}

std::vector<std::string> StepLines::of(const json& operation) const {
  const Paint paint{has_colour};
  const std::string ellipsis = is_unicode ? "…" : "...";
  const auto failed = failed_steps(operation);
  std::vector<std::string> lines;
  for (const json& step : list_of(operation, "steps")) {
    const std::string state = state_of(step, failed);
    if (is_over(operation) && state == "pending") continue;
    const std::string figures = figures_of(step, state, since_answer);
    // Mark and blank before, two blanks and the figures after; the last column stays empty, or some
    // terminals begin a new line.
    const int room = std::max(columns - 3 - (figures.empty() ? 0 : display_width(figures) + 2), 10);
    std::string title = shortened(printable(text_of(step, "title")), room, ellipsis);
    std::string line = painted(mark_of(state, is_unicode, frame), state, paint) + " " +
                       (state == "pending" ? paint.dim(title) : title);
    if (!figures.empty()) line += "  " + paint.dim(figures);
    lines.push_back(std::move(line));
    const std::string message = printable(text_of(operation, "message"));
    if (state == "running" && !message.empty())
      lines.push_back("    " + paint.dim(shortened(message, columns - 5, ellipsis)));
  }
  if (lines.empty())
    lines.push_back(painted(mark_of("running", is_unicode, frame), "running", paint) + " queued");
  if (!is_connected)
    lines.push_back(paint.yellow(is_unicode ? "connection lost, trying again …"
                                            : "connection lost, trying again"));
  return lines;
}

std::vector<std::string> news_between(const json& before, const json& now, bool is_unicode) {
  std::vector<std::string> lines;
  const auto failed_before = failed_steps(before);
  const auto failed_now = failed_steps(now);
  std::set<std::string> known;  // "name state" of the look before
  for (const json& step : list_of(before, "steps"))
    known.insert(news_key(step, state_of(step, failed_before)));
  bool has_begun = false;
  for (const json& step : list_of(now, "steps")) {
    const std::string state = state_of(step, failed_now);
    if (state == "pending" || state == "skipped") continue;
    if (known.contains(news_key(step, state))) continue;
    has_begun = has_begun || state == "running";
    const bool has_only_begun = state == "running" && !flag_of(step, "slow");
    const std::string figures = has_only_begun ? usual_of(step) : figures_of(step, state, 0);
    const std::string mark =
        state == "running" ? (is_unicode ? "…" : ".") : mark_of(state, is_unicode, 0);
    lines.push_back(mark + " " + printable(text_of(step, "title")) +
                    (figures.empty() ? "" : "  " + figures));
  }
  const std::string message = printable(text_of(now, "message"));
  const bool is_new = message != printable(text_of(before, "message")) || has_begun;
  if (is_new && !message.empty() && !is_over(now)) lines.push_back("    " + message);
  return lines;
}

}  // namespace switchyard::web::cli
