"""What is on a node's disk before its first boot: a switch an operator has prepared for Switchyard."""

import plan

SYSCTL_ALL = """\
# Lab speed: no wait for duplicate address detection.
net.ipv6.conf.all.accept_dad=0
net.ipv6.conf.default.accept_dad=0
"""
SYSCTL_SWITCH = SYSCTL_ALL + """\
net.ipv4.ip_forward=1
net.ipv6.conf.all.forwarding=1
net.ipv6.conf.default.forwarding=1
net.ipv4.conf.all.rp_filter=0
net.ipv4.conf.default.rp_filter=0
net.ipv4.fib_multipath_hash_policy=1
net.ipv6.fib_multipath_hash_policy=1
# As Cumulus has it: daemons of the default VRF answer in every VRF.
net.ipv4.tcp_l3mdev_accept=1
net.ipv6.route.max_size=1048576
"""
# Without the last line a busy machine's watchfrr kills, after 20 s, the script that starts the daemons and loads frr.conf.
FRR_DAEMONS = """\
bgpd=yes
vtysh_enable=yes
zebra_options="  -A 127.0.0.1 -s 90000000"
bgpd_options="   -A 127.0.0.1"
staticd_options="-A 127.0.0.1"
watchfrr_options="--restart-timeout 180"
"""


def seed(node: plan.Node) -> dict[str, str]:
    """Path -> content, for the node's first boot (keys and known users apart)."""
    files = {"etc/frr/daemons": FRR_DAEMONS}
    if node.kind == "server":
        return files | {"etc/sysctl.d/90-lab.conf": SYSCTL_ALL, "etc/network/interfaces": "# not installed\n"}
    files["etc/sysctl.d/90-lab.conf"] = SYSCTL_SWITCH
    files["etc/lab-after-frr"] = after_frr(node)
    if node.kind == "tor":
        return files | {"etc/network/interfaces": tor_interfaces(node), "etc/frr/frr.conf": tor_frr(node)}
    return files | {"etc/network/interfaces": spine_interfaces(node), "etc/frr/frr.conf": spine_frr(node)}


def after_frr(node: plan.Node) -> str:
    """The operator's own care at boot. FRR writes neighbours before route maps, so on a slow switch a fabric session
    can be up before its map is there; what it heard until then is refused, and asking again does not always bring it
    back. Switchyard's sessions are left alone."""
    uplinks = (plan.UPLINK,) if node.kind == "tor" else plan.FABRIC_PORTS
    text = "for i in $(seq 300); do vtysh -d bgpd -c 'show route-map FABRIC' 2>/dev/null | grep -q permit && break; sleep 0.1; done\n"
    for vrf in plan.VRFS:
        text += "".join(f"vtysh -c 'clear bgp vrf {vrf.name} {name}.{vrf.uplink_tag}'\n" for name in uplinks)
    return text


def vrf_stanza(name: str, table: int, addresses: tuple[str, ...] = ()) -> str:
    return f"""
auto {name}
iface {name}
    vrf-table {table}
{"".join(f"    address {address}" + chr(10) for address in addresses)}\
    post-up ip route replace vrf {name} unreachable default metric {plan.UNREACHABLE_METRIC}
    post-up ip -6 route replace vrf {name} unreachable default metric {plan.UNREACHABLE_METRIC}
"""


def common_interfaces(node: plan.Node) -> str:
    return f"""\
auto lo
iface lo inet loopback
    address {router_id(node)}/32

auto eth0
iface eth0
    address {node.management}/{plan.MANAGEMENT_BITS}
""" + "".join(vrf_stanza(vrf.name, vrf.table, (vrf.service4, vrf.service6) if node.kind == "spine" else ()) for vrf in plan.VRFS)


def tor_interfaces(node: plan.Node) -> str:
    uplinks = "".join(f"""
auto {plan.UPLINK}.{vrf.uplink_tag}
iface {plan.UPLINK}.{vrf.uplink_tag}
    # ifupdown2 raises this before its parent, which waits for the bridge.
    pre-up ip link set {plan.UPLINK} up
    vrf {vrf.name}
""" for vrf in plan.VRFS)
    vids = f"{plan.PROVISIONING_VLAN} {plan.FOREIGN_VLAN}"
    return common_interfaces(node) + f"""
# {plan.SERVER_PORT} belongs to Switchyard (interfaces.d/switchyard-*.conf) and is not named here.

auto {plan.FOREIGN_PORT}
iface {plan.FOREIGN_PORT}
    alias load balancer of team blue, configured by hand
    bridge-access {plan.FOREIGN_VLAN}

auto {plan.BRIDGE}.{plan.FOREIGN_VLAN}
iface {plan.BRIDGE}.{plan.FOREIGN_VLAN}
    address {plan.foreign_svi(node)}/24

auto {plan.UPLINK}
iface {plan.UPLINK}
    alias spine1
    bridge-vids {vids}
    bridge-allow-untagged no
{uplinks}
auto {plan.BRIDGE}
iface {plan.BRIDGE}
    bridge-vlan-aware yes
    bridge-ports {plan.FOREIGN_PORT} {plan.UPLINK}
    bridge-vids {vids}
    bridge-stp no
    bridge-mcsnoop 0

source /etc/network/interfaces.d/*
"""


def spine_interfaces(node: plan.Node) -> str:
    ports = "".join(f"""
auto {nic}
iface {nic}
""" + "".join(f"""
auto {nic}.{vrf.uplink_tag}
iface {nic}.{vrf.uplink_tag}
    vrf {vrf.name}
""" for vrf in plan.VRFS) for nic in plan.FABRIC_PORTS)
    tagged = [f"{nic}.{plan.PROVISIONING_VLAN}" for nic in plan.FABRIC_PORTS]
    members = [*tagged, plan.PROVISIONING_PORT.split(".")[1]]
    provisioning = "".join(f"\nauto {name}\niface {name}\n" for name in members)
    return common_interfaces(node) + ports + provisioning + f"""
auto br-prov
iface br-prov
    bridge-ports {" ".join(members)}
    bridge-stp no
    bridge-mcsnoop 0
"""


def router_id(node: plan.Node) -> str:
    return f"10.255.0.{node.number if node.kind == 'tor' else 100 + node.number}"


def frr_head(node: plan.Node) -> str:
    # Next-hop objects off: with them FRR 8.4 loses a path of an ECMP route for good when a link flaps.
    return f"""\
frr version 8.4.4
frr defaults traditional
hostname {node.name}
service integrated-vtysh-config
!
no zebra nexthop kernel enable
!
"""


def fabric_neighbours(interfaces: dict[str, int], extra: str = "") -> str:
    """Sessions between switches. The policy lets everything through on purpose: whatever a ToR
    wrongly accepts from a server must show on the spine."""
    lines = ""
    for name, asn in interfaces.items():
        lines += f" neighbor {name} interface v6only remote-as {asn}\n"
        lines += f" neighbor {name} timers 3 9\n neighbor {name} timers connect 1\n"
        lines += f" neighbor {name} advertisement-interval 0\n"
    for family in ("ipv4", "ipv6"):
        lines += f" !\n address-family {family} unicast\n{extra}"
        for name in interfaces:
            lines += f"  neighbor {name} activate\n"
            lines += f"  neighbor {name} route-map FABRIC in\n  neighbor {name} route-map FABRIC out\n"
        lines += " exit-address-family\n"
    return lines + "exit\n!\n"


def tor_frr(node: plan.Node) -> str:
    text = frr_head(node)
    for vrf in plan.VRFS:
        text += f"router bgp {node.asn} vrf {vrf.name}\n bgp router-id {router_id(node)}\n"
        text += " bgp ebgp-requires-policy\n no bgp default ipv4-unicast\n bgp bestpath as-path multipath-relax\n"
        text += fabric_neighbours({f"{plan.UPLINK}.{vrf.uplink_tag}": plan.SPINE1.asn})
    return text + "route-map FABRIC permit 10\nexit\n!\nend\n"


def spine_frr(node: plan.Node) -> str:
    text = frr_head(node)
    for vrf in plan.VRFS:
        text += f"vrf {vrf.name}\n ip route {vrf.advertise4} blackhole\n ipv6 route {vrf.advertise6} blackhole\nexit-vrf\n!\n"
    for vrf in plan.VRFS:
        text += f"router bgp {node.asn} vrf {vrf.name}\n bgp router-id {router_id(node)}\n"
        text += " bgp ebgp-requires-policy\n no bgp default ipv4-unicast\n bgp bestpath as-path multipath-relax\n"
        peers = {f"{nic}.{vrf.uplink_tag}": tor.asn for nic, tor in zip(plan.FABRIC_PORTS, plan.TORS)}
        text += fabric_neighbours(peers, extra="  redistribute static\n")
    return text + "route-map FABRIC permit 10\nexit\n!\nend\n"
