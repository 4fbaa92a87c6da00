// Loads what this process must know of a subnet before it can take addresses from it.
#include "ipam/subnet_pool.h"

#include "core/db/query.h"
#include "ipam/addresses.h"
#include "ipam/subnets.h"

namespace switchyard::ipam {
namespace {

Result<SubnetPoolPointer> load(db::Session& session, const std::string& name) {
  auto subnet = find_subnet(session, name);
  const auto shards =
      db::select_one<int>(session, "SELECT shards FROM subnets WHERE name = :name", name);
  if (!subnet || !shards) return failure(Errc::NotFound, "subnet " + name + " does not exist");
  FreeSpace space = load_free_space(session, *subnet);
  return std::make_shared<SubnetPool>(std::move(*subnet), std::get<0>(*shards), std::move(space));
}

}  // namespace

Result<SubnetPoolPointer> SubnetPools::get(db::Session& session, std::string_view subnet) {
  if (auto pool = find(subnet)) return pool;
  const std::lock_guard one_at_a_time(loading_);
  if (auto pool = find(subnet)) return pool;
  auto loaded = load(session, std::string{subnet});
  if (!loaded) return loaded;
  const std::lock_guard lock(mutex_);
  pools_[std::string{subnet}] = *loaded;
  return loaded;
}

SubnetPoolPointer SubnetPools::find(std::string_view subnet) {
  const std::lock_guard lock(mutex_);
  const auto found = pools_.find(std::string{subnet});
  return found == pools_.end() ? nullptr : found->second;
}

void SubnetPools::forget(const SubnetPoolPointer& pool) {
  const std::lock_guard lock(mutex_);
  const auto found = pools_.find(pool->subnet.name);
  if (found != pools_.end() && found->second == pool) pools_.erase(found);
}

void refresh(db::Session& session, SubnetPool& pool, std::uint64_t stale) {
  pool.board->refresh(stale, [&] { return load_free_space(session, pool.subnet); });
}

bool is_due(std::atomic<std::chrono::steady_clock::rep>& due, const Clock& clock,
            std::chrono::steady_clock::duration every) {
  const auto now = clock.steady().time_since_epoch().count();
  auto then = due.load();
  return now >= then && due.compare_exchange_strong(then, now + every.count());
}

}  // namespace switchyard::ipam
