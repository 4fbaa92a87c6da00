#include "provisioner/store/leases.h"

#include "core/db/query.h"

namespace switchyard::provisioner {

std::optional<long long> claim_row(db::Session& session, const Claimant& claimant,
                                   std::chrono::seconds how_long) {
  const std::string now = session.now_sql();
  const auto row = db::select_one<std::string, int, long long>(
      session,
      "SELECT claimed_by, CASE WHEN claimed_until > " + now + " THEN 1 ELSE 0 END, fence FROM " +
          claimant.table + " WHERE name = :n",
      claimant.name);
  if (!row) return std::nullopt;
  const auto& [holder, is_held, fence] = *row;
  const bool ours = holder == claimant.holder && fence == claimant.fence;
  if (is_held != 0 && !ours) return std::nullopt;
  const long long next = is_held != 0 ? fence : fence + 1;
  const long long taken = db::execute(
      session,
      "UPDATE " + claimant.table + " SET claimed_by = :h, fence = :x, claimed_until = " + now +
          " + :l WHERE name = :n AND fence = :f AND claimed_by = :o",
      claimant.holder, next, std::chrono::microseconds(how_long).count(), claimant.name, fence,
      holder);
  return taken == 1 ? std::optional(next) : std::nullopt;
}

}  // namespace switchyard::provisioner
