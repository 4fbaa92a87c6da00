#include "switch-drivers/cumulus-nvue/session_reading.h"

#include "switch-drivers/cumulus-nvue/exchange.h"

#include <algorithm>
#include <map>
#include <set>

namespace switchyard::switch_drivers::cumulus_nvue {

namespace {

constexpr std::array kFamilies{Family::V4, Family::V6};

struct VrfView {
  std::map<std::string, Neighbour> neighbours{};
  std::map<std::string, std::vector<Prefix>> accepted{};  // by neighbour
};

std::set<VrfName> vrfs_of(std::span<const PortIntent> ports) {
  std::set<VrfName> vrfs;
  for (const PortIntent& port : ports)
    for (const Attachment& attachment : port.attachments)
      vrfs.insert(attachment.vrf);
  return vrfs;
}

std::vector<RefusedCount> count(const std::vector<Prefix>& received,
                                const std::vector<Prefix>& accepted) {
  std::map<std::pair<Family, RefusedKind>, std::uint64_t> counts;
  for (const Prefix& prefix : received) {
    if (std::binary_search(accepted.begin(), accepted.end(), prefix)) continue;
    RefusedKind kind = is_host(prefix) ? RefusedKind::HostRoute : RefusedKind::Network;
    if (prefix.length == 0) kind = RefusedKind::Default;
    ++counts[{prefix.network.family, kind}];
  }
  std::vector<RefusedCount> refused;
  for (const auto& [key, announcements] : counts)
    refused.push_back({key.first, key.second, announcements});
  return refused;
}

// An answer after the other, each asked for.
class Answers {
 public:
  explicit Answers(std::span<const HttpAnswer> answers) : answers_(answers) {}

  // Null: it is not there.
  Result<const HttpAnswer*> next() {
    if (at_ == answers_.size())
      return failure(Errc::Rejected, "answers about sessions are missing");
    const HttpAnswer& answer = answers_[at_++];
    const auto error = error_of(answer);
    if (!error) return &answer;
    if (error->code == Errc::NotFound) return nullptr;
    return tl::unexpected(*error);
  }

 private:
  std::span<const HttpAnswer> answers_;
  std::size_t at_{};
};

Result<VrfView> read_vrf(Answers& answers) {
  VrfView view;
  const auto neighbours = answers.next();
  if (!neighbours) return tl::unexpected(neighbours.error());
  if (*neighbours != nullptr) {
    auto read = parse_neighbours(**neighbours);
    if (!read) return tl::unexpected(read.error());
    view.neighbours = std::move(*read);
  }
  for ([[maybe_unused]] const Family family : kFamilies) {
    const auto routes = answers.next();
    if (!routes) return tl::unexpected(routes.error());
    if (*routes == nullptr) continue;
    const auto read = parse_routes(**routes);
    if (!read) return tl::unexpected(read.error());
    for (const auto& [from, prefixes] : *read) {
      std::vector<Prefix>& all = view.accepted[from];
      all.insert(all.end(), prefixes.begin(), prefixes.end());
      std::sort(all.begin(), all.end());
    }
  }
  return view;
}

}  // namespace

std::vector<HttpRequest> session_queries(std::span<const PortIntent> ports) {
  std::vector<HttpRequest> queries;
  for (const VrfName& vrf : vrfs_of(ports)) {
    queries.push_back(read_neighbours(vrf));
    for (const Family family : kFamilies)
      queries.push_back(read_routes(vrf, family));
  }
  for (const PortIntent& port : ports)
    for (const Attachment& attachment : port.attachments)
      for (const Family family : kFamilies)
        queries.push_back(
            read_received(attachment.vrf, unit_name(port.port, attachment.tag), family));
  return queries;
}

Result<std::vector<SessionReport>> session_reports(std::span<const PortIntent> ports,
                                                   std::span<const HttpAnswer> all) {
  Answers answers(all);
  std::map<VrfName, VrfView> views;
  for (const VrfName& vrf : vrfs_of(ports)) {
    auto view = read_vrf(answers);
    if (!view) return tl::unexpected(view.error());
    views.emplace(vrf, std::move(*view));
  }
  std::vector<SessionReport> reports;
  for (const PortIntent& port : ports) {
    for (const Attachment& attachment : port.attachments) {
      std::vector<Prefix> received;
      for ([[maybe_unused]] const Family family : kFamilies) {
        const auto answer = answers.next();
        if (!answer) return tl::unexpected(answer.error());
        if (*answer == nullptr) continue;
        const auto read = parse_received(**answer);
        if (!read) return tl::unexpected(read.error());
        received.insert(received.end(), read->begin(), read->end());
      }
      SessionReport report{.port = port.port, .vrf = attachment.vrf, .tag = attachment.tag};
      const VrfView& view = views.at(attachment.vrf);
      const std::string unit = unit_name(port.port, attachment.tag);
      if (const auto found = view.neighbours.find(unit); found != view.neighbours.end()) {
        report.state = found->second.state;
        report.remote_asn = found->second.asn;
        report.established_for = found->second.established_for;
        if (const auto routes = view.accepted.find(unit); routes != view.accepted.end())
          report.accepted = routes->second;
        report.refused = count(received, report.accepted);
      }
      reports.push_back(std::move(report));
    }
  }
  return reports;
}

}  // namespace switchyard::switch_drivers::cumulus_nvue
