#include "pxe/tftp/terms.h"

#include <algorithm>
#include <charconv>

namespace switchyard::pxe::tftp {
namespace {

constexpr std::uint64_t kSmallestBlock = 8, kLargestBlock = 65464;  // RFC 2348
constexpr std::uint64_t kLargestWindow = 65535;                     // RFC 7440
constexpr std::uint64_t kLongestTimeout = 255;                      // RFC 2349

std::optional<std::uint64_t> number_of(const std::vector<Option>& options, std::string_view name,
                                       std::uint64_t least, std::uint64_t most) {
  const auto found = std::ranges::find(options, name, &Option::first);
  if (found == options.end()) return std::nullopt;
  const std::string& text = found->second;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value < least || value > most) return std::nullopt;
  return value;
}

}  // namespace

Terms agree(const std::vector<Option>& wanted, const Offer& offer) {
  Terms terms;
  const auto accept = [&terms](const char* name, std::uint64_t value) {
    terms.accepted.emplace_back(name, std::to_string(value));
  };
  if (const auto block = number_of(wanted, "blksize", kSmallestBlock, kLargestBlock)) {
    terms.block_size =
        static_cast<std::uint16_t>(std::min<std::uint64_t>(*block, offer.largest_block));
    accept("blksize", terms.block_size);
  }
  // A client that reads sends 0, but some send a guess; the answer is the same.
  if (number_of(wanted, "tsize", 0, UINT64_MAX)) accept("tsize", offer.file_size);
  if (const auto timeout = number_of(wanted, "timeout", 1, kLongestTimeout)) {
    terms.timeout = std::chrono::seconds(*timeout);
    accept("timeout", *timeout);
  }
  if (const auto window = number_of(wanted, "windowsize", 1, kLargestWindow)) {
    const std::uint64_t fits = std::max<std::uint64_t>(1, offer.largest_flight / terms.block_size);
    terms.window =
        static_cast<std::uint16_t>(std::min({*window, fits, std::uint64_t{offer.largest_window}}));
    accept("windowsize", terms.window);
  }
  return terms;
}

}  // namespace switchyard::pxe::tftp
