"""Was a prefix ever in a kernel's routing table? A log kept on the switches themselves."""

import dataclasses
import json
import pathlib
import time

import fabric
import plan

SOURCE = (pathlib.Path(__file__).parent / "guest" / "watch_routes.py").read_text()
BGP = 186  # as zebra marks a route in the kernel
TABLES = {vrf.name: vrf.table for vrf in plan.VRFS}


@dataclasses.dataclass(frozen=True)
class Event:
    node: str
    at: float  # host and guests share one clock
    new: bool
    table: int
    prefix: str
    protocol: int


class RouteWatch:
    """As a context manager; the questions may be asked during and after. Raises LabError rather than
    answer from a log with holes."""

    def __init__(self, lab: fabric.Fabric, nodes: tuple[str, ...] = ("tor1", "tor2", "spine1")):
        self.lab, self.nodes = lab, nodes
        self.log = f"/run/lab-routes-{time.monotonic_ns()}"
        self._events: list[Event] = []

    def __enter__(self) -> "RouteWatch":
        for node in self.nodes:
            self.lab.run(node, f"cat >{self.log}.py; setsid python3 {self.log}.py {self.log} </dev/null >{self.log}.err 2>&1 & "
                               f"echo $! >{self.log}.pid; for i in $(seq 200); do [ -s {self.log} ] && exit 0; sleep 0.1; done; exit 1",
                         stdin=SOURCE)
        return self

    def __exit__(self, *_) -> None:
        self._events = self.events()
        for node in self.nodes:
            self.lab.run(node, f"kill $(cat {self.log}.pid); rm -f {self.log}*", check=False)
        self.nodes = ()

    def events(self) -> list[Event]:
        found = list(self._events)
        for node in self.nodes:
            # /proc, because an ended watcher would have left an innocent-looking log behind.
            shown = self.lab.run(node, f"[ -e /proc/$(cat {self.log}.pid)/exe ] && cat {self.log}")
            for line in map(json.loads, shown.stdout.splitlines()):
                if line.get("lost"):
                    raise fabric.LabError(f"{node}: the kernel dropped route notices, the watch proves nothing")
                if "prefix" in line:
                    found.append(Event(node, line["at"], line["new"], line["table"], line["prefix"], line["protocol"]))
        return found

    def ever(self, prefix: str, vrf: str = "") -> list[Event]:
        """Every time this exact prefix was installed (in this VRF, or anywhere)."""
        tables = {TABLES[vrf]} if vrf else None
        return [event for event in self.events()
                if event.new and event.prefix == prefix and (tables is None or event.table in tables)]

    def bgp_prefixes(self, node: str, vrf: str) -> set[str]:
        """Every prefix BGP ever installed there: compare with the whole set that may be."""
        return {event.prefix for event in self.events() if event.new and event.node == node
                and event.table == TABLES[vrf] and event.protocol == BGP}
