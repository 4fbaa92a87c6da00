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
  while (!text.empty()) {
    if (!own.empty() && text.starts_with(own)) {
      out += kMask;
      text.remove_prefix(own.size());
      continue;
    }
    const bool begins = (out.empty() || !is_in_word(out.back())) && !is_end_of_element(out);
    const std::size_t word = begins ? word_at(text) : 0;
    const Span value = word == 0 ? Span{} : value_after(text.substr(word));
    if (value.end == 0) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    out += text.substr(0, word + value.begin);
    out += kMask;
    text.remove_prefix(word + value.end);
  }
  return out;
}

}  // namespace switchyard::switch_drivers
