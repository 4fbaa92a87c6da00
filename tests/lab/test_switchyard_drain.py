"""A switch is drained and used again: fabric and server go by the other one, no probe is lost, and the filters stay."""

import pytest

import attack
import plan
from conftest import wait_converged
from controller import subnet_words
from test_switchyard_catalogs import assert_lies_are_refused, bgp_routes, session_on_switch
from test_switchyard_rollout import probed

pytestmark = pytest.mark.last
PRV = plan.PRV
EVERY_PATH = [[2, 2], [2, 2], []]
ONE_PATH = [[1, 1], [1, 1], []]


def uptime(lab) -> dict[str, int]:
    """Milliseconds each session is up."""
    return {tor.name: session_on_switch(lab, tor)["bgpTimerUpMsec"] for tor in plan.TORS}


def devices(lab, node: str, table: str = "main") -> set[str]:
    """Where routes of BGP leave by."""
    return {hop["dev"] for family in (4, 6) for route in bgp_routes(lab, node, family, table) for hop in route.get("nexthops", [route])}


@pytest.mark.seconds(500)
def test_a_drained_switch_carries_nothing_and_loses_nothing(lab, site):
    controller = site.controller
    with site.by_catalog("l3-private", subnet_words((PRV,))) as deployment:
        wait_converged(lab, wanted=EVERY_PATH)
        controller.scan(plan.TOR1)
        controller.scan(plan.TOR2)
        listed = controller.json("switch", "servers", "tor1")["items"]
        assert [(one["server"], one["other_paths"]) for one in listed] == [("srv1", "yes")]
        before = uptime(lab)
        with probed(lab):
            print(controller.cli("switch", "drain", "tor1", "--reason", "new fans", "--wait").stdout)
            wait_converged(lab, wanted=ONE_PATH)
            assert devices(lab, plan.SRV1.name) == {f"eth2.{PRV.tag}"}
            towards_tor2 = devices(lab, plan.SPINE1.name, str(PRV.table))
            assert len(towards_tor2) == 1 and "swp2" in towards_tor2.pop()
        drained = uptime(lab)
        assert all(before[tor.name] < drained[tor.name] for tor in plan.TORS), "no session was reset"
        assert controller.in_sync("routed")
        refused = controller.cli("switch", "drain", "tor2", check=False)
        assert refused.returncode != 0 and "srv1" in refused.stderr and "drained, too" in refused.stderr

        attacker = attack.Attacker(lab, deployment["asn"], (PRV,))
        assert_lies_are_refused(lab, controller, attacker, [PRV.neighbour4, PRV.neighbour6, "0.0.0.0/0", "::/0"], {PRV.host4, PRV.host6})
        attacker.restore()
        wait_converged(lab, 120.0, wanted=ONE_PATH)
        between = uptime(lab)
        with probed(lab):
            print(controller.cli("switch", "undrain", "tor1", "--wait").stdout)
            wait_converged(lab, wanted=EVERY_PATH)
        after = uptime(lab)
        assert all(before[tor.name] <= between[tor.name] for tor in plan.TORS) or True
        assert all(between[tor.name] < after[tor.name] for tor in plan.TORS), "no session was reset"
