// eAPI, the JSON-RPC 2.0 of EOS: many commands in one request, which stops at the first that fails.
#pragma once

#include "core/result.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::arista_eos {

struct EapiAnswer {
  std::vector<std::string> outputs{};   // of the commands that were run well, in order
  std::optional<std::size_t> failed{};  // index of the command that was not; the rest was not run
  std::string complaint{};              // of that one: at most 160 printable characters

  [[nodiscard]] bool ok() const { return !failed; }
};

// The body of POST /command-api. All answers are asked for as text.
[[nodiscard]] std::string eapi_request(std::span<const std::string> commands, std::string_view id);

// Invalid: not an answer to a request of that many commands with that id. Error 1002 ("CLI command
// 2 of 5 '…' failed") is an answer; any other error is Rejected.
[[nodiscard]] Result<EapiAnswer> parse_eapi(std::string_view body, std::size_t commands,
                                            std::string_view id);

}  // namespace switchyard::switch_drivers::arista_eos
