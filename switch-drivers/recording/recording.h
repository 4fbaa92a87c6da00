// Every exchange with one switch, written down as lines of JSON: for a bug report, and to certify a
// new version of a NOS or of a driver without the switch (replay.h). Secrets are masked (mask.h).
//
//   {"session": {"switch": "tor1", "nos": "linux-frr", …}}   a driver was made
//   {"call": "apply", "intents": […], …}                     it was asked for something
//   {"exchange": "ssh", "sent": […], "answered": […]}        what it said to the switch for that
//   {"result": {…}}                                          what it answered
//
// An answer that is the same as the last one to the same text is `null`. A look (compare, sessions)
// whose result is that of the last such look is left out as a whole: sessions are looked at four
// times a second.
#pragma once

#include "switch-drivers/recording/exchange_tap.h"
#include "switch-drivers/registry.h"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace switchyard::switch_drivers {

struct RecordingOptions {
  std::string file{};  // appended to; FILE.1 is what was before
  // Of both together; a driver that is asked for changes only, and never for a look, may exceed it.
  std::size_t most_bytes{8U << 20U};
};

// Stands for one driver. Not thread-safe. A disk that is full ends the recording, not the driving.
class Recording final : public ExchangeTap {
 public:
  Recording(RecordingOptions options, std::string_view nos, const SwitchAccess& access,
            const SwitchContext& context);
  ~Recording() override;

  // Half of what there may be is in the file.
  [[nodiscard]] bool is_full() const { return written_ > options_.most_bytes / 2; }

  void begin_file();
  void begin_call(const nlohmann::json& call);
  void end_call(const nlohmann::json& result);
  // As begin_call(), and what follows is kept in memory until end_call() knows whether it is news.
  void begin_look(const nlohmann::json& call);

  std::optional<Exchange> answer(const std::string& protocol,
                                 const std::vector<std::string>& sent) override;
  void note(const Exchange& exchange) override;

 private:
  void open();
  void write(const nlohmann::json& line);
  void write_exchange(const Exchange& exchange, const std::string& at);

  RecordingOptions options_;
  std::string session_{};  // the line that begins each file
  std::string own_password_{};
  std::string name_{};
  std::ofstream file_{};
  std::size_t written_{};
  std::map<std::string, std::string> last_{};   // answer by text that was sent, of this file
  std::map<std::string, std::string> looks_{};  // the last result by call, of this file
  std::string look_{};                          // the call that is being looked at; empty: none
  std::string look_at_{};
  std::vector<std::pair<std::string, Exchange>> kept_{};  // of this look, with their times
};

// The driver of a NOS whose calls and exchanges are written down. As make_driver().
[[nodiscard]] Result<std::unique_ptr<Driver>> make_recorded_driver(std::string_view nos,
                                                                   SwitchAccess access,
                                                                   SwitchContext context,
                                                                   RecordingOptions options);

}  // namespace switchyard::switch_drivers
