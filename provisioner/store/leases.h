// Leases of rows that one controller works on at a time: tables with the columns name, claimed_by,
// claimed_until and fence.
#pragma once

#include "core/db/pool.h"

#include <chrono>
#include <optional>
#include <string>

namespace switchyard::provisioner {

// Who wants a row of `table` ("switches"). It is the row's holder only with the fence of its last
// claim (0: it had none), so that an older process of the same name is another one.
struct Claimant {
  std::string table{};
  std::string name{};
  std::string holder{};
  long long fence{};
};

// Takes or renews the lease for so long, by the database's clock, and answers its fence. Nothing
// when another one holds it. The fence never shrinks and grows with every change of holder.
[[nodiscard]] std::optional<long long> claim_row(db::Session& session, const Claimant& claimant,
                                                 std::chrono::seconds how_long);

}  // namespace switchyard::provisioner
