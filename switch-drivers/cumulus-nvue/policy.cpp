#include "switch-drivers/cumulus-nvue/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <sstream>

namespace switchyard::switch_drivers::cumulus_nvue {

namespace {

using Words = std::vector<std::string>;

constexpr std::uint64_t kHighest = 4294967295;
constexpr std::uint64_t kHighestPart = 65535;
constexpr std::uint64_t kMostPrepended = 10;
const Words kBeginning{"nv", "set", "router", "policy", "route-map"};
constexpr const char* kExpected =
    "expected \"nv set router policy route-map IN rule 10 set …\" or the same of OUT";

Words words_of(const std::string& line) {
  std::istringstream stream(line);
  Words words;
  for (std::string word; stream >> word;)
    words.push_back(std::move(word));
  return words;
}

std::optional<std::uint64_t> number_of(std::string_view text, std::uint64_t lowest,
                                       std::uint64_t highest) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < lowest || value > highest)
    return std::nullopt;
  return value;
}

// Numbers between colons, in their shortest form; "" for others.
std::string community(const std::string& text, int parts, std::uint64_t highest) {
  std::string normal;
  std::istringstream stream(text);
  int count = 0;
  for (std::string part; std::getline(stream, part, ':'); ++count) {
    const auto value = number_of(part, 0, highest);
    if (!value) return {};
    normal += (count == 0 ? "" : ":") + std::to_string(*value);
  }
  return count == parts && text.back() != ':' ? normal : std::string{};
}

// The line in the form in which it is kept: "metric 50"; "" for one that cannot be added.
std::string kept(const Words& words, bool out) {
  const auto number = [&](std::uint64_t lowest, std::uint64_t highest) -> std::string {
    const auto value = number_of(words.back(), lowest, highest);
    if (!value) return {};
    Words same = words;
    same.back() = std::to_string(*value);
    return fmt::format("{}", fmt::join(same, " "));
  };
  if (words.size() == 3 && words[0] == "as-path-prepend" && out) {
    if (words[1] == "as") return number(1, kHighest);
    return words[1] == "last-as" ? number(1, kMostPrepended) : std::string{};
  }
  if (words.size() != 2) return {};
  if (words[0] == "local-preference") return number(0, kHighest);
  if (words[0] == "metric") return number(1, kHighest);
  if (words[0] == "origin" && (words[1] == "igp" || words[1] == "egp" || words[1] == "incomplete"))
    return "origin " + words[1];
  std::string value;
  if (words[0] == "community") {
    value = words[1] == "no-export" || words[1] == "no-advertise"
                ? words[1]
                : community(words[1], 2, kHighestPart);
  } else if (words[0] == "large-community") {
    value = community(words[1], 3, kHighest);
  }
  return value.empty() ? value : words[0] + " " + value;
}

// What one line says but its value, so that it is not said twice.
std::string key_of(const std::string& line) {
  return line.find("community") == std::string::npos ? line.substr(0, line.find(' ')) : line;
}

std::string judge_line(const std::string& line, PolicyAddition& addition) {
  const Words words = words_of(line);
  constexpr std::size_t kHead = 9;  // up to "IN rule 10 set"
  if (words.size() <= kHead || !std::equal(kBeginning.begin(), kBeginning.end(), words.begin()) ||
      (words[5] != "IN" && words[5] != "OUT") || words[6] != "rule" || words[7] != "10" ||
      words[8] != "set")
    return kExpected;
  const bool out = words[5] == "OUT";
  const std::string line_kept = kept({words.begin() + kHead, words.end()}, out);
  if (line_kept.empty())
    return fmt::format("\"{}\" is nothing a catalog can add",
                       fmt::join(words.begin() + kHead, words.end(), " "));
  std::vector<std::string>& lines = out ? addition.out : addition.in;
  if (std::any_of(lines.begin(), lines.end(),
                  [&](const std::string& one) { return key_of(one) == key_of(line_kept); }))
    return fmt::format("\"{}\" is said twice", key_of(line_kept));
  lines.push_back(line_kept);
  return {};
}

}  // namespace

JudgedPolicy judge_policy(std::string_view text) {
  JudgedPolicy judged;
  std::istringstream stream{std::string{text}};
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos || line[first] == '#') continue;
    if (std::string fault = judge_line(line, judged.addition); !fault.empty())
      judged.faults.push_back({number, std::move(fault)});
  }
  std::sort(judged.addition.in.begin(), judged.addition.in.end());
  std::sort(judged.addition.out.begin(), judged.addition.out.end());
  return judged;
}

Status check_policy(const PolicyAddition& addition) {
  for (const bool out : {false, true})
    for (const std::string& line : out ? addition.out : addition.in)
      if (line.empty() || kept(words_of(line), out) != line)
        return failure(Errc::Invalid, fmt::format("\"{}\" is nothing a catalog can add", line));
  return {};
}

Leaves policy_sets(const std::vector<std::string>& lines) {
  Leaves sets;
  for (const std::string& line : lines) {
    Words words = words_of(line);
    if (words.size() < 2) continue;  // check_policy() has refused it
    if (words[0].ends_with("community")) {
      sets[words] = kThere;
      continue;
    }
    const std::string value = words.back();
    words.pop_back();
    sets[words] = value;
  }
  return sets;
}

}  // namespace switchyard::switch_drivers::cumulus_nvue
