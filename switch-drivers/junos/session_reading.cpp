#include "switch-drivers/junos/session_reading.h"

#include "switch-drivers/junos/exchange.h"

#include <algorithm>
#include <map>
#include <set>

namespace switchyard::switch_drivers::junos {

namespace {

using RoutesByNeighbour = std::map<std::string, std::vector<Prefix>>;

struct VrfRoutes {
  RoutesByNeighbour accepted{};
  RoutesByNeighbour hidden{};
};

std::set<VrfName> vrfs_of(std::span<const PortIntent> ports) {
  std::set<VrfName> vrfs;
  for (const PortIntent& port : ports)
    for (const Attachment& attachment : port.attachments)
      vrfs.insert(attachment.vrf);
  return vrfs;
}

SessionReport report_of(const PortIntent& port, const Attachment& attachment,
                        const std::vector<Neighbour>& neighbours, VrfRoutes& routes) {
  SessionReport report{.port = port.port, .vrf = attachment.vrf, .tag = attachment.tag};
  const std::string unit = unit_name(port.port, attachment.tag);
  const auto found = std::ranges::find_if(neighbours, [&](const Neighbour& one) {
    return one.unit == unit && one.vrf == attachment.vrf.value;
  });
  if (found == neighbours.end()) return report;
  report.state = found->state;
  report.remote_asn = found->asn;
  report.established_for = found->established_for;
  report.accepted = routes.accepted[found->address];
  report.refused = count_refused(routes.hidden[found->address]);
  return report;
}

}  // namespace

std::vector<std::string> session_queries(std::span<const PortIntent> ports) {
  std::vector<std::string> queries{read_neighbours()};
  for (const VrfName& vrf : vrfs_of(ports)) {
    queries.push_back(read_routes(vrf));
    queries.push_back(read_hidden_routes(vrf));
  }
  return queries;
}

Result<std::vector<SessionReport>> session_reports(std::span<const PortIntent> ports,
                                                   std::span<const NetconfReply> replies) {
  const std::set<VrfName> vrfs = vrfs_of(ports);
  if (replies.size() != 1 + 2 * vrfs.size())
    return failure(Errc::Rejected, "answers about sessions are missing");
  const auto neighbours = parse_neighbours(replies[0]);
  if (!neighbours) return tl::unexpected(neighbours.error());
  std::map<VrfName, VrfRoutes> routes;
  std::size_t at = 1;
  for (const VrfName& vrf : vrfs) {
    auto accepted = parse_routes(replies[at++]);
    if (!accepted) return tl::unexpected(accepted.error());
    auto hidden = parse_routes(replies[at++]);
    if (!hidden) return tl::unexpected(hidden.error());
    routes[vrf] = {std::move(*accepted), std::move(*hidden)};
  }
  std::vector<SessionReport> reports;
  for (const PortIntent& port : ports)
    for (const Attachment& attachment : port.attachments)
      reports.push_back(report_of(port, attachment, *neighbours, routes[attachment.vrf]));
  return reports;
}

}  // namespace switchyard::switch_drivers::junos
