// Reads server-sent events (WHATWG HTML, 9.2.6) from pieces of any size.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::web::cli {

struct StreamedEvent {
  std::string id{};
  std::string type{};
  std::string data{};
  friend bool operator==(const StreamedEvent&, const StreamedEvent&) = default;
};

class EventReader {
 public:
  // The events that are complete with this piece. Comments and unknown fields are skipped. A line
  // longer than 1 MiB is dropped.
  [[nodiscard]] std::vector<StreamedEvent> read(std::string_view piece);

 private:
  void take_line(std::string_view line, std::vector<StreamedEvent>& complete);
  std::string line_{};
  bool was_return_{false};
  StreamedEvent event_{};
  bool has_data_{false};
};

}  // namespace switchyard::web::cli
