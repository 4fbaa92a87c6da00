// What a GET or HEAD of a file is answered with (RFC 9110 13 and 14). Pure.
#pragma once

#include "pxe/http/message.h"

#include <cstdint>
#include <string>

namespace switchyard::pxe::http {

struct FileFacts {
  std::string name{};        // for the media type
  std::string entity_tag{};  // with its quotes
  std::int64_t modified{};   // seconds since 1970 UTC
  std::uint64_t size{};      // bytes
};

struct FilePlan {
  int status{200};  // 200, 206, 304 or 416
  Headers headers{};
  std::uint64_t offset{};
  std::uint64_t length{};  // of the body
};

[[nodiscard]] FilePlan plan_file(const Headers& request, const FileFacts& file);

}  // namespace switchyard::pxe::http
