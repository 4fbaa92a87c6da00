#include "provisioner/bmc/console_text.h"

#include <algorithm>

namespace switchyard::provisioner {
namespace {

constexpr char kEscape = '\x1b';
constexpr std::size_t kSecretDigits = 32;
constexpr std::string_view kMask = "[masked]";

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// How long the terminal sequence at the beginning of `bytes` is, which begins with ESC: CSI up to
// its final byte, OSC up to BEL or the next ESC, others two bytes.
std::size_t sequence_length(std::string_view bytes) {
  if (bytes.size() < 2) return bytes.size();
  std::size_t at = 2;
  if (bytes[1] == '[') {
    while (at < bytes.size() && (bytes[at] < '@' || bytes[at] > '~') && bytes[at] >= ' ')
      ++at;
    return std::min(at + 1, bytes.size());
  }
  if (bytes[1] != ']') return 2;
  while (at < bytes.size() && bytes[at] != '\a' && bytes[at] != kEscape)
    ++at;
  return at < bytes.size() && bytes[at] == '\a' ? at + 1 : at;
}

std::string plain(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const char c = bytes.front();
    const std::size_t length = c == kEscape ? sequence_length(bytes) : 1;
    if (c == '\n' || (c >= ' ' && c <= '~')) text += c;
    bytes.remove_prefix(length);
  }
  return text;
}

std::string masked(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    std::size_t length = 0, digits = 0;  // of the run, up to and of its last digit
    for (std::size_t at = 0; at < text.size() && (is_hex(text[at]) || text[at] == '\n'); ++at) {
      if (!is_hex(text[at])) continue;
      ++digits;
      length = at + 1;
    }
    if (digits >= kSecretDigits)
      kept += kMask;
    else
      kept += text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return kept;
}

}  // namespace

std::string console_text(std::string_view bytes, Beginning beginning) {
  if (beginning == Beginning::Cut) {
    const auto end = bytes.find('\n');
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    // What goes on with hex digits may be the second line of a broken token.
    while (!bytes.empty() && is_hex(bytes.front()))
      bytes.remove_prefix(1);
  }
  return masked(plain(bytes));
}

}  // namespace switchyard::provisioner
