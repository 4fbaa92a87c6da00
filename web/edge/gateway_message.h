// What the gateway writes to the API and reads from it.
#pragma once

#include "web/edge/http.h"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <string>
#include <string_view>

namespace switchyard::web::edge {

// One HTTP/1.1 request. Only fields the API has a use for go along, under names that Pistache does
// not parse: its own header parsers answer 500 for a Date or Cookie they dislike.
[[nodiscard]] std::string to_api(const Request& request, std::string_view exchange,
                                 std::string_view secret);

[[nodiscard]] Headers fields_of(
    const boost::beast::http::response<boost::beast::http::string_body>& message);

// Takes the internal fields out and turns them into members.
[[nodiscard]] Response from_api(unsigned status, const Headers& fields, std::string body);

}  // namespace switchyard::web::edge
