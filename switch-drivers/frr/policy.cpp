#include "switch-drivers/frr/policy.h"

#include "switch-drivers/frr/frr_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <span>

namespace switchyard::switch_drivers::frr {

namespace {

using Words = std::span<const std::string_view>;
using ReadValue = std::optional<std::string> (*)(Words);

constexpr std::uint64_t kHighest = 4294967295;
constexpr std::size_t kMostPrepended = 10;

std::optional<std::uint64_t> number_of(std::string_view text, std::uint64_t highest) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > highest)
    return std::nullopt;
  return value;
}

std::optional<std::string> number(Words words) {
  if (words.size() != 1) return std::nullopt;
  const auto value = number_of(words[0], kHighest);
  return value ? std::optional(std::to_string(*value)) : std::nullopt;
}

std::optional<std::string> as_numbers(Words words) {
  if (words.empty() || words.size() > kMostPrepended) return std::nullopt;
  std::string text;
  for (const std::string_view word : words) {
    const auto value = number_of(word, kHighest);
    if (!value || *value == 0) return std::nullopt;
    text += (text.empty() ? "" : " ") + std::to_string(*value);
  }
  return text;
}

std::optional<std::string> origin(Words words) {
  const bool known =
      words.size() == 1 && (words[0] == "igp" || words[0] == "egp" || words[0] == "incomplete");
  return known ? std::optional(std::string(words[0])) : std::nullopt;
}

// RFC 1997, RFC 8326: what FRR shows by name.
const std::map<std::string_view, std::uint64_t> kNamed{
    {"graceful-shutdown", 0xffff0000}, {"no-export", 0xffffff01}, {"no-advertise", 0xffffff02}};

// "65000:101:7", as many parts as asked for.
std::optional<std::vector<std::uint64_t>> parts_of(std::string_view text, std::size_t count,
                                                   std::uint64_t highest) {
  std::vector<std::uint64_t> parts;
  while (true) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const auto part = number_of(text.substr(0, colon), highest);
    if (!part) return std::nullopt;
    parts.push_back(*part);
    if (colon == text.size()) break;
    text.remove_prefix(colon + 1);
  }
  if (parts.size() != count) return std::nullopt;
  return parts;
}

// FRR shows a list sorted and without doubles, so that is how it is wished.
std::optional<std::string> communities(Words words) {
  std::map<std::uint64_t, std::string> sorted;
  for (const std::string_view word : words) {
    if (const auto named = kNamed.find(word); named != kNamed.end()) {
      sorted.emplace(named->second, word);
      continue;
    }
    const auto parts = parts_of(word, 2, 65535);
    // 0 and 65535 are reserved, and some of them are shown by name.
    if (!parts || (*parts)[0] == 0 || (*parts)[0] == 65535) return std::nullopt;
    sorted.emplace((*parts)[0] << 16U | (*parts)[1],
                   fmt::format("{}:{}", (*parts)[0], (*parts)[1]));
  }
  std::string text;
  for (const auto& [value, shown] : sorted)
    text += (text.empty() ? "" : " ") + shown;
  return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<std::string> large_communities(Words words) {
  std::set<std::vector<std::uint64_t>> sorted;
  for (const std::string_view word : words) {
    const auto parts = parts_of(word, 3, kHighest);
    if (!parts) return std::nullopt;
    sorted.insert(*parts);
  }
  std::string text;
  for (const auto& parts : sorted)
    text += (text.empty() ? "" : " ") + fmt::format("{}", fmt::join(parts, ":"));
  return text.empty() ? std::nullopt : std::optional(text);
}

struct Kind {
  std::string_view key;
  ReadValue read;
  std::string_view values;  // for people
};

constexpr std::array kKinds{
    Kind{"set community", &communities,
         "like 65000:101, no-export, no-advertise, "
         "graceful-shutdown, without additive: what the tenant sent "
         "is taken away"},
    Kind{"set large-community", &large_communities, "like 65000:1:101"},
    Kind{"set local-preference", &number, "a number"},
    Kind{"set metric", &number, "a number"},
    Kind{"set as-path prepend", &as_numbers, "1 to 10 AS numbers"},
    Kind{"match origin", &origin, "igp, egp or incomplete"},
    Kind{"match metric", &number, "a number"},
    Kind{"match local-preference", &number, "a number"},
};

const Kind* kind_of(std::string_view line) {
  const auto found = std::ranges::find_if(kKinds, [&](const Kind& kind) {
    return line.starts_with(kind.key) &&
           (line.size() == kind.key.size() || line[kind.key.size()] == ' ');
  });
  return found == kKinds.end() ? nullptr : &*found;
}

constexpr std::string_view kGracefulShutdown = "graceful-shutdown";

// `policy` with this community beside those it sets.
std::vector<std::string> with_graceful_shutdown(std::vector<std::string> policy) {
  std::vector<std::string_view> all{kGracefulShutdown};
  std::string set;  // outlives `all`
  for (const std::string& line : policy) {
    if (policy_key(line) != kKinds[0].key) continue;
    set = line;
    for (const std::string_view word : words(std::string_view(set).substr(kKinds[0].key.size())))
      if (word != "none") all.push_back(word);
  }
  return joined_policy(std::move(policy),
                       {fmt::format("{} {}", kKinds[0].key,
                                    communities(all).value_or(std::string(kGracefulShutdown)))});
}

// The line as FRR shows it, or why it may not be there.
tl::expected<std::string, std::string> read_line(Words words) {
  const std::string line = fmt::format("{}", fmt::join(words, " "));
  const Kind* kind = kind_of(line);
  if (kind == nullptr) {
    std::string keys;
    for (const Kind& known : kKinds)
      keys += (keys.empty() ? "" : ", ") + std::string(known.key);
    return tl::unexpected("\"" + line.substr(0, 60) +
                          "\" may not be added to a session's policy; what may: " + keys);
  }
  const auto used = static_cast<std::size_t>(std::ranges::count(kind->key, ' ')) + 1;
  const auto value = kind->read(words.subspan(used));
  if (!value) return tl::unexpected(std::string(kind->key) + " takes " + std::string(kind->values));
  return std::string(kind->key) + " " + *value;
}

class Judge {
 public:
  void take(int number, const std::vector<std::string_view>& words) {
    number_ = number;
    if (words[0] == "route-map") return open(words);
    if (words[0] == "exit" && words.size() == 1) {
      lines_ = nullptr;
      return;
    }
    if (lines_ == nullptr)
      return fault("\"" + std::string(words[0].substr(0, 40)) +
                   "\" stands outside of \"route-map IN permit N\" and \"route-map OUT permit N\", "
                   "which are all there may be");
    const auto line = read_line(words);
    if (!line) return fault(line.error());
    if (into_in() && keeps_to_itself(*line))
      return fault(
          "a server's routes must leave the switch, or nobody reaches it: no-export and "
          "no-advertise are for OUT");
    const std::string_view key = policy_key(*line);
    const bool twice = std::ranges::any_of(
        *lines_, [&](const std::string& other) { return policy_key(other) == key; });
    if (twice) return fault(std::string(key) + " is there twice");
    lines_->push_back(*line);
  }

  JudgedPolicy finish() { return std::move(judged_); }

 private:
  [[nodiscard]] bool into_in() const { return lines_ == &judged_.addition.in; }

  static bool keeps_to_itself(std::string_view line) {
    return line.find(" no-export") != std::string_view::npos ||
           line.find(" no-advertise") != std::string_view::npos;
  }

  void fault(const std::string& message) { judged_.faults.push_back({number_, message}); }

  void open(const std::vector<std::string_view>& words) {
    lines_ = &ignored_;
    if (words.size() != 4 || words[2] != "permit" || !number_of(words[3], 65535))
      return fault("is like \"route-map IN permit 10\"");
    if (words[1] != "IN" && words[1] != "OUT")
      return fault("route map " + std::string(words[1].substr(0, 40)) +
                   ": only IN and OUT are the session's own");
    if (!seen_.insert(std::string(words[1])).second)
      return fault("route map " + std::string(words[1]) +
                   " has one entry: a second one would take what the first did not");
    lines_ = words[1] == "IN" ? &judged_.addition.in : &judged_.addition.out;
  }

  JudgedPolicy judged_{};
  int number_{};
  std::vector<std::string> ignored_{};  // of a route map that was refused
  std::vector<std::string>* lines_{};   // of the route map we are in
  std::set<std::string> seen_{};
};

}  // namespace

JudgedPolicy judge_policy(std::string_view text) {
  Judge judge;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, length);
    const auto parts = words(line);
    if (!parts.empty() && !parts[0].starts_with('!')) judge.take(number, parts);
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return judge.finish();
}

Status check_policy(const PolicyAddition& addition) {
  for (const auto* lines : {&addition.in, &addition.out})
    for (const std::string& line : *lines) {
      const auto read = read_line(words(line));
      if (!read) return failure(Errc::Invalid, read.error());
      if (*read != line) return failure(Errc::Invalid, "\"" + line + "\" is not \"" + *read + "\"");
    }
  return {};
}

std::string_view policy_key(std::string_view line) {
  const Kind* kind = kind_of(line);
  return kind == nullptr ? std::string_view{} : kind->key;
}

std::vector<std::string> joined_policy(std::vector<std::string> base,
                                       const std::vector<std::string>& added) {
  for (const std::string& line : added)
    std::erase_if(base,
                  [&](const std::string& old) { return policy_key(old) == policy_key(line); });
  base.insert(base.end(), added.begin(), added.end());
  return base;
}

std::vector<std::string> drained_in(std::vector<std::string> policy) {
  return joined_policy(with_graceful_shutdown(std::move(policy)),
                       {"set local-preference 0", "set as-path prepend last-as 3"});
}

std::vector<std::string> drained_out(std::vector<std::string> policy, Asn own) {
  return joined_policy(with_graceful_shutdown(std::move(policy)),
                       {fmt::format("set as-path prepend {0} {0} {0}", own.value)});
}

}  // namespace switchyard::switch_drivers::frr
