// A credential that cannot be printed by accident: no operator<<, no fmt, no JSON, no comparison.
#pragma once

#include <string>
#include <utility>

namespace switchyard {

class Secret {
 public:
  Secret() = default;

  explicit Secret(std::string value) : value_(std::move(value)) {}

  // The one way out. Every call is a place to review: the value goes to a device or a hash, never
  // to a log, an error, a template or an API answer.
  [[nodiscard]] const std::string& reveal() const { return value_; }

  [[nodiscard]] bool empty() const { return value_.empty(); }

 private:
  std::string value_{};
};

}  // namespace switchyard
