// Strict reading of YAML files people write: every unknown key, wrong type and bad value is found
// in one pass and named with file, line and column. Limits against hostile files: 4 MiB, depth 32,
// no aliases.
#pragma once

#include "core/result.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::yaml {

struct Problem {
  std::string file{};
  int line{};             // from 1
  int column{};           // from 1
  std::string message{};  // "servers[3].nics[0].mac: not a MAC address: zz"
};

[[nodiscard]] std::string to_string(const Problem& problem);  // "file:line:column: message"

// Collects what is wrong; shared by all nodes of one document.
class Problems {
 public:
  // Beyond the first thousand a problem is only counted away: nobody reads them.
  void add(Problem problem) {
    if (list_.size() < 1'000) list_.push_back(std::move(problem));
  }

  [[nodiscard]] const std::vector<Problem>& list() const { return list_; }

  [[nodiscard]] bool empty() const { return list_.empty(); }

  // One Invalid error whose message lists every problem, one a line. Call only when not empty.
  [[nodiscard]] Error as_error() const;

 private:
  std::vector<Problem> list_{};
};

// A value in the document. Cheap to copy. Reading never throws: it reports a Problem and answers a
// default, so one run finds everything.
class Node {
 public:
  [[nodiscard]] bool is_map() const;
  [[nodiscard]] bool is_sequence() const;

  // Members of a mapping. A key read here counts as known; done() reports the others, with the
  // nearest known key as a suggestion.
  [[nodiscard]] std::optional<Node> find(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view key) const;  // required
  [[nodiscard]] std::string text_or(std::string_view key, std::string fallback) const;
  [[nodiscard]] long long integer(std::string_view key, long long low, long long high) const;
  [[nodiscard]] long long integer_or(std::string_view key, long long low, long long high,
                                     long long fallback) const;
  [[nodiscard]] bool flag_or(std::string_view key, bool fallback) const;
  [[nodiscard]] std::vector<Node> items(std::string_view key) const;         // absent: empty
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;  // absent: empty
  void done() const;  // reports keys nobody asked for

  // A required member through a parse_* function; the error is reported at the member's place.
  template <class T>
  [[nodiscard]] T parsed(std::string_view key, Result<T> (*parse)(std::string_view)) const {
    const std::string value = text(key);
    if (value.empty()) return T{};
    Result<T> result = parse(value);
    if (result) return std::move(*result);
    report(key, result.error().message);
    return T{};
  }

  [[nodiscard]] std::string scalar() const;                      // this node itself as text
  [[nodiscard]] std::string path() const;                        // "servers[3].nics[0]"
  void report(std::string message) const;                        // at this node
  void report(std::string_view key, std::string message) const;  // at a member

  struct State;

  explicit Node(std::shared_ptr<State> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<State> state_;
};

// The root of `text`. A syntax error is reported and answers an empty mapping.
[[nodiscard]] Node parse(std::string_view file, std::string_view text, Problems& problems);

}  // namespace switchyard::yaml
