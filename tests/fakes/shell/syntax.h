// The grammar of `sh` as far as controllers and their scripts use it (POSIX 2.10).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::fakes {

struct Redirect {
  enum class Kind { Input, Output, Append, Duplicate, Here };
  Kind kind{};
  int descriptor{};
  std::string target{};  // raw word; for Here the text itself
  bool expands{};        // Here: the delimiter was not quoted
};

// Words are kept as typed, quotes and all; expand.cpp takes them apart when they are used.
struct Node {
  enum class Kind {
    Simple,
    Pipeline,
    And,
    Or,
    Not,
    Sequence,
    Background,
    Subshell,
    Group,
    If,
    While,
    Until,
    For,
    Case,
    Function
  };
  Kind kind{Kind::Simple};
  std::vector<std::string> words{};        // Simple: words; For: name and words; Case: subject
  std::vector<std::string> assignments{};  // Simple: NAME=raw word
  std::vector<Redirect> redirects{};
  std::vector<std::shared_ptr<Node>> children{};
  std::vector<std::vector<std::string>> patterns{};  // Case: of each child
  std::string text{};                                // as typed, for logs
};

using NodePtr = std::shared_ptr<Node>;

struct Parsed {
  enum class State { Complete, Incomplete, Wrong };
  State state{};
  NodePtr node{};          // null for an empty line
  std::size_t consumed{};  // bytes of the input this command took
  std::string problem{};
};

// The first complete command line of `input`, here-documents included. `at_end`: nothing follows.
[[nodiscard]] Parsed parse_line(std::string_view input, bool at_end);

// A whole script.
[[nodiscard]] Parsed parse_script(std::string_view input);

}  // namespace switchyard::fakes
