// One warm NETCONF session to a switch (RFC 6241 over SSH, RFC 6242): operations in, replies out,
// one round trip for any number of operations.
#pragma once

#include "core/result.h"
#include "switch-drivers/registry.h"
#include "switch-drivers/transport/xml.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers {

// <rpc-error> (RFC 6241, 4.3).
struct NetconfError {
  std::string tag{};       // "lock-denied", "data-missing", …
  std::string severity{};  // "error", "warning"
  std::string path{};      // what it is about, as the switch spells it; often ""
  std::string message{};   // one line, at most 300 characters
};

struct NetconfReply {
  std::vector<NetconfError> errors{};  // a reply without any is a success
  std::vector<NetconfError> warnings{};
  XmlElement content{};  // <rpc-reply> itself

  [[nodiscard]] bool ok() const { return errors.empty(); }
};

// The first error of a reply as one of ours: "switch tor1: edit-config: bad-element at /a/b: …".
// Unavailable: another session is in the way (lock-denied, in-use, resource-denied). Else Rejected.
[[nodiscard]] Error as_error(const NetconfReply& reply, std::string_view switch_name,
                             std::string_view operation);

// What a switch said of itself when it was greeted.
struct NetconfHello {
  std::vector<std::string> capabilities{};  // as they came, without the blanks around them
  std::uint32_t session_id{};

  // Whether "urn:ietf:params:netconf:" + name is among them, whatever parameters follow.
  [[nodiscard]] bool has(std::string_view name) const;
};

// An interface, so that tests can play a switch without a socket. Not thread-safe.
class Netconf {
 public:
  virtual ~Netconf() = default;

  // Greets when there is no session. Errors as for call().
  [[nodiscard]] virtual Result<NetconfHello> hello(std::chrono::milliseconds deadline) = 0;

  // Sends all operations (netconf_operations.h) at once; the switch carries them out in order and
  // goes on after one that failed. As many replies as operations. `Warm`: only on the session
  // that already is (a lock is the session's), else Unavailable.
  // Unavailable: could not connect, the session broke or is at an end (some operations may have
  // been carried out), the permit of SwitchAccess ended (at most 200 ms later). TimedOut: the
  // deadline passed. Rejected: host key, login, or the peer does not speak NETCONF. After each of
  // these the session is closed, because where the switch stands is unknown.
  enum class Session { AnyNew, Warm };
  [[nodiscard]] virtual Result<std::vector<NetconfReply>> call(
      std::span<const std::string> operations, std::chrono::milliseconds deadline,
      Session session = Session::AnyNew) = 0;

  // Closes the connection without a word: what the session held is the switch's to end.
  virtual void drop() = 0;
};

// Connects on first use, keeps the session warm (keep-alive 15 s), reconnects after a loss on the
// next call.
[[nodiscard]] std::unique_ptr<Netconf> make_netconf(SwitchAccess access);

// What a hello and a reply say. Rejected: they are none.
[[nodiscard]] Result<NetconfHello> parse_hello(std::string_view message);
[[nodiscard]] Result<NetconfReply> parse_reply(std::string_view message,
                                               std::string_view message_id);

}  // namespace switchyard::switch_drivers
