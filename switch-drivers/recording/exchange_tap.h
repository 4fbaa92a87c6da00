// What stands between a driver's transport and the switch: it writes down what is said, or plays
// back what was written down.
#pragma once

#include "core/result.h"

#include <optional>
#include <string>
#include <vector>

namespace switchyard::switch_drivers {

// One round trip. A transport puts each operation, and each answer, into one text, so that equal
// texts are equal operations.
struct Exchange {
  std::string protocol{};               // "ssh", "eapi", "netconf"
  std::vector<std::string> sent{};      // in order
  std::vector<std::string> answered{};  // as many as sent, unless there is an error
  std::optional<Error> error{};         // of the exchange as a whole: nothing was answered
};

// Of one switch, used by the thread that drives it.
class ExchangeTap {
 public:
  virtual ~ExchangeTap() = default;
  // Instead of the switch; nothing: ask it, and note() what came of it.
  [[nodiscard]] virtual std::optional<Exchange> answer(const std::string& protocol,
                                                       const std::vector<std::string>& sent) = 0;
  virtual void note(const Exchange& exchange) = 0;
};

}  // namespace switchyard::switch_drivers
