// Where a NETCONF message begins and ends on the wire (RFC 6242, 4). The same for both ends.
#pragma once

#include "core/result.h"

#include <string>
#include <string_view>

namespace switchyard::switch_drivers {

inline constexpr std::size_t kLongestMessage = 16 * 1024 * 1024;

enum class Framing {
  EndOfMessage,  // ]]>]]> after each: the hellos, and all of a session with base:1.0 only
  Chunked        // base:1.1
};

[[nodiscard]] std::string framed(std::string_view message, Framing framing);

// Cuts what comes, in pieces of any size, into messages. Once it has failed it stays failed.
class MessageStream {
 public:
  // For what comes after the messages taken so far.
  void use(Framing framing) { framing_ = framing; }

  void add(std::string_view piece) { pending_ += piece; }

  // The next whole message into `message`; false when it has not come yet. Rejected: a message
  // longer than kLongestMessage, or what is no chunk of RFC 6242, 4.2.
  [[nodiscard]] Result<bool> take(std::string& message);

 private:
  Result<bool> take_to_mark(std::string& message);
  Result<bool> take_chunks(std::string& message);
  Result<bool> take_header();

  Framing framing_{Framing::EndOfMessage};
  std::string pending_{};
  std::size_t searched_{};  // of pending_: no mark begins before
  std::string chunks_{};    // of the message so far
  std::size_t wanted_{};    // bytes of the chunk that are still to come
  bool ended_{};            // the end of chunks was read
};

}  // namespace switchyard::switch_drivers
