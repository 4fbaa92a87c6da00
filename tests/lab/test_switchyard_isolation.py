"""Servers in provisioning hear and reach the service and nothing else; a routed one is not in that network at all.

The pool's servers (plan.POOL) are two on one ToR and one on the other: srv2 and srv3 here, srv4 there."""

import pytest

import frames
import plan
import pool_server
from controller import inventory
from pool_server import HERE, SERVICE4, SERVICE6, SERVICE_MAC, SWITCHES, heard_by, heard_by_service, places

SPINE, SERVER = plan.SPINE1.name, plan.SRV1.name
SENDER, OTHERS = "srv2", ("srv3", "srv4")
SOURCE4, SOURCE6 = pool_server.address4(SENDER), pool_server.address6(SENDER)
LINK_LOCAL = pool_server.link_local(SENDER)
ALL_NODES, ALL_ROUTERS, DHCP6_SERVERS = "ff02::1", "ff02::2", "ff02::1:2"


@pytest.fixture
def pool(lab, site):
    """The pool's servers, their ports in the provisioning VLAN."""
    site.controller.more_servers(pool_server.inventory(inventory(lab)))

    def ready() -> bool:
        ports = [site.controller.json("switch", "port", *end.split(".")) for end in plan.POOL.values()]
        return all(port["wished_mode"] == "provisioning" and port["sync"] == "in-sync" for port in ports)
    site.controller.wait(ready, 90, "the pool's ports to be in the provisioning VLAN")
    return site


def mac_of(lab, node: str, device: str) -> str:
    return lab.json(node, f"ip -j link show dev {device}")[0]["address"]


def multicast(group: str) -> dict:
    return {"to": pool_server.multicast_mac(group), "target": group}


def to_the_service() -> dict[str, dict]:
    """What a server needs of the service: one of each kind."""
    v4 = {"source": SOURCE4, "target": SERVICE4, "to": SERVICE_MAC}
    v6 = {"source": SOURCE6, "target": SERVICE6, "to": SERVICE_MAC}
    return {
        "discover": {"kind": "dhcp-discover"}, "arp": {"kind": "arp", "source": SOURCE4, "target": SERVICE4},
        "arp-unicast": {"kind": "arp", "source": SOURCE4, "target": SERVICE4, "to": SERVICE_MAC},
        "renewal": v4 | {"kind": "dhcp-discover"}, "echo": v4 | {"kind": "echo"}, "tftp": v4 | {"kind": "udp", "ports": [2000, 69]},
        "solicit": {"kind": "dhcp6-solicit", "source": LINK_LOCAL} | multicast(DHCP6_SERVERS),
        "ns": {"kind": "ns", "source": SOURCE6, "asked": SERVICE6} | multicast(pool_server.solicited(SERVICE6)),
        "na": v6 | {"kind": "na", "asked": SOURCE6}, "echo6": v6 | {"kind": "echo"}, "http6": v6 | {"kind": "udp", "ports": [2000, 443]},
    }


def to_other_servers() -> dict[str, dict]:
    evil = {"broadcast": {"kind": "plain"}, "gratuitous-arp": {"kind": "arp", "source": SOURCE4, "target": SOURCE4},
            "all-nodes": {"kind": "echo", "source": LINK_LOCAL} | multicast(ALL_NODES),
            "all-hosts": {"kind": "echo", "source": SOURCE4, "target": "224.0.0.1"},
            "netbios": {"kind": "udp", "source": SOURCE4, "target": "172.16.100.255", "ports": [137, 137]}}
    for other in OTHERS:
        to = {"to": pool_server.mac(other)}
        v4, v6 = pool_server.address4(other), pool_server.address6(other)
        evil |= {f"{name}-{other}": frame for name, frame in {
            "plain": {"kind": "plain"} | to, "echo": {"kind": "echo", "source": SOURCE4, "target": v4} | to,
            "echo6": {"kind": "echo", "source": SOURCE6, "target": v6} | to,
            "link-local": {"kind": "echo", "source": LINK_LOCAL, "target": pool_server.link_local(other)} | to,
            "arp": {"kind": "arp", "source": SOURCE4, "target": v4}, "arp-unicast": {"kind": "arp", "source": SOURCE4, "target": v4} | to,
            "ns": {"kind": "ns", "source": SOURCE6, "asked": v6} | multicast(pool_server.solicited(v6)),
            "na": {"kind": "na", "source": SERVICE6, "target": v6, "asked": SERVICE6} | to,
            "tagged": {"kind": "plain", "tags": [plan.PROVISIONING_VLAN]} | to,
            "tagged-twice": {"kind": "plain", "tags": [plan.PROVISIONING_VLAN, plan.PROVISIONING_VLAN]} | to,
            "foreign-vlan": {"kind": "plain", "tags": [plan.FOREIGN_VLAN]} | to,
        }.items()}
    return evil


def to_the_fabric(lab) -> dict[str, dict]:
    """The switches' own addresses, the management network, the networks of tenants: by every MAC there is to try."""
    evil = {}
    for node, device in (("tor1", plan.BRIDGE), ("tor1", "eth0"), ("tor1", plan.POOL[SENDER].split(".")[1]), ("tor1", plan.UPLINK),
                         ("tor2", plan.BRIDGE), (SPINE, "br-prov"), (SPINE, "swp1"), (SPINE, "eth0")):
        to = {"to": mac_of(lab, node, device), "source": SOURCE4, "kind": "echo"}
        at = f"{node}-{device}"
        targets = (plan.MANAGEMENT_HOST, *(known.management for known in plan.NODES.values()), "10.255.0.1", "10.255.0.2", "10.255.0.101",
                   "10.0.0.1", "198.51.100.1", plan.foreign_svi(plan.TOR1), plan.foreign_host(plan.TOR1))
        evil |= {f"{at}-{target}": to | {"target": target} for target in targets}
        own = [address["local"] for entry in lab.json(node, f"ip -j -6 addr show dev {device} scope link")
                   for address in entry.get("addr_info", []) if address]
        evil |= {f"{at}-v6-{target}": to | {"source": LINK_LOCAL, "target": target} for target in (*own, "fd10::1", "2001:db8:ffff::1")}
    evil |= {"arp-" + target: {"kind": "arp", "source": SOURCE4, "target": target} for target in (plan.MANAGEMENT_HOST, "192.0.2.11", "192.0.2.21")}
    return evil | {"all-routers": {"kind": "echo", "source": LINK_LOCAL} | multicast(ALL_ROUTERS)}


def rogue() -> dict[str, dict]:
    """A server that plays the service, in its own name or in that of the service."""
    evil = {}
    for name, v4, v6 in (("own", SOURCE4, LINK_LOCAL), ("stolen", SERVICE4, SERVICE6)):
        evil |= {f"{kind}-{name}": frame for kind, frame in {
            "offer": {"kind": "dhcp-offer", "source": v4, "target": "255.255.255.255"},
            "offer-unicast": {"kind": "dhcp-offer", "source": v4, "target": pool_server.address4("srv4"), "to": pool_server.mac("srv4")},
            "router": {"kind": "ra", "source": v6, "target": "2001:db8:bad::", "to": pool_server.multicast_mac(ALL_NODES)},
            "router-unicast": {"kind": "ra", "source": v6, "target": "2001:db8:bad::", "to": pool_server.mac("srv4")},
            "advertise": {"kind": "dhcp6-advertise", "source": v6, "target": pool_server.link_local("srv4"), "to": pool_server.mac("srv4")},
        }.items()}
    return evil | {
        "stolen-arp": {"kind": "arp", "source": SERVICE4, "target": SERVICE4},
        "stolen-arp-asks": {"kind": "arp", "source": SERVICE4, "target": pool_server.address4("srv4")},
        "stolen-echo": {"kind": "echo", "source": SERVICE4, "target": SERVICE4, "to": pool_server.mac("srv4")},
        "stolen-na": {"kind": "na", "source": SERVICE6, "asked": SERVICE6} | multicast(ALL_NODES),
    }


def sights_of(lab, evil: dict[str, dict]) -> dict[str, list[frames.Sight]]:
    """Sends all of these from the sender; where each was seen."""
    with frames.Listener(lab, (HERE, *SWITCHES)) as listener:
        pool_server.say(lab, SENDER, evil)
        seen = listener.seen(settle=1.0)
    found = {name: [sight for sight in seen if sight.mark == frames.MARK + name] for name in evil}
    assert [name for name, sights in found.items() if not sights] == [], "was never sent"
    return found


def test_a_server_in_provisioning_reaches_the_service_and_no_other_server_hears_it(lab, pool):
    found = sights_of(lab, to_the_service())
    assert [name for name, sights in found.items() if not heard_by_service(sights)] == []
    assert [(name, other) for name, sights in found.items() for other in OTHERS if heard_by(other, sights)] == []


def test_a_server_in_provisioning_hears_the_service(lab, pool):
    mac, v4, v6 = (of(SENDER) for of in (pool_server.mac, pool_server.address4, pool_server.address6))
    good = {
        "offer": {"kind": "dhcp-offer", "source": SERVICE4}, "offer-unicast": {"kind": "dhcp-offer", "source": SERVICE4, "target": v4, "to": mac},
        "arp": {"kind": "arp", "source": SERVICE4, "target": v4}, "echo": {"kind": "echo", "source": SERVICE4, "target": v4, "to": mac},
        "echo6": {"kind": "echo", "source": SERVICE6, "target": v6, "to": mac},
        "ns": {"kind": "ns", "source": SERVICE6, "asked": v6} | multicast(pool_server.solicited(v6)),
    }
    with frames.Listener(lab, (HERE,)) as listener:
        pool_server.say_as_service(lab, good)
        seen = listener.seen(settle=1.0)
    for name in good:
        assert heard_by(SENDER, [sight for sight in seen if sight.mark == frames.MARK + name]), name


def heard_anywhere(lab, evil: dict[str, dict]) -> dict[str, set[str]]:
    return {name: places(sights, SENDER) for name, sights in sights_of(lab, evil).items() if places(sights, SENDER)}


@pytest.mark.seconds(240)
def test_no_packet_of_a_server_in_provisioning_reaches_another(lab, pool):
    assert heard_anywhere(lab, to_other_servers()) == {}


@pytest.mark.seconds(240)
def test_a_server_in_provisioning_reaches_nothing_of_the_fabric(lab, pool):
    assert heard_anywhere(lab, to_the_fabric(lab)) == {}


@pytest.mark.seconds(240)
def test_a_rogue_dhcp_server_or_router_is_not_heard(lab, pool):
    assert heard_anywhere(lab, rogue()) == {}


@pytest.mark.seconds(500)
def test_no_dhcp_packet_of_a_routed_server_reaches_the_provisioning_network(lab, pool, deployed):
    kinds = {"discover": {"kind": "dhcp-discover"}, "offer": {"kind": "dhcp-offer", "source": SERVICE4},
             "solicit": {"kind": "dhcp6-solicit", "source": LINK_LOCAL} | multicast(DHCP6_SERVERS),
             "advertise": {"kind": "dhcp6-advertise", "source": LINK_LOCAL} | multicast(ALL_NODES)}
    tags = {"untagged": [], "prov": [plan.PROVISIONING_VLAN], "priority": [0], "one": [1], **{vrf.short: [vrf.tag] for vrf in plan.VRFS},
            **{f"{vrf.short}-in-prov": [plan.PROVISIONING_VLAN, vrf.tag] for vrf in plan.VRFS},
            **{f"prov-in-{vrf.short}": [vrf.tag, plan.PROVISIONING_VLAN] for vrf in plan.VRFS}}
    names = []
    wants = {f"{kind}-{tag}": frame | {"tags": outer} for kind, frame in kinds.items() for tag, outer in tags.items()}
    with frames.Listener(lab, (HERE, *SWITCHES)) as listener:
        for nic in plan.SERVER_LINKS:
            named = {f"{nic}-{name}": want for name, want in wants.items()}
            names += named
            frames.send_all(lab, SERVER, nic, named)
        seen = listener.seen(settle=1.0)
    ports = {f"{tor.name}/{plan.SERVER_PORT}" for tor in plan.TORS}
    own = ports | {f"/{SERVER}.{nic}" for nic in plan.SERVER_LINKS} | {f"/{tor.name}.{plan.SERVER_PORT}" for tor in plan.TORS}
    own |= {f"/{plan.cable_of(f'{SERVER}.{nic}').bridge}" for nic in plan.SERVER_LINKS}
    # The kernel shows a frame of a VRF's tag on the subinterface before its filter.
    own |= {f"{port}.{vrf.tag}" for port in ports for vrf in plan.VRFS}
    assert {sight.mark for sight in seen} == {frames.MARK + name for name in names}, "was never sent"
    assert {f"{sight.node}/{sight.device} {sight.mark}" for sight in seen if f"{sight.node}/{sight.device}" not in own} == set()


def test_the_ports_of_the_pool_are_isolated_on_the_switch(lab, pool):
    for server in plan.POOL:
        assert pool_server.bridge_port(lab, server)["isolated"] is True
