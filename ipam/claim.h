// What Allocator::claim() answers. Internal to ipam.
#pragma once

#include "ipam/allocator.h"
#include "ipam/subnets.h"

namespace switchyard::ipam {

struct Allocator::Claim {
  SubnetPoolPointer pool{};
  int shard{};
  CounterChange raised{};

  [[nodiscard]] long long pending() const { return raised.used + raised.reserved; }
};

}  // namespace switchyard::ipam
