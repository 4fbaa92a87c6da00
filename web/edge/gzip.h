// gzip content coding (RFC 9110 8.4.1.3) for answers that are worth it.
#pragma once

#include "web/edge/http.h"

#include <string>
#include <string_view>

namespace switchyard::web::edge {

// True when the client lists gzip (or *) with a quality above zero.
[[nodiscard]] bool accepts_gzip(const Headers& request_headers);

// Compresses a large text body in place and sets the header fields that go with it. A strong ETag
// names one representation, so the compressed one gets the suffix "-gzip" (see
// without_gzip_suffix).
void compress(Response& response);

// Undoes that suffix in an If-Match or If-None-Match value.
[[nodiscard]] std::string without_gzip_suffix(std::string_view tags);

}  // namespace switchyard::web::edge
