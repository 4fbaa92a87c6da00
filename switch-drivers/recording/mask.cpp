#include "switch-drivers/recording/mask.h"

#include <algorithm>
#include <array>

namespace switchyard::switch_drivers {

namespace {

constexpr std::string_view kMask = "***";
constexpr std::array<std::string_view, 12> kWords{
    "password",      "passphrase",         "secret",        "encrypted-password",
    "key-string",    "authentication-key", "shared-secret", "pre-shared-key",
    "auth-password", "priv-password",      "private-key",   "snmp-server community"};
// What they begin with.
constexpr std::string_view kFirst = "apseksAPSEKS";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.begin(),
                                                  [](char a, char b) { return a == lower(b); });
}

bool is_in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// "…</encrypted-"
bool is_end_of_element(std::string_view before) {
  const std::size_t last = before.find_last_of("<> \n");
  return last != std::string_view::npos && before.substr(last).starts_with("</");
}

// Length of the word that begins here and whose value follows; 0: none.
std::size_t word_at(std::string_view rest) {
  std::size_t longest = 0;
  for (const std::string_view word : kWords)
    if (starts_with_word(rest, word)) longest = std::max(longest, word.size());
  return longest;
}

// Where the value begins that follows a word, and where it ends; nothing is there: {0, 0}.
struct Span {
  std::size_t begin{};
  std::size_t end{};
};

Span value_after(std::string_view rest) {
  const auto until = [&](std::size_t begin, std::string_view ends) {
    return Span{begin, std::min(rest.find_first_of(ends, begin), rest.size())};
  };
  if (rest.starts_with('>')) return until(1, "<\n");
  if (rest.starts_with('"')) {  // the end of a JSON key
    const std::size_t quote = rest.find('"', 1);
    const bool is_value =
        quote != std::string_view::npos &&
        rest.substr(1, quote - 1).find_first_not_of(" :\t") == std::string_view::npos;
    return is_value ? until(quote + 1, "\"\n") : Span{};
  }
  const std::size_t begin = rest.find_first_not_of(" \t:=");
  if (begin == 0 || begin == std::string_view::npos || rest[begin] == '\n') return {};
  return until(begin, "\n\"<");
}

}  // namespace

std::string masked(std::string_view text, std::string_view own) {
  std::string out;
  out.reserve(text.size());
  std::size_t copied = 0;
  const auto hide = [&](std::size_t begin, std::size_t end) {
    out.append(text.substr(copied, begin - copied)).append(kMask);
    copied = end;
  };
  for (std::size_t at = 0; at < text.size();) {
    if (!own.empty() && text[at] == own.front() && text.substr(at).starts_with(own)) {
      hide(at, at + own.size());
      at = copied;
      continue;
    }
    const bool begins =
        kFirst.find(text[at]) != std::string_view::npos && (at == 0 || !is_in_word(text[at - 1]));
    const std::size_t word = begins ? word_at(text.substr(at)) : 0;
    const Span value = word == 0 || is_end_of_element(text.substr(copied, at - copied))
                           ? Span{}
                           : value_after(text.substr(at + word));
    if (value.end == 0) {
      ++at;
      continue;
    }
    hide(at + word + value.begin, at + word + value.end);
    at = copied;
  }
  out.append(text.substr(copied));
  return out;
}

}  // namespace switchyard::switch_drivers
