// One change of the candidate of one switch: lock, edits, commits, reading back.
#pragma once

#include "core/result.h"
#include "switch-drivers/junos/exchange.h"
#include "switch-drivers/junos/wish.h"
#include "switch-drivers/transport/netconf.h"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace switchyard::switch_drivers::junos {

// What a switch shows at one moment.
struct View {
  Config config{};
  std::map<std::string, bool> interfaces{};  // administratively up, by name
};

// The edits of one port in one commit, or with no port those of what ports share.
struct PortEdits {
  std::string port{};
  Edits edits{};
};

struct Committed {
  std::map<std::string, Error> refused{};  // by port: nothing of it was committed
  std::optional<View> view{};              // after the commit; none when there was no commit
};

// Holds the lock from lock() to unlock(). When a call fails with Unavailable or TimedOut the
// session is gone and with it the lock and what was not committed (RFC 6241, 7.5). Not thread-safe.
class Candidate {
 public:
  Candidate(Netconf& netconf, std::string name, std::chrono::milliseconds deadline)
      : netconf_(netconf), name_(std::move(name)), deadline_(deadline) {}

  // Without a lock.
  [[nodiscard]] Result<View> look();
  // Unavailable: somebody else has it, or has changed the candidate and not committed it, and that
  // for two seconds (less with a deadline below twenty).
  [[nodiscard]] Result<View> lock();
  // One commit of all these ports that the switch takes. Those that it refuses, as an edit or by
  // name in what it says of the commit, are left out and the others sent again; when it refuses the
  // commit and names none of them, all are refused.
  [[nodiscard]] Result<Committed> commit(std::vector<PortEdits> ports, const std::string& how);
  // The newest former state of each port without a mark of a change. Ports without any are missing.
  [[nodiscard]] Result<std::map<std::string, PortState>> formers(std::set<std::string> ports);
  void unlock();

 private:
  [[nodiscard]] Result<std::vector<NetconfReply>> call(const std::vector<std::string>& operations,
                                                       Netconf::Session session);
  [[nodiscard]] Result<View> view_of(const NetconfReply& config, const NetconfReply& interfaces);
  // Of the ports' edits those that were refused, after which nothing of them all is left.
  [[nodiscard]] Result<std::map<std::string, Error>> send(const std::vector<PortEdits>& ports);
  [[nodiscard]] Result<std::map<std::string, Error>> try_commit(const std::vector<PortEdits>& ports,
                                                                const std::string& how,
                                                                std::optional<View>& view);
  [[nodiscard]] Status discard();
  [[nodiscard]] Result<std::vector<Config>> former_configs(int back);
  [[nodiscard]] std::map<std::string, Error> culprits(const std::vector<PortEdits>& ports,
                                                      const NetconfReply& reply) const;

  Netconf& netconf_;
  std::string name_;
  std::chrono::milliseconds deadline_;
};

}  // namespace switchyard::switch_drivers::junos
