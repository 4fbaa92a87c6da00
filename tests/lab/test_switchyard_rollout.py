"""A new version of a catalog reaches a server that is in use: leg by leg, with its template's policy on real switches, and back."""

import contextlib
import json
import pathlib
import shutil

import pytest

import attack
import plan
import snapshot
from conftest import wait_converged
from controller import ROOT, subnet_words
from probe import Probe
from test_switchyard_catalogs import assert_lies_are_refused

pytestmark = pytest.mark.last
PRV = plan.PRV
# What a probe of the data path may miss while a path goes and comes: the other one is there all the time.
LONGEST_LOSS = 1.0  # seconds
PROBED = 32.0  # seconds; a roll-out of one server takes 17 s here
POLICY = """route-map IN permit 10
 match origin igp
 set community 65000:{{ vars.region }} 65000:20
 set large-community 65000:1:2
 set local-preference 200
exit
route-map OUT permit 10
 set metric 50
 set as-path prepend 65000
exit
"""
SCHEMA = {"type": "object", "additionalProperties": False, "properties": {"region": {"type": "integer", "default": 300}}}
# Sections that tell time or count, and FRR's own order of a configuration of the same lines.
RESTLESS = {"processes", "running-config", "files"}


def new_version(folder: pathlib.Path) -> str:
    """l3-private with a policy on switches, and one prefix more that servers may be told of."""
    for name in ("common", "l3-private"):
        shutil.copytree(ROOT / "catalogs" / "shipped" / name, folder / name)
    catalog = folder / "l3-private" / "catalog.yaml"
    catalog.write_text(catalog.read_text().replace("10.0.0.0/8", "10.0.0.0/8, 192.0.2.0/24")
                       + "variables: variables.json\nswitch:\n  - {nos: linux-frr, template: tor.j2}\n")
    (folder / "l3-private" / "variables.json").write_text(json.dumps(SCHEMA))
    (folder / "l3-private" / "tor.j2").write_text(POLICY)
    return str(folder / "l3-private")


def route(lab, tor: plan.Node, prefix: str) -> dict:
    family = "ipv6" if ":" in prefix else "ipv4"
    return json.loads(lab.vtysh(tor.name, f"show bgp vrf {PRV.name} {family} unicast {prefix} json"))["paths"][0]


def shape(lab, tor: plan.Node) -> dict[str, str]:
    taken = snapshot.take(lab, tor.name)
    lines = sorted(line for line in taken["running-config"].splitlines())
    return {name: text for name, text in taken.items() if name not in RESTLESS} | {"running-config": "\n".join(lines)}


@contextlib.contextmanager
def probed(lab):
    """Both families, from the spine to the server, while something happens; what was lost is printed and bounded."""
    probes = [Probe(lab, plan.SPINE1.name, host.split("/")[0], PROBED, device=PRV.name) for host in (PRV.host4, PRV.host6)]
    try:
        yield
    finally:
        flows = [probe.result()[0] for probe in probes]
        for flow, family in zip(flows, ("IPv4", "IPv6")):
            print(f"{family}: {flow.lost} of {flow.sent} probes lost, longest gap {flow.longest_gap:.2f} s, {flow.gaps}")
    assert all(flow.sent > 100 and flow.longest_gap < LONGEST_LOSS for flow in flows)


@pytest.mark.seconds(900)
def test_a_roll_out_costs_a_path_and_never_the_server(lab, site, tmp_path):
    controller = site.controller
    with site.by_catalog("l3-private", subnet_words((PRV,))) as deployment:
        every_path = [[2, 2], [2, 2], []]
        wait_converged(lab, wanted=every_path)
        before = {tor.name: shape(lab, tor) for tor in plan.TORS}
        wish = controller.database("SELECT switch_name, wish FROM port_wishes ORDER BY switch_name")
        version = controller.json("catalog", "push", new_version(tmp_path))["version"]
        preview = controller.json("catalog", "preview", f"l3-private@{version}", "--server", "srv1")
        assert preview["changed"] == 1 and all("set local-preference 200" in one["commands"] for one in preview["switches"])

        with probed(lab):
            done = controller.cli("catalog", "rollout", f"l3-private@{version}", "--pause", "0", "--watch", check=False)
            print(done.stdout, controller.database("SELECT state, detail, legs FROM rollout_servers"))
            assert done.returncode == 0, done.stderr
        wait_converged(lab, wanted=every_path)
        rollout = controller.json("rollout", "list")["items"][0]
        assert rollout["status"] == "succeeded" and rollout["servers"] == {"moved": 1}
        assert controller.json("deployment", "list")["items"][-1]["catalog_version"] == version
        for tor in plan.TORS:
            for prefix in (PRV.host4, PRV.host6):
                seen = route(lab, tor, prefix)
                assert seen["community"]["string"] == "65000:20 65000:300"
                assert seen["largeCommunity"]["string"] == "65000:1:2" and seen["locPrf"] == 200
        heard = json.loads(lab.vtysh(plan.SRV1.name, "show bgp ipv4 unicast 10.0.0.0/8 json"))["paths"]
        assert {path["metric"] for path in heard} == {50}
        assert all(" 65000" in f" {path['aspath']['string']}" for path in heard)

        # The policy of a template opens nothing.
        attacker = attack.Attacker(lab, deployment["asn"], (PRV,))
        assert_lies_are_refused(lab, controller, attacker, [PRV.neighbour4, PRV.neighbour6, "0.0.0.0/0", "::/0"], {PRV.host4, PRV.host6})
        attacker.restore()
        wait_converged(lab, 120.0, wanted=every_path)

        with probed(lab):
            controller.cli("catalog", "rollback", rollout["id"], "--watch")
        wait_converged(lab, wanted=every_path)
        assert controller.database("SELECT switch_name, wish FROM port_wishes ORDER BY switch_name") == wish
        for tor in plan.TORS:
            assert snapshot.difference(before[tor.name], shape(lab, tor)) == []
