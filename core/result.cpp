#include "core/result.h"

#include <utility>

namespace switchyard {

tl::unexpected<Error> failure(Errc code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

const char* to_string(Errc code) {
  switch (code) {
    case Errc::Invalid: return "invalid";
    case Errc::NotFound: return "not_found";
    case Errc::Conflict: return "conflict";
    case Errc::Rejected: return "rejected";
    case Errc::Unavailable: return "unavailable";
    case Errc::TimedOut: return "timed_out";
  }
  return "unknown";
}

}  // namespace switchyard
