// One SSH connection to a switch with one channel on it: host key, login, deadlines and the permit,
// whatever is spoken over the channel.
#pragma once

#include "core/result.h"
#include "switch-drivers/registry.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace switchyard::switch_drivers {

// What is asked of the switch once it has let us in.
struct ChannelRequest {
  enum class Kind { Exec, Subsystem };  // RFC 4254, 6.5
  Kind kind{Kind::Exec};
  const char* name{"sh"};  // the command, or the subsystem's name
};

// Everything is non-blocking and every wait ends at the deadline of the call, because a switch that
// hangs must not take its reconciler with it. Errors are Unavailable (cannot connect, broke,
// the permit ended), TimedOut, and Rejected (host key, login). Not thread-safe.
class SshChannel {
 public:
  SshChannel(SwitchAccess access, ChannelRequest request);
  ~SshChannel();
  SshChannel(const SshChannel&) = delete;
  SshChannel& operator=(const SshChannel&) = delete;

  // A call begins: nothing of it takes longer than this, and nothing of it is sent without a
  // permit.
  void begin(std::chrono::milliseconds deadline);

  // Takes in what came since the last call, the end of the session above all.
  [[nodiscard]] bool is_alive();
  // Connects anew, whatever was there: then nothing is sent or received yet.
  [[nodiscard]] Status connect();
  void drop();

  [[nodiscard]] bool may_talk() const;
  // Sends a part of `text` and removes it there; whether any went.
  [[nodiscard]] Result<bool> send_some(std::string_view& text);
  // What came; "" when nothing has. Valid until the next call.
  [[nodiscard]] Result<std::string_view> receive_some();
  // Until something may move; false when the deadline or the permit has ended (see late()).
  [[nodiscard]] bool wait() const;

  // Why `what` was given up after wait() said so.
  [[nodiscard]] tl::unexpected<Error> late(std::string_view what) const;

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace switchyard::switch_drivers
