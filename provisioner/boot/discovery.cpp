#include "provisioner/boot/discovery.h"

#include "core/db/query.h"

#include <nlohmann/json.hpp>

#include <set>
#include <utility>

namespace switchyard::provisioner {

namespace {

using Place = std::pair<std::string, std::string>;

// The one place everybody agrees on; nothing when there is none or more than one.
ProvedLink link_of(const nlohmann::json& nic, const Stranger& seen) {
  ProvedLink link{.nic = nic.at("name").get<std::string>()};
  if (const auto mac = parse_mac(nic.at("mac").get<std::string>())) link.mac = *mac;
  std::set<Place> told;
  for (const auto& neighbour : nic.at("lldp"))
    told.emplace(neighbour.at("system").get<std::string>(),
                 neighbour.at("port").get<std::string>());
  if (!told.empty()) link.proof = "lldp";
  if (link.mac == seen.mac && !seen.port.empty()) {
    told.emplace(seen.switch_name, seen.port);
    link.proof = "relay";
  }
  if (told.size() != 1) link.proof = "";
  if (!link.proof.empty()) std::tie(link.switch_name, link.port) = *told.begin();
  return link;
}

}  // namespace

std::string discovery_id(const MacAddress& mac) {
  std::string id = "new-";
  for (const char c : to_string(mac))
    if (c != ':') id += c;
  return id;
}

Result<std::vector<ProvedLink>> links_of(std::string_view inspection, const Stranger& seen) {
  std::vector<ProvedLink> links;
  try {
    const auto parsed = nlohmann::json::parse(inspection);
    for (const auto& nic : parsed.at("nics"))
      links.push_back(link_of(nic, seen));
  } catch (const nlohmann::json::exception& thrown) {
    return failure(Errc::Invalid, std::string("inspection: ") + thrown.what());
  }
  return links;
}

Status note_discovery(db::Session& session, const Stranger& stranger) {
  const std::string id = discovery_id(stranger.mac);
  const long long known = db::execute(
      session,
      "UPDATE discoveries SET switch_name = :s, port = :p, last_seen = " + session.now_sql() +
          " WHERE id = :i",
      stranger.switch_name, stranger.port, id);
  if (known == 1) return {};
  const auto waiting = db::select_one<long long>(session, "SELECT COUNT(*) FROM discoveries");
  if (std::get<0>(*waiting) >= kMostDiscoveries)
    return failure(Errc::Conflict, "machine " + to_string(stranger.mac) +
                                       " is not inspected: " + std::to_string(kMostDiscoveries) +
                                       " unknown machines wait to be enrolled already");
  db::execute(session,
              "INSERT INTO discoveries (id, mac, switch_name, port, inspection, first_seen, "
              "last_seen) VALUES (:i, :m, :s, :p, '', " +
                  session.now_sql() + ", " + session.now_sql() + ")",
              id, to_string(stranger.mac), stranger.switch_name, stranger.port);
  return {};
}

void keep_inspection(db::Session& session, const std::string& id, const std::string& inspection) {
  db::execute(
      session,
      "UPDATE discoveries SET inspection = :j, last_seen = " + session.now_sql() + " WHERE id = :i",
      inspection, id);
}

}  // namespace switchyard::provisioner
