"""One fabric for the whole run, bounded tests, and seconds per phase at the end."""

import os
import pathlib
import signal
import time

import pytest

import by_hand
import fabric
import plan
from bmc import Bmc

GOLDEN = pathlib.Path(__file__).parent / "golden" / "server"
FILES = {"/etc/network/interfaces": (GOLDEN / "interfaces").read_text(), "/etc/frr/frr.conf": (GOLDEN / "frr.conf").read_text()}
DEFAULT_LIMIT = 120
phases: dict[str, float] = {}


def pytest_configure(config):
    config.addinivalue_line("markers", "seconds(n): the test fails when it runs longer")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    """A deadline around set-up, call and tear-down together: the lab's boot is in the first one."""
    marker = item.get_closest_marker("seconds")
    limit = marker.args[0] if marker else DEFAULT_LIMIT
    if not phases:
        limit += 1500  # an image may have to be built first

    def too_late(*_):
        raise TimeoutError(f"{item.name} ran longer than {limit} s")
    signal.signal(signal.SIGALRM, too_late)
    signal.alarm(limit)
    begun = time.monotonic()
    yield
    signal.alarm(0)
    phases[item.name] = time.monotonic() - begun


def pytest_terminal_summary(terminalreporter):
    for name, seconds in phases.items():
        terminalreporter.write_line(f"{seconds:7.1f} s  {name}")


@pytest.fixture(scope="session")
def lab():
    lab = fabric.Fabric(f"t{os.getpid()}")
    lab.up(guard=True)
    phases.update({f"lab {phase}": seconds for phase, seconds in lab.timings.items()})
    yield lab
    lab.down()


@pytest.fixture(scope="session")
def server(lab):
    """srv1 installed from the golden files over the provisioning network, its ports routed by hand."""
    bmc = Bmc(lab)
    for tor in plan.TORS:
        by_hand.to_provisioning(lab, tor)
    bmc.install("golden", FILES)
    for tor in plan.TORS:
        by_hand.to_shut(lab, tor)
        by_hand.to_routed(lab, tor)
    bmc.power("On", boot="Hdd")
    bmc.wait("running")
    wait_converged(lab)
    yield bmc


def paths(lab, node: str, table: str) -> list[int]:
    """Next hops of each route BGP put into the kernel."""
    shown = sum((lab.json(node, f"ip -j -{family} route show table {table} proto bgp") or [] for family in (4, 6)), [])
    return [len(route.get("nexthops", [route])) for route in shown]


def wait_converged(lab, deadline: float = 90.0) -> None:
    """Until every prefix of the plan has both ToRs as next hops, on the server and on the spine."""
    end = time.monotonic() + deadline
    while True:
        seen = [sorted(paths(lab, plan.SRV1.name, "main"))]
        seen += [sorted(paths(lab, plan.SPINE1.name, str(vrf.table))) for vrf in plan.VRFS]
        if seen == [[2, 2, 2, 2], [2, 2], [2, 2]]:
            return
        if time.monotonic() > end:
            raise fabric.LabError(f"after {deadline:.0f} s the next hops of srv1 and the VRFs of spine1 are {seen}")
        time.sleep(0.3)
