#include "switch-drivers/linux-frr/undo_record.h"

#include "switch-drivers/linux-frr/kernel_reading.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::switch_drivers::linux_frr {

namespace {

using nlohmann::json;

constexpr std::string_view kWish = "# wish ";
constexpr std::string_view kBefore = "# before ";

// ASCII and on one line, whatever the text says: it stands in a comment of a shell script.
void add_string(std::string& json_text, const std::string& text) {
  const bool is_simple = std::ranges::all_of(
      text, [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
  if (is_simple) {
    json_text.append(1, '"').append(text).append(1, '"');
  } else {
    json_text += json(text).dump(-1, ' ', true, json::error_handler_t::replace);
  }
}

// A list of pairs. Not as a tree first: thousands of facts are written in a change of a whole
// switch.
std::string facts_text(const Facts& facts) {
  std::string text;
  for (const auto& [subject, value] : facts) {
    text += text.empty() ? "[[" : ",[";
    add_string(text, subject);
    text += ',';
    add_string(text, value);
    text += ']';
  }
  return text.empty() ? "[]" : text + "]";
}

Result<Facts> parse_facts(std::string_view text) {
  const json list = json::parse(text, nullptr, false);
  if (!list.is_array()) return failure(Errc::Rejected, "the undo record has no facts");
  Facts facts;
  for (const json& item : list) {
    if (!item.is_array() || item.size() != 2 || !item[0].is_string() || !item[1].is_string()) {
      return failure(Errc::Rejected, "the undo record has a fact that is none");
    }
    facts.emplace(item[0].get<std::string>(), item[1].get<std::string>());
  }
  return facts;
}

std::string_view line_after(std::string_view text, std::string_view mark) {
  std::size_t at = text.starts_with(mark) ? 0 : text.find("\n" + std::string{mark});
  if (at == std::string_view::npos) return {};
  if (text[at] == '\n') ++at;
  const std::string_view rest = text.substr(at + mark.size());
  return rest.substr(0, rest.find('\n'));
}

}  // namespace

Facts facts_to_restore(const PortState& state) {
  PortState own = state;
  own.dead_ends.clear();
  own.saved_frr.clear();
  Facts facts = running_facts(own);
  facts.merge(saved_facts(own));
  return facts;
}

std::string render_undo(const PortIntent& wish, const PortState& before, const PortState& after,
                        const PlanContext& context) {
  PortState target = before;
  target.dead_ends.clear();
  const PlanContext fixed{
      .default_pvid = context.default_pvid, .quarantine = context.quarantine, .tidy_shared = false};
  const PortPlan plan = plan_port(after, target, fixed);
  const Phases phases = merge({plan});
  std::string text = "# Switchyard: puts port " + before.port + " back\n";
  text += std::string{kWish} + to_json_text(wish) + "\n";
  text += std::string{kBefore} + facts_text(facts_to_restore(before)) + "\n";
  const auto add = [&](const Command& command) { text += as_script(command); };
  for (const Command& command : closed_commands(phases))
    add(command);
  if (before.snippet) {
    add(write_snippet(before.port, *before.snippet));
    add(publish_snippet(before.port));
  } else {
    add(remove_snippet(before.port));
  }
  for (const Command& command : opening_commands(phases))
    add(command);
  for (const Command& command : clearing_commands(phases))
    add(command);
  return text;
}

Result<PortIntent> parse_undo_wish(std::string_view text) {
  auto wish = parse_port_intent(line_after(text, kWish));
  if (!wish) return tl::unexpected(wish.error().in("undo record"));
  return wish;
}

Result<UndoRecord> parse_undo(std::string_view text) {
  auto wish = parse_undo_wish(text);
  if (!wish) return tl::unexpected(wish.error());
  auto before = parse_facts(line_after(text, kBefore));
  if (!before) return tl::unexpected(before.error());
  return UndoRecord{std::move(*wish), std::move(*before)};
}

ArmedChanges parse_armed(std::string_view output) {
  constexpr std::string_view kRoot = "/run/switchyard/";
  ArmedChanges armed;
  for (const auto& [path, text] : parse_files(output)) {
    const std::size_t slash = path.rfind('/');
    if (!path.starts_with(kRoot) || slash <= kRoot.size()) continue;
    const std::string change = path.substr(kRoot.size(), slash - kRoot.size());
    auto wish = parse_port_intent(line_after(text, kWish));
    if (!wish || !is_plain(change)) continue;
    const std::string port = wish->port;  // before the move: the right side is evaluated first
    armed[port] = {change, std::move(*wish)};
  }
  return armed;
}

}  // namespace switchyard::switch_drivers::linux_frr
