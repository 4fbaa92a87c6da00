"""The test bed itself, without Switchyard: what the other tests of this folder rely on."""

import pathlib
import signal
import subprocess
import sys
import time

import pytest

import attack
import by_hand
import frames
import plan
import probe
import snapshot
from bmc import Bmc
from conftest import wait_converged
from watch import RouteWatch

SPINE, SERVER = plan.SPINE1.name, plan.SRV1.name
OWN = {vrf.name: {vrf.host4, vrf.host6} for vrf in plan.VRFS}
HEARD = {vrf.name: {vrf.host4, vrf.host6, vrf.advertise4, vrf.advertise6} for vrf in plan.VRFS}


def eventually(question, expected=True, deadline: float = 30.0) -> None:
    end = time.monotonic() + deadline
    while (answer := question()) != expected and time.monotonic() < end:
        time.sleep(0.2)
    assert answer == expected


def routes(lab, node: str, vrf: plan.Vrf) -> set[str]:
    shown = sum((lab.json(node, f"ip -j -{family} route show table {vrf.table} proto bgp") or [] for family in (4, 6)), [])
    names = {route["dst"] for route in shown}
    whole = {"default": {vrf.advertise4, vrf.advertise6} & {"0.0.0.0/0", "::/0"}}
    return set().union(*(whole.get(name, {name if "/" in name else name + ("/128" if ":" in name else "/32")}) for name in names))


def has_carrier(lab, node: str, nic: str) -> bool:
    return "LOWER_UP" in lab.json(node, f"ip -j link show {nic}")[0]["flags"]


def test_the_tors_hear_the_fabric(lab):
    for tor in plan.TORS:
        for vrf in plan.VRFS:
            eventually(lambda: routes(lab, tor.name, vrf), {vrf.advertise4, vrf.advertise6})


def test_the_pinned_host_keys_are_those_of_the_nodes(lab):
    for tor in plan.TORS:
        scanned = lab.host("ssh-keyscan", "-t", "ed25519", tor.management).stdout.split()[2]
        pinned = (lab.folder / "keys" / "known_hosts").read_text()
        assert f"{tor.management} ssh-ed25519 {scanned}" in pinned
        assert lab.host_key(tor.name).startswith("SHA256:")


def test_the_foreign_device_is_served(lab):
    for tor in plan.TORS:
        assert probe.once(lab, "", plan.foreign_svi(tor)) == 1.0


def test_a_snapshot_is_equal_to_the_next_and_shows_a_change(lab):
    before = snapshot.take(lab, "tor2")
    assert snapshot.difference(before, snapshot.take(lab, "tor2")) == []
    lab.run("tor2", "bridge vlan add dev swp2 vid 301")
    assert any("301" in line for line in snapshot.difference(before, snapshot.take(lab, "tor2")))
    lab.run("tor2", "bridge vlan del dev swp2 vid 301")


def test_the_watch_sees_a_route_that_lived_for_a_moment(lab):
    with RouteWatch(lab, ("tor1",)) as watch:
        lab.run("tor1", "ip route add blackhole 10.99.0.1/32 table 1001; ip route del blackhole 10.99.0.1/32 table 1001")
        assert [event.table for event in watch.ever("10.99.0.1/32")] == [1001]
        assert not watch.ever("10.99.0.2/32")
        assert watch.bgp_prefixes("tor1", plan.PUB.name) == {"0.0.0.0/0", "::/0"}


@pytest.mark.seconds(180)
def test_a_reboot_keeps_what_was_saved_and_loses_the_rest(lab):
    before = snapshot.take(lab, "tor2", across_reboot=True)
    lab.vtysh("tor2", "conf t", "ip prefix-list SAVED seq 5 deny any")
    lab.vtysh("tor2", "write memory")
    lab.run("tor2", "sync")
    lab.vtysh("tor2", "conf t", "ip prefix-list UNSAVED seq 5 deny any")
    lab.kill("tor2")
    lab.start("tor2")
    running = lab.vtysh("tor2", "show running-config")
    assert "SAVED" in running and "UNSAVED" not in running
    lab.vtysh("tor2", "conf t", "no ip prefix-list SAVED")
    lab.vtysh("tor2", "write memory")
    for vrf in plan.VRFS:
        eventually(lambda: routes(lab, "tor2", vrf), {vrf.advertise4, vrf.advertise6})
    changed = snapshot.difference(before, snapshot.take(lab, "tor2", across_reboot=True))
    assert [line for line in changed if not line.startswith("files:")] == []


@pytest.mark.seconds(180)
def test_the_bmc_installs_only_over_the_provisioning_network(lab):
    bmc = Bmc(lab)
    order = {"operation": "early", "files": []}
    assert bmc.call("POST", "/Oem/Switchyard/Install", order)[0] == 409
    bmc.power("On", boot="Pxe")
    eventually(lambda: "no answer" in bmc.view()["Oem"]["Switchyard"]["Detail"], deadline=60)
    by_hand.to_provisioning(lab, plan.TOR2)
    bmc.wait("provisioning")
    assert bmc.view()["Oem"]["Switchyard"]["Detail"].endswith(" eth2")
    assert bmc.call("POST", "/Oem/Switchyard/Wipe", {"operation": "w"})[0] == 200
    bmc.wait("wiped")
    bmc.power("ForceOff")
    assert bmc.view()["PowerState"] == "Off" and not has_carrier(lab, "tor2", plan.SERVER_PORT)
    by_hand.to_shut(lab, plan.TOR2)


@pytest.mark.seconds(300)
def test_the_golden_server_is_reached_over_both_tors_in_each_vrf(lab, server):
    for vrf in plan.VRFS:
        eventually(lambda: routes(lab, SPINE, vrf), OWN[vrf.name])
        for tor in plan.TORS:
            assert routes(lab, tor.name, vrf) == HEARD[vrf.name]
        for host, other in ((vrf.host4, vrf.service4), (vrf.host6, vrf.service6)):
            assert probe.once(lab, SPINE, host.split("/")[0], device=vrf.name) == 1.0
            assert probe.once(lab, SERVER, other.split("/")[0]) == 1.0
        shown = lab.vtysh("tor1", f"show bgp vrf {vrf.name} neighbors {plan.SERVER_PORT}.{vrf.tag}")
        assert "hops away" in shown  # GTSM
    assert probe.once(lab, SPINE, "203.0.113.5", device=plan.PRV.name) == 0.0


def test_lies_of_the_server_go_out_and_are_refused(lab, server):
    attacker = attack.Attacker(lab)
    with RouteWatch(lab) as watch:
        attacker.announce(list(attack.LIES.values()))
        eventually(lambda: set(attack.LIES.values()) <= attacker.announced("eth1.101") | attacker.announced("eth1.101", "ipv6"))
        time.sleep(2)
        attacker.restore()
        wait_converged(lab)
        for vrf in plan.VRFS:
            eventually(lambda: routes(lab, SPINE, vrf), OWN[vrf.name])
            assert watch.bgp_prefixes(SPINE, vrf.name) == OWN[vrf.name]
            for tor in plan.TORS:
                assert watch.bgp_prefixes(tor.name, vrf.name) == HEARD[vrf.name]


def test_sessions_of_an_intruder_come_to_nothing(lab, server):
    attacker = attack.Attacker(lab)
    assert attacker.second_session("eth1.101", source="fe80::bad:1")["reached"] != "established"
    assert attacker.second_session("eth1.101", asn=65555)["reached"] != "established"
    assert attacker.second_session("eth1.101", hops=1)["reached"] != "established"
    wait_converged(lab)


@pytest.mark.seconds(180)
def test_a_flood_is_taken_and_filtered(lab, server):
    attacker = attack.Attacker(lab)
    with RouteWatch(lab, ("tor1",)) as watch:
        outcome = attacker.flood("eth1.101", 100_000, seconds=8)
        assert outcome["reached"] == "established" and "announced" in outcome["detail"]
        assert watch.bgp_prefixes("tor1", plan.PRV.name) == HEARD[plan.PRV.name]
    attacker.restore()
    wait_converged(lab)


def test_raw_frames_are_sent_and_seen(lab, server):
    mac = lab.json("tor1", f"ip -j link show {plan.SERVER_PORT}")[0]["address"]
    with frames.Listener(lab, ("tor1", SPINE)) as listener:
        honest = {"kind": "echo", "to": mac, "source": "10.1.0.5", "target": "10.0.0.1"}
        frames.send(lab, SERVER, "eth1", "honest", tags=[101], **honest)
        frames.send(lab, SERVER, "eth1", "untagged", **honest)
        frames.send(lab, SERVER, "eth1", "other-tag", tags=[102], **honest)
        frames.send(lab, SERVER, "eth1", "spoofed", tags=[101], **honest | {"source": "10.1.0.6"})
        frames.send(lab, SERVER, "eth1", "advert", kind="ra", tags=[101], source="fe80::bad", target="2001:db8:bad::")
        assert SPINE in [sight.node for sight in listener.seen("honest")]
        for name in ("untagged", "other-tag", "spoofed", "advert"):
            sights = listener.seen(name, settle=0.1)
            assert sights and SPINE not in [sight.node for sight in sights], name


@pytest.mark.seconds(180)
def test_a_pulled_cable_costs_carrier_and_little_traffic(lab, server):
    probe.start_echo(lab, SERVER)
    running = probe.Probe(lab, SPINE, "10.1.0.5", 12.0, kind="udp", device=plan.PRV.name, flows=8)
    time.sleep(2)
    lab.pull("tor1.swp1")
    assert not has_carrier(lab, "tor1", plan.SERVER_PORT) and not has_carrier(lab, SERVER, "eth1")
    time.sleep(4)
    lab.plug("tor1.swp1")
    flows = running.result()
    assert max(flow.longest_gap for flow in flows) < probe.LONGEST_GAP  # no more than silence would cost
    assert all(flow.sent > 300 for flow in flows)
    wait_converged(lab)


@pytest.mark.seconds(180)
def test_a_silent_cut_costs_no_more_than_the_hold_time(lab, server):
    running = probe.Probe(lab, SPINE, "10.1.0.5", 16.0, kind="udp", device=plan.PRV.name, flows=8)
    time.sleep(1)
    lab.cut_silently("tor1.swp1")
    assert has_carrier(lab, "tor1", plan.SERVER_PORT)
    flows = running.result()
    lab.plug("tor1.swp1")
    gaps = [flow.longest_gap for flow in flows]
    assert 2.0 < max(gaps) < probe.LONGEST_GAP, gaps
    wait_converged(lab)


@pytest.mark.seconds(240)
def test_routed_and_back_leaves_no_trace(lab, server):
    server.power("ForceOff")
    for tor in plan.TORS:
        by_hand.to_shut(lab, tor)
    for vrf in plan.VRFS:
        eventually(lambda: routes(lab, SPINE, vrf), set())
    before = snapshot.take(lab, "tor1")
    by_hand.to_routed(lab, plan.TOR1)
    assert snapshot.difference(before, snapshot.take(lab, "tor1")) != []
    by_hand.to_shut(lab, plan.TOR1)
    assert snapshot.difference(before, snapshot.take(lab, "tor1")) == []


def test_a_lab_whose_owner_was_killed_is_cleaned_up():
    program = ("import fabric, hostnet, subprocess, sys, time\n"
               "lab = fabric.Fabric('orphan'); lab.folder.mkdir(parents=True); lab._start_guard(); hostnet.up(lab.namespace)\n"
               "subprocess.Popen(['ip', 'netns', 'exec', lab.namespace, 'sleep', '1000'])\n"
               "print('up', flush=True); time.sleep(1000)\n")
    owner = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
                             cwd=pathlib.Path(__file__).parent)
    assert owner.stdout.readline() == "up\n"
    owner.send_signal(signal.SIGKILL)
    owner.wait()

    def gone():
        listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True).stdout
        return "sylab-orphan" not in listed
    eventually(gone, deadline=20)
