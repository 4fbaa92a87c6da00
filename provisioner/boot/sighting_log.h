// What the DHCP server saw, for people: the log at once, and the event log, where it can be asked
// for, by a thread that may wait for the database.
#pragma once

#include "core/db/pool.h"
#include "core/result.h"
#include "provisioner/wakeup.h"
#include "pxe/dhcp/sightings.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <vector>

namespace switchyard::provisioner {

// Thread-safe.
class SightingLog final : public pxe::dhcp::Sightings {
 public:
  static constexpr std::size_t kMostWaiting = 256;  // beyond, the log alone has it

  void note(const pxe::dhcp::Sighting& seen) override;

  // Until there is something to keep, `timeout` passed or `stop` was asked for.
  void wait(std::chrono::milliseconds timeout, const std::stop_token& stop);

  // Turns what waits into events: type "boot.contradiction" and so on, about the server or the
  // port. What cannot be kept waits for the next time.
  [[nodiscard]] Status keep(db::Pool& pool, Wakeup& wakeup);

 private:
  std::mutex mutex_{};
  std::condition_variable_any news_{};
  std::vector<pxe::dhcp::Sighting> waiting_{};
  bool has_news_{false};  // since the last keep(), so that a database that is away is not hurried
};

}  // namespace switchyard::provisioner
