// Cuts what a shell prints into the answers of its commands, at marks with a nonce that only this
// call knows, so that late output of an earlier call or a hostile file cannot end an answer.
#pragma once

#include "switch-drivers/transport/shell.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers {

inline constexpr std::size_t kLongestAnswer = 16 * 1024 * 1024;

class MarkerStream {
 public:
  MarkerStream(std::string nonce, std::size_t commands)
      : nonce_(std::move(nonce)), wanted_(commands) {}

  // Output as it comes, in pieces of any size. What is past the cap of an answer is thrown away.
  void add(std::string_view piece);

  [[nodiscard]] bool is_complete() const { return answers_.size() == wanted_; }

  [[nodiscard]] std::size_t answered() const { return answers_.size(); }

  [[nodiscard]] std::size_t wanted() const { return wanted_; }

  [[nodiscard]] std::vector<Answer> take() && { return std::move(answers_); }

 private:
  [[nodiscard]] std::string mark() const;
  bool cut();
  void keep(std::string_view text);

  std::string nonce_;
  std::size_t wanted_{};
  bool begun_{};
  std::string pending_{};  // not yet known to be output: it may hold the start of a mark
  std::string output_{};
  std::vector<Answer> answers_{};
};

}  // namespace switchyard::switch_drivers
