// What boot clients send by HTTP that is parsed here and not by Beast: targets, ranges, conditions,
// and the names of files, of TFTP too.
#include "pxe/files/boot_root.h"
#include "pxe/http/file_plan.h"
#include "pxe/http/target.h"

#include <cstdlib>

namespace {

namespace pxe = switchyard::pxe;
namespace http = switchyard::pxe::http;

void demand(bool promise) {
  if (!promise) std::abort();
}

bool climbs(std::string_view path) {
  return path == ".." || path.starts_with("../") || path.ends_with("/..") ||
         path.find("/../") != std::string_view::npos;
}

void check_name(std::string_view text) {
  const auto name = pxe::relative_name(text);
  if (!name) return;
  demand(!name->empty() && name->front() != '/' && name->front() != '.' && !climbs(*name));
  demand(name->find('\0') == std::string::npos && name->find('\\') == std::string::npos);
  demand(pxe::relative_name(*name) == *name);
}

void check_target(std::string_view text) {
  const auto target = http::parse_target(text);
  if (!target) return demand(!target.error().message.empty());
  demand(target->path.front() == '/' && !climbs(target->path));
  demand(target->path.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  check_name(target->path);
}

void check_plan(std::string_view text) {
  const http::FileFacts file{.name = "f", .entity_tag = "\"1-2-3\"", .modified = 1, .size = 1000};
  const std::string value(text);
  for (const http::Headers& request :
       {http::Headers{{"range", value}}, http::Headers{{"range", "bytes=0-9"}, {"if-range", value}},
        http::Headers{{"if-none-match", value}, {"if-modified-since", value}}}) {
    const auto plan = http::plan_file(request, file);
    demand(plan.offset + plan.length <= file.size);
    demand((plan.status == 206) == !http::value_of(plan.headers, "content-range").empty() ||
           plan.status == 416);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_name(text);
  check_target(text);
  check_plan(text);
  const auto range = http::parse_range(text, 1000);
  demand(range.kind != http::ByteRange::Kind::Part ||
         (range.length > 0 && range.offset + range.length <= 1000));
  (void)http::parse_http_date(text);
  return 0;
}
