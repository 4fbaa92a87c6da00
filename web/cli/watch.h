// Follows one operation to its end and shows each step as it happens.
#pragma once

#include "web/cli/session.h"

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace switchyard::web::cli {

// The lines of an operation, one a step, and one below them while it is not over. Pure.
struct StepLines {
  int columns{80};
  bool is_unicode{true};
  bool has_colour{};
  int frame{};            // of the spinner
  double since_answer{};  // seconds since the service said so; a running step went on meanwhile
  bool is_connected{true};

  [[nodiscard]] std::vector<std::string> of(const nlohmann::json& operation) const;
};

// What has changed between two looks, for a log instead of a terminal: a line when a step begins,
// one when it ends, one for each message in between. Pure.
[[nodiscard]] std::vector<std::string> news_between(const nlohmann::json& before,
                                                    const nlohmann::json& now, bool is_unicode);

[[nodiscard]] bool is_over(const nlohmann::json& operation);

// Answers the operation as it ended. Exit::OperationFailed when it failed or was cancelled; a
// connection that is lost for less than a minute is waited for. `to` is where progress goes.
// `is_enough`: the operation need not be over to be answered; may be empty.
[[nodiscard]] Outcome<nlohmann::json> watch_operation(
    Session& session, const std::string& id, std::ostream& to,
    const std::function<bool(const nlohmann::json& operation)>& is_enough = {});

}  // namespace switchyard::web::cli
