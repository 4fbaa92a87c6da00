"""A ToR's server port configured by hand as facts/switch-nos.md 1.1 has it: the yardstick of the harness's
own tests, and what a driver's result may be compared with. Not part of Switchyard."""

import plan
import seed

PEER_GROUP = "SERVERS"
INTERFACES = f"/etc/network/interfaces.d/switchyard-{plan.SERVER_PORT}.conf"


def base_policy(tor: plan.Node) -> str:
    text = "route-map RM-DENY deny 10\nexit\n"
    for vrf in plan.VRFS:
        text += f"ip prefix-list PL4-{vrf.short}-OUT seq 5 permit {vrf.advertise4}\n"
        text += f"ip prefix-list PL4-{vrf.short}-OUT seq 65000 deny any\n"
        text += f"ipv6 prefix-list PL6-{vrf.short}-OUT seq 5 permit {vrf.advertise6}\n"
        text += f"ipv6 prefix-list PL6-{vrf.short}-OUT seq 65000 deny any\n"
        text += f"route-map RM-{vrf.short}-OUT permit 10\n match ip address prefix-list PL4-{vrf.short}-OUT\nexit\n"
        text += f"route-map RM-{vrf.short}-OUT permit 20\n match ipv6 address prefix-list PL6-{vrf.short}-OUT\nexit\n"
        text += f"router bgp {tor.asn} vrf {vrf.name}\n neighbor {PEER_GROUP} peer-group\n"
        for line in ("ttl-security hops 1", "timers 3 9", "timers connect 1", "advertisement-interval 0",
                     "graceful-restart-disable"):
            text += f" neighbor {PEER_GROUP} {line}\n"
        for family in ("ipv4", "ipv6"):
            text += f" address-family {family} unicast\n  neighbor {PEER_GROUP} activate\n"
            text += f"  neighbor {PEER_GROUP} route-map RM-DENY in\n"
            text += f"  neighbor {PEER_GROUP} route-map RM-{vrf.short}-OUT out\n exit-address-family\n"
        text += "exit\n"
    return text


def port_policy(tor: plan.Node, server: plan.Node, vrf: plan.Vrf) -> str:
    name = f"{plan.SERVER_PORT}.{vrf.tag}"
    text = ""
    for word, family, prefix in (("ip", 4, vrf.host4), ("ipv6", 6, vrf.host6)):
        text += f"{word} prefix-list PL{family}-{name}-IN seq 5 permit {prefix}\n"
        text += f"{word} prefix-list PL{family}-{name}-IN seq 65000 deny any\n"
    text += f"bgp as-path access-list HOST-{server.number} seq 5 permit ^{server.asn}$\n"
    for word, family in (("ip", 4), ("ipv6", 6)):
        text += f"route-map RM{family}-{name}-IN permit 10\n match {word} address prefix-list PL{family}-{name}-IN\n"
        text += f" match as-path HOST-{server.number}\n set community none\n set large-community none\n"
        text += " set extcommunity none\n set local-preference 100\n set metric 0\nexit\n"
    # FRR 8.4 keeps a pointer to a neighbour that is removed while its link is down: bgpd's next hops in that VRF are
    # wrong from then on, those of the uplink too. `no link-detect` hides a lost carrier from it.
    text += f"interface {name}\n no link-detect\n ipv6 nd ra-interval 1\n ipv6 nd ra-lifetime 0\n no ipv6 nd suppress-ra\nexit\n"
    text += f"router bgp {tor.asn} vrf {vrf.name}\n neighbor {name} interface v6only peer-group {PEER_GROUP}\n"
    text += f" neighbor {name} shutdown\n neighbor {name} remote-as {server.asn}\n"
    for family in (4, 6):
        text += f" address-family ipv{family} unicast\n  neighbor {name} prefix-list PL{family}-{name}-IN in\n"
        text += f"  neighbor {name} route-map RM{family}-{name}-IN in\n  neighbor {name} maximum-prefix 4\n exit-address-family\n"
    return text + "exit\n"


def routed_interfaces(extra: str = "") -> str:
    text = seed.vrf_stanza(*plan.QUARANTINE) + f"\nauto {plan.SERVER_PORT}\niface {plan.SERVER_PORT}\n    mtu 1504\n    vrf {plan.QUARANTINE[0]}\n{extra}"
    for vrf in plan.VRFS:
        name = f"{plan.SERVER_PORT}.{vrf.tag}"
        text += f"\nauto {name}\niface {name}\n    vrf {vrf.name}\n    mtu 1500\n"
        text += f"    post-up sysctl -qw net.ipv4.conf.{name.replace('.', '/')}.rp_filter=1\n"
    return text


def to_routed(lab, tor: plan.Node, server: plan.Node = plan.SRV1) -> None:
    """Closed, policy, plumbing, open: the safe order. Raises LabError."""
    port = plan.SERVER_PORT
    lab.run(tor.name, f"ip link set {port} down; ip link set {port} nomaster")
    batch = base_policy(tor) + "".join(port_policy(tor, server, vrf) for vrf in plan.VRFS)
    lab.run(tor.name, "cat >/run/by-hand && vtysh -f /run/by-hand", stdin=batch)
    lab.write(tor.name, INTERFACES, routed_interfaces("    link-down yes\n"))
    lab.run(tor.name, "ifreload -a", timeout=60)
    lab.write(tor.name, INTERFACES, routed_interfaces())
    opened = "".join(f"router bgp {tor.asn} vrf {vrf.name}\n no neighbor {port}.{vrf.tag} shutdown\nexit\n" for vrf in plan.VRFS)
    lab.run(tor.name, f"ip link set {port} up && cat >/run/by-hand && vtysh -f /run/by-hand", stdin=opened)


def to_provisioning(lab, tor: plan.Node) -> None:
    port = plan.SERVER_PORT
    lab.run(tor.name, f"ip link set {port} nomaster; ip link set {port} master {plan.BRIDGE} && "
                      f"bridge vlan add dev {port} vid {plan.PROVISIONING_VLAN} pvid untagged && "
                      f"bridge link set dev {port} isolated on && ip link set {port} up")


def to_shut(lab, tor: plan.Node) -> None:
    """Back to nothing, whatever the port was. Neighbours first, while the port is up (see port_policy).

    A subinterface is deleted in the quarantine VRF: deleted in its own, it takes the next hops of all BGP routes of
    that VRF with it, in FRR 8.4, and the uplink's routes come back only when its session is reset."""
    port = plan.SERVER_PORT
    lines = ""
    for vrf in plan.VRFS:
        lines += f"router bgp {tor.asn} vrf {vrf.name}\n no neighbor {port}.{vrf.tag} interface v6only peer-group {PEER_GROUP}\n"
        lines += f" no neighbor {PEER_GROUP} peer-group\nexit\n"
    for vrf in plan.VRFS:
        name = f"{port}.{vrf.tag}"
        lines += f"no route-map RM4-{name}-IN\nno route-map RM6-{name}-IN\nno route-map RM-{vrf.short}-OUT\n"
        lines += f"no ip prefix-list PL4-{name}-IN\nno ipv6 prefix-list PL6-{name}-IN\n"
        lines += f"no ip prefix-list PL4-{vrf.short}-OUT\nno ipv6 prefix-list PL6-{vrf.short}-OUT\n"
    lines += f"no route-map RM-DENY\nno bgp as-path access-list HOST-{plan.SRV1.number}\n"
    dead_end = plan.QUARANTINE[0]
    gone = "".join(f"ip link set {port}.{vrf.tag} down; ip link set {port}.{vrf.tag} master {dead_end}; ip link del {port}.{vrf.tag}; "
                   for vrf in plan.VRFS)
    lab.run(tor.name, f"cat >/run/by-hand; vtysh -f /run/by-hand; ip link set {port} down; ip link set {port} nomaster; "
                      f"rm -f {INTERFACES}; {gone}ip link del {dead_end}; "
                      f"ip link set {port} mtu 1500; true", stdin=lines)
    forget = "".join(f"no interface {port}.{vrf.tag}\n" for vrf in plan.VRFS)
    lab.run(tor.name, "cat >/run/by-hand; vtysh -f /run/by-hand; rm -f /run/by-hand; true", stdin=forget)
