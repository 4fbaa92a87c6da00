"""Switchyard on the real fabric: one server from the pool to routed and back, judged on the switches."""

import json

import pytest

import plan
import probe
import snapshot
from conftest import paths, wait_converged

SPINE, SERVER = plan.SPINE1.name, plan.SRV1.name
# Commands that come and go on a switch by themselves, a scan of ours among them.
TRANSIENT = ("processes:",)


def names(addresses) -> set[str]:
    return {f"{address}/{128 if ':' in address else 32}" if "/" not in address else address for address in addresses}


def accepted_on_switch(lab, tor: plan.Node, vrf: plan.Vrf, port: str = plan.SERVER_PORT) -> set[str]:
    """What bgpd itself says it took from the server in this VRF."""
    taken: set[str] = set()
    for family in ("ipv4", "ipv6"):
        shown = lab.vtysh(tor.name, f"show bgp vrf {vrf.name} {family} unicast neighbors {port}.{vrf.tag} routes json")
        taken |= set(json.loads(shown)["routes"])
    return taken


def traces(lab, tor: plan.Node) -> dict:
    """What any command of Switchyard would change: files with their times, links, addresses, FRR."""
    return {"files": lab.run(tor.name, "stat -c '%n %y %i' /etc/frr/frr.conf /etc/network/interfaces.d/*").stdout,
            **{name: text for name, text in snapshot.take(lab, tor.name).items() if name != "processes"}}


def changes_since(lab, before: dict[str, dict[str, str]]) -> list[str]:
    found = []
    for tor in plan.TORS:
        lines = snapshot.difference(before[tor.name], snapshot.take(lab, tor.name))
        found += [f"{tor.name} {line}" for line in lines if not line.startswith(TRANSIENT)]
    return found


def pvids(lab, tor: plan.Node) -> list[int]:
    shown = lab.json(tor.name, f"bridge -j vlan show dev {plan.SERVER_PORT}")
    return [vlan["vlan"] for port in shown for vlan in port["vlans"] if "PVID" in vlan.get("flags", [])]


@pytest.mark.seconds(400)
def test_adopted_ports_are_in_the_provisioning_vlan_and_nothing_else(lab, site):
    for tor in plan.TORS:
        assert pvids(lab, tor) == [plan.PROVISIONING_VLAN]
        assert site.controller.port(tor)["differences"] == []
    before = {tor.name: snapshot.take(lab, tor.name) for tor in plan.TORS}
    for tor in plan.TORS:
        site.controller.scan(tor)
    assert changes_since(lab, before) == []


@pytest.mark.seconds(500)
def test_a_deployed_server_has_its_sessions_over_link_local_and_exactly_its_routes(lab, deployed):
    for tor in plan.TORS:
        for vrf in plan.VRFS:
            name = f"{plan.SERVER_PORT}.{vrf.tag}"
            link = lab.json(tor.name, f"ip -j -d link show {name}")[0]
            assert (link["master"], link["linkinfo"]["info_data"]["id"]) == (vrf.name, vrf.tag)
            peer = json.loads(lab.vtysh(tor.name, f"show bgp vrf {vrf.name} neighbors {name} json"))[name]
            assert peer["bgpState"] == "Established" and peer["bgpNeighborAddr"].startswith("fe80:")
            assert peer["remoteAs"] == deployed.deployment["asn"]
            assert accepted_on_switch(lab, tor, vrf) == {vrf.host4, vrf.host6}
        shown = deployed.controller.port(tor)
        assert shown["sync"] == "in-sync" and shown["wished_mode"] == "routed"
        assert {(s["vrf"], s["tag"], s["state"]) for s in shown["sessions"]} == {(v.name, v.tag, "Established") for v in plan.VRFS}
        for session in shown["sessions"]:
            vrf = next(vrf for vrf in plan.VRFS if vrf.name == session["vrf"])
            assert set(session["accepted"]) == {vrf.host4, vrf.host6} and session["refused"] == []


def test_the_spine_has_each_host_route_by_two_next_hops_and_reaches_it(lab, deployed):
    for vrf in plan.VRFS:
        for family, host in ((4, vrf.host4), (6, vrf.host6)):
            shown = lab.json(SPINE, f"ip -j -{family} route show table {vrf.table} proto bgp")
            assert names(route["dst"] for route in shown) == {host}
            assert [len(route["nexthops"]) for route in shown] == [2]
        assert paths(lab, SPINE, str(vrf.table)) == [2, 2]
        for host, service in ((vrf.host4, vrf.service4), (vrf.host6, vrf.service6)):
            assert probe.once(lab, SPINE, host.split("/")[0], device=vrf.name) == 1.0
            assert probe.once(lab, SERVER, service.split("/")[0]) == 1.0
    assert probe.once(lab, SPINE, plan.PUB.host4.split("/")[0], device=plan.PRV.name) == 0.0


@pytest.mark.seconds(240)
def test_looking_again_and_wishing_the_same_again_sends_nothing(lab, deployed):
    before = {tor.name: traces(lab, tor) for tor in plan.TORS}
    event = deployed.controller.last_event()
    for tor in plan.TORS:
        deployed.controller.scan(tor)
        version = deployed.controller.port(tor)["wish_version"]
        deployed.controller.wish(tor)
        deployed.controller.wait(lambda: deployed.controller.port(tor)["wish_version"] > version
                                 and deployed.controller.port(tor)["sync"] == "in-sync", 90, f"{tor.name} to settle")
    for tor in plan.TORS:
        assert snapshot.difference(before[tor.name], traces(lab, tor)) == []
        assert deployed.controller.drifts(event, tor) == []


@pytest.mark.seconds(240)
def test_a_pulled_cable_loses_no_more_than_the_hold_time(lab, deployed):
    probe.start_echo(lab, SERVER)
    running = probe.Probe(lab, SPINE, plan.PRV.host4.split("/")[0], 20.0, kind="udp", device=plan.PRV.name, flows=8)
    lab.pull(f"tor1.{plan.SERVER_PORT}")
    flows = running.result()
    lab.plug(f"tor1.{plan.SERVER_PORT}")
    wait_converged(lab)
    assert all(flow.sent > 300 for flow in flows)
    assert max(flow.longest_gap for flow in flows) < probe.LONGEST_GAP


@pytest.mark.seconds(300)
def test_a_dead_tor_loses_no_more_than_the_hold_time_and_comes_back(lab, deployed):
    probe.start_echo(lab, SERVER)
    running = probe.Probe(lab, SPINE, plan.PRV.host4.split("/")[0], 20.0, kind="udp", device=plan.PRV.name, flows=8)
    lab.kill("tor1")
    flows = running.result()
    lab.start("tor1")
    wait_converged(lab, 120)
    assert all(flow.sent > 300 for flow in flows)
    assert max(flow.longest_gap for flow in flows) < probe.LONGEST_GAP
    deployed.controller.wait(lambda: deployed.controller.in_sync("routed"), 120, "both ports to be seen as wished again")
