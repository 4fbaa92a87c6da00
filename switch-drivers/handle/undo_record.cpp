#include "switch-drivers/handle/undo_record.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>

namespace switchyard::switch_drivers::handle {

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

void each_line(std::string_view text, const std::function<void(std::string_view)>& take) {
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    take(text.substr(0, length));
    text.remove_prefix(std::min(length + 1, text.size()));
  }
}

}  // namespace

std::string undo_head(const UndoRecord& record) {
  return "# Switchyard: puts port " + record.wish.port + " back\n" + std::string{kWish} +
         to_json_text(record.wish) + "\n" + std::string{kBefore} + facts_text(record.before) + "\n";
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

bool is_plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"-._:/@+="}.find(c) != std::string_view::npos;
  });
}

std::map<std::string, std::string> parse_files(std::string_view output) {
  std::map<std::string, std::string> files;
  auto file = files.end();  // lines of one file stand together
  each_line(output, [&](std::string_view line) {
    const std::size_t colon = line.find(':');
    if (!line.starts_with('/') || colon == std::string_view::npos) return;
    const std::string_view path = line.substr(0, colon);
    if (file == files.end() || file->first != path)
      file = files.try_emplace(std::string{path}).first;
    file->second.append(line.substr(colon + 1)).append("\n");
  });
  return files;
}

}  // namespace switchyard::switch_drivers::handle
