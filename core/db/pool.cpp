#include "core/db/pool.h"

#include "core/db/connect.h"
#include "core/db/pool_state.h"

#include <soci/soci.h>

#include <string>
#include <utility>

namespace switchyard::db {

// Firewalls and servers drop idle connections without a word; one that rested longer is asked
// first.
static constexpr std::chrono::seconds kTrustedIdle{15};

const char* Session::for_update() const { return backend_ == Backend::Mysql ? " FOR UPDATE" : ""; }

std::string Session::key(const std::string& name) const {
  return backend_ == Backend::Mysql ? ":" + name : "CAST(:" + name + " AS BLOB)";
}

std::string Session::now_sql() const {
  if (clock_ != nullptr) return std::to_string(to_micros(clock_->now()));
  if (backend_ == Backend::Mysql) return "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)";
  return "(CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000)";
}

Pool::State::State(DatabaseUrl target, const PoolOptions& options)
    : url(std::move(target)),
      lease_timeout(options.lease_timeout),
      clock(options.clock),
      places(options.size),
      slots(options.size) {
  for (std::size_t index = options.size; index-- > 0;)
    recent.push_back(index);
}

Pool::State::~State() = default;

void Pool::State::close(Slot& slot) {
  slot.statements = {};
  slot.sql.reset();
}

Status Pool::State::make_usable(Slot& slot) const {
  const auto now = std::chrono::steady_clock::now();
  const bool doubtful = slot.suspect || now - slot.used > kTrustedIdle;
  if (slot.sql && doubtful && !is_alive(*slot.sql, url.backend)) close(slot);
  if (!slot.sql) {
    auto opened = connect(url);
    if (!opened) return tl::unexpected(opened.error());
    slot.sql = std::move(*opened);
  }
  slot.suspect = false;
  slot.clean = false;
  return {};
}

std::size_t Pool::State::take_free() {
  const std::lock_guard lock{mutex};
  const std::size_t index = recent.back();
  recent.pop_back();
  slots[index].busy = true;
  return index;
}

void Pool::State::give_back(std::size_t index) {
  Slot& slot = slots[index];
  if (slot.sql && !slot.clean && !clean_up(*slot.sql, url.backend)) close(slot);
  slot.used = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock{mutex};
    slot.busy = false;
    recent.push_back(index);
  }
  places.leave();
}

Lease::Lease(Lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), slot_(other.slot_) {}

Lease::~Lease() {
  if (pool_ != nullptr) pool_->state_->give_back(slot_);
}

soci::session& Lease::sql() { return *pool_->state_->slots[slot_].sql; }

Pool::Pool(std::unique_ptr<State> state) : state_(std::move(state)) {}

Pool::~Pool() = default;

Result<std::unique_ptr<Pool>> Pool::open(const PoolOptions& options) {
  if (options.size < 1 || options.size > 1'000) {
    return failure(Errc::Invalid,
                   "database pool size " + std::to_string(options.size) + " is not in 1..1000");
  }
  auto url = parse_database_url(options.url);
  if (!url) return tl::unexpected(url.error());
  std::unique_ptr<Pool> pool{new Pool(std::make_unique<State>(std::move(*url), options))};
  // One session now, so that a wrong address is found at start; the others when they are wanted.
  if (auto first = pool->lease(); !first) return tl::unexpected(first.error());
  return pool;
}

Backend Pool::backend() const { return state_->url.backend; }

Result<Lease> Pool::lease() {
  if (!state_->places.enter(std::chrono::steady_clock::now() + state_->lease_timeout)) {
    return failure(Errc::TimedOut, "all " + std::to_string(state_->slots.size()) +
                                       " database sessions stayed busy for " +
                                       std::to_string(state_->lease_timeout.count()) + " ms");
  }
  const std::size_t slot = state_->take_free();
  if (const Status usable = state_->make_usable(state_->slots[slot]); !usable) {
    state_->give_back(slot);
    return tl::unexpected(usable.error());
  }
  return Lease{*this, slot};
}

}  // namespace switchyard::db
