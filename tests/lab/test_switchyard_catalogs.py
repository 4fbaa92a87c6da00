"""The catalogs of catalogs/shipped, each ordered from Switchyard and judged on the switches and the server."""

import json

import pytest

import attack
import plan
import probe
from conftest import paths, wait_converged
from controller import subnet_words
from test_switchyard_path import SERVER, SPINE, accepted_on_switch, names
from test_switchyard_tenant import kinds, refused
from watch import RouteWatch

# After everything that shares the deployment of the others.
pytestmark = pytest.mark.last

PRV = plan.PRV
RECOVERY = 120.0  # seconds


def session_on_switch(lab, tor: plan.Node, port: str = plan.SERVER_PORT) -> dict:
    name = f"{port}.{PRV.tag}"
    return json.loads(lab.vtysh(tor.name, f"show bgp vrf {PRV.name} neighbors {name} json"))[name]


def bgp_routes(lab, node: str, family: int, table: str = "main") -> list[dict]:
    return lab.json(node, f"ip -j -{family} route show table {table} proto bgp") or []


def own_prefixes(lab, node: str) -> set[str]:
    """What is configured on its dummies."""
    return {f"{address['local']}/{address['prefixlen']}" for link in lab.json(node, "ip -j addr show type dummy")
            for address in link.get("addr_info", []) if address.get("scope") == "global"}


def assert_lies_are_refused(lab, controller, attacker: attack.Attacker, lies: list[str], allowed: set[str]) -> None:
    """Root on the server announces `lies` on every session: seen to leave, counted as refused, installed nowhere."""
    heard = allowed | {PRV.advertise4, PRV.advertise6}
    with RouteWatch(lab) as watch:
        attacker.announce(lies)
        for name, tor, vrf in attack.neighbours(attacker.vrfs):
            controller.wait(lambda: set(lies) <= attacker.announced(name) | attacker.announced(name, "ipv6"), 60, f"the lies to leave by {name}")

            def shown() -> bool:
                controller.scan(tor)
                return kinds(lies) <= refused(controller, tor, vrf)
            controller.wait(shown, 90, f"{tor.name} to show {kinds(lies)} as refused")
            assert accepted_on_switch(lab, tor, vrf) <= allowed
            assert watch.bgp_prefixes(tor.name, vrf.name) <= heard
        assert watch.bgp_prefixes(SPINE, PRV.name) <= allowed


@pytest.mark.seconds(500)
def test_a_server_of_l3_ipv6_has_its_sessions_and_one_route_and_no_ipv4(lab, site):
    with site.by_catalog("l3-ipv6", subnet_words((PRV,), ("v6",))) as deployment:
        one_path = [[2], [2], []]
        wait_converged(lab, wanted=one_path)
        asn = deployment["asn"]
        low = asn - 4_200_000_000
        router_id = f"0.{low >> 16 & 255}.{low >> 8 & 255}.{low & 255}"
        for tor in plan.TORS:
            peer = session_on_switch(lab, tor)
            assert (peer["bgpState"], peer["remoteAs"], peer["remoteRouterId"]) == ("Established", asn, router_id)
            assert accepted_on_switch(lab, tor, PRV) == {PRV.host6}
            assert PRV.host4 not in names(route["dst"] for route in bgp_routes(lab, tor.name, 4, str(PRV.table)))
        assert bgp_routes(lab, SPINE, 4, str(PRV.table)) == [] == bgp_routes(lab, SERVER, 4)
        assert own_prefixes(lab, SERVER) == {PRV.host6}
        route = bgp_routes(lab, SERVER, 6)[0]
        assert (route["dst"], route["prefsrc"], len(route["nexthops"])) == (PRV.advertise6, PRV.host6.split("/")[0], 2)
        assert names(route["dst"] for route in bgp_routes(lab, SPINE, 6, str(PRV.table))) == {PRV.host6}
        assert probe.once(lab, SPINE, PRV.host6.split("/")[0], device=PRV.name) == 1.0
        assert probe.once(lab, SERVER, PRV.service6.split("/")[0]) == 1.0
        attacker = attack.Attacker(lab, asn, (PRV,))
        lies = [PRV.neighbour6, PRV.neighbour4, PRV.host4, "::/0", "0.0.0.0/0", "fd10:1::/64"]
        assert_lies_are_refused(lab, site.controller, attacker, lies, {PRV.host6})
        attacker.restore()
        wait_converged(lab, RECOVERY, wanted=one_path)
    assert [paths(lab, SPINE, str(vrf.table)) for vrf in plan.VRFS] == [[], []]
