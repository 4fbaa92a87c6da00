"""What becomes of host routes behind the ToRs: spine1 probes them while a version of a catalog reaches two servers, and the fabric drops
what a bad version says."""

import contextlib
import pathlib
import shutil

import pytest

import plan
import probe
from conftest import wait_converged
from controller import ROOT, inventory, subnet_words
from test_switchyard_catalogs import session_on_switch

pytestmark = pytest.mark.last
PRV = plan.PRV
SPINE = plan.SPINE1.name
SERVERS = (plan.SRV1, plan.SRV5)
DROPPED = "65000:666"
# The operator's own rule on the spine: what says so goes nowhere. Both switches go on accepting it.
DROP = ("configure terminal", f"bgp community-list standard LAB-DROP permit {DROPPED}", "route-map FABRIC deny 5", "match community LAB-DROP")
UNDROP = ("configure terminal", "no route-map FABRIC deny 5", f"no bgp community-list standard LAB-DROP permit {DROPPED}")
LONGEST_LOSS = 1.0  # seconds, of a probe every 10 ms, where the other path is there all the time
PROBED = 100.0  # seconds
EVERY_PATH = [[2, 2], [2, 2, 2, 2], []]


def site_with_vantage(lab, vrfs) -> str:
    served = ", ".join(f"{{vrf: {vrf.name}, device: {vrf.name}}}" for vrf in vrfs)
    return inventory(lab, SERVERS) + f"""vantage_points:
  - name: {SPINE}
    address: {plan.SPINE1.management}
    key_file: {pathlib.Path(lab.folder) / 'keys' / 'client'}
    host_key: "{lab.host_key(SPINE)}"
    vrfs: [{served}]
"""


def spine_point(controller) -> dict:
    return next(point for point in controller.json("vantage", "list")["items"] if point["name"] == SPINE)


def push(controller, folder: pathlib.Path, community: str) -> int:
    """l3-private whose switches put this community on what servers say."""
    for name in ("common", "l3-private"):
        shutil.copytree(ROOT / "catalogs" / "shipped" / name, folder / name)
    with (folder / "l3-private" / "catalog.yaml").open("a") as catalog:
        catalog.write("switch:\n  - {nos: linux-frr, template: tor.j2}\n")
    (folder / "l3-private" / "tor.j2").write_text(f"route-map IN permit 10\n set community {community}\nexit\n")
    return controller.json("catalog", "push", str(folder / "l3-private"))["version"]


@contextlib.contextmanager
def on_spine(lab, do: tuple[str, ...], undo: tuple[str, ...]):
    lab.vtysh(SPINE, *do)
    try:
        yield
    finally:
        lab.vtysh(SPINE, *undo)


@pytest.fixture(scope="module")
def deployed(site, lab):
    """Two servers of l3-private, probed by spine1; all given back at the end."""
    controller = site.controller
    controller.more_servers(site_with_vantage(lab, (PRV,)))
    controller.wait(lambda: controller.in_sync("provisioning", plan.SERVER_PORTS["srv5"]), 240, "the ports of srv5 to be in the pool")
    controller.wait(lambda: spine_point(controller)["state"] == "reachable", 60, "spine1 to be reached")
    with site.by_catalog("l3-private", subnet_words((PRV,))):
        second = controller.deploy("srv5", catalog="l3-private", subnets=subnet_words((PRV,)), server=plan.SRV5)
        wait_converged(lab, 240, wanted=EVERY_PATH)
        try:
            yield controller
        finally:
            controller.release(second["id"])
            controller.more_servers(site_with_vantage(lab, ()))


def roll_out(controller, version: int, *more: str) -> tuple[dict, dict[str, dict]]:
    """The roll-out when it is over, and what became of each server."""
    done = controller.cli("catalog", "rollout", f"l3-private@{version}", "--canary", "1", "--pause", "2", "--watch", *more, check=False)
    rollout = controller.json("rollout", "list")["items"][0]
    servers = controller.get(f"/api/v1/rollouts/{rollout['id']}/servers")["items"]
    print(done.stdout, controller.cli("rollout", "show", rollout["id"]).stdout)
    for one in servers:
        print(one["server"], one["legs"], one["probes"])
    return rollout, {one["server"]: one for one in servers}


def addresses_of(row: dict) -> set[str]:
    return {seen["address"] for seen in row["probes"]}


def assert_stopped_at_one(lab, controller, rollout: dict, rows: dict[str, dict], before: dict[str, int]) -> dict:
    """The canary went back and carries its traffic, the other one was never touched, every session is up. Answers the canary's row."""
    canary, other = sorted(rows.values(), key=lambda one: one["wave"])
    assert rollout["status"] == "failed"
    assert (canary["state"], other["state"]) == ("failed", "untouched") and other["probes"] == []
    for word in (f"server {canary['server']}:", SPINE, PRV.name):
        assert word in rollout["error"]
    assert any(address in rollout["error"] for address in addresses_of(canary))
    assert all(legs["up"] >= 1 for legs in canary["legs"]) and canary["loss_ms"] == 0, "one session or the other was up all the time"
    for server in SERVERS:
        for tor in plan.TORS:
            assert session_on_switch(lab, tor, plan.SERVER_PORTS[server.name])["bgpState"] == "Established"
    assert versions(controller) == before
    for address in addresses_of(canary):
        assert probe.once(lab, SPINE, address, device=PRV.name) == 1.0
    return canary


def versions(controller) -> dict[str, int]:
    return {one["server"]: one["catalog_version"] for one in controller.json("deployment", "list")["items"] if one["state"] == "active"}


def losses(row: dict) -> list[int]:
    return [loss["ms"] for seen in row["probes"] for loss in seen["losses"]]


@pytest.mark.seconds(900)
def test_a_path_the_fabric_drops_stops_it_before_the_other_leg_is_touched(lab, deployed, tmp_path):
    controller, before = deployed, versions(deployed)
    version = push(controller, tmp_path, DROPPED)
    flows = [probe.Probe(lab, SPINE, host.split("/")[0], PROBED, device=PRV.name) for host in (PRV.host4, PRV.host6)]
    with on_spine(lab, DROP, UNDROP):
        rollout, rows = roll_out(controller, version)
        canary = assert_stopped_at_one(lab, controller, rollout, rows, before)
    assert "has 1 of 2 paths" in rollout["error"]
    for flow in (one.result()[0] for one in flows):
        print(f"{flow.lost} of {flow.sent} probes lost, longest gap {flow.longest_gap:.2f} s")
        assert flow.sent > 100 and flow.longest_gap < LONGEST_LOSS
    assert max(losses(canary), default=0) < 2000
    wait_converged(lab, wanted=EVERY_PATH)


@pytest.mark.seconds(900)
def test_a_server_the_fabric_loses_goes_back_by_itself(lab, deployed, tmp_path):
    """The vantage point has one path only and cannot see that the first leg's is gone."""
    controller, before = deployed, versions(deployed)
    version = push(controller, tmp_path, DROPPED)
    bgp = ("configure terminal", f"router bgp {plan.SPINE1.asn} vrf {PRV.name}")
    narrow, wide = ([word for family in ("ipv4", "ipv6") for word in (f"address-family {family} unicast", one, "exit-address-family")]
                    for one in ("maximum-paths 1", "no maximum-paths"))
    with on_spine(lab, (*bgp, *narrow), (*bgp, *wide)):
        wait_converged(lab, wanted=[[2, 2], [1, 1, 1, 1], []])
        with on_spine(lab, DROP, UNDROP):
            rollout, rows = roll_out(controller, version)
            canary = assert_stopped_at_one(lab, controller, rollout, rows, before)
    assert "has not answered" in rollout["error"]
    print(f"lost for {losses(canary)} ms")
    assert len(losses(canary)) >= 2 and max(losses(canary)) >= 2000, "both families, until they were back"
    wait_converged(lab, wanted=EVERY_PATH)


@pytest.mark.seconds(900)
def test_a_good_version_passes_and_nobody_cries_wolf(lab, deployed, tmp_path):
    controller = deployed
    version = push(controller, tmp_path, "65000:300")
    flows = [probe.Probe(lab, SPINE, host.split("/")[0], PROBED, device=PRV.name) for host in (PRV.host4, PRV.neighbour6)]
    rollout, rows = roll_out(controller, version)
    assert rollout["status"] == "succeeded" and rollout["servers"] == {"moved": 2}
    assert versions(controller) == {"srv1": version, "srv5": version}
    for row in rows.values():
        assert [seen["before"] for seen in row["probes"]] == ["answered", "answered"]
    for flow in (one.result()[0] for one in flows):
        print(f"{flow.lost} of {flow.sent} probes lost, longest gap {flow.longest_gap:.2f} s; the vantage point saw {[losses(row) for row in rows.values()]} ms")
        assert flow.sent > 100 and flow.longest_gap < LONGEST_LOSS
    timeline = controller.get(f"/api/v1/operations/{rollout['id']}")["timeline"]
    assert not any("nothing probes" in line["message"] for line in timeline)
    controller.wait(lambda: spine_point(controller)["watched"] == 0, 60, "spine1 to have nothing to look at")
    wait_converged(lab, wanted=EVERY_PATH)
