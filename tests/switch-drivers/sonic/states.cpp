#include "tests/switch-drivers/sonic/states.h"

#include "switch-drivers/sonic/names.h"
#include "tests/switch-drivers/intents.h"

#include <fmt/format.h>

namespace switchyard::switch_drivers::sonic {

namespace {

VlanId tag_of(const std::string& port, std::uint16_t tag) {
  return VlanId{static_cast<std::uint16_t>(port == kLongPort ? 900 + tag : tag)};
}

PortIntent with_prefixes(PortIntent intent, bool v4, bool v6) {
  for (Attachment& attachment : intent.attachments) {
    std::erase_if(attachment.accept, [&](const Prefix& prefix) {
      return prefix.network.family == Family::V4 ? !v4 : !v6;
    });
    if (attachment.accept.empty())
      attachment.accept = {v4 ? prefix("203.0.113.7/32") : prefix("fd20::7/128")};
  }
  return intent;
}

std::string name_of(const PortIntent& intent) {
  std::string name{to_string(intent.mode)};
  if (intent.untagged) name += fmt::format(" untagged {}", intent.untagged->value);
  for (const VlanId& vlan : intent.tagged)
    name += fmt::format(" tagged {}", vlan.value);
  for (const Attachment& attachment : intent.attachments) {
    name += fmt::format(" {}.{}", attachment.vrf.value, attachment.tag.value);
    for (const Prefix& accepted : attachment.accept)
      name += " " + to_string(accepted);
  }
  return name;
}

void add_changes(std::vector<Change>& changes, const std::string& port,
                 const WishContext& context) {
  struct End {
    std::string name{};
    PortState state{};
  };

  std::vector<End> ends;
  std::vector<PortIntent> intents = all_intents(port);
  intents.push_back(routed_elsewhere(port));
  for (const PortIntent& intent : intents)
    ends.push_back({name_of(intent), wish(intent, context)});
  std::vector<End> starts = ends;
  for (PortState& state : drifted_states(port))
    starts.push_back({"by hand", std::move(state)});
  for (const End& from : starts) {
    for (const End& to : ends) {
      changes.push_back({.name = fmt::format("{}: {} -> {}", port, from.name, to.name),
                         .from = from.state,
                         .to = to.state,
                         .plan = plan_port(from.state, to.state, from.state.frr_shared)});
    }
  }
}

}  // namespace

PortIntent routed(const std::string& port) {
  PortIntent intent = routed_port(port);
  for (Attachment& attachment : intent.attachments)
    attachment.tag = tag_of(port, attachment.tag.value);
  return intent;
}

PortIntent routed_elsewhere(const std::string& port) {
  PortIntent intent = routed(port);
  std::swap(intent.attachments[0].vrf, intent.attachments[1].vrf);
  return intent;
}

std::vector<PortIntent> all_intents(const std::string& port) {
  std::vector<PortIntent> intents{shut_port(port), provisioning_port(port), limited_port(port),
                                  segment_port(port)};
  PortIntent access = segment_port(port);
  access.tagged.clear();
  PortIntent trunk = segment_port(port);
  trunk.untagged.reset();
  PortIntent one_vrf = routed(port);
  one_vrf.attachments.pop_back();
  intents.insert(intents.end(), {access, trunk});
  for (const PortIntent& intent : {routed(port), one_vrf}) {
    intents.push_back(with_prefixes(intent, true, true));
    intents.push_back(with_prefixes(intent, true, false));
    intents.push_back(with_prefixes(intent, false, true));
  }
  return intents;
}

PortState wish(const PortIntent& intent, const WishContext& context) {
  frr::PolicyMemo memo;
  return wished_state(intent, context, memo).value();
}

std::vector<PortState> drifted_states(const std::string& port) {
  PortState addressed = wish(routed(port));
  const std::string extra = subinterface_name(port, tag_of(port, 301));
  Fields fields{{"vrf_name", "Vrf104"}, {"loopback_action", "drop"}};
  if (is_short(extra)) fields.emplace("vlan", std::to_string(tag_of(port, 301).value));
  addressed.rows[{"VLAN_SUB_INTERFACE", extra}] = fields;
  addressed.rows[{"VLAN_SUB_INTERFACE", extra + "|192.0.2.1/31"}] = {};
  PortState router = wish(shut_port(port));
  router.rows[{"INTERFACE", port}] = {{"vrf_name", "Vrf104"}};
  router.rows[{"INTERFACE", port + "|192.0.2.1/31"}] = {};
  PortState odd_member = wish(provisioning_port(port));
  odd_member.rows[{"VLAN_MEMBER", "Vlan100|" + port}] = {{"tagging_mode", "priority_tagged"}};
  odd_member.rows[{"VLAN_MEMBER", "Vlan300|" + port}] = {{"tagging_mode", "tagged"}};
  odd_member.rows[{"PORT_STORM_CONTROL", port + "|broadcast"}] = {{"kbps", "99"}};
  // SONiC's models let this pass.
  PortState both = wish(routed(port));
  both.rows[{"VLAN_MEMBER", "Vlan100|" + port}] = {{"tagging_mode", "untagged"}};
  // A change that was cut off before the reading back.
  PortState half_done = wish(routed(port));
  half_done.rows[{"PORT", port}]["admin_status"] = "down";
  for (const auto& [key, row] : wish(routed(port)).rows) {
    if (key.table != "VLAN_SUB_INTERFACE") continue;
    half_done.frr.insert(
        {"router bgp 65001 vrf " + row.at("vrf_name"), "", "neighbor " + key.key + " shutdown"});
  }
  return {addressed, router, odd_member, both, half_done};
}

std::vector<Change> all_changes() {
  std::vector<Change> changes;
  for (const std::string& port : {kPort, kLongPort})
    for (const WishContext& context : {kNewImage, kOldImage})
      add_changes(changes, port, context);
  return changes;
}

std::vector<ConfigDb> states_of(const Change& change) {
  std::vector<ConfigDb> states{change.from.rows};
  for (const auto* steps : {&change.plan.steps, &change.plan.last_steps})
    for (const Step& step : *steps)
      states.push_back(step.after);
  return states;
}

ConfigDb base_config() {
  ConfigDb db;
  db[{"DEVICE_METADATA", "localhost"}] = {{"docker_routing_config_mode", "split-unified"}};
  for (const std::string& port : {std::string{"Ethernet0"}, kPort, kLongPort})
    db[{"PORT", port}] = {
        {"admin_status", "up"}, {"lanes", "1,2,3,4"}, {"mtu", "9100"}, {"speed", "100000"}};
  for (const char* vlan : {"100", "200", "201", "202", "300"})
    db[{"VLAN", std::string{"Vlan"} + vlan}] = {{"vlanid", vlan}};
  for (const char* vrf : {"Vrf_vrf-prv", "Vrf_vrf-pub", "Vrf104"})
    db[{"VRF", vrf}] = {};
  return db;
}

ConfigDb on_a_switch(const ConfigDb& rows) {
  ConfigDb db = base_config();
  for (const auto& [key, fields] : rows)
    for (const auto& [name, value] : (db[key], fields))
      db[key][name] = value;
  return db;
}

std::string as_text(const ConfigDb& rows) {
  std::string text;
  for (const auto& [key, fields] : rows) {
    text += to_string(key);
    for (const auto& [name, value] : fields)
      text += " " + name + "=" + value;
    text += "\n";
  }
  return text;
}

}  // namespace switchyard::switch_drivers::sonic
