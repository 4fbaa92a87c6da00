// What one vantage point is asked to look at, and what it saw there. Pure.
#pragma once

#include "core/net.h"

#include <string>
#include <vector>

namespace switchyard::provisioner {

// Times are those of the database in microseconds; 0: never.

// A host route that had answered and then did not.
struct ProbeGap {
  long long since{};  // the first probe without an answer
  long long until{};  // the first with one again, or the last look
  friend bool operator==(const ProbeGap&, const ProbeGap&) = default;
};

inline constexpr int kSmallProbe = 56;        // bytes of payload, as ping has it
inline constexpr std::size_t kMostGaps = 32;  // that are kept, the first ones

struct ProbeTarget {
  std::string vantage{};
  VrfName vrf{};
  IpAddress address{};
  int bytes{kSmallProbe};  // payload of a probe, which may not be fragmented
  std::string device{};    // by which the vantage point probes in this VRF; empty: it has one table
  long long watch_until{};
  long long asked_at{};  // what was seen counts from then on
  long long checked_at{};
  long long sent{};
  long long answered{};
  long long lost_in_row{};
  long long last_answer{};
  long long gap_since{};         // 0: it answers, or never did
  std::vector<ProbeGap> gaps{};  // that are over
  int paths{};                   // next hops of its route there; 0: none, or not known
  long long paths_since{};
  bool small_answers{};   // while it does not answer: a small probe is answered
  std::string problem{};  // why the last round said nothing about it
};

// What one round says about a target.
struct ProbeAnswer {
  enum class Kind { Unknown, Silent, Answered } kind{Kind::Unknown};
  int paths{};
  std::string problem{};  // of Unknown
  friend bool operator==(const ProbeAnswer&, const ProbeAnswer&) = default;
};

// A round whose probes left at `at` has this answer. An unknown one only leaves its problem: what
// nobody looked at is not lost.
void note_answer(ProbeTarget& target, const ProbeAnswer& answer, long long at);

// All gaps, with the one that is not over yet.
[[nodiscard]] std::vector<ProbeGap> gaps_of(const ProbeTarget& target);

// The largest ICMP payload that fits into packets of this size.
[[nodiscard]] int payload_of(int mtu, Family family);

[[nodiscard]] std::string gaps_json(const std::vector<ProbeGap>& gaps);
// Unreadable text gives an empty list: it is only what was seen.
[[nodiscard]] std::vector<ProbeGap> parse_gaps(const std::string& json);

}  // namespace switchyard::provisioner
