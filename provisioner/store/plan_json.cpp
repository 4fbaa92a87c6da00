// The reserved plan of a deployment as JSON, as its row stores it.
#include "provisioner/store/records.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

using nlohmann::json;

namespace {

json texts(const std::vector<IpAddress>& addresses) {
  json list = json::array();
  for (const IpAddress& address : addresses)
    list.push_back(to_string(address));
  return list;
}

json users_json(const std::vector<HostUser>& users) {
  json list = json::array();
  for (const HostUser& user : users)
    list.push_back({{"name", user.name}, {"ssh_keys", user.ssh_keys}, {"sudo", user.sudo}});
  return list;
}

}  // namespace

std::string to_json_text(const Plan& plan) {
  json vrfs = json::array();
  for (const PlannedVrf& planned : plan.vrfs) {
    json advertise = json::array();
    for (const Prefix& prefix : planned.advertise)
      advertise.push_back(to_string(prefix));
    json shown{{"vrf", planned.vrf.value},
               {"tag", planned.tag.value},
               {"subnets", planned.subnets},
               {"addresses", texts(planned.addresses)},
               {"anycast", texts(planned.anycast)},
               {"advertise", advertise},
               {"maximum_prefix", planned.maximum_prefix}};
    if (!planned.policies.empty())
      shown["policies"] = json::parse(catalogs::to_json_text(planned.policies));
    vrfs.push_back(std::move(shown));
  }
  json shown{{"vrfs", vrfs},
             {"mtu", plan.mtu},
             {"keepalive", plan.keepalive.count()},
             {"hold", plan.hold.count()},
             {"variables", json::parse(plan.variables)},
             {"ssh_keys", plan.ssh_keys},
             {"users", users_json(plan.users)},
             {"user_data", plan.user_data},
             {"raid1", plan.layout.raid1},
             {"lvm", plan.layout.lvm}};
  if (plan.segment) shown["segment"] = json::parse(catalogs::to_json_text(*plan.segment));
  return shown.dump();
}

namespace {

std::vector<HostUser> parse_users(const json& list) {
  std::vector<HostUser> users;
  for (const json& item : list)
    users.push_back({.name = item.at("name").get<std::string>(),
                     .ssh_keys = item.at("ssh_keys").get<std::vector<std::string>>(),
                     .sudo = item.at("sudo").get<bool>()});
  return users;
}

Result<std::vector<IpAddress>> parse_addresses(const json& list) {
  std::vector<IpAddress> addresses;
  for (const json& text : list) {
    const Result<IpAddress> address = parse_ip(text.get<std::string>());
    if (!address) return tl::unexpected(address.error());
    addresses.push_back(*address);
  }
  return addresses;
}

Result<PlannedVrf> parse_planned_vrf(const json& item) {
  PlannedVrf planned{.vrf = {item.at("vrf").get<std::string>()},
                     .tag = {item.at("tag").get<std::uint16_t>()},
                     .subnets = item.at("subnets").get<std::vector<std::string>>()};
  auto addresses = parse_addresses(item.at("addresses"));
  if (!addresses) return tl::unexpected(addresses.error());
  planned.addresses = std::move(*addresses);
  // Plans of before there was anycast have none.
  auto anycast = parse_addresses(item.value("anycast", json::array()));
  if (!anycast) return tl::unexpected(anycast.error());
  planned.anycast = std::move(*anycast);
  for (const json& text : item.at("advertise")) {
    const Result<Prefix> prefix = parse_prefix(text.get<std::string>());
    if (!prefix) return tl::unexpected(prefix.error());
    planned.advertise.push_back(*prefix);
  }
  planned.maximum_prefix = item.at("maximum_prefix").get<std::uint32_t>();
  if (item.contains("policies"))
    planned.policies = catalogs::parse_policies(item.at("policies").dump());
  return planned;
}

}  // namespace

Result<Plan> parse_plan(const std::string& json_text) {
  try {
    const json parsed = json::parse(json_text);
    Plan plan{.mtu = parsed.at("mtu").get<std::uint16_t>(),
              .keepalive = std::chrono::seconds{parsed.at("keepalive").get<long long>()},
              .hold = std::chrono::seconds{parsed.at("hold").get<long long>()},
              // Plans of before there was a choice have none of these.
              .variables = parsed.value("variables", json::object()).dump(),
              .ssh_keys = parsed.at("ssh_keys").get<std::vector<std::string>>(),
              .users = parse_users(parsed.value("users", json::array())),
              .user_data = parsed.value("user_data", ""),
              .layout = {.raid1 = parsed.value("raid1", false), .lvm = parsed.value("lvm", false)}};
    for (const json& item : parsed.at("vrfs")) {
      Result<PlannedVrf> planned = parse_planned_vrf(item);
      if (!planned) return tl::unexpected(planned.error().in("stored plan"));
      plan.vrfs.push_back(std::move(*planned));
    }
    if (parsed.contains("segment"))
      plan.segment = catalogs::parse_segment(parsed.at("segment").dump());
    return plan;
  } catch (const json::exception& thrown) {
    return failure(Errc::Invalid, std::string("stored plan: ") + thrown.what());
  }
}

}  // namespace switchyard::provisioner
