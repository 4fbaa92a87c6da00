// Values read back from our own tables. They were checked on their way in, so a bad one means a
// damaged database and ends the unit of work. Internal to ipam.
#pragma once

#include "core/net.h"
#include "core/result.h"

#include <soci/soci.h>

#include <string>
#include <string_view>
#include <utility>

namespace switchyard::ipam {

template <class T> [[nodiscard]] T stored(Result<T> value) {
  if (!value) throw soci::soci_error("damaged row: " + value.error().message);
  return std::move(*value);
}

// The family needs no column: no IPv6 subnet may reach into ::/8, where the IPv4 keys are.
[[nodiscard]] inline IpAddress address_of_key(std::string_view key) {
  return stored(from_key(key, !key.empty() && key.front() == '\0' ? Family::V4 : Family::V6));
}

}  // namespace switchyard::ipam
