// AS numbers of the site's range, one an owner. Internal to ipam; called through Allocator.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"
#include "ipam/pick_board.h"
#include "ipam/values.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace switchyard::ipam {

[[nodiscard]] std::optional<AsnRecord> find_asn(db::Session& session, std::string_view owner);

// Thread-safe. The contract is that of the functions of the same name in allocator.h.
class AsnPool {
 public:
  AsnPool(const Clock& clock, AsnRange range) : clock_(clock), range_(range) {}

  [[nodiscard]] Result<AsnRecord> take(db::Session& session, std::string_view owner);
  [[nodiscard]] bool release(db::Session& session, std::string_view owner);

 private:
  [[nodiscard]] std::shared_ptr<PickBoard> board(db::Session& session);
  [[nodiscard]] FreeSpace load(db::Session& session) const;
  [[nodiscard]] bool make_room(db::Session& session, PickBoard& board);
  [[nodiscard]] tl::unexpected<Error> full(db::Session& session) const;

  const Clock& clock_;
  const AsnRange range_;
  std::mutex mutex_{};  // guards board_
  std::shared_ptr<PickBoard> board_{};
};

}  // namespace switchyard::ipam
