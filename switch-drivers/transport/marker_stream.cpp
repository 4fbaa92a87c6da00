#include "switch-drivers/transport/marker_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace switchyard::switch_drivers {

std::string MarkerStream::mark() const {
  return begun_ ? fmt::format("SWY-{}-{}-", nonce_, answers_.size())
                : fmt::format("SWY-{}-begin\n", nonce_);
}

void MarkerStream::keep(std::string_view text) {
  if (!begun_) return;
  output_ += text.substr(0, kLongestAnswer - std::min(kLongestAnswer, output_.size()));
}

// One mark, if it is there in full.
bool MarkerStream::cut() {
  const std::string wanted = mark();
  const std::size_t at = pending_.find(wanted);
  if (at == std::string::npos) {
    const std::size_t safe = pending_.size() - std::min(pending_.size(), wanted.size());
    keep(std::string_view{pending_}.substr(0, safe));
    pending_.erase(0, safe);
    return false;
  }
  if (!begun_) {
    begun_ = true;
    pending_.erase(0, at + wanted.size());
    return true;
  }
  const std::size_t end = pending_.find('\n', at + wanted.size());
  if (end == std::string::npos) return false;
  keep(std::string_view{pending_}.substr(0, at));
  Answer answer;
  const char* digits = pending_.data() + at + wanted.size();
  std::from_chars(digits, pending_.data() + end, answer.status);
  answer.output = std::move(output_);
  output_.clear();
  answers_.push_back(std::move(answer));
  pending_.erase(0, end + 1);
  return true;
}

void MarkerStream::add(std::string_view piece) {
  pending_ += piece;
  while (!is_complete() && cut()) {
  }
}

}  // namespace switchyard::switch_drivers
