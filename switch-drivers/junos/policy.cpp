#include "switch-drivers/junos/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>

namespace switchyard::switch_drivers::junos {

namespace {

constexpr std::uint64_t kHighest = 4294967295;
constexpr std::uint64_t kHighestPart = 65535;
constexpr std::size_t kMostPrepended = 10;

using Words = std::vector<std::string>;

std::optional<std::uint64_t> number_of(std::string_view text, std::uint64_t highest) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > highest)
    return std::nullopt;
  return value;
}

// Words between blanks; what stands in quotes is one. Nothing: a quote that does not end.
std::optional<Words> words_of(std::string_view line) {
  Words words;
  for (std::size_t at = 0; at < line.size();) {
    if (std::isspace(static_cast<unsigned char>(line[at])) != 0) {
      ++at;
      continue;
    }
    const bool quoted = line[at] == '"';
    const std::size_t begin = at + (quoted ? 1 : 0);
    const std::size_t end = line.find_first_of(quoted ? "\"" : " \t\r\"", begin);
    if (quoted && end == std::string_view::npos) return std::nullopt;
    words.emplace_back(line.substr(begin, end - begin));
    at = std::min(end, line.size()) + (quoted ? 1 : 0);
  }
  return words;
}

// "65000:101" or one of the well-known ones; "" for others.
std::string community(const std::string& text) {
  for (const std::string_view known : {"no-export", "no-advertise", "no-export-subconfed"})
    if (text == known) return text;
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return {};
  const auto high = number_of(std::string_view{text}.substr(0, colon), kHighestPart);
  const auto low = number_of(std::string_view{text}.substr(colon + 1), kHighestPart);
  return high && low ? fmt::format("{}:{}", *high, *low) : std::string{};
}

std::string prepended(const std::string& text) {
  const auto words = words_of(text);
  if (!words || words->empty() || words->size() > kMostPrepended) return {};
  std::string normal;
  for (const std::string& one : *words) {
    const auto asn = number_of(one, kHighest);
    if (!asn || *asn == 0) return {};
    normal += (normal.empty() ? "" : " ") + std::to_string(*asn);
  }
  return normal;
}

std::string metric(const std::string& text) {
  const auto value = number_of(text, kHighest);
  return value ? std::to_string(*value) : std::string{};
}

std::string origin(const std::string& text) {
  return text == "igp" || text == "egp" || text == "incomplete" ? text : std::string{};
}

std::string quoted_path(const std::string& text) {
  const std::string path = prepended(text);
  return path.empty() ? path : "\"" + path + "\"";
}

// What may be added: how it begins, the one word after that in its normal form, and whether only
// to what the server is told.
struct Addition {
  std::string_view begin;
  std::string (*normal)(const std::string&);
  bool only_out;
};

constexpr std::array kAdditions{
    Addition{"then local-preference", metric, false},
    Addition{"then metric", metric, false},
    Addition{"then origin", origin, false},
    Addition{"then as-path-prepend", quoted_path, true},
    Addition{"then community add", community, false},
    Addition{"then community set", community, false},
    Addition{"from community", community, false},
};

// The line in the form in which it is kept: "then metric 50"; "" for one that cannot be added.
std::string kept(const Words& words, bool out) {
  if (words.size() < 3) return {};
  const std::string begin = fmt::format("{}", fmt::join(words.begin(), words.end() - 1, " "));
  for (const Addition& one : kAdditions) {
    if (one.begin != begin || (one.only_out && !out)) continue;
    const std::string value = one.normal(words.back());
    return value.empty() ? value : begin + " " + value;
  }
  return {};
}

// What one line says but its value, so that it is not said twice.
std::string key_of(const std::string& line) {
  const auto words = words_of(line);
  const bool many = words->at(1) == "community";
  return many ? line : words->at(0) + " " + words->at(1);
}

std::string judge_line(std::string_view line, PolicyAddition& addition) {
  const auto words = words_of(line);
  if (!words) return "a quote that does not end";
  if (words->size() < 4 || words->at(0) != "set" || words->at(1) != "policy-statement" ||
      (words->at(2) != "IN" && words->at(2) != "OUT"))
    return "expected \"set policy-statement IN …\" or \"set policy-statement OUT …\"";
  const bool out = words->at(2) == "OUT";
  const std::string line_kept = kept({words->begin() + 3, words->end()}, out);
  if (line_kept.empty())
    return fmt::format("\"{}\" is nothing a catalog can add",
                       fmt::join(words->begin() + 3, words->end(), " "));
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
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    if (std::string fault = judge_line(line, judged.addition); !fault.empty())
      judged.faults.push_back({number, std::move(fault)});
  }
  std::sort(judged.addition.in.begin(), judged.addition.in.end());
  std::sort(judged.addition.out.begin(), judged.addition.out.end());
  return judged;
}

Status check_policy(const PolicyAddition& addition) {
  for (const bool out : {false, true}) {
    for (const std::string& line : out ? addition.out : addition.in) {
      const auto words = words_of(line);
      if (line.empty() || !words || kept(*words, out) != line)
        return failure(Errc::Invalid, fmt::format("\"{}\" is nothing a catalog can add", line));
    }
  }
  return {};
}

bool SplitAddition::says(const Path& path) const {
  return std::any_of(statements.begin(), statements.end(),
                     [&](const Statement& one) { return one.path == path; });
}

SplitAddition split_addition(const std::vector<std::string>& lines) {
  SplitAddition split;
  for (const std::string& line : lines) {
    const Words words = words_of(line).value_or(Words{});
    if (words.size() < 3) continue;  // check_policy() has refused it
    if (words[1] == "community") {
      const std::string& members = words.back();
      const std::string name = "SWY-C-" + members;
      split.communities.emplace(name, members);
      if (words[0] == "from") {
        split.statements.push_back({{{"from", ""}, {"community", ""}}, name});
        continue;
      }
      split.statements.push_back({{{"then", ""}, {"community", name}, {words[2], ""}}, ""});
      split.sets_communities = split.sets_communities || words[2] == "set";
    } else if (words[1] == "local-preference" || words[1] == "metric") {
      split.statements.push_back({{{"then", ""}, {words[1], ""}, {words[1], ""}}, words[2]});
    } else {
      split.statements.push_back({{{"then", ""}, {words[1], ""}}, words[2]});
    }
  }
  return split;
}

}  // namespace switchyard::switch_drivers::junos
