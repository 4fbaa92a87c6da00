#include "provisioner/probe/round.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace switchyard::provisioner {

namespace {

// Only numbers, checked addresses and checked device names are ever put between these words. One
// line for each probe: INDEX STATUS| ROUTE | WHAT PING SAID. The shell joins the lines of both.
constexpr std::string_view kRound =
    "set -f; p() {{ i=$1 a=$2 b=$3; shift 3; "
    "o=$(LC_ALL=C ping -n -q -c 1 -W {} -M do -s $b ${{1:+-I $1}} $a 2>&1); s=$?; "
    "n=$(ip route get fibmatch $a ${{1:+oif $1}} 2>/dev/null); echo \"$i $s|\" $n '|' $o; }}";

// The text up to `mark`, which is cut off with it.
std::string_view cut(std::string_view& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + mark.size());
  return head;
}

std::optional<int> number_of(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

int count_paths(std::string_view route) {
  int hops = 0;
  for (std::size_t at = route.find("nexthop "); at != std::string_view::npos;
       at = route.find("nexthop ", at + 1))
    ++hops;
  if (hops > 0) return hops;
  return route.find("dev ") == std::string_view::npos ? 0 : 1;
}

// A kernel that has no way to an address says so to ping, and that is an answer, too.
bool has_no_way(std::string_view said) {
  for (const std::string_view why : {"ping: connect:", "ping: sendmsg:", "ping: sendto:"})
    if (said.find(why) != std::string_view::npos) return true;
  return false;
}

ProbeAnswer read_answer(int status, std::string_view route, std::string_view said) {
  using Kind = ProbeAnswer::Kind;
  said.remove_prefix(std::min(said.find_first_not_of(' '), said.size()));
  const int paths = count_paths(route);
  if (status == 0) return {.kind = Kind::Answered, .paths = paths};
  if (status == 1 || has_no_way(said)) return {.kind = Kind::Silent, .paths = paths};
  return {.problem = said.empty() ? "ping ended with status " + std::to_string(status)
                                  : std::string(said.substr(0, 200))};
}

}  // namespace

std::string round_line(std::span<const Probe> probes) {
  std::string line = fmt::format(kRound, kPatience);
  for (std::size_t i = 0; i < probes.size(); ++i) {
    const Probe& probe = probes[i];
    line += i % kTogether == 0 && i > 0 ? " wait; " : i == 0 ? "; " : " ";
    line += fmt::format("p {} {} {} {} &", i, to_string(probe.address), probe.bytes, probe.device);
  }
  return line + " wait";
}

std::vector<ProbeAnswer> parse_round(std::string_view output, std::size_t probes) {
  std::vector<ProbeAnswer> answers(
      probes, ProbeAnswer{.problem = "the vantage point said nothing about it"});
  while (!output.empty()) {
    std::string_view line = cut(output, "\n");
    const auto index = number_of(cut(line, " "));
    const auto status = number_of(cut(line, "|"));
    const std::string_view route = cut(line, "|");
    if (!index || !status || *index < 0 || static_cast<std::size_t>(*index) >= probes) continue;
    answers[static_cast<std::size_t>(*index)] = read_answer(*status, route, line);
  }
  return answers;
}

std::string check_line(std::span<const std::string> devices) {
  std::string line = "ping -V 2>&1 | grep -q iputils || echo there is no ping of iputils";
  for (const std::string& device : devices)
    if (!device.empty())
      line += fmt::format("; [ -e /sys/class/net/{0} ] || echo there is no device {0}", device);
  return line;
}

}  // namespace switchyard::provisioner
