// Every text parser of core/net.h: what it accepts must print and read back as the same value.
#include "core/net.h"

#include <cstdlib>

namespace {

using namespace switchyard;

template <class T> void check(std::string_view text, Result<T> (*parse)(std::string_view)) {
  const auto value = parse(text);
  if (!value) {
    if (value.error().message.empty()) std::abort();
    return;
  }
  const auto again = parse(to_string(*value));
  if (!again || *again != *value) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check(text, &parse_ip);
  check(text, &parse_prefix);
  check(text, &parse_mac);
  (void)parse_vrf(text);
  (void)parse_port_name(text);
  for (const Family family : {Family::V4, Family::V6}) {
    const auto address = from_key(text, family);
    if (address && to_key(*address) != text) std::abort();
  }
  return 0;
}
