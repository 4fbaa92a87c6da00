#include "switch-drivers/sonic/requirements.h"

#include "switch-drivers/frr/instance.h"
#include "switch-drivers/sonic/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::sonic {

namespace {

constexpr std::string_view kMode = "docker_routing_config_mode";

std::string metadata(const ConfigDb& db, std::string_view field) {
  const auto row = db.find({"DEVICE_METADATA", "localhost"});
  if (row == db.end()) return {};
  const auto found = row->second.find(std::string{field});
  return found == row->second.end() ? std::string{} : found->second;
}

// In the other modes SONiC writes FRR's configuration itself, and ours is gone after a restart.
Status check_routing_mode(const ConfigDb& db) {
  const std::string mode = metadata(db, kMode);
  if (mode == "split-unified") return {};
  return failure(Errc::Rejected,
                 fmt::format("DEVICE_METADATA|localhost needs {} split-unified and has {}", kMode,
                             mode.empty() ? "separated, the default" : mode));
}

Status check_vrf(const BaseConfig& base, const VrfName& vrf) {
  const auto name = vrf_name(vrf);
  if (!name) return tl::unexpected(name.error());
  const auto row = base.db.find({"VRF", *name});
  if (row == base.db.end()) return failure(Errc::Rejected, "the switch has no VRF " + *name);
  const auto fallback = row->second.find("fallback");
  if (fallback != row->second.end() && fallback->second == "true") {
    return failure(Errc::Rejected,
                   fmt::format("VRF|{} has \"fallback\": its packets would be routed by the global "
                               "table",
                               *name));
  }
  return frr::check_instance(base.routing, frr::instance_of(base.asn, *name));
}

Status check_vlan(const ConfigDb& db, VlanId vlan) {
  const auto name = vlan_name(vlan);
  if (!name) return tl::unexpected(name.error());
  if (db.contains({"VLAN", *name})) return {};
  return failure(Errc::Rejected, "the switch has no " + *name);
}

Status check_port_row(const PortIntent& intent, const ConfigDb& db) {
  if (auto status = check_port(intent.port); !status) return status;
  if (!db.contains({"PORT", intent.port}))
    return failure(Errc::NotFound, fmt::format("port {} is not on the switch", intent.port));
  for (const auto& [key, fields] : db) {
    if (key.table == "PORTCHANNEL_MEMBER" && key.key.ends_with("|" + intent.port)) {
      return failure(Errc::Rejected, fmt::format("port {} is in {}", intent.port, to_string(key)));
    }
  }
  return {};
}

}  // namespace

Status check_requirements(const PortIntent& intent, const BaseConfig& base) {
  const ConfigDb& db = base.db;
  if (auto status = check_port_row(intent, db); !status) return status;
  const auto named = [&](Status status) -> Status {
    if (status) return {};
    return tl::unexpected(status.error().in("port " + intent.port));
  };
  if (!intent.attachments.empty())
    if (auto status = named(check_routing_mode(db)); !status) return status;
  for (const Attachment& attachment : intent.attachments)
    if (auto status = named(check_vrf(base, attachment.vrf)); !status) return status;
  std::vector<VlanId> vlans = intent.tagged;
  if (intent.untagged) vlans.push_back(*intent.untagged);
  for (const VlanId& vlan : vlans)
    if (auto status = named(check_vlan(db, vlan)); !status) return status;
  return {};
}

std::vector<std::string> problems_of(const BaseConfig& base) {
  const ConfigDb& db = base.db;
  std::vector<std::string> problems;
  if (auto status = check_routing_mode(db); !status) problems.push_back(status.error().message);
  if (metadata(db, "frr_mgmt_framework_config") == "true") {
    problems.emplace_back(
        "DEVICE_METADATA|localhost has frr_mgmt_framework_config: SONiC would write FRR's "
        "configuration, too");
  }
  for (const auto& [key, fields] : db) {
    if (key.table != "VRF") continue;
    const auto fallback = fields.find("fallback");
    if (fallback != fields.end() && fallback->second == "true")
      problems.push_back(to_string(key) + " has \"fallback\": its packets may leave it");
    const std::string instance = frr::instance_of(base.asn, key.key);
    if (auto status = frr::check_policy_required(base.routing, instance); !status)
      problems.push_back(status.error().message);
  }
  if (frr::asn_of(base.routing) != base.asn)
    problems.push_back(fmt::format("FRR has no BGP instance of AS {}", base.asn.value));
  return problems;
}

}  // namespace switchyard::switch_drivers::sonic
