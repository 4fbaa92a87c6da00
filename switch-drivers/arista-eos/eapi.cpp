#include "switch-drivers/arista-eos/eapi.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::switch_drivers::arista_eos {

namespace {

using Json = nlohmann::json;

constexpr int kCommandFailed = 1002;

const Json& member(const Json& of, const char* name) {
  static const Json none;
  if (!of.is_object()) return none;
  const auto found = of.find(name);
  return found == of.end() ? none : *found;
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string{};
}

std::string printable(std::string text) {
  constexpr std::size_t kMost = 160;
  text.resize(std::min(text.size(), kMost));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, ' ');
  while (!text.empty() && text.back() == ' ')
    text.pop_back();
  return text;
}

tl::unexpected<Error> strange(const char* what) {
  return failure(Errc::Invalid, fmt::format("the answer is not eAPI's: {}", what));
}

Result<EapiAnswer> failed_command(const Json& error, std::size_t commands) {
  const Json& data = member(error, "data");
  if (!data.is_array() || data.empty() || data.size() > commands)
    return strange("an error of a command without its data");
  EapiAnswer answer;
  for (std::size_t i = 0; i + 1 < data.size(); ++i)
    answer.outputs.push_back(text_of(member(data[i], "output")));
  answer.failed = data.size() - 1;
  const Json& errors = member(data.back(), "errors");
  if (errors.is_array() && !errors.empty()) answer.complaint = printable(text_of(errors[0]));
  if (answer.complaint.empty()) answer.complaint = printable(text_of(member(error, "message")));
  return answer;
}

}  // namespace

std::string eapi_request(std::span<const std::string> commands, std::string_view id) {
  return Json{{"jsonrpc", "2.0"},
              {"method", "runCmds"},
              {"params", {{"version", 1}, {"cmds", commands}, {"format", "text"}}},
              {"id", id}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<EapiAnswer> parse_eapi(std::string_view body, std::size_t commands, std::string_view id) {
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded() || !json.is_object()) return strange("no JSON object");
  if (text_of(member(json, "id")) != id) return strange("it has the id of another request");
  if (const Json& error = member(json, "error"); error.is_object()) {
    const Json& code = member(error, "code");
    if (code.is_number_integer() && code.get<long long>() == kCommandFailed)
      return failed_command(error, commands);
    return failure(Errc::Rejected, "the switch refuses the request: " +
                                       printable(text_of(member(error, "message"))));
  }
  const Json& result = member(json, "result");
  if (!result.is_array() || result.size() != commands)
    return strange("too few or too many results");
  EapiAnswer answer;
  for (const Json& one : result)
    answer.outputs.push_back(text_of(member(one, "output")));
  return answer;
}

}  // namespace switchyard::switch_drivers::arista_eos
