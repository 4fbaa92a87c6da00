// Steps that only change the books.
#include "core/db/transaction.h"
#include "ipam/allocator.h"
#include "provisioner/steps/steps.h"

namespace switchyard::provisioner {

StepOutcome free_addresses(const Job& job, StepContext& context) {
  const std::string& owner = job.deployment.id;
  const Status freed =
      db::write(context.pool, "free addresses of " + owner, [&](db::Session& session) -> Status {
        static_cast<void>(context.allocator.release_asn(session, owner));
        return context.allocator.release(session, owner).map([](std::size_t) {});
      });
  if (!freed) return freed.error();
  return Done{};
}

}  // namespace switchyard::provisioner
