// The configuration of a simulated EOS switch: what is shown, and what typing a line makes of it.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace switchyard::fakes {

// From the outermost section to the line itself.
using EosLine = std::vector<std::string>;

class EosConfig {
 public:
  // As `show running-config` shows it.
  [[nodiscard]] std::string render() const;
  [[nodiscard]] static EosConfig parse(const std::string& text);

  // Types `line` where `place` is, which moves on. Answers why EOS refuses it; "" when it took it.
  // `changed`: the line made a difference.
  std::string type(EosLine& place, const std::string& line, bool& changed);

  [[nodiscard]] const std::set<EosLine>& lines() const { return lines_; }

  [[nodiscard]] bool has(const EosLine& line) const { return lines_.contains(line); }

  // Of the lines in a section, what stands behind `words`; "" when there is none.
  [[nodiscard]] std::string value(EosLine section, const std::string& words) const;
  [[nodiscard]] std::vector<std::string> texts(const EosLine& section) const;

  friend bool operator==(const EosConfig& a, const EosConfig& b) { return a.lines_ == b.lines_; }

 private:
  std::string remove(const EosLine& place, const std::string& line);
  std::string add(const EosLine& place, const std::string& line);
  [[nodiscard]] std::string refusal(const EosLine& place, const std::string& line) const;
  // Of a section, itself included.
  void erase_in(const EosLine& section, const std::function<bool(const EosLine&)>& goes);
  void erase_section(const EosLine& section);

  std::set<EosLine> lines_{};
  long long edits_{};
};

}  // namespace switchyard::fakes
