// The unit of work that a thread has open on a pool, and the parts it takes in when it was started
// by write_together(). Internal to core/db.
#pragma once

#include "core/db/transaction.h"

#include <memory>
#include <string_view>
#include <vector>

namespace switchyard::db {

// They live until every call that was registered with one was made: such calls know a part by its
// address.
using Parts = std::vector<std::unique_ptr<Session>>;

class OpenUnit {
 public:
  OpenUnit(const Pool& pool, Session& session, Access access, Parts& parts);
  ~OpenUnit();
  OpenUnit(const OpenUnit&) = delete;
  OpenUnit& operator=(const OpenUnit&) = delete;

  // This thread's on this pool, or none.
  [[nodiscard]] static OpenUnit* find(const Pool& pool);

  [[nodiscard]] bool takes_parts() const { return takes_parts_; }

  // A part could not be taken back alone, so the whole must not be kept.
  [[nodiscard]] bool is_broken() const { return is_broken_; }

  [[nodiscard]] Status run_part(std::string_view what, const std::function<Status(Session&)>& body);

 private:
  [[nodiscard]] Status try_part(Session& part, std::string_view what,
                                const std::function<Status(Session&)>& body);
  void take_back();

  const Pool& pool_;
  Session& session_;
  Parts& parts_;
  bool takes_parts_;
  bool is_broken_{};
};

}  // namespace switchyard::db
