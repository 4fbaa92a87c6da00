// What disks and switches tell the RAM system, and the messages between it and the service: what a
// message parser accepts is accepted again after it was written, and comes out the same.
#include "pxe/installer/erase.h"
#include "pxe/installer/lldp.h"
#include "pxe/installer/messages.h"

#include <cstdlib>

namespace {

using namespace switchyard;

template <class T> void check(std::string_view body, Result<T> (*parse)(std::string_view)) {
  const auto value = parse(body);
  if (!value) {
    if (value.error().message.empty()) std::abort();
    return;
  }
  const std::string text = to_json_text(*value);
  const auto again = parse(text);
  if (!again || to_json_text(*again) != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace switchyard::pxe::installer;
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  check(body, &parse_task);
  check(body, &parse_session_request);
  check(body, &parse_session_answer);
  check(body, &parse_progress);
  check(body, &parse_result);
  (void)parse_cancelled(body);
  (void)parse_lldp({data, size});
  (void)parse_ata_abilities(body);
  (void)parse_nvme_abilities(body);
  return 0;
}
