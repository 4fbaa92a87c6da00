#include "switch-drivers/frr/sessions.h"

#include "switch-drivers/frr/session_reading.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::frr {

namespace {

constexpr std::size_t kPeersInOneCommand = 24;  // four queries each; keeps the command line short

Result<std::vector<SessionRoutes>> read_routes(Shell& shell, std::chrono::milliseconds deadline,
                                               std::string_view vtysh,
                                               const std::vector<BgpPeer>& peers) {
  std::vector<Command> commands;
  for (std::size_t i = 0; i < peers.size(); i += kPeersInOneCommand) {
    const std::size_t count = std::min(kPeersInOneCommand, peers.size() - i);
    commands.push_back(read_bgp_routes(vtysh, std::span{peers}.subspan(i, count)));
  }
  std::vector<SessionRoutes> all;
  if (commands.empty()) return all;
  const auto answers = shell.run(commands, deadline);
  if (!answers) return tl::unexpected(answers.error());
  for (const Answer& answer : *answers) {
    auto routes =
        parse_bgp_routes(answer.output, std::min(kPeersInOneCommand, peers.size() - all.size()));
    if (!routes) return tl::unexpected(routes.error());
    all.insert(all.end(), routes->begin(), routes->end());
  }
  return all;
}

}  // namespace

Command read_bgp_summary(std::string_view vtysh) {
  return {fmt::format("{} -c 'show bgp vrf all summary json'", vtysh), {}};
}

Command read_bgp_routes(std::string_view vtysh, std::span<const BgpPeer> peers) {
  std::string line{vtysh};
  for (const BgpPeer& peer : peers) {
    for (const auto& [family, word] : {std::pair{"ipv4", "ip"}, std::pair{"ipv6", "ipv6"}}) {
      line += fmt::format(
          " -c 'show bgp vrf {} {} unicast neighbors {} routes json'"
          " -c 'show {} prefix-list detail {} json'",
          peer.vrf.value, family, peer.interface, word, inbound_list(peer.interface));
    }
  }
  return {std::move(line), {}};
}

Result<std::vector<SessionReport>> read_sessions(Shell& shell, std::chrono::milliseconds deadline,
                                                 std::string_view vtysh,
                                                 const std::vector<AskedSession>& asked) {
  const std::vector<Command> commands{read_bgp_summary(vtysh)};
  const auto answers = shell.run(commands, deadline);
  if (!answers) return tl::unexpected(answers.error());
  const auto summaries = parse_bgp_summary((*answers)[0].output);
  if (!summaries) return tl::unexpected(summaries.error());
  std::vector<SessionReport> reports;
  std::vector<BgpPeer> peers;
  std::vector<std::size_t> report_of_peer;
  for (const AskedSession& one : asked) {
    SessionReport report{.port = one.port, .vrf = one.vrf, .tag = one.tag};
    if (const auto found = summaries->find({one.names.vrf, one.names.interface});
        found != summaries->end()) {
      report.state = found->second.state;
      report.remote_asn = found->second.remote_asn;
      report.established_for = found->second.established_for;
      peers.push_back({VrfName{one.names.vrf}, one.names.interface});
      report_of_peer.push_back(reports.size());
    }
    reports.push_back(std::move(report));
  }
  auto routes = read_routes(shell, deadline, vtysh, peers);
  if (!routes) return tl::unexpected(routes.error());
  for (std::size_t i = 0; i < peers.size(); ++i) {
    reports[report_of_peer[i]].accepted = std::move((*routes)[i].accepted);
    reports[report_of_peer[i]].refused = std::move((*routes)[i].refused);
  }
  return reports;
}

}  // namespace switchyard::switch_drivers::frr
