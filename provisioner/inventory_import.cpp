#include "provisioner/inventory_import.h"

#include "core/db/query.h"
#include "ipam/subnets.h"
#include "ipam/vrfs.h"
#include "provisioner/inventory_vantage.h"
#include "provisioner/port_policy.h"
#include "provisioner/store/events.h"
#include "provisioner/store/server_disks.h"
#include "provisioner/store/wishes.h"
#include "provisioner/store/work.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace switchyard::provisioner {
namespace {

// One import under way.
struct Import {
  db::Session& session;
  const Sealer& sealer;
  const Site& site;
  Timestamp now;
  std::string reason_of_new{"new, not proved clean yet"};  // why a new server is in maintenance
  ImportReport report{};

  void note(bool is_new, bool is_changed, const std::string& what) {
    (is_new ? report.created : is_changed ? report.changed : report.unchanged).push_back(what);
  }
};

Status import_vrf(Import& import, const InventoryVrf& vrf) {
  const std::string& name = vrf.name.value;
  const auto stored = db::select_one<int, std::string>(
      import.session, "SELECT tag, description FROM fabric_vrfs WHERE name = :n", name);
  const int tag = vrf.tag.value;
  if (!stored) {
    if (!ipam::find_vrf(import.session, vrf.name))
      if (Status made = ipam::insert_vrf(import.session, vrf.name); !made) return made;
    db::execute(import.session,
                "INSERT INTO fabric_vrfs (name, tag, description, version) VALUES (:n, :t, :d, 1)",
                name, tag, vrf.description);
  } else {
    if (std::get<0>(*stored) != tag)
      return failure(Errc::Conflict, "VRF " + name + " has the tag " +
                                         std::to_string(std::get<0>(*stored)) +
                                         ", which cannot change; make a new VRF");
    db::execute(import.session,
                "UPDATE fabric_vrfs SET description = :d, version = version + 1 WHERE name = :n "
                "AND description <> :o",
                vrf.description, name, vrf.description);
  }
  import.note(!stored, stored && std::get<1>(*stored) != vrf.description, "VRF " + name);
  return {};
}

Status import_subnet(Import& import, const InventorySubnet& item) {
  const ipam::Subnet wanted{.name = item.name,
                            .vrf = item.vrf,
                            .prefix = item.prefix,
                            .project = item.project,
                            .whole = item.whole,
                            .hold_down = std::chrono::seconds(item.hold_down)};
  const auto stored = ipam::find_subnet(import.session, item.name);
  if (!stored) {
    if (auto made = ipam::insert_subnet(import.session, wanted, import.now); !made)
      return tl::unexpected(made.error());
    import.note(true, false, "subnet " + item.name);
    return {};
  }
  if (stored->prefix != wanted.prefix || stored->vrf != wanted.vrf)
    return failure(Errc::Conflict, ipam::describe(*stored) + " cannot move to " +
                                       to_string(wanted.prefix) + " in VRF " + wanted.vrf.value +
                                       "; make a new subnet");
  ipam::Subnet next = *stored;
  next.project = wanted.project;
  next.whole = wanted.whole;
  next.hold_down = wanted.hold_down;
  const bool changes = next != *stored;
  if (changes)
    if (auto made = ipam::update_subnet(import.session, next); !made)
      return tl::unexpected(made.error());
  import.note(false, changes, "subnet " + item.name);
  return {};
}

Status import_catalog(Import& import, const catalogs::NetworkCatalog& catalog) {
  const std::string body = catalogs::to_json_text(catalog);
  const auto stored = db::select_one<std::string, int>(
      import.session, "SELECT body, pushed FROM network_catalogs WHERE name = :n", catalog.name);
  if (stored && std::get<1>(*stored) > 0)
    return failure(Errc::Conflict, "network catalog " + catalog.name +
                                       " was pushed with its templates; take it out of the file");
  if (!stored)
    db::execute(import.session,
                "INSERT INTO network_catalogs (name, body, version) VALUES (:n, :b, 1)",
                catalog.name, body);
  else if (std::get<0>(*stored) != body)
    db::execute(import.session,
                "UPDATE network_catalogs SET body = :b, version = version + 1 WHERE name = :n",
                body, catalog.name);
  import.note(!stored, stored && std::get<0>(*stored) != body, "network catalog " + catalog.name);
  return {};
}

Status import_image(Import& import, const catalogs::OsImage& image) {
  const auto stored = db::select_one<std::string, int>(
      import.session, "SELECT description, pushed FROM os_images WHERE name = :n", image.name);
  if (stored && std::get<1>(*stored) != 0)
    return failure(Errc::Conflict, "image " + image.name +
                                       " was pushed as files; take it out of the inventory file");
  if (!stored)
    db::execute(import.session,
                "INSERT INTO os_images (name, description, version) VALUES (:n, :d, 1)", image.name,
                image.description);
  else
    db::execute(import.session,
                "UPDATE os_images SET description = :d, version = version + 1 WHERE name = :n AND "
                "description <> :o",
                image.description, image.name, image.description);
  import.note(!stored, stored && std::get<0>(*stored) != image.description, "image " + image.name);
  return {};
}

bool import_switch_row(Import& import, const InventorySwitch& item, bool is_new) {
  const std::string address = to_string(item.address);
  const std::string sealed = item.password.empty() ? "" : import.sealer.seal(item.password);
  const int port = item.port;
  const long long asn = item.asn.value;
  if (is_new) {
    db::execute(import.session,
                "INSERT INTO switches (name, nos, address, port, login, sealed_password, key_file, "
                "host_key, asn, bridge, "
                "state, error, last_contact, boot_id, facts, scan_wanted, claimed_by, "
                "claimed_until, fence, version) "
                "VALUES (:n, :o, :a, :p, :l, :sp, :kf, :hk, :as, :br, 'unknown', '', 0, '', '{}', "
                "0, '', 0, 0, 1)",
                item.name, item.nos, address, port, item.user, sealed, item.key_file, item.host_key,
                asn, item.bridge);
    return true;
  }
  // A sealed password looks different each time, so it is opened to compare.
  const auto old = db::select_one<std::string, std::string, int, std::string, std::string,
                                  std::string, std::string, long long, std::string>(
      import.session,
      "SELECT nos, address, port, login, sealed_password, key_file, host_key, asn, bridge FROM "
      "switches WHERE name = :n",
      item.name);
  const auto& [o_nos, o_address, o_port, o_login, o_sealed, o_key, o_host, o_asn, o_bridge] = *old;
  const auto opened = o_sealed.empty() ? Result<Secret>(Secret("")) : import.sealer.open(o_sealed);
  const bool same_password = opened && opened->reveal() == item.password.reveal();
  if (o_nos == item.nos && o_address == address && o_port == port && o_login == item.user &&
      same_password && o_key == item.key_file && o_host == item.host_key && o_asn == asn &&
      o_bridge == item.bridge)
    return false;
  db::execute(import.session,
              "UPDATE switches SET nos = :o, address = :a, port = :p, login = :l, sealed_password "
              "= :sp, key_file = :kf, "
              "host_key = :hk, asn = :as, bridge = :br, version = version + 1 WHERE name = :n",
              item.nos, address, port, item.user, sealed, item.key_file, item.host_key, asn,
              item.bridge, item.name);
  return true;
}

bool import_switch_parts(Import& import, const InventorySwitch& item) {
  bool changed = false;
  std::set<std::string> vrfs;
  for (const auto& [vrf] : db::select<std::string>(
           import.session, "SELECT vrf FROM switch_vrfs WHERE switch_name = :s", item.name))
    vrfs.insert(vrf);
  for (const VrfName& vrf : item.vrfs) {
    if (vrfs.erase(vrf.value) != 0) continue;
    db::execute(import.session, "INSERT INTO switch_vrfs (switch_name, vrf) VALUES (:s, :v)",
                item.name, vrf.value);
    changed = true;
  }
  for (const std::string& gone : vrfs) {
    db::execute(import.session, "DELETE FROM switch_vrfs WHERE switch_name = :s AND vrf = :v",
                item.name, gone);
    changed = true;
  }
  for (const InventoryPort& port : item.ports) {
    const std::string role(to_string(port.role));
    const auto stored = db::select_one<std::string>(
        import.session, "SELECT role FROM ports WHERE switch_name = :s AND name = :p", item.name,
        port.name);
    if (stored && std::get<0>(*stored) == role) continue;
    changed = true;
    if (stored)
      db::execute(import.session, "UPDATE ports SET role = :r WHERE switch_name = :s AND name = :p",
                  role, item.name, port.name);
    else
      db::execute(import.session, "INSERT INTO ports (switch_name, name, role) VALUES (:s, :p, :r)",
                  item.name, port.name, role);
  }
  return changed;
}

void import_switch(Import& import, const InventorySwitch& item) {
  const bool is_new = !db::select_one<std::string>(
      import.session, "SELECT name FROM switches WHERE name = :n", item.name);
  const bool row = import_switch_row(import, item, is_new);
  const bool parts = import_switch_parts(import, item);
  import.note(is_new, row || parts, "switch " + item.name);
}

bool same_links(const std::vector<NicRecord>& stored, const std::vector<InventoryNic>& wanted) {
  return std::ranges::is_permutation(
      stored, wanted, {},
      [](const NicRecord& n) { return std::tuple(n.name, n.mac, n.switch_name, n.port); },
      [](const InventoryNic& n) {
        return std::tuple(n.name, to_string(n.mac), n.switch_name, n.port);
      });
}

// Of servers that are not in this import, too.
Status check_free(db::Session& session, const InventoryNic& nic) {
  const auto other = db::select_one<std::string>(
      session, "SELECT server FROM nics WHERE (switch_name = :s AND port = :p) OR mac = :m",
      nic.switch_name, nic.port, to_string(nic.mac));
  if (!other) return {};
  return failure(Errc::Conflict, "port " + nic.port + " of switch " + nic.switch_name +
                                     " or MAC address " + to_string(nic.mac) + " is of server " +
                                     std::get<0>(*other) + " already");
}

Status put_links(Import& import, const InventoryServer& item) {
  db::execute(import.session, "DELETE FROM nics WHERE server = :s", item.name);
  for (const InventoryNic& nic : item.nics) {
    if (Status free = check_free(import.session, nic); !free) return free;
    db::execute(
        import.session,
        "INSERT INTO nics (server, name, mac, switch_name, port) VALUES (:s, :n, :m, :w, :p)",
        item.name, nic.name, to_string(nic.mac), nic.switch_name, nic.port);
  }
  return {};
}

// Where it can be inspected, wiped and installed. Also for a server that is as it was: the VLAN of
// the site or its services may be others now.
Status wish_for_pool(Import& import, const std::string& server) {
  const auto wishes = provisioning_wishes(list_nics(import.session, server), import.site, "");
  if (auto wished = ensure_each(import.session, wishes); !wished)
    return tl::unexpected(wished.error());
  return {};
}

Result<bool> same_disks(Import& import, const InventoryServer& item) {
  const auto stored = read_server_disks(import.session, item.name);
  if (!stored) return tl::unexpected(stored.error());
  return std::ranges::equal(stored->declared, item.disks, {}, &KnownDisk::serial);
}

std::string trust_of(const InventoryBmc& bmc) {
  return bmc.insecure ? "insecure" : bmc.certificate;
}

std::string sealed_password(const Import& import, const InventoryBmc& bmc) {
  return bmc.password.empty() ? "" : import.sealer.seal(bmc.password);
}

bool same_bmc(const Import& import, const ServerRecord& stored, const InventoryBmc& bmc) {
  const auto opened = stored.sealed_bmc_password.empty()
                          ? Result<Secret>(Secret(""))
                          : import.sealer.open(stored.sealed_bmc_password);
  return stored.bmc_type == bmc.type && stored.bmc_url == bmc.url && stored.bmc_user == bmc.user &&
         stored.bmc_trust == trust_of(bmc) && opened && opened->reveal() == bmc.password.reveal();
}

std::string stored_form(const std::optional<bool>& secure_boot) {
  if (!secure_boot) return "";
  return *secure_boot ? "on" : "off";
}

// It is in maintenance from now on: only a proved wipe leads from there to the pool.
void tell_of_wipe(Import& import, const std::string& server) {
  append_event(import.session, {.type = "server.state", .subject = "servers/" + server},
               {{"server", server}, {"state", "maintenance"}}, import.now);
  import.report.to_wipe.push_back(server);
}

Status insert_server(Import& import, const InventoryServer& item) {
  db::execute(import.session,
              "INSERT INTO servers (name, profile, state, reason, deployment, bmc_type, bmc_url, "
              "bmc_user, sealed_bmc_password, bmc_trust, secure_boot, version) "
              "VALUES (:n, :p, :st, :r, '', :t, :u, :us, :sp, :tr, :sb, 1)",
              item.name, item.profile, item.clean ? "available" : "maintenance",
              item.clean ? "" : import.reason_of_new, item.bmc.type, item.bmc.url, item.bmc.user,
              sealed_password(import, item.bmc), trust_of(item.bmc), stored_form(item.secure_boot));
  if (!item.clean) tell_of_wipe(import, item.name);
  if (Status put = put_links(import, item); !put) return put;
  if (Status wished = wish_for_pool(import, item.name); !wished) return wished;
  import.note(true, false, "server " + item.name);
  return {};
}

// A server is known by its NICs. With others it may be another machine, with anybody's disks.
bool same_nics(const std::vector<NicRecord>& stored, const std::vector<InventoryNic>& wanted) {
  return std::ranges::is_permutation(stored, wanted, {}, &NicRecord::mac,
                                     [](const InventoryNic& nic) { return to_string(nic.mac); });
}

Status relink(Import& import, const InventoryServer& item, const ServerRecord& stored) {
  // Also a failed one's: new links would open the ports that its failure shut.
  if (stored.state != "available" && stored.state != "maintenance")
    return failure(Errc::Conflict, "server " + item.name + " is " + stored.state +
                                       ": its links can change only in the pool or in maintenance");
  if (stored.state == "available" && !same_nics(list_nics(import.session, item.name), item.nics)) {
    db::execute(import.session,
                "UPDATE servers SET state = 'maintenance', reason = :r WHERE name = :n",
                "it has other NICs now and is not proved clean", item.name);
    tell_of_wipe(import, item.name);
  }
  if (Status put = put_links(import, item); !put) return put;
  return wish_for_pool(import, item.name);
}

Status update_server(Import& import, const InventoryServer& item, const ServerRecord& stored,
                     bool same_disks) {
  const bool links = same_links(list_nics(import.session, item.name), item.nics);
  const bool same = same_bmc(import, stored, item.bmc) && stored.profile == item.profile &&
                    stored.secure_boot == stored_form(item.secure_boot) && links && same_disks;
  import.note(false, !same, "server " + item.name);
  if (!same)
    db::execute(import.session,
                "UPDATE servers SET profile = :p, bmc_type = :t, bmc_url = :u, bmc_user = :us, "
                "sealed_bmc_password = :sp, bmc_trust = :tr, secure_boot = :sb, "
                "version = version + 1 WHERE name = :n",
                item.profile, item.bmc.type, item.bmc.url, item.bmc.user,
                sealed_password(import, item.bmc), trust_of(item.bmc),
                stored_form(item.secure_boot), item.name);
  if (!links) return relink(import, item, stored);
  const bool in_pool = stored.deployment.empty() && stored.state == "available";
  return in_pool ? wish_for_pool(import, item.name) : Status{};
}

Status import_server(Import& import, const InventoryServer& item) {
  const auto stored = find_server_record(import.session, item.name);
  const auto disks = same_disks(import, item);
  if (!disks) return tl::unexpected(disks.error());
  if (!*disks) declare_disks(import.session, item.name, item.disks);
  return stored ? update_server(import, item, *stored, *disks) : insert_server(import, item);
}

template <class T, class Name>
void note_missing(Import& import, const std::string& table, const char* what,
                  const std::vector<T>& values, Name name) {
  std::set<std::string> known;
  for (const T& value : values)
    known.insert(name(value));
  for (const auto& [stored] :
       db::select<std::string>(import.session, "SELECT name FROM " + table + " ORDER BY name"))
    if (!known.contains(stored)) import.report.missing.push_back(std::string(what) + " " + stored);
}

}  // namespace

Status enrol_into(db::Session& session, const InventoryServer& server, const Sealer& sealer,
                  const Site& site, const std::string& reason) {
  Import import{.session = session,
                .sealer = sealer,
                .site = site,
                .now = db::now(session),
                .reason_of_new = reason};
  return import_server(import, server);
}

Result<ImportReport> import_into(db::Session& session, const Inventory& inventory,
                                 const Sealer& sealer, const Site& site, Timestamp now) {
  Import import{.session = session, .sealer = sealer, .site = site, .now = now};
  for (const InventoryVrf& vrf : inventory.vrfs)
    if (Status done = import_vrf(import, vrf); !done) return tl::unexpected(done.error());
  for (const InventorySubnet& subnet : inventory.subnets)
    if (Status done = import_subnet(import, subnet); !done) return tl::unexpected(done.error());
  for (const catalogs::NetworkCatalog& catalog : inventory.catalogs)
    if (Status done = import_catalog(import, catalog); !done) return tl::unexpected(done.error());
  for (const catalogs::OsImage& image : inventory.images)
    if (Status done = import_image(import, image); !done) return tl::unexpected(done.error());
  for (const InventorySwitch& item : inventory.switches)
    import_switch(import, item);
  for (const InventoryVantagePoint& point : inventory.vantage_points) {
    const Imported done = import_vantage_point(session, sealer, point);
    import.note(done == Imported::New, done == Imported::Changed, "vantage point " + point.name);
  }
  for (const InventoryServer& server : inventory.servers)
    if (Status done = import_server(import, server); !done) return tl::unexpected(done.error());
  note_missing(import, "fabric_vrfs", "VRF", inventory.vrfs,
               [](const auto& v) { return v.name.value; });
  note_missing(import, "subnets", "subnet", inventory.subnets,
               [](const auto& v) { return v.name; });
  note_missing(import, "switches", "switch", inventory.switches,
               [](const auto& v) { return v.name; });
  note_missing(import, "vantage_points", "vantage point", inventory.vantage_points,
               [](const auto& v) { return v.name; });
  note_missing(import, "servers", "server", inventory.servers,
               [](const auto& v) { return v.name; });
  return import.report;
}

}  // namespace switchyard::provisioner
