// BGP sessions of a simulated switch: what follows from its configuration, its links and the server
// at the end of each cable.
#pragma once

#include "core/net.h"
#include "tests/fakes/shell/task.h"
#include "tests/fakes/switch/frr_config.h"
#include "tests/fakes/switch/kernel.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace switchyard::fakes {

// What a server does on one tag of one cable.
struct BgpSpeaker {
  std::uint32_t asn{};
  std::uint32_t expects_asn{};  // of the switch; 0: any
  std::vector<Prefix> announced{};
};

struct Session {
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

  BgpSessions(const FrrConfig& frr, const Kernel& kernel, FindSpeaker speaker)
      : frr_(frr), kernel_(kernel), speaker_(std::move(speaker)) {}

  // Brings every session to where it is at `now`.
  void refresh(SteadyTime now);
  // A session on a device that stopped passing frames is down at once.
  void device_changed(const std::string& device);
  void soft_clear(const std::string& vrf, const std::string& interface);
  void hard_clear(const std::string& vrf, const std::string& interface);

  void forget() { sessions_.clear(); }

  void set_delay(std::chrono::steady_clock::duration delay) { delay_ = delay; }

  [[nodiscard]] const Session* find(const std::string& vrf, const std::string& interface) const;
  // "Established", "Idle (Admin)", "Idle (PfxCt)", "Idle", "Active".
  [[nodiscard]] std::string state(const BgpInstance& instance, const Neighbour& of) const;

 private:
  [[nodiscard]] std::optional<BgpSpeaker> reachable_speaker(const BgpInstance& instance,
                                                            const Neighbour& of) const;
  void exchange_routes(const BgpInstance& instance, const Neighbour& of, const BgpSpeaker& speaker,
                       Session& session);

  const FrrConfig& frr_;
  const Kernel& kernel_;
  FindSpeaker speaker_;
  std::map<std::pair<std::string, std::string>, Session> sessions_{};  // VRF, interface
  std::chrono::steady_clock::duration delay_{};
};

// vtysh -f FILE | -c COMMAND… ; `read_file` answers nullopt for a file that is not there.
struct VtyshWorld {
  FrrConfig& frr;
  BgpSessions& sessions;
  SteadyTime now{};
  std::function<std::optional<std::string>(const std::string& path)> read_file{};
  std::function<std::string(const std::string& text)> save{};  // words of the disk; empty: saved
  std::function<std::string(const std::string& line)>
      refuse_line{};  // not empty: refused with these words
};

[[nodiscard]] KernelAnswer run_vtysh(VtyshWorld& world, const std::vector<std::string>& arguments,
                                     const std::string& input);

}  // namespace switchyard::fakes
