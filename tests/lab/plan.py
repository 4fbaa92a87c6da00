"""The plan of the lab: every name of a node, cable, VRF and address, in one place."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Node:
    name: str
    kind: str  # "tor", "spine", "server"
    number: int
    management: str
    nics: tuple[str, ...]  # after the management NIC eth0
    asn: int
    memory: str = "192M"
    mode: str = "switch"  # what lab-init does at boot


@dataclass(frozen=True)
class Cable:
    a: str  # "node.nic"
    b: str  # "node.nic", or "" for a cable that ends in the lab's namespace

    @property
    def bridge(self) -> str:
        node, nic = self.a.split(".")
        return f"c-{node}-{nic}"


@dataclass(frozen=True)
class Vrf:
    name: str
    short: str
    table: int
    tag: int  # on server ports
    uplink_tag: int
    host4: str  # srv1's host routes
    host6: str
    advertise4: str  # what the fabric tells a server
    advertise6: str
    service4: str  # an address on the spine that servers talk to
    service6: str
    neighbour4: str  # host routes of another server of this VRF, for attacks
    neighbour6: str


VRFS = (
    Vrf("vrf-prv", "prv", 1001, 101, 3001, "10.1.0.5/32", "fd10:1::5/128", "10.0.0.0/8", "fd10::/16",
        "10.0.0.1/32", "fd10::1/128", "10.1.0.6/32", "fd10:1::6/128"),
    Vrf("vrf-pub", "pub", 1002, 201, 3002, "203.0.113.5/32", "2001:db8:113::5/128", "0.0.0.0/0", "::/0",
        "198.51.100.1/32", "2001:db8:ffff::1/128", "203.0.113.6/32", "2001:db8:113::6/128"),
)
PRV, PUB = VRFS

# A dead end for the untagged parent of a routed port (switch-nos.md 0, finding 1).
QUARANTINE = ("quarantine", 1999)
UNREACHABLE_METRIC = 4278198272

TOR1 = Node("tor1", "tor", 1, "192.0.2.11", ("swp1", "swp2", "up1", "swp3", "swp4", "swp5"), 65001)
TOR2 = Node("tor2", "tor", 2, "192.0.2.12", ("swp1", "swp2", "up1", "swp3", "swp5"), 65002)
SPINE1 = Node("spine1", "spine", 1, "192.0.2.21", ("swp1", "swp2", "swp3"), 65100)
# More memory: it also plays the attacker with 100,000 routes.
SRV1 = Node("srv1", "server", 5, "192.0.2.31", ("eth1", "eth2"), 4200000005, memory="512M", mode="disk")
# Stays off until a test orders it: what two servers share.
SRV5 = Node("srv5", "server", 6, "192.0.2.32", ("eth1", "eth2"), 4200000006, mode="disk")
NODES = {node.name: node for node in (TOR1, TOR2, SPINE1, SRV1, SRV5)}
TORS = (TOR1, TOR2)

CABLES = (
    Cable("tor1.swp1", "srv1.eth1"),
    Cable("tor2.swp1", "srv1.eth2"),
    Cable("tor1.swp5", "srv5.eth1"),
    Cable("tor2.swp5", "srv5.eth2"),
    Cable("tor1.up1", "spine1.swp1"),
    Cable("tor2.up1", "spine1.swp2"),
    Cable("spine1.swp3", ""),  # the provisioning network: DHCP, images, the controller's leg in it
    Cable("tor1.swp2", ""),  # foreign: configured by hand, must survive everything
    Cable("tor2.swp2", ""),
    # Servers that are nothing but the end of a cable: see POOL.
    Cable("tor1.swp3", ""),
    Cable("tor1.swp4", ""),
    Cable("tor2.swp3", ""),
)

SERVER_PORT = "swp1"
FOREIGN_PORT = "swp2"
UPLINK = "up1"
BRIDGE = "br0"
# Of each server, on both ToRs.
SERVER_PORTS = {"srv1": SERVER_PORT, "srv5": "swp5"}
# Server NIC and the ToR it is cabled to.
SERVER_LINKS = {"eth1": TOR1, "eth2": TOR2}

# Servers that only ever stand in the pool; what they say comes from the lab's namespace. Each port is the first NIC of one.
POOL = {"srv2": "tor1.swp3", "srv3": "tor1.swp4", "srv4": "tor2.swp3"}

MANAGEMENT_HOST = "192.0.2.1"
MANAGEMENT_BITS = 24

BMC_PORT = 8000  # lab_bmc.py, on MANAGEMENT_HOST: http, Redfish-shaped

PROVISIONING_VLAN = 100
# The host's kernel may have no 802.1Q at all, so the spine takes the tag off.
PROVISIONING_PORT = "spine1.swp3"
PROVISIONING_HOST = "172.16.100.1"
PROVISIONING_BITS = 24
# All a server in provisioning may talk to. The second one is nobody: IPv6 is off on the lab's host.
PROVISIONING_SERVICE = (PROVISIONING_HOST, "fd64::1")
# A server while it runs an installer, one for each NIC.
PROVISIONING_SERVER = {("srv1", "eth1"): "172.16.100.31", ("srv1", "eth2"): "172.16.100.32",
                       ("srv5", "eth1"): "172.16.100.33", ("srv5", "eth2"): "172.16.100.34"}
FABRIC_PORTS = ("swp1", "swp2")  # of the spine, in the order of TORS

FOREIGN_VLAN = 300


def foreign_host(tor: Node) -> str:
    """The foreign device on swp2; it talks to foreign_svi(tor) of the switch."""
    return f"172.16.{29 + tor.number}.1"


def foreign_svi(tor: Node) -> str:
    return f"172.16.{29 + tor.number}.2"


def mac(node: Node, nic: str) -> str:
    position = ("eth0", *node.nics).index(nic)
    return f"02:5{node.number:x}:{ord(node.kind[0]):02x}:00:00:{position:02x}"


def cable_of(end: str) -> Cable:
    for cable in CABLES:
        if end in (cable.a, cable.b):
            return cable
    raise KeyError(f"no cable ends at {end}")
