#include "pxe/tftp/transfer.h"

#include <algorithm>

namespace switchyard::pxe::tftp {
namespace {

constexpr std::chrono::milliseconds kFirstPatience{500};
constexpr std::chrono::milliseconds kLongestPatience{4000};
constexpr unsigned kMostSilences = 7;  // 0.5 + 1 + 2 + 4 + 4 + 4 + 4 s without an agreed timeout
constexpr std::chrono::seconds kLongestSilence{30};  // with one, but at least two repetitions

}  // namespace

Transfer::Transfer(Terms terms, std::uint64_t file_size)
    : terms_(std::move(terms)), last_(file_size / terms_.block_size + 1) {}

Step Transfer::start() {
  options_open_ = !terms_.accepted.empty();
  if (options_open_) return {.what = Step::What::SendOptions};
  return send_window();
}

// The blocks after the last acknowledged one, as many as the window and the file have.
Step Transfer::send_window() {
  const std::uint64_t count = std::min<std::uint64_t>(terms_.window, last_ - acknowledged_);
  sent_ = acknowledged_ + count;
  return {.what = Step::What::SendBlocks,
          .first = acknowledged_ + 1,
          .count = static_cast<std::uint16_t>(count)};
}

Step Transfer::end(Outcome outcome) {
  over_ = true;
  return {.what = Step::What::End, .outcome = outcome};
}

Step Transfer::on_ack(std::uint16_t block) {
  if (over_) return {};
  // Before any block is sent the only thing to acknowledge is the OACK, as block 0.
  if (options_open_) {
    if (block != 0) return {};
    options_open_ = false;
    silences_ = 0;
    return send_window();
  }
  // How far beyond what is known; modulo 65536, so an old ACK is far beyond everything sent.
  const std::uint64_t step = static_cast<std::uint16_t>(block - acknowledged_);
  const std::uint64_t number = acknowledged_ + step;
  if (number > sent_) return {};
  if (step == 0 && is_echo(number)) return {};
  silences_ = step == 0 ? silences_ : 0;
  acknowledged_ = number;
  if (acknowledged_ == last_) return end(Outcome::Complete);
  if (number < sent_) repeated_from_ = number;
  return send_window();
}

// An ACK that was there before: nothing to do, unless it can only mean that all of the window after
// it is missing its first block.
bool Transfer::is_echo(std::uint64_t number) {
  if (terms_.window == 1 || repeated_from_ == number || number < calm_from_) return true;
  calm_from_ = number + 4ULL * terms_.window;
  return false;
}

unsigned Transfer::most_silences() const {
  if (!terms_.timeout) return kMostSilences;
  const auto fits = kLongestSilence / *terms_.timeout;
  return static_cast<unsigned>(std::clamp<std::int64_t>(fits, 2, kMostSilences));
}

Step Transfer::on_timeout() {
  if (over_) return {};
  ++silences_;
  if (silences_ > most_silences()) return end(Outcome::Lost);
  if (options_open_) return {.what = Step::What::SendOptions};
  return send_window();
}

Step Transfer::on_error(std::uint16_t code) {
  if (over_) return {};
  const bool is_refusal = code == static_cast<std::uint16_t>(ErrorCode::OptionsRefused);
  return end(options_open_ && is_refusal ? Outcome::Probed : Outcome::Abandoned);
}

Step Transfer::on_gone() {
  if (over_) return {};
  return end(!options_open_ && sent_ == last_ ? Outcome::Complete : Outcome::Lost);
}

std::chrono::milliseconds Transfer::patience() const {
  if (terms_.timeout) return *terms_.timeout;
  return std::min(kFirstPatience * (1U << std::min(silences_, 4U)), kLongestPatience);
}

}  // namespace switchyard::pxe::tftp
