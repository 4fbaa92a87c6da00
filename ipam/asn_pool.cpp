// The asns table: the primary key makes a number unique, the key on owner gives an owner only one.
#include "ipam/asn_pool.h"

#include "core/db/error.h"
#include "core/db/query.h"
#include "ipam/rfc3339.h"

#include <array>

namespace switchyard::ipam {
namespace {

constexpr int kReclaimBatch = 64;
constexpr int kMostRooms = 16;
constexpr std::uint32_t kAsTrans = 23'456;    // RFC 6793
constexpr std::uint32_t kLast16Bit = 65'535;  // RFC 7300

// Inserts the row; false when the number or the owner is taken.
bool insert(db::Session& session, Asn asn, const std::string& owner, Timestamp now) {
  try {
    db::execute(session,
                "INSERT INTO asns (asn, owner, last_owner, state, created, free_at) "
                "VALUES (:asn, :owner, '', 'in_use', :created, 0)",
                static_cast<long long>(asn.value), owner, to_micros(now));
    return true;
  } catch (const soci::soci_error& thrown) {
    if (!db::is_duplicate_key(thrown)) throw;
    return false;
  }
}

}  // namespace

std::optional<AsnRecord> find_asn(db::Session& session, std::string_view owner) {
  const auto row = db::select_one<long long, long long>(
      session, "SELECT asn, created FROM asns WHERE owner = :owner AND free_at = 0",
      std::string{owner});
  if (!row) return std::nullopt;
  return AsnRecord{.asn = {static_cast<std::uint32_t>(std::get<0>(*row))},
                   .owner = std::string{owner},
                   .created = from_micros(std::get<1>(*row))};
}

Result<AsnRecord> AsnPool::take(db::Session& session, std::string_view owner) {
  if (const Status good = check_owner(owner); !good) return tl::unexpected(good.error());
  if (auto has = find_asn(session, owner)) return *std::move(has);
  const auto known = board(session);
  PickBoard::enlist(known, session);
  const Timestamp now = clock_.now();
  for (int rooms = 0;;) {
    const auto place = known->pick(&session, Choice::Lowest);
    if (!place) {
      if (++rooms > kMostRooms || !make_room(session, *known)) return full(session);
      continue;
    }
    const Asn asn{range_.first.value + static_cast<std::uint32_t>(*place)};
    if (insert(session, asn, std::string{owner}, now))
      return AsnRecord{.asn = asn, .owner = std::string{owner}, .created = now};
    if (auto has = find_asn(session, owner)) {  // another unit was quicker, for the same owner
      known->unpick(&session, *place);
      return *std::move(has);
    }
    known->lose(&session, *place);
  }
}

bool AsnPool::release(db::Session& session, std::string_view owner) {
  const auto has = find_asn(session, owner);
  if (!has) return false;
  const long long asn = has->asn.value;
  // The owner's key is given up, so that it may have a new number while the old one rests. It
  // always rests in the table, for a hold-down of 0 too: make_room() is the one way back.
  return db::execute(session,
                     "UPDATE asns SET owner = :key, last_owner = :owner, state = 'hold_down', "
                     "free_at = :free_at WHERE asn = :asn AND owner = :same AND free_at = 0",
                     "#" + std::to_string(asn), std::string{owner},
                     to_micros(clock_.now() + range_.hold_down), asn, std::string{owner}) != 0;
}

std::shared_ptr<PickBoard> AsnPool::board(db::Session& session) {
  const std::lock_guard lock(mutex_);  // loading only reads: never waits for a row or a writer
  if (!board_) board_ = std::make_shared<PickBoard>(load(session), 1);
  return board_;
}

FreeSpace AsnPool::load(db::Session& session) const {
  FreeSpace space(Offset{range_.last.value} - range_.first.value + 1);
  const auto take = [&](long long asn) {
    if (asn >= range_.first.value) space.take(static_cast<Offset>(asn - range_.first.value));
  };
  take(kAsTrans);
  take(kLast16Bit);
  for (const auto& [asn] : db::select<long long>(
           session, "SELECT asn FROM asns WHERE asn >= :first AND asn <= :last",
           static_cast<long long>(range_.first.value), static_cast<long long>(range_.last.value)))
    take(asn);
  return space;
}

bool AsnPool::make_room(db::Session& session, PickBoard& board) {
  const long long now = to_micros(clock_.now());
  bool found = false;
  for (const auto& [asn] : db::select<long long>(
           session,
           "SELECT asn FROM asns WHERE free_at > 0 AND free_at <= :now AND asn >= :first AND "
           "asn <= :last ORDER BY free_at LIMIT " +
               std::to_string(kReclaimBatch),
           now, static_cast<long long>(range_.first.value),
           static_cast<long long>(range_.last.value))) {
    if (db::execute(session,
                    "DELETE FROM asns WHERE asn = :asn AND free_at > 0 AND free_at <= :now", asn,
                    now) == 0)
      continue;
    board.mark_free(static_cast<Offset>(asn - range_.first.value));
    found = true;
  }
  if (found) return true;
  board.refresh(board.generation(), [&] { return load(session); });
  return board.free() > 0;
}

tl::unexpected<Error> AsnPool::full(db::Session& session) const {
  const auto row = db::select_one<long long, long long>(
      session,
      "SELECT COUNT(*), COALESCE(MIN(free_at), 0) FROM asns WHERE free_at > 0 AND asn >= :first "
      "AND asn <= :last",
      static_cast<long long>(range_.first.value), static_cast<long long>(range_.last.value));
  const long long held = row ? std::get<0>(*row) : 0;
  std::string message = "ASN range " + std::to_string(range_.first.value) + "-" +
                        std::to_string(range_.last.value) + " is full: " + std::to_string(held) +
                        " in hold-down";
  if (held > 0) message += ", the next leaves it at " + to_rfc3339(from_micros(std::get<1>(*row)));
  return failure(Errc::Conflict, message + "; release deployments or widen the range");
}

}  // namespace switchyard::ipam
