"""One fabric for the whole run, bounded tests, and seconds per phase at the end."""

import contextlib
import os
import pathlib
import signal
import sys
import time

import pytest

import by_hand
import fabric
import plan
import snapshot
from bmc import Bmc
from controller import Controller

GOLDEN = pathlib.Path(__file__).parent / "golden" / "server"
FILES = {"/etc/network/interfaces": (GOLDEN / "interfaces").read_text(), "/etc/frr/frr.conf": (GOLDEN / "frr.conf").read_text()}
DEFAULT_LIMIT = 120
ORDER = ("test_fabric", "test_switchyard_path", "test_switchyard_tenant", "test_switchyard_isolation", "test_switchyard_drift",
         "test_switchyard_order", "test_switchyard_release", "test_switchyard_catalogs", "test_switchyard_rollout", "test_switchyard_vantage", "test_switchyard_power", "test_switchyard_boot")
phases: dict[str, float] = {}


def pytest_configure(config):
    config.addinivalue_line("markers", "seconds(n): the test fails when it runs longer")
    config.addinivalue_line("markers", "last: ends the deployment the others share")


def pytest_collection_modifyitems(items):
    """Cheap first, and what shares a deployment together."""
    def key(item):
        name = item.path.stem
        return bool(item.get_closest_marker("last")), ORDER.index(name) if name in ORDER else -1
    items.sort(key=key)


class TooLong(Exception):
    """Not a TimeoutError: that is an OSError, which much code rightly takes for a passing fault of a connection."""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    """A deadline around set-up, call and tear-down together: the lab's boot is in the first one. What cleans up
    after it has two minutes, and again two each time."""
    marker = item.get_closest_marker("seconds")
    limit = marker.args[0] if marker else DEFAULT_LIMIT
    if not phases:
        limit += 1500  # an image may have to be built first

    def too_late(*_):
        raise TooLong(f"{item.name} ran longer than {limit} s")
    signal.signal(signal.SIGALRM, too_late)
    signal.setitimer(signal.ITIMER_REAL, limit, 120)
    begun = time.monotonic()
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    phases[item.name] = time.monotonic() - begun


def pytest_runtest_logreport(report):
    """At once, not at the end: whoever ends a run from outside wants to know what had failed before."""
    if report.failed:
        print(f"\n{report.nodeid}: {report.when} failed\n{report.longreprtext}\n", file=sys.__stdout__, flush=True)


def pytest_terminal_summary(terminalreporter):
    for name, seconds in phases.items():
        terminalreporter.write_line(f"{seconds:7.1f} s  {name}")


@pytest.fixture(scope="session")
def lab():
    if name := os.environ.get("SWITCHYARD_LAB"):  # one that is up already and stays up, to look into afterwards
        yield fabric.Fabric.attach(name)
        return
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


class Site:
    """Switchyard and the fabric it has adopted. Tests share one deployment: ask for it, leave it whole."""

    def __init__(self, lab):
        self.lab = lab
        self.controller = Controller(lab)
        self.deployment: dict | None = None
        self.before: dict[str, dict[str, str]] = {}  # the ToRs as they were before the deployment

    def start(self) -> "Site":
        self.controller.start()
        self.controller.adopt()
        return self

    def deployed(self) -> dict:
        if not self.deployment:
            self.before = {tor.name: snapshot.take(self.lab, tor.name) for tor in plan.TORS}
            self.deployment = self.controller.deploy()
            wait_converged(self.lab)
        return self.deployment

    def released(self) -> None:
        if self.deployment:
            self.controller.release(self.deployment["id"])
            self.deployment = None

    @contextlib.contextmanager
    def by_catalog(self, catalog: str, subnets: list[str], **order):
        """A deployment by a catalog of catalogs/shipped, released at the end. `order`: as of Controller.deploy()."""
        self.released()
        self.controller.push(catalog)
        deployment = self.controller.deploy(catalog=catalog, subnets=subnets, **order)
        try:
            yield deployment
        finally:
            self.controller.release(deployment["id"])


@pytest.fixture(scope="session")
def site(lab):
    """Switchyard with both server ports adopted, nothing deployed."""
    site = Site(lab)
    try:
        yield site.start()
    finally:
        site.controller.stop()


@pytest.fixture
def deployed(site):
    """The same, with srv1 deployed and every path up."""
    site.deployed()
    return site


def paths(lab, node: str, table: str) -> list[int]:
    """Next hops of each route BGP put into the kernel."""
    shown = sum((lab.json(node, f"ip -j -{family} route show table {table} proto bgp") or [] for family in (4, 6)), [])
    return [len(route.get("nexthops", [route])) for route in shown]


EVERY_PATH = [[2, 2, 2, 2], [2, 2], [2, 2]]


def wait_converged(lab, deadline: float = 90.0, wanted: list[list[int]] | None = None) -> None:
    """Until every prefix of the plan has both ToRs as next hops, on the server and on the spine. `wanted`: these instead."""
    end = time.monotonic() + deadline
    while True:
        seen = [sorted(paths(lab, plan.SRV1.name, "main"))]
        seen += [sorted(paths(lab, plan.SPINE1.name, str(vrf.table))) for vrf in plan.VRFS]
        if seen == (wanted or EVERY_PATH):
            return
        if time.monotonic() > end:
            raise fabric.LabError(f"after {deadline:.0f} s the next hops of srv1 and the VRFs of spine1 are {seen}")
        time.sleep(0.3)


def foreign(lab, tor) -> dict[str, str]:
    """What is not Switchyard's on a ToR: the neighbour port, the uplink, the operator's files and BGP."""
    devices = (plan.FOREIGN_PORT, plan.UPLINK, f"{plan.BRIDGE}.{plan.FOREIGN_VLAN}",
               *(f"{plan.UPLINK}.{vrf.uplink_tag}" for vrf in plan.VRFS))
    seen = {name: snapshot.normal(lab.run(tor.name, f"ip -j -d addr show dev {name}").stdout, True) for name in devices}
    seen |= {f"{name} vlans": lab.run(tor.name, f"bridge -j vlan show dev {name}").stdout for name in (plan.FOREIGN_PORT, plan.UPLINK)}
    running = lab.vtysh(tor.name, "show running-config").splitlines()
    seen["frr"] = "\n".join(line for line in running if plan.UPLINK in line or "FABRIC" in line)
    seen["interfaces"] = lab.read(tor.name, "/etc/network/interfaces")
    return seen
