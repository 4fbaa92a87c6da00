"""Hands on the switch: seen within one scan and repaired, and nothing else is touched."""

import pytest

import plan
import snapshot
from conftest import foreign, wait_converged

PORT = plan.SERVER_PORT
SUB = f"{PORT}.{plan.PRV.tag}"
BGP = f"router bgp {plan.TOR1.asn} vrf {plan.PRV.name}"
OURS = ("running-config", "files", "vlans", "bridge-ports", "tc", "sysctls", "rules")


def shape(lab, tor: plan.Node) -> dict[str, str]:
    """What is configured, without what comes and goes with sessions and without the order of lines."""
    seen = snapshot.take(lab, tor.name)
    return {name: "\n".join(sorted(seen[name].splitlines())) for name in OURS}


def vtysh(lab, *lines: str) -> None:
    lab.vtysh("tor1", "configure terminal", *lines)


HANDS = {
    "a line of a prefix list removed": lambda lab: vtysh(lab, f"no ipv6 prefix-list SWY-P-{SUB} seq 65000 deny any"),
    "a packet filter removed": lambda lab: lab.run("tor1", f"tc filter del dev {SUB} ingress pref 100"),
    "the port added to a VLAN": lambda lab: lab.run(
        "tor1", f"ip link set {PORT} master {plan.BRIDGE} && bridge vlan add dev {PORT} vid {plan.FOREIGN_VLAN} pvid untagged"),
    "session timers changed": lambda lab: vtysh(lab, BGP, f"neighbor {SUB} timers 10 30"),
    "a filter of the neighbour removed": lambda lab: vtysh(
        lab, BGP, "address-family ipv4 unicast", f"no neighbor {SUB} prefix-list SWY-P-{SUB} in"),
    "a foreign route let in": lambda lab: vtysh(lab, f"ip prefix-list SWY-P-{SUB} seq 7 permit {plan.PRV.neighbour4}"),
    "the port's file deleted": lambda lab: lab.run("tor1", f"rm /etc/network/interfaces.d/switchyard-{PORT}.conf"),
}


def see_and_repair(lab, deployed, hand, act):
    controller, tor = deployed.controller, plan.TOR1
    wished, others = shape(lab, tor), {node.name: foreign(lab, node) for node in plan.TORS}
    event = controller.last_event()
    act(lab)
    assert snapshot.difference(wished, shape(lab, tor)) != [] or controller.drifts(event, tor), "the hand changed nothing"
    controller.cli("switch", "scan", tor.name)
    seen = controller.wait(lambda: controller.drifts(event, tor), 60, f"a scan to see {hand}")
    assert seen[0]["data"]["differences"], seen
    controller.wait(lambda: controller.port(tor)["sync"] == "in-sync", 120, f"the repair of {hand}")
    wait_converged(lab, 120)
    assert snapshot.difference(wished, shape(lab, tor)) == []
    assert {node.name: foreign(lab, node) for node in plan.TORS} == others


@pytest.mark.seconds(600)
@pytest.mark.parametrize("hand", HANDS)
def test_a_change_by_hand_is_seen_within_one_scan_and_repaired(lab, deployed, hand):
    see_and_repair(lab, deployed, hand, HANDS[hand])
