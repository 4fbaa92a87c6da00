// How long the steps of workflows took on hardware of one kind, and from when on a step takes much
// longer than usual there.
#pragma once

#include "core/db/pool.h"

#include <chrono>
#include <map>
#include <string>

namespace switchyard::provisioner {

struct UsualTime {
  std::chrono::microseconds median{};
  int runs{};  // it is the median of
};

using UsualTimes = std::map<std::string, UsualTime>;  // by step

// What a server is when times are compared: vendor and product as its last inspection said, else
// the profile the inventory gives it, else '' ("default" is no profile).
[[nodiscard]] std::string hardware_of(db::Session& session, const std::string& server);
// As inspected. Nothing happens when the inventory does not know the server, or `product` is empty.
void keep_hardware(db::Session& session, const std::string& server, const std::string& product);

void keep_step_time(db::Session& session, const std::string& operation, const std::string& kind,
                    const std::string& step, const std::string& server,
                    std::chrono::microseconds took);

// Medians of the last runs of each step on such hardware; of a step that never ran on it, of the
// last runs on any. A median, because one slow install must not spoil what people are told.
[[nodiscard]] UsualTimes usual_times(db::Session& session, const std::string& kind,
                                     const std::string& hardware);

// The same of one step: what moves an operation asks this every time. `runs` is 0 when it never
// ran.
[[nodiscard]] UsualTime usual_time(db::Session& session, const std::string& kind,
                                   const std::string& step, const std::string& hardware);

// A step that takes longer than this takes much longer than usual: three times, and by 30 s at
// least. 0: it ran less than three times, so nobody can say.
[[nodiscard]] std::chrono::microseconds slow_after(const UsualTime& usual);
// The same of a step of a server that is about to begin.
[[nodiscard]] std::chrono::microseconds slow_after(db::Session& session, const std::string& kind,
                                                   const std::string& step,
                                                   const std::string& server);

}  // namespace switchyard::provisioner
