#include "switch-drivers/sonic/wish.h"

#include "switch-drivers/sonic/live.h"
#include "switch-drivers/sonic/names.h"

namespace switchyard::switch_drivers::sonic {

namespace {

// Of each kind of flooded traffic, from a server that boots or installs. DHCP, ARP and neighbour
// discovery are a thousandth of it.
constexpr const char* kStormLimit = "10000";  // kbit/s

Status add_members(ConfigDb& rows, const PortIntent& intent) {
  const auto add = [&](VlanId vlan, const char* tagging) -> Status {
    const auto name = vlan_name(vlan);
    if (!name) return tl::unexpected(name.error().in("port " + intent.port));
    rows[{"VLAN_MEMBER", *name + "|" + intent.port}] = {{"tagging_mode", tagging}};
    return {};
  };
  if (intent.untagged)
    if (auto status = add(*intent.untagged, "untagged"); !status) return status;
  for (const VlanId& vlan : intent.tagged)
    if (auto status = add(vlan, "tagged"); !status) return status;
  return {};
}

void add_storm_limits(ConfigDb& rows, const std::string& port) {
  for (const char* kind : {"broadcast", "unknown-multicast", "unknown-unicast"})
    rows[{"PORT_STORM_CONTROL", port + "|" + kind}] = {{"kbps", kStormLimit}};
}

void add_subinterface(ConfigDb& rows, const frr::SessionNames& names, VlanId tag,
                      const WishContext& context) {
  Fields& fields = rows[{"VLAN_SUB_INTERFACE", names.interface}];
  fields = {{"admin_status", "up"}, {"vrf_name", names.vrf}};
  if (is_short(names.interface)) fields.emplace("vlan", std::to_string(tag.value));
  if (context.link_local_only) fields.emplace("ipv6_use_link_local_only", "enable");
}

Status add_attachments(PortState& state, const PortIntent& intent, const WishContext& context,
                       frr::PolicyMemo& memo) {
  for (const Attachment& attachment : intent.attachments) {
    const auto vrf = vrf_name(attachment.vrf);
    if (!vrf) return tl::unexpected(vrf.error().in("port " + intent.port));
    const frr::SessionNames names{.interface = subinterface_name(intent.port, attachment.tag),
                                  .vrf = *vrf};
    add_subinterface(state.rows, names, attachment.tag, context);
    frr::WishedFrr session = frr::wished_session(
        attachment, names, {.asn = context.asn, .version = context.frr_version}, memo);
    state.frr.merge(session.own);
    state.frr_shared.merge(session.shared);
  }
  return {};
}

}  // namespace

Result<PortState> wished_state(const PortIntent& intent, const WishContext& context,
                               frr::PolicyMemo& memo) {
  if (auto status = check_port(intent.port); !status) return tl::unexpected(status.error());
  PortState state{.port = intent.port};
  Fields& port = state.rows[{"PORT", intent.port}];
  // SONiC gives every port room for a tag beyond its MTU, and a subinterface takes its port's.
  port = {{"admin_status", intent.mode == PortMode::Shut ? "down" : "up"},
          {"mtu", std::to_string(intent.mtu)}};
  if (!intent.owner.empty()) port.emplace("description", intent.owner);
  if (auto status = add_members(state.rows, intent); !status) return tl::unexpected(status.error());
  if (intent.mode == PortMode::Provisioning && context.storm_control)
    add_storm_limits(state.rows, intent.port);
  if (auto status = add_attachments(state, intent, context, memo); !status)
    return tl::unexpected(status.error());
  state.live = expected_live(state.rows);
  state.saved = state.rows;
  state.saved_frr = state.frr;
  state.saved_frr.insert(state.frr_shared.begin(), state.frr_shared.end());
  return state;
}

PortState port_state(const ConfigDb& db, const frr::FrrConfig& routing, const std::string& port) {
  PortState state{.port = port, .rows = rows_of(db, port)};
  for (const std::string& name : {port, short_port(port)}) {
    if (const auto own = routing.by_port.find(name); own != routing.by_port.end())
      state.frr.insert(own->second.begin(), own->second.end());
    if (const auto all = routing.closure_by_port.find(name); all != routing.closure_by_port.end())
      state.frr_shared.insert(all->second->begin(), all->second->end());
  }
  return state;
}

}  // namespace switchyard::switch_drivers::sonic
