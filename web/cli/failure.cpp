// Turns refusals of the service into lines a person can act on.
#include "web/cli/failure.h"

#include "web/cli/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <ostream>
#include <string_view>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

struct Hint {
  std::string_view path{};
  std::string_view command{};
};

// clang-format off
constexpr std::array kLists{
  Hint{"/api/v1/servers",          "switchyard server list"},
  Hint{"/api/v1/switches",         "switchyard switch list"},
  Hint{"/api/v1/subnets",          "switchyard subnet list"},
  Hint{"/api/v1/network-catalogs", "switchyard catalog list"},
  Hint{"/api/v1/images",           "switchyard image list"},
  Hint{"/api/v1/deployments",      "switchyard deployment list"},
  Hint{"/api/v1/operations",       "switchyard operation list"},
  Hint{"/api/v1/tokens",           "switchyard token list"},
};

// clang-format on

std::string list_of(std::string_view path) {
  const auto found = std::find_if(kLists.begin(), kLists.end(),
                                  [&](const Hint& hint) { return path.starts_with(hint.path); });
  if (found == kLists.end()) return "";
  return "'" + std::string(found->command) + "' shows what there is";
}

std::string way_out_of(int status, std::string_view path, std::string_view request_id) {
  switch (status) {
    case 401: return "give a valid token by --token-file FILE or the variable SWITCHYARD_TOKEN";
    case 403: return "'switchyard whoami' shows what your token may do";
    case 404: return list_of(path);
    case 412: return "somebody changed it in the meantime: look at it again, then repeat";
    case 429: return "wait a moment, then repeat";
    default: break;
  }
  if (status < 500) return "";
  std::string text = "repeat it later";
  if (!request_id.empty()) text += "; the service's log has it as " + std::string(request_id);
  return text;
}

std::string member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::vector<std::string> details_of(const json& problem) {
  std::vector<std::string> lines;
  const auto errors = problem.find("errors");
  if (errors == problem.end() || !errors->is_array()) return lines;
  for (const json& error : *errors) {
    if (!error.is_object()) continue;
    std::string where = member(error, "pointer");
    // "/name" is the JSON pointer of a member; people call it name.
    if (where.starts_with('/') || where.starts_with('?')) where.erase(0, 1);
    const std::string detail = member(error, "detail");
    lines.push_back(where.empty() ? detail : where + ": " + detail);
  }
  return lines;
}

}  // namespace

tl::unexpected<Failure> wrong_usage(std::string message, std::string way_out) {
  return tl::unexpected<Failure>(
      Failure{.exit = Exit::Usage, .message = std::move(message), .way_out = std::move(way_out)});
}

Failure read_problem(int status, const std::string& path, const std::string& body) {
  Failure failure{.exit = status >= 500 ? Exit::Unreachable : Exit::Refused, .status = status};
  const json problem = json::parse(body, nullptr, false);
  std::string request_id;
  if (problem.is_object()) {
    failure.message = member(problem, "detail");
    if (failure.message.empty()) failure.message = member(problem, "title");
    failure.code = member(problem, "code");
    failure.details = details_of(problem);
    request_id = member(problem, "request_id");
  }
  if (failure.message.empty())
    failure.message = "the service answered " + std::to_string(status) + " without saying why";
  failure.way_out = way_out_of(status, path, request_id);
  return failure;
}

void print(const Failure& failure, Console& console) {
  const Paint paint{console.has_colour};
  console.err << paint.red("error:") << ' ' << printable(failure.message) << '\n';
  for (const std::string& detail : failure.details) {
    // With one entry the service's detail often says it all already.
    if (failure.details.size() == 1 && failure.message.ends_with(detail)) continue;
    console.err << "  " << printable(detail) << '\n';
  }
  if (!failure.way_out.empty())
    console.err << paint.dim("try:") << ' ' << printable(failure.way_out) << '\n';
  console.err.flush();
}

}  // namespace switchyard::web::cli
