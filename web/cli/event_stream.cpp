#include "web/cli/event_stream.h"

namespace switchyard::web::cli {

std::vector<StreamedEvent> EventReader::read(std::string_view piece) {
  constexpr std::size_t kLongest = 1U << 20U;
  std::vector<StreamedEvent> complete;
  for (const char c : piece) {
    const bool ends_pair = was_return_ && c == '\n';  // CR LF is one line end
    was_return_ = c == '\r';
    if (ends_pair) continue;
    if (c == '\n' || c == '\r') {
      take_line(line_, complete);
      line_.clear();
    } else if (line_.size() < kLongest) {
      line_ += c;
    }
  }
  return complete;
}

void EventReader::take_line(std::string_view line, std::vector<StreamedEvent>& complete) {
  if (line.empty()) {
    if (has_data_) complete.push_back(event_);
    event_ = {.id = event_.id};  // the last id stays until there is a new one
    has_data_ = false;
    return;
  }
  const auto colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "id") event_.id = value;
  if (name == "event") event_.type = value;
  if (name != "data") return;
  if (has_data_) event_.data += '\n';
  event_.data += value;
  has_data_ = true;
}

}  // namespace switchyard::web::cli
