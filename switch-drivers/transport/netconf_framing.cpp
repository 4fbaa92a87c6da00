#include "switch-drivers/transport/netconf_framing.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace switchyard::switch_drivers {

namespace {

constexpr std::string_view kMark = "]]>]]>";
constexpr std::size_t kLongestHeader = 2 + 10 + 1;  // "\n#" 4294967295 "\n"

tl::unexpected<Error> too_long() {
  return failure(Errc::Rejected,
                 fmt::format("a NETCONF message of more than {} bytes", kLongestMessage));
}

tl::unexpected<Error> no_chunk() {
  return failure(Errc::Rejected, "NETCONF framing: what comes is no chunk (RFC 6242, 4.2)");
}

}  // namespace

std::string framed(std::string_view message, Framing framing) {
  if (framing == Framing::EndOfMessage) return std::string{message}.append(kMark);
  return fmt::format("\n#{}\n{}\n##\n", message.size(), message);
}

Result<bool> MessageStream::take(std::string& message) {
  return framing_ == Framing::EndOfMessage ? take_to_mark(message) : take_chunks(message);
}

Result<bool> MessageStream::take_to_mark(std::string& message) {
  const std::size_t at = pending_.find(kMark, searched_);
  if (std::min(at, pending_.size()) > kLongestMessage) return too_long();
  if (at == std::string::npos) {
    searched_ = pending_.size() - std::min(pending_.size(), kMark.size() - 1);
    return false;
  }
  message = pending_.substr(0, at);
  pending_.erase(0, at + kMark.size());
  searched_ = 0;
  return true;
}

// "\n#" size "\n" begins a chunk, "\n##\n" ends the message. Whether there was one in full.
Result<bool> MessageStream::take_header() {
  const std::string_view head = std::string_view{pending_}.substr(0, kLongestHeader);
  constexpr std::string_view kBegin = "\n#";
  if (head.substr(0, 2) != kBegin.substr(0, head.size())) return no_chunk();
  if (head.size() < 3) return false;
  const std::size_t end = head.find('\n', 2);
  if (end == std::string_view::npos) {
    if (head.size() == kLongestHeader) return no_chunk();
    const std::string_view so_far = head.substr(2);
    const bool is_number = so_far.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_number && so_far != "#") return no_chunk();
    return false;
  }
  const std::string_view size = head.substr(2, end - 2);
  if (size == "#") {
    // RFC 6242, 4.2: a message has a chunk at least.
    if (chunks_.empty()) return no_chunk();
    ended_ = true;
  } else {
    std::uint32_t value = 0;
    const auto [rest, error] = std::from_chars(size.data(), size.data() + size.size(), value);
    if (error != std::errc{} || rest != size.data() + size.size() || value == 0 || size[0] == '0')
      return no_chunk();
    if (value > kLongestMessage - chunks_.size()) return too_long();
    wanted_ = value;
  }
  pending_.erase(0, end + 1);
  return true;
}

Result<bool> MessageStream::take_chunks(std::string& message) {
  while (!ended_) {
    const std::size_t here = std::min(wanted_, pending_.size());
    chunks_.append(pending_, 0, here);
    pending_.erase(0, here);
    wanted_ -= here;
    if (wanted_ > 0) return false;
    const auto header = take_header();
    if (!header || !*header) return header;
  }
  message = std::move(chunks_);
  chunks_.clear();
  ended_ = false;
  return true;
}

}  // namespace switchyard::switch_drivers
