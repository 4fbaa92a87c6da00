// The facade's view of machines that wait to be enrolled, and how one becomes a server.
#include "core/db/query.h"
#include "provisioner/bmc/server_boot.h"
#include "provisioner/boot/discovery.h"
#include "provisioner/inventory_import.h"
#include "provisioner/reconcile/fleet.h"
#include "provisioner/service_page.h"
#include "provisioner/service_unit.h"
#include "provisioner/site_views.h"
#include "provisioner/store/events.h"
#include "provisioner/store/work.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {
namespace {

struct Discovery {
  std::string id{};
  Stranger seen{};
  std::string inspection{};
  Timestamp first_seen{};
  Timestamp last_seen{};
};

// `which` is the end of a SELECT over d (discoveries). A machine whose MAC address the inventory
// knows by now is not new any more.
std::vector<Discovery> select_discoveries(db::Session& session, const std::string& which,
                                          const std::string& parameter) {
  std::vector<Discovery> found;
  for (const auto& [id, mac, switch_name, port, inspection, first, last] :
       db::select<std::string, std::string, std::string, std::string, std::string, long long,
                  long long>(
           session,
           "SELECT d.id, d.mac, d.switch_name, d.port, d.inspection, d.first_seen, d.last_seen "
           "FROM "
           "discoveries d LEFT JOIN nics n ON n.mac = d.mac WHERE n.mac IS NULL AND " +
               which,
           parameter))
    found.push_back({.id = id,
                     .seen = {.mac = parse_mac(mac).value_or(MacAddress{}),
                              .switch_name = switch_name,
                              .port = port},
                     .inspection = inspection,
                     .first_seen = from_micros(first),
                     .last_seen = from_micros(last)});
  return found;
}

Result<std::vector<ProvedLink>> links_of(const Discovery& discovery) {
  if (discovery.inspection.empty()) return std::vector<ProvedLink>{};
  auto links = links_of(discovery.inspection, discovery.seen);
  if (!links) return tl::unexpected(links.error().in("machine " + discovery.id));
  return links;
}

DiscoveryView to_view(const Discovery& discovery) {
  DiscoveryView view{.id = discovery.id,
                     .mac = to_string(discovery.seen.mac),
                     .switch_name = discovery.seen.switch_name,
                     .port = discovery.seen.port,
                     .inspection = discovery.inspection,
                     .first_seen = discovery.first_seen,
                     .last_seen = discovery.last_seen};
  if (const auto links = links_of(discovery))
    for (const ProvedLink& link : *links)
      view.nics.push_back({link.nic, to_string(link.mac), link.switch_name, link.port, link.proof});
  return view;
}

// Only links to ports that are there for servers. That they are free is seen when they are
// imported.
Status check_link(db::Session& session, const InventoryNic& nic) {
  const std::string place = "port " + nic.port + " of switch " + nic.switch_name;
  const auto role = db::select_one<std::string>(
      session, "SELECT role FROM ports WHERE switch_name = :s AND name = :p", nic.switch_name,
      nic.port);
  if (!role || std::get<0>(*role) != "server")
    return failure(Errc::Conflict, "NIC " + nic.name + " is cabled to " + place +
                                       ", which the inventory does not know as a server's");
  return {};
}

Result<InventoryServer> server_of(db::Session& session, const EnrolRequest& request,
                                  const Discovery& discovery) {
  InventoryServer server{.name = request.name,
                         .profile = request.profile,
                         .bmc = {.type = request.bmc.type,
                                 .url = request.bmc.url,
                                 .user = request.bmc.user,
                                 .password = request.bmc.password,
                                 .certificate = request.bmc.certificate,
                                 .insecure = request.bmc.insecure}};
  const auto links = links_of(discovery);
  if (!links) return tl::unexpected(links.error());
  for (const ProvedLink& link : *links) {
    if (link.proof.empty()) continue;
    server.nics.push_back(
        {.name = link.nic, .mac = link.mac, .switch_name = link.switch_name, .port = link.port});
    if (const Status usable = check_link(session, server.nics.back()); !usable)
      return tl::unexpected(usable.error());
  }
  if (server.nics.empty())
    return failure(Errc::Conflict, "machine " + discovery.id +
                                       " has no link that LLDP or a relay proved; it cannot be "
                                       "enrolled before it was inspected again");
  return server;
}

Status check(const EnrolRequest& request) {
  if (const auto name = parse_server_name(request.name); !name)
    return tl::unexpected(name.error().in("name"));
  if (!request.bmc.certificate.empty() && request.bmc.insecure)
    return failure(Errc::Invalid, "bmc: give certificate or insecure, not both");
  return check_bmc_access({.server = request.name,
                           .type = request.bmc.type,
                           .url = request.bmc.url,
                           .user = request.bmc.user,
                           .password = request.bmc.password,
                           .certificate = request.bmc.certificate,
                           .insecure = request.bmc.insecure});
}

}  // namespace

Result<Page<DiscoveryView>> Service::list_discoveries(const PageRequest& page) {
  return db::read(
      pool_, "list discoveries", [&](db::Session& session) -> Result<Page<DiscoveryView>> {
        return page_of<DiscoveryView>(
            select_discoveries(session, "d.id > :a ORDER BY d.id" + limit(page), page.after), page,
            [](const Discovery& discovery) { return discovery.id; },
            [](const Discovery& discovery) { return to_view(discovery); });
      });
}

Result<ServerView> Service::enrol(const Viewer& viewer, const EnrolRequest& request, Mode mode) {
  if (const Status good = check(request); !good) return tl::unexpected(good.error());
  return write_or_try<ServerView>(
      pool_, "enrol " + request.name, mode, [&](db::Session& session) -> Result<ServerView> {
        const auto found = select_discoveries(session, "d.id = :i", request.from);
        if (found.empty())
          return failure(Errc::NotFound, "no machine " + request.from + " waits to be enrolled");
        if (find_server_record(session, request.name))
          return failure(Errc::Conflict, "there is a server " + request.name + " already");
        const auto server = server_of(session, request, found.front());
        if (!server) return tl::unexpected(server.error());
        const std::string reason =
            "enrolled from " + request.from + " by " + viewer.name + ", not proved clean yet";
        if (const Status taken = enrol_into(session, *server, sealer_, site_, reason); !taken)
          return tl::unexpected(taken.error());
        db::execute(session, "UPDATE server_disks SET server = :n WHERE server = :i", request.name,
                    request.from);  // they are owed
        db::execute(session, "DELETE FROM discoveries WHERE id = :i", request.from);
        db::execute(session, "DELETE FROM boot_desk WHERE server = :i", request.from);
        append_event(session, {.type = "server.enrolled", .subject = "servers/" + request.name},
                     {{"from", request.from}, {"by", viewer.name}}, db::now(session));
        std::vector<std::string> topics{kInventoryTopic, kEventTopic};
        for (const InventoryNic& nic : server->nics)
          topics.push_back(switch_topic(nic.switch_name));
        poke_on_commit(session, wakeup_, topics);
        return *find_server_view(session, request.name);
      });
}

}  // namespace switchyard::provisioner
