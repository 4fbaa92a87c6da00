#include "web/edge/gateway_message.h"

#include "web/edge/gateway.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace switchyard::web::edge {
namespace {

constexpr std::array<std::string_view, 8> kForwardedFields{
    "authorization", "content-type", "accept",          "if-match",
    "if-none-match", "traceparent",  "idempotency-key", "last-event-id"};

bool is_internal(std::string_view name) {
  constexpr std::string_view kPrefix = "x-switchyard-";
  return name.size() >= kPrefix.size() &&
         equal_without_case(name.substr(0, kPrefix.size()), kPrefix);
}

bool is_owned_by_edge(std::string_view name) {
  return is_internal(name) || equal_without_case(name, "connection") ||
         equal_without_case(name, "content-length");
}

std::optional<EventStream> parse_events(const std::string& value) {
  const auto json = nlohmann::json::parse(value, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return EventStream{.after = json.value("after", std::uint64_t{0}),
                     .project = json.value("project", std::string{})};
}

}  // namespace

std::string to_api(const Request& request, std::string_view exchange, std::string_view secret) {
  // The client's HEAD needs the headers of the GET; the edge leaves the body away.
  std::string text = request.method == "HEAD" ? "GET" : request.method;
  text.append(" ").append(request.path).append(" HTTP/1.1\r\n");
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) text.append(name).append(": ").append(value).append("\r\n");
  };
  add("Host", "switchyard");
  add("Connection", "keep-alive");
  add(internal_header::kSecret, secret);
  add(internal_header::kExchange, exchange);
  add(internal_header::kRequestId, request.request_id);
  add(internal_header::kClient, request.client);
  add(internal_header::kQuery, request.query);
  for (const std::string_view name : kForwardedFields) {
    const std::string* value = find_header(request.headers, name);
    if (value != nullptr) add(std::string(internal_header::kForwarded).append(name), *value);
  }
  add("Content-Length", std::to_string(request.body.size()));
  return text.append("\r\n").append(request.body);
}

Headers fields_of(const boost::beast::http::response<boost::beast::http::string_body>& message) {
  Headers fields;
  for (const auto& field : message.base())
    fields.push_back({std::string(field.name_string()), std::string(field.value())});
  return fields;
}

Response from_api(unsigned status, const Headers& fields, std::string body) {
  Response response{.status = static_cast<int>(status)};
  response.body = std::move(body);
  for (const Header& field : fields) {
    if (!is_owned_by_edge(field.name)) response.headers.push_back(field);
  }
  response.unfinished = find_header(fields, internal_header::kUnfinished) != nullptr;
  const std::string* events = find_header(fields, internal_header::kEvents);
  if (events != nullptr) response.events = parse_events(*events);
  return response;
}

}  // namespace switchyard::web::edge
