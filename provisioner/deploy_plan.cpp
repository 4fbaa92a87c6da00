#include "provisioner/deploy_plan.h"

#include "catalogs/catalog_definition.h"
#include "core/db/query.h"
#include "ipam/subnets.h"
#include "provisioner/anycast_plan.h"
#include "provisioner/order_image.h"
#include "provisioner/setup_files.h"
#include "provisioner/store/catalog_versions.h"
#include "provisioner/store/work.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace switchyard::provisioner {
namespace {

struct ChosenCatalog {
  catalogs::NetworkCatalog network{};
  int version{};
};

// A server whose image reads none of the files would never find the fabric. The inventory's
// catalogs have those of ifupdown2 and systemd-networkd.
Status check_tools(const std::string& catalog, const std::vector<catalogs::ServerFile>& files,
                   const ChosenImage& image) {
  const auto is_marked = [](const catalogs::ServerFile& file) { return !file.tools.empty(); };
  const auto is_read = [&](const catalogs::ServerFile& file) {
    return is_marked(file) && is_for(file, image.network);
  };
  if (std::ranges::none_of(files, is_marked) || std::ranges::any_of(files, is_read)) return {};
  return failure(Errc::Invalid,
                 fmt::format("{} has no files for what image {} sets up its network with ({})",
                             catalog, image.name, to_string(image.network)));
}

std::vector<catalogs::ServerFile> files_without_templates() {
  return {{.tools = {catalogs::NetworkTool::Ifupdown2, catalogs::NetworkTool::Networkd}}};
}

Result<ChosenCatalog> find_catalog(db::Session& session, const DeployRequest& request,
                                   const ChosenImage& image) {
  const auto row = db::select_one<std::string, int>(
      session, "SELECT body, pushed FROM network_catalogs WHERE name = :n", request.catalog);
  if (!row) return failure(Errc::Invalid, "there is no network catalog " + request.catalog);
  const auto& [body, pushed] = *row;
  auto network = catalogs::parse_network_catalog(body);
  if (!network) return tl::unexpected(network.error());
  const std::string named = "catalog " + request.catalog;
  if (pushed == 0) {
    if (const Status read = check_tools(named, files_without_templates(), image); !read)
      return tl::unexpected(read.error());
    return ChosenCatalog{.network = std::move(*network)};
  }
  const auto version = find_catalog_version(session, request.catalog, pushed);
  if (!version) return tl::unexpected(version.error());
  if (version->state == "deprecated")
    return failure(Errc::Conflict,
                   fmt::format("catalog {} version {} is deprecated and no other is published; a "
                               "network engineer has to publish one",
                               request.catalog, pushed));
  const catalogs::CatalogDefinition definition = catalogs::parse_catalog(version->files).definition;
  const std::vector<std::string>& images = definition.images;
  if (const Status read =
          check_tools(named + " version " + std::to_string(pushed), definition.server, image);
      !read)
    return tl::unexpected(read.error());
  if (!catalogs::fits(images, request.image))
    return failure(Errc::Invalid,
                   fmt::format("catalog {} version {} fits images {}, not {}", request.catalog,
                               pushed, fmt::join(images, ", "), request.image));
  return ChosenCatalog{.network = std::move(*network), .version = pushed};
}

Status check_names(db::Session& session, const DeployRequest& request) {
  if (const Status label = ipam::check_label("host name", request.name); !label) return label;
  if (const Status label = ipam::check_label("project", request.project); !label) return label;
  const auto twin = db::select_one<std::string>(
      session, "SELECT id FROM deployments WHERE live_name = :n", request.name);
  if (twin)
    return failure(Errc::Conflict,
                   "the name " + request.name + " is taken by deployment " + std::get<0>(*twin));
  for (const std::string& key : request.ssh_keys)
    if (const Status good = check_ssh_key(key); !good) return good;
  std::set<std::string> users;
  for (const HostUser& user : request.users) {
    if (const Status good = check_user(user); !good) return good;
    if (!users.insert(user.name).second)
      return failure(Errc::Invalid, "user " + user.name + " is there twice");
  }
  return check_user_data(request.user_data);
}

// Behind "no server is available".
std::string boots_where(const ChosenImage& image) {
  if (image.firmware.empty()) return "";
  return fmt::format(" that boots by {}, as image {} version {} does", firmware_text(image),
                     image.name, image.version);
}

Result<std::string> choose_server(db::Session& session, const DeployRequest& request,
                                  const ChosenImage& image) {
  if (!request.server.empty()) {
    const auto server = find_server_record(session, request.server);
    if (!server) return failure(Errc::Invalid, "there is no server " + request.server);
    if (server->state != "available")
      return failure(Errc::Conflict,
                     "server " + request.server + " is " + server->state + ", not available");
    if (const Status boots = check_firmware(*server, image); !boots)
      return tl::unexpected(boots.error());
    return request.server;
  }
  if (request.profile.empty()) return failure(Errc::Invalid, "name a server or a profile");
  // Not always the first: parallel orders would all fight for it.
  const auto free = db::select<std::string>(
      session,
      "SELECT name FROM servers WHERE profile = :p AND state = 'available' " +
          firmware_condition(image) + " ORDER BY name LIMIT 16",
      request.profile);
  if (free.empty())
    return failure(Errc::Conflict, "no server of profile " + request.profile + " is available" +
                                       boots_where(image));
  static thread_local std::size_t turn = 0;
  return std::get<0>(free[turn++ % free.size()]);
}

// The subnets of one VRF: those asked for, at most one a family, and each family of the catalog
// covered.
Result<PlannedVrf> plan_vrf(db::Session& session, const catalogs::CatalogAttachment& attachment,
                            const DeployRequest& request) {
  const std::string& vrf = attachment.vrf.value;
  const auto row = db::select_one<int>(session, "SELECT tag FROM fabric_vrfs WHERE name = :n", vrf);
  if (!row) return failure(Errc::Invalid, "VRF " + vrf + " of the catalog is not in the inventory");
  PlannedVrf planned{
      .vrf = attachment.vrf,
      .tag = attachment.tag.value_or(VlanId{static_cast<std::uint16_t>(std::get<0>(*row))}),
      .advertise = attachment.advertise,
      .maximum_prefix = attachment.maximum_prefix,
      .policies = attachment.policies};
  const auto asked = request.subnets.find(vrf);
  if (asked == request.subnets.end() || asked->second.empty())
    return failure(Errc::Invalid,
                   "catalog " + request.catalog + " attaches VRF " + vrf + ": name a subnet of it");
  std::set<Family> families;
  for (const std::string& name : asked->second) {
    const auto subnet = ipam::find_subnet(session, name);
    if (!subnet || subnet->project != request.project)
      return failure(Errc::Invalid, "project " + request.project + " has no subnet " + name);
    if (subnet->vrf != attachment.vrf)
      return failure(Errc::Invalid,
                     "subnet " + name + " is in VRF " + subnet->vrf.value + ", not in " + vrf);
    const Family family = subnet->prefix.network.family;
    if (!(family == Family::V4 ? attachment.ipv4 : attachment.ipv6))
      return failure(Errc::Invalid, "catalog " + request.catalog + " has no IPv" +
                                        std::to_string(static_cast<int>(family)) + " in VRF " +
                                        vrf + ", but subnet " + name + " is one");
    if (!families.insert(family).second)
      return failure(Errc::Invalid,
                     "two subnets of one address family for VRF " + vrf + "; name one");
    planned.subnets.push_back(name);
  }
  std::ranges::sort(planned.subnets);
  if (Status anycast = plan_anycast(session, attachment, request, families, planned); !anycast)
    return tl::unexpected(anycast.error());
  return planned;
}

Status check_switches(db::Session& session, const std::string& server,
                      const std::vector<NicRecord>& nics, const Plan& plan) {
  if (nics.empty()) return failure(Errc::Conflict, "server " + server + " has no links");
  for (const NicRecord& nic : nics)
    for (const PlannedVrf& vrf : plan.vrfs)
      if (!db::select_one<std::string>(
              session, "SELECT vrf FROM switch_vrfs WHERE switch_name = :s AND vrf = :v",
              nic.switch_name, vrf.vrf.value))
        return failure(Errc::Conflict, "server " + server + " cannot be attached to VRF " +
                                           vrf.vrf.value + ": switch " + nic.switch_name +
                                           " does not have it");
  return {};
}

}  // namespace

Status check_ssh_key(const std::string& key) {
  static const std::set<std::string> kTypes{"ssh-ed25519",
                                            "ssh-rsa",
                                            "ecdsa-sha2-nistp256",
                                            "ecdsa-sha2-nistp384",
                                            "ecdsa-sha2-nistp521",
                                            "sk-ssh-ed25519@openssh.com",
                                            "sk-ecdsa-sha2-nistp256@openssh.com"};
  const std::size_t space = key.find(' ');
  const bool one_line = std::ranges::none_of(
      key, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (!one_line || space == std::string::npos || key.size() > 16384 ||
      !kTypes.contains(key.substr(0, space)) || !key.substr(space + 1).starts_with("AAAA"))
    return failure(
        Errc::Invalid,
        "not an OpenSSH public key (one line \"ssh-ed25519 AAAA… comment\"): " + key.substr(0, 40));
  return {};
}

Status check_segment(const catalogs::NetworkCatalog& network, VlanId provisioning) {
  if (!network.segment) return {};
  const catalogs::Segment& segment = *network.segment;
  if (segment.untagged == provisioning ||
      std::ranges::find(segment.tagged, provisioning) != segment.tagged.end())
    return failure(Errc::Invalid, "VLAN " + std::to_string(provisioning.value) + " of catalog " +
                                      network.name +
                                      " is the site's provisioning VLAN; give it another one");
  return {};
}

Result<CheckedOrder> check_order(db::Session& session, const DeployRequest& request,
                                 VlanId provisioning) {
  if (const Status names = check_names(session, request); !names)
    return tl::unexpected(names.error());
  const auto image = choose_image(session, request.image);
  if (!image) return tl::unexpected(image.error());
  auto chosen = find_catalog(session, request, *image);
  if (!chosen) return tl::unexpected(chosen.error());
  const catalogs::NetworkCatalog* const catalog = &chosen->network;
  if (const Status segment = check_segment(*catalog, provisioning); !segment)
    return tl::unexpected(segment.error());
  CheckedOrder order{.catalog = *catalog,
                     .image_version = image->version,
                     .catalog_version = chosen->version,
                     .plan = {.segment = catalog->segment,
                              .mtu = catalog->mtu,
                              .keepalive = catalog->keepalive,
                              .hold = catalog->hold,
                              .variables = request.variables,
                              .ssh_keys = request.ssh_keys,
                              .users = request.users,
                              .user_data = request.user_data,
                              .layout = request.layout}};
  for (const auto* of_vrf : {&request.subnets, &request.anycast})
    for (const auto& [vrf, names] : *of_vrf)
      if (std::ranges::none_of(catalog->attachments,
                               [&](const auto& a) { return a.vrf.value == vrf; }))
        return failure(Errc::Invalid, "catalog " + request.catalog +
                                          (catalog->segment ? " attaches no VRF, so not VRF "
                                                            : " does not attach VRF ") +
                                          vrf);
  for (const catalogs::CatalogAttachment& attachment : catalog->attachments) {
    auto planned = plan_vrf(session, attachment, request);
    if (!planned) return tl::unexpected(planned.error());
    order.plan.vrfs.push_back(std::move(*planned));
  }
  std::ranges::sort(order.plan.vrfs, {}, &PlannedVrf::tag);
  const auto server = choose_server(session, request, *image);
  if (!server) return tl::unexpected(server.error());
  order.server = *find_server_record(session, *server);
  order.nics = list_nics(session, *server);
  if (const Status fits = check_switches(session, *server, order.nics, order.plan); !fits)
    return tl::unexpected(fits.error());
  return order;
}

}  // namespace switchyard::provisioner
