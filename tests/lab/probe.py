"""Is traffic lost, and for how long? Probes every 10 ms from one node (or the lab's host) to an address."""

import dataclasses
import json
import pathlib
import subprocess

import fabric
import plan
import shell

SOURCE = pathlib.Path(__file__).parent / "guest" / "probe.py"
LONGEST_GAP = 13.0  # seconds: the hold time of 9, and what a busy machine takes to notice that it is over


@dataclasses.dataclass(frozen=True)
class Flow:
    sent: int
    lost: int
    gaps: list  # [wall clock of the first lost probe, seconds until one was answered, how many]

    @property
    def longest_gap(self) -> float:
        return max((gap[1] for gap in self.gaps), default=0.0)


class Probe:
    """Runs in the background from start() to result(). `node` "" probes from the lab's host.
    `flows` > 1 takes different paths only for udp, which needs start_echo() at the target."""

    def __init__(self, lab: fabric.Fabric, node: str, target: str, seconds: float, kind: str = "icmp",
                 device: str = "-", flows: int = 1):
        self.seconds = seconds
        words = [kind, target, device, str(seconds), str(flows)]
        if node:
            lab.run(node, "cat >/run/lab-probe.py", stdin=SOURCE.read_text())
            command = ["ssh", *shell.options(lab.folder, plan.NODES[node]), f"root@{plan.NODES[node].management}",
                       "python3 /run/lab-probe.py " + " ".join(words)]
        else:
            command = ["ip", "netns", "exec", lab.namespace, "/usr/bin/python3", str(SOURCE), *words]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def result(self) -> list[Flow]:
        try:
            shown, error = self.process.communicate(timeout=self.seconds + 30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise fabric.LabError(f"the probe did not end within {self.seconds + 30:.0f} s")
        if self.process.returncode != 0:
            raise fabric.LabError(f"probe: {error.strip()[-400:]}")
        return [Flow(**flow) for flow in json.loads(shown)]


def once(lab: fabric.Fabric, node: str, target: str, device: str = "-", count: int = 20) -> float:
    """Share of answered echo requests, 0.0 to 1.0."""
    flow = Probe(lab, node, target, count * 0.01, device=device).result()[0]
    return 1.0 - flow.lost / max(1, flow.sent)


def start_echo(lab: fabric.Fabric, node: str) -> None:
    lab.run(node, "cat >/run/lab-echo.py; setsid python3 /run/lab-echo.py echo </dev/null >/dev/null 2>&1 &", stdin=SOURCE.read_text())
