// Text for terminals: what is safe to print, how wide it is, and how figures read.
#pragma once

#include <string>
#include <string_view>

namespace switchyard::web::cli {

// Valid UTF-8 without control characters, so that nothing a server or tenant chose can move the
// cursor or change colours: each bad byte or control character becomes '?', tabs and line ends a
// blank.
[[nodiscard]] std::string printable(std::string_view text);

// The same of a text of several lines: line ends stay.
[[nodiscard]] std::string printable_lines(std::string_view text);

// Columns of a terminal that printable text takes (wide East Asian characters take two, combining
// ones none).
[[nodiscard]] int display_width(std::string_view text);

// At most `columns` wide, the end replaced by `ellipsis` when it is cut.
[[nodiscard]] std::string shortened(std::string_view text, int columns, std::string_view ellipsis);

// Filled up with blanks on the right.
[[nodiscard]] std::string padded(std::string_view text, int columns);

// "0.4 s", "12 s", "3 min 05 s", "2 h 10 min".
[[nodiscard]] std::string duration_text(double seconds);

// "2026-11-21 03:14:15" from RFC 3339; "" from anything else.
[[nodiscard]] std::string time_text(std::string_view rfc3339);

// Colours, or nothing.
struct Paint {
  bool is_on{};

  [[nodiscard]] std::string red(std::string_view text) const { return with("31", text); }

  [[nodiscard]] std::string green(std::string_view text) const { return with("32", text); }

  [[nodiscard]] std::string yellow(std::string_view text) const { return with("33", text); }

  [[nodiscard]] std::string bold(std::string_view text) const { return with("1", text); }

  [[nodiscard]] std::string dim(std::string_view text) const { return with("2", text); }

  // Green for states that are well, red for failed ones, yellow for those on their way. Anything
  // that is no state stays as it is.
  [[nodiscard]] std::string state(std::string_view text) const;

 private:
  [[nodiscard]] std::string with(std::string_view code, std::string_view text) const;
};

}  // namespace switchyard::web::cli
