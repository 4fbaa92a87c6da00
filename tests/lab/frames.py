"""Raw frames from the server, and where on the fabric they turn up."""

import dataclasses
import json
import pathlib
import time

import fabric

GUEST = pathlib.Path(__file__).parent / "guest" / "frames.py"
SOURCE = GUEST.read_text()
MARK = "SWYLAB-"


@dataclasses.dataclass(frozen=True)
class Sight:
    node: str  # "" is the lab's host
    device: str
    outgoing: bool  # sent by that node, not received
    mark: str
    head: str  # the first 18 bytes of the frame, hex


def send(lab: fabric.Fabric, node: str, nic: str, name: str, **want) -> None:
    """One kind of frame, thrice; node "" is the lab's host. `want` as in guest/frames.py build(); `name` is looked for by seen()."""
    send_all(lab, node, nic, {name: want})


def send_all(lab: fabric.Fabric, node: str, nic: str, wants: dict[str, dict]) -> None:
    """Many kinds, one after the other; much quicker than one by one."""
    order = json.dumps([want | {"mark": MARK + name} for name, want in wants.items()])
    if not node:
        lab.host("/usr/bin/python3", str(GUEST), "send", nic, order)
        return
    lab.run(node, f"[ -e /run/lab-frames.py ] || cat >/run/lab-frames.py; python3 /run/lab-frames.py send {nic} '{order}'", stdin=SOURCE)


class Listener:
    """Hears every marked frame on every device of these nodes, as a context manager. On a port itself a
    frame is seen before any filter: judge by the devices behind it and by the other nodes."""

    def __init__(self, lab: fabric.Fabric, nodes: tuple[str, ...]):
        self.lab, self.nodes = lab, nodes
        self.log = f"/run/lab-sights-{time.monotonic_ns()}"

    def _run(self, node: str, command: str, check: bool = True, stdin: str | None = None):
        return self.lab.run(node, command, check=check, stdin=stdin) if node else self.lab.host("sh", "-c", command, check=check, stdin=stdin)

    def __enter__(self) -> "Listener":
        for node in self.nodes:
            self._run(node, f"cat >{self.log}.py; setsid python3 {self.log}.py listen {self.log} {MARK} </dev/null >{self.log}.err 2>&1 & "
                               f"echo $! >{self.log}.pid; for i in $(seq 200); do [ -s {self.log} ] && exit 0; sleep 0.1; done; exit 1",
                      stdin=SOURCE)
        return self

    def __exit__(self, *_) -> None:
        for node in self.nodes:
            self._run(node, f"kill $(cat {self.log}.pid); rm -f {self.log}*", check=False)

    def seen(self, name: str = "", settle: float = 0.5) -> list[Sight]:
        time.sleep(settle)  # the frame's way through the fabric
        sights = []
        for node in self.nodes:
            shown = self._run(node, f"[ -e /proc/$(cat {self.log}.pid)/exe ] && cat {self.log}")
            for line in map(json.loads, shown.stdout.splitlines()):
                if line.get("mark", "") == MARK + name or (not name and "mark" in line):
                    sights.append(Sight(node, line["device"], line["outgoing"], line["mark"], line["head"]))
        return sights
