// Units of work of the facade: dry runs, and who is woken when one is kept. Internal to the
// facade's files. Such a unit may be a part of a larger one (a request with an Idempotency-Key), so
// nobody is woken by hand after it: only the commit of the whole makes anything visible.
#pragma once

#include "core/db/transaction.h"
#include "provisioner/service.h"
#include "provisioner/wakeup.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchyard::provisioner {

// A dry run is the real thing that is not committed; this is how it says so.
inline const Error kDryRun{Errc::Conflict, "dry run"};

// For units that only change something.
struct Nothing {};

// `work` answers a Result<T>. A dry run does all of it and rolls back; the value is kept.
template <class T, class Work>
Result<T> write_or_try(db::Pool& pool, std::string_view what, Mode mode, Work work) {
  std::optional<T> value;
  const Status done = db::write(pool, what, [&](db::Session& session) -> Status {
    Result<T> result = work(session);
    if (!result) return tl::unexpected(result.error());
    value = std::move(*result);
    if (mode == Mode::DryRun) return tl::unexpected(kDryRun);
    return {};
  });
  if (!done && !(mode == Mode::DryRun && done.error() == kDryRun))
    return tl::unexpected(done.error());
  return std::move(*value);
}

inline void poke_on_commit(db::Session& session, Wakeup& wakeup, std::vector<std::string> topics) {
  session.on_commit([&wakeup, topics = std::move(topics)] {
    for (const std::string& topic : topics)
      wakeup.poke(topic);
  });
}

}  // namespace switchyard::provisioner
