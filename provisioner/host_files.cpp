#include "provisioner/host_files.h"

#include "provisioner/frr_start_files.h"
#include "provisioner/host_links.h"
#include "provisioner/networkd_files.h"
#include "provisioner/router_id.h"

#include <fmt/core.h>

#include <algorithm>

namespace switchyard::provisioner {
namespace {

std::string interfaces_file(const DeploymentRecord& deployment,
                            const std::vector<NicRecord>& nics) {
  const Plan& plan = deployment.plan;
  std::string text =
      "# Rendered by Switchyard. The server's addresses live on dummies; the wires carry "
      "link-local only.\n"
      "auto lo\n"
      "iface lo inet loopback\n"
      "    pre-up sysctl -qw net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_ra=0\n"
      "    pre-up sysctl -qw net.ipv4.fib_multipath_hash_policy=1 "
      "net.ipv6.fib_multipath_hash_policy=1\n";
  for (std::size_t i = 0; i < plan.vrfs.size(); ++i) {
    text += fmt::format("\nauto {0}\niface {0}\n    link-type dummy\n", own_device(i));
    for (const IpAddress& address : plan.vrfs[i].addresses)
      text += "    address " + to_string(host_prefix(address)) + "\n";
    // Twice on purpose: ifupdown2 3.0.0 now and then forgets `address` on a dummy it has just made.
    for (const IpAddress& address : plan.vrfs[i].addresses)
      text += fmt::format("    post-up ip addr replace {} dev {}\n",
                          to_string(host_prefix(address)), own_device(i));
  }
  for (const NicRecord& nic : nics) {
    text += fmt::format(
        "\nauto {0}\niface {0}\n    mtu {1}\n    pre-up sysctl -qw net.ipv6.conf.{0}.accept_ra=0\n",
        nic.name, plan.mtu + kTagRoom);
    for (const PlannedVrf& vrf : plan.vrfs)
      text += fmt::format("\nauto {0}\niface {0}\n    mtu {1}\n", subinterface(nic, vrf), plan.mtu);
  }
  return text;
}

// "ip" or "ipv6", as FRR begins a line of that family.
const char* word(Family family) { return family == Family::V4 ? "ip" : "ipv6"; }

int digit(Family family) { return family == Family::V4 ? 4 : 6; }

std::string prefix_list(Family family, const std::string& name,
                        const std::vector<Prefix>& permitted) {
  std::string text;
  int sequence = 5;
  for (const Prefix& prefix : permitted) {
    if (prefix.network.family != family) continue;
    text += fmt::format("{} prefix-list {} seq {} permit {}\n", word(family), name, sequence,
                        to_string(prefix));
    sequence += 5;
  }
  return text + fmt::format("{} prefix-list {} seq 65000 deny any\n", word(family), name);
}

// FRR announces an anycast address while it is on one of the server's devices.
std::vector<Prefix> may_announce(const PlannedVrf& vrf) {
  std::vector<Prefix> prefixes;
  for (const auto* addresses : {&vrf.addresses, &vrf.anycast})
    for (const IpAddress& address : *addresses)
      prefixes.push_back(host_prefix(address));
  return prefixes;
}

std::string lists_of(const PlannedVrf& vrf) {
  const std::vector<Prefix> own = may_announce(vrf);
  std::string text;
  for (const Family family : {Family::V4, Family::V6}) {
    text += prefix_list(family, fmt::format("OWN{}-{}", digit(family), vrf.tag.value), own);
    text += prefix_list(family, fmt::format("FABRIC{}-{}", digit(family), vrf.tag.value),
                        vrf.advertise);
  }
  return text;
}

std::string maps_of(const PlannedVrf& vrf) {
  std::string text;
  for (const auto& [direction, list] : {std::pair{"FROM", "FABRIC"}, std::pair{"TO", "OWN"}}) {
    for (const Family family : {Family::V4, Family::V6}) {
      text += fmt::format("route-map {}-{} permit {}\n match {} address prefix-list {}{}-{}\n",
                          direction, vrf.tag.value, family == Family::V4 ? 10 : 20, word(family),
                          list, digit(family), vrf.tag.value);
      if (std::string(direction) == "FROM") text += fmt::format(" set tag {}\n", vrf.tag.value);
      text += "exit\n!\n";
    }
  }
  return text;
}

// Traffic leaves with the address of the VRF the route was learnt in.
std::string source_maps(const Plan& plan) {
  std::string text;
  for (const Family family : {Family::V4, Family::V6}) {
    int sequence = 10;
    for (const PlannedVrf& vrf : plan.vrfs)
      for (const IpAddress& address : vrf.addresses) {
        if (address.family != family) continue;
        text += fmt::format("route-map SRC{} permit {}\n match tag {}\n set src {}\nexit\n!\n",
                            digit(family), sequence, vrf.tag.value, to_string(address));
        sequence += 10;
      }
    text += fmt::format("route-map SRC{} permit 65000\nexit\n!\n", digit(family));
  }
  return text + "ip protocol bgp route-map SRC4\nipv6 protocol bgp route-map SRC6\n!\n";
}

std::string neighbours(const DeploymentRecord& deployment, const std::vector<NicRecord>& nics) {
  const Plan& plan = deployment.plan;
  std::string text;
  for (const PlannedVrf& vrf : plan.vrfs)
    text += fmt::format(
        " neighbor TOR-{0} peer-group\n neighbor TOR-{0} ttl-security hops 1\n"
        " neighbor TOR-{0} advertisement-interval 0\n neighbor TOR-{0} timers {1} {2}\n"
        " neighbor TOR-{0} timers connect 1\n",
        vrf.tag.value, plan.keepalive.count(), plan.hold.count());
  for (const NicRecord& nic : nics)
    for (const PlannedVrf& vrf : plan.vrfs)
      text += fmt::format(
          " neighbor {0} interface v6only peer-group TOR-{1}\n neighbor {0} remote-as {2}\n",
          subinterface(nic, vrf), vrf.tag.value, nic.switch_asn);
  return text;
}

std::string address_family(const Plan& plan, Family family) {
  std::string text = fmt::format(" !\n address-family ipv{} unicast\n", digit(family));
  for (const PlannedVrf& vrf : plan.vrfs)
    for (const Prefix& prefix : may_announce(vrf))
      if (prefix.network.family == family) text += "  network " + to_string(prefix) + "\n";
  for (const PlannedVrf& vrf : plan.vrfs)
    text += fmt::format(
        "  neighbor TOR-{0} activate\n  neighbor TOR-{0} route-map FROM-{0} in\n"
        "  neighbor TOR-{0} route-map TO-{0} out\n",
        vrf.tag.value);
  return text + " exit-address-family\n";
}

std::string frr_file(const DeploymentRecord& deployment, const std::vector<NicRecord>& nics) {
  const Plan& plan = deployment.plan;
  std::string text =
      "frr defaults traditional\nhostname " + deployment.name +
      "\nservice integrated-vtysh-config\n!\n"
      // A carrier flap would cost the server a path for good: zebra's next-hop group keeps one.
      "no zebra nexthop kernel enable\n!\n";
  for (const PlannedVrf& vrf : plan.vrfs)
    text += lists_of(vrf);
  text += "!\n";
  for (const PlannedVrf& vrf : plan.vrfs)
    text += maps_of(vrf);
  text += source_maps(plan);
  for (const NicRecord& nic : nics)
    for (const PlannedVrf& vrf : plan.vrfs)
      text += fmt::format(
          "interface {}\n ipv6 nd ra-interval 1\n ipv6 nd ra-lifetime 0\n no ipv6 nd "
          "suppress-ra\nexit\n!\n",
          subinterface(nic, vrf));
  text += fmt::format(
      "router bgp {}\n bgp router-id {}\n bgp ebgp-requires-policy\n no bgp default ipv4-unicast\n"
      " bgp bestpath as-path multipath-relax\n",
      deployment.asn.value, router_id(deployment));
  text += neighbours(deployment, nics);
  text += address_family(plan, Family::V4) + address_family(plan, Family::V6);
  return text + "exit\n!\nend\n";
}

}  // namespace

HostFile authorized_keys(const Plan& plan) {
  HostFile file{.path = "/root/.ssh/authorized_keys", .mode = "0600"};
  for (const std::string& key : plan.ssh_keys)
    file.content += key + "\n";
  return file;
}

Result<std::vector<HostFile>> render_host_files(const DeploymentRecord& deployment,
                                                const std::vector<NicRecord>& nics) {
  constexpr std::size_t kLongestName = 15;  // IFNAMSIZ - 1
  for (const NicRecord& nic : nics)
    for (const PlannedVrf& vrf : deployment.plan.vrfs)
      if (subinterface(nic, vrf).size() > kLongestName)
        return failure(
            Errc::Invalid,
            "server " + nic.server + ": " + subinterface(nic, vrf) +
                " is longer than the 15 characters Linux allows; shorten the NIC's name");
  std::vector<HostFile> files{
      {.path = "/etc/network/interfaces",
       .mode = "0644",
       .content = interfaces_file(deployment, nics)},
      {.path = "/etc/frr/frr.conf",
       .mode = "0640",
       .owner = "frr:frr",
       .content = frr_file(deployment, nics)},
  };
  if (!deployment.plan.ssh_keys.empty()) files.push_back(authorized_keys(deployment.plan));
  for (HostFile& file : render_networkd_files(deployment, nics))
    files.push_back(std::move(file));
  for (HostFile& file : render_frr_start_files(deployment))
    files.push_back(std::move(file));
  return files;
}

}  // namespace switchyard::provisioner
