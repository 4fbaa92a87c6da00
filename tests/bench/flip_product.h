// The product's own way to a flip: wishes in a database, one reconciler a switch.
#pragma once

#include "provisioner/reconcile/fleet.h"
#include "tests/bench/flip_client.h"
#include "tests/core/database.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace switchyard::bench {

// Throws std::runtime_error when a port fails or nothing comes true in time.
class FlipProduct {
 public:
  // A new SQLite database (WAL, synchronous=FULL) under TMPDIR with these switches in its
  // inventory.
  FlipProduct(const std::vector<FarmSwitch>& switches, int ports);

  // One port of one switch, the reconciler driven by the caller's thread: from the wish to the row
  // that says it is settled.
  void flip_one(int index, int port, Mode mode);

  // All reconcilers at once, a thread each. Sessions are opened and first scans made before it
  // returns.
  void start_fleet();
  // Every port of every switch; both links of a server in one group, as a workflow asks for them.
  void flip_all(Mode mode);

  void stop_fleet() { fleet_.reset(); }

  [[nodiscard]] long long count_failures();  // tries of a port that did not succeed, so far

 private:
  [[nodiscard]] std::string inventory(int ports) const;
  void wait_until_settled();
  long long count(const std::string& what);

  db::TestDatabase database_{db::Backend::Sqlite};
  std::unique_ptr<db::Pool> pool_{};
  SystemClock clock_{};
  provisioner::Wakeup wakeup_{};
  // The stages move ports behind its back, which it would repair at its next scan.
  provisioner::Site site_{.scan_interval = std::chrono::hours{1}};
  std::vector<FarmSwitch> switches_{};
  int ports_{};
  std::unique_ptr<provisioner::ReconcileContext> context_{};
  std::unique_ptr<provisioner::SwitchWorker> worker_{};  // of switch 0, without a thread
  std::optional<provisioner::Fleet> fleet_{};
  int groups_{};
};

}  // namespace switchyard::bench
