// Everything of the web room that reads bytes from the network before anybody is known.
#include "web/edge/gzip.h"
#include "web/edge/head.h"
#include "web/edge/static_site.h"
#include "web/edge/target.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

namespace edge = switchyard::web::edge;

void demand(bool promise) {
  if (!promise) std::abort();
}

void check_head(std::string_view text) {
  const std::string block = std::string(text) + "\r\n\r\n";
  const auto head = edge::parse_head(block, {});
  if (!head) return demand(head.error().status >= 400 && !head.error().code.empty());
  demand(!(head->chunked && head->content_length));
  for (const auto& header : head->headers) {
    demand(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    demand(header.name.find_first_of(": \t\r\n") == std::string::npos);
  }
  (void)edge::accepts_gzip(head->headers);
}

// What is normal stays as it is, and no reader after us can climb with it.
void check_target(std::string_view text) {
  const auto target = edge::normalise_target(text);
  if (!target) return;
  const std::string whole = target->path + (target->query.empty() ? "" : "?" + target->query);
  const auto again = edge::normalise_target(whole);
  demand(again && again->path == target->path && again->query == target->query);
  demand(target->path.find("/../") == std::string::npos &&
         target->path.find("//") == std::string::npos);
  demand(edge::percent_decode(target->path).has_value());
  (void)edge::parse_query(target->query);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_head(text);
  check_target(text);
  (void)edge::refuse_early(text, 0);
  const auto range = edge::parse_range(text, 1000);
  demand(range.kind != edge::ByteRange::Kind::Part ||
         (range.length > 0 && range.offset + range.length <= 1000));
  return 0;
}
