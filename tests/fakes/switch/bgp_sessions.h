// BGP sessions of a simulated switch: what follows from its configuration, its links and the server
// at the end of each cable. Knows no NOS.
#pragma once

#include "core/net.h"
#include "tests/fakes/shell/task.h"
#include "tests/fakes/switch/forwarding.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace switchyard::fakes {

struct Session {
  std::string port{};
  bool established{};
  bool over_limit{};  // torn down by maximum-prefix
  std::optional<SteadyTime> possible_since{};
  SteadyTime established_since{};
  int connections{};
  int drops{};
  // The switch decides on a route when it comes, not when its policy changes later.
  std::map<Prefix, bool> verdicts{};
  std::vector<Prefix> sent{};

  [[nodiscard]] std::vector<Prefix> with_verdict(bool accepted) const;
};

// Guarded by the switch's mutex.
class BgpSessions {
 public:
  // Who speaks on `tag` of `port` now.
  using FindSpeaker = std::function<std::optional<BgpSpeaker>(const std::string& port, int tag)>;

  BgpSessions(const ForwardingModel& model, FindSpeaker speaker)
      : model_(model), speaker_(std::move(speaker)) {}

  // Brings every session to where it is at `now`.
  void refresh(SteadyTime now);
  // A session on a port that stopped passing frames is down at once.
  void port_changed(const std::string& port);
  void soft_clear(const std::string& vrf, const std::string& neighbour);
  void hard_clear(const std::string& vrf, const std::string& neighbour);

  void forget() { sessions_.clear(); }

  void set_delay(std::chrono::steady_clock::duration delay) { delay_ = delay; }

  [[nodiscard]] const Session* find(const std::string& vrf, const std::string& neighbour) const;
  // "Established", "Idle (Admin)", "Idle (PfxCt)", "Idle", "Active"; "" when it does not exist.
  [[nodiscard]] std::string state(const std::string& vrf, const std::string& neighbour) const;

 private:
  [[nodiscard]] std::optional<BgpSpeaker> reachable_speaker(const NeighbourView& of) const;
  void exchange_routes(const NeighbourView& of, const BgpSpeaker& speaker, Session& session);

  const ForwardingModel& model_;
  FindSpeaker speaker_;
  std::map<std::pair<std::string, std::string>, Session> sessions_{};  // VRF, neighbour
  std::chrono::steady_clock::duration delay_{};
};

}  // namespace switchyard::fakes
