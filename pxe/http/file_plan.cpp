#include "pxe/http/file_plan.h"

#include "pxe/http/target.h"

#include <array>
#include <utility>

namespace switchyard::pxe::http {
namespace {

// UEFI HTTP boot goes by these where the name does not tell it enough.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kMediaTypes{{
    {".efi", "application/efi"},
    {".iso", "application/vnd.efi-iso"},
    {".img", "application/vnd.efi-img"},
    {".ipxe", "text/plain"},
    {".cfg", "text/plain"},
    {".txt", "text/plain"},
    {".json", "application/json"},
    {".zst", "application/zstd"},
    {".tar", "application/x-tar"},
}};

std::string_view media_type(std::string_view name) {
  for (const auto& [ending, type] : kMediaTypes)
    if (name.ends_with(ending)) return type;
  return "application/octet-stream";
}

// If-None-Match: a list of tags or "*"; weak tags are as good here (RFC 9110 13.1.2). Our tags have
// no comma, so a plain search is exact.
bool names_tag(std::string_view list, std::string_view tag) {
  return list == "*" || list.find(tag) != std::string_view::npos;
}

bool is_known_to_client(const Headers& request, const FileFacts& file) {
  const auto tags = value_of(request, "if-none-match");
  if (!tags.empty()) return names_tag(tags, file.entity_tag);
  const auto since = parse_http_date(value_of(request, "if-modified-since"));
  return since && file.modified <= *since;
}

// If-Range: the range is only meant for what the client already has a part of (RFC 9110 13.1.5).
bool range_counts(const Headers& request, const FileFacts& file) {
  const auto condition = value_of(request, "if-range");
  return condition.empty() || condition == file.entity_tag || condition == http_date(file.modified);
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
  return "bytes " + std::to_string(range.offset) + "-" +
         std::to_string(range.offset + range.length - 1) + "/" + std::to_string(size);
}

}  // namespace

FilePlan plan_file(const Headers& request, const FileFacts& file) {
  FilePlan plan{.headers = {{"ETag", file.entity_tag},
                            {"Last-Modified", http_date(file.modified)},
                            {"Accept-Ranges", "bytes"}},
                .length = file.size};
  if (is_known_to_client(request, file)) {
    plan.status = 304;
    plan.length = 0;
    return plan;
  }
  plan.headers.push_back({"Content-Type", std::string(media_type(file.name))});
  const auto wanted = value_of(request, "range");
  if (wanted.empty() || !range_counts(request, file)) return plan;
  const ByteRange range = parse_range(wanted, file.size);
  if (range.kind == ByteRange::Kind::Unsatisfiable) {
    plan.status = 416;
    plan.length = 0;
    plan.headers.push_back({"Content-Range", "bytes */" + std::to_string(file.size)});
  } else if (range.kind == ByteRange::Kind::Part) {
    plan.status = 206;
    plan.offset = range.offset;
    plan.length = range.length;
    plan.headers.push_back({"Content-Range", content_range(range, file.size)});
  }
  return plan;
}

}  // namespace switchyard::pxe::http
