"""What a tenant with root on the server can try: lies through its own FRR, and sessions of its own.

The server must be running with the rendered files (or golden/server). Everything is undone by
restore(), which loads the files on its disk again.
"""

import json
import pathlib

import fabric
import plan

SPEAKER = (pathlib.Path(__file__).parent / "guest" / "bgp_speaker.py").read_text()
SERVER = plan.SRV1.name

# Every announcement the other side must refuse, by what it would be.
LIES = {
    **{f"another server's /32 ({vrf.short})": vrf.neighbour4 for vrf in plan.VRFS},
    **{f"another server's /128 ({vrf.short})": vrf.neighbour6 for vrf in plan.VRFS},
    "the /24 around its own": "10.1.0.0/24",
    "a public /24": "203.0.113.0/24",
    "more specific of nobody": "10.9.9.9/32",
    "the whole private space": "10.0.0.0/8",
    "the private IPv6 space": "fd10::/16",
    "a public /48": "2001:db8:113::/48",
    "IPv4 default": "0.0.0.0/0",
    "IPv6 default": "::/0",
}


def neighbours(vrfs=plan.VRFS) -> list[tuple[str, plan.Node, plan.Vrf]]:
    return [(f"{nic}.{vrf.tag}", tor, vrf) for nic, tor in plan.SERVER_LINKS.items() for vrf in vrfs]


class Attacker:
    def __init__(self, lab: fabric.Fabric, asn: int = plan.SRV1.asn, vrfs=plan.VRFS):
        """`vrfs`: those its catalog attaches."""
        self.lab, self.asn, self.vrfs = lab, asn, vrfs

    def config(self, lines: str, timeout: float = 60.0) -> None:
        """Into the server's running FRR. Lines it refuses fail the call."""
        self.lab.run(SERVER, "cat >/run/lab-attack && vtysh -f /run/lab-attack", timeout, stdin=lines)

    def announce(self, prefixes: list[str], extra: str = "") -> None:
        """On every session of the server, both VRFs (so also each VRF's routes into the other one).
        `extra`: further `set` lines for the outgoing route map. The server's own routes stay announced."""
        families = {"ipv4": [p for p in prefixes if ":" not in p], "ipv6": [p for p in prefixes if ":" in p]}
        lines = f"route-map ROGUE permit 10\n{extra}exit\nrouter bgp {self.asn}\n no bgp network import-check\n"
        for family, chosen in families.items():
            lines += f" address-family {family} unicast\n"
            lines += "".join(f"  network {prefix}\n" for prefix in chosen)
            # On the neighbour: whatever the rendered peer groups are called, this wins.
            lines += "".join(f"  neighbor {name} route-map ROGUE out\n" for name, _, _ in neighbours(self.vrfs))
            lines += " exit-address-family\n"
        self.config(lines + "exit\n", timeout=300)
        self.lab.vtysh(SERVER, "clear bgp * soft out")

    def announced(self, nic_and_tag: str, family: str = "ipv4") -> set[str]:
        """What the server really sends there: proof that an attack took place."""
        text = self.lab.vtysh(SERVER, f"show bgp {family} unicast neighbors {nic_and_tag} advertised-routes json", timeout=120)
        return set(json.loads(text or "{}").get("advertisedRoutes", {}))

    def sent_count(self, nic_and_tag: str, family: str = "ipv4") -> int:
        """How many prefixes the server has announced there, where announced() would be too long."""
        summary = self.lab.json(SERVER, f"vtysh -c 'show bgp {family} unicast summary json'")
        return summary["peers"].get(nic_and_tag, {}).get("pfxSnt", 0)

    def flood_with_frr(self, count: int) -> None:
        """So many /32 (10.64.0.0 upwards) on every session. 100,000 take FRR's shell about two minutes."""
        base = 10 << 24 | 64 << 16
        quads = ((base + number).to_bytes(4, "big") for number in range(count))
        self.announce([".".join(map(str, quad)) + "/32" for quad in quads])

    def flood(self, nic_and_tag: str, count: int = 100_000, seconds: float = 30.0) -> dict:
        """So many /32 and as many /128 in full-sized updates on one session, whose place it takes: the
        server's FRR is stopped. restore() brings it back. Answers as second_session()."""
        self.lab.run(SERVER, "/usr/lib/frr/frrinit.sh stop >/run/frr-stop.log 2>&1", timeout=60)
        return self.second_session(nic_and_tag, flood=count, seconds=seconds)

    def change_as(self, asn: int) -> None:
        """Claims another AS on every session, with nothing of its own in the path."""
        lines = f"router bgp {self.asn}\n"
        lines += "".join(f" neighbor {name} local-as {asn} no-prepend replace-as\n" for name, _, _ in neighbours(self.vrfs))
        self.config(lines + "exit\n")

    def prepend(self, path: str) -> None:
        """Its own routes, with a path that names others ("65100 65200")."""
        self.announce([], extra=f" set as-path prepend {path}\n")

    def communities(self, *values: str) -> None:
        """Its own routes, with communities (graceful-shutdown, blackhole, …), MED 0 and a low path."""
        self.announce([], extra=f" set community {' '.join(values)}\n set metric 0\n")

    def second_session(self, nic_and_tag: str, **want) -> dict:
        """A BGP speaker of its own to the ToR. want: source (default: the server's own address), asn,
        hops, prefixes, seconds. Answers how far it came and what ended it (guest/bgp_speaker.py)."""
        name, tor, _ = next(entry for entry in neighbours(self.vrfs) if entry[0] == nic_and_tag)
        nic = name.split(".")[0]
        port = plan.cable_of(f"{SERVER}.{nic}").a.split(".")[1]
        target = self.link_local(tor.name, f"{port}.{name.split('.')[1]}")
        own = self.link_local(SERVER, name)
        source = want.get("source", own)
        order = {"source": source, "target": target, "device": name, "asn": self.asn} | want
        extra = "" if source == own else f"{source}/64 dev {name}"
        shown = self.lab.run(SERVER, f"[ -z '{extra}' ] || ip -6 addr add {extra} nodad; cat >/run/lab-speaker.py; "
                                     f"python3 /run/lab-speaker.py '{json.dumps(order)}'; [ -z '{extra}' ] || ip -6 addr del {extra}",
                             timeout=60 + want.get("seconds", 5), stdin=SPEAKER)
        return json.loads(shown.stdout)

    def link_local(self, node: str, device: str) -> str:
        shown = self.lab.json(node, f"ip -j -6 addr show dev {device} scope link")
        return next(address["local"] for entry in shown for address in entry.get("addr_info", []) if address)

    def restore(self) -> None:
        """The server as installed: its FRR starts again from its disk."""
        self.lab.run(SERVER, "/usr/lib/frr/frrinit.sh restart >/run/frr-start.log 2>&1", timeout=120)
