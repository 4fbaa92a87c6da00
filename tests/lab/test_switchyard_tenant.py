"""A tenant with root on a server Switchyard has deployed: whatever it says or sends, nothing comes of it."""

import collections

import pytest

import attack
import frames
import plan
import probe
from conftest import foreign, wait_converged
from watch import RouteWatch

SPINE, SERVER = plan.SPINE1.name, plan.SRV1.name
OWN = {vrf.name: {vrf.host4, vrf.host6} for vrf in plan.VRFS}
HEARD = {vrf.name: {vrf.host4, vrf.host6, vrf.advertise4, vrf.advertise6} for vrf in plan.VRFS}
RECOVERY = 240.0  # seconds; a session closed for too many prefixes stays closed for a minute


@pytest.fixture
def attacker(lab, deployed):
    """Root on the server. Afterwards: the neighbour port as before, the switches up, the server honest again."""
    before = {tor.name: foreign(lab, tor) for tor in plan.TORS}
    daemons = {tor.name: lab.run(tor.name, "pidof bgpd zebra staticd").stdout for tor in plan.TORS}
    attacker = attack.Attacker(lab, deployed.deployment["asn"])
    yield attacker
    for tor in plan.TORS:
        assert foreign(lab, tor) == before[tor.name]
        assert lab.run(tor.name, "pidof bgpd zebra staticd").stdout == daemons[tor.name], "a daemon of the ToR was restarted"
        assert probe.once(lab, "", plan.foreign_svi(tor)) == 1.0
    attacker.restore()
    wait_converged(lab, RECOVERY)


def assert_nothing_else(watch: RouteWatch, nodes=("tor1", "tor2", SPINE)) -> None:
    for vrf in plan.VRFS:
        for node in nodes:
            assert watch.bgp_prefixes(node, vrf.name) <= (OWN if node == SPINE else HEARD)[vrf.name], node


def kinds(prefixes) -> collections.Counter:
    """As the API counts what a filter turned away."""
    def kind(prefix: str) -> tuple[str, str]:
        length = int(prefix.rsplit("/", 1)[1])
        family, longest = ("ipv6", 128) if ":" in prefix else ("ipv4", 32)
        return family, {0: "default", longest: "host-route"}.get(length, "network")
    return collections.Counter(map(kind, prefixes))


def refused(controller, tor: plan.Node, vrf: plan.Vrf) -> collections.Counter:
    session = next(session for session in controller.port(tor)["sessions"] if session["vrf"] == vrf.name)
    return collections.Counter({(count["family"], count["kind"]): count["announcements"] for count in session["refused"]})


def memory(lab, tor: plan.Node) -> int:
    """Of bgpd, in kB."""
    return int(lab.run(tor.name, "grep VmRSS /proc/$(pidof bgpd)/status").stdout.split()[1])


@pytest.mark.seconds(700)
def test_foreign_routes_are_refused_and_what_was_refused_is_shown(lab, deployed, attacker):
    controller, lies = deployed.controller, set(attack.LIES.values())
    event = controller.last_event()
    with RouteWatch(lab) as watch:
        attacker.announce(list(attack.LIES.values()))
        for name, tor, vrf in attack.neighbours():
            controller.wait(lambda: lies <= attacker.announced(name) | attacker.announced(name, "ipv6"), 60, f"the lies to leave by {name}")
            # On each session also the routes of the server's other VRF.
            other = next(other for other in plan.VRFS if other != vrf)
            expected = kinds(lies | {other.host4, other.host6})

            def shown() -> bool:
                controller.scan(tor)
                return expected <= refused(controller, tor, vrf)
            controller.wait(shown, 90, f"{tor.name} {vrf.name} to show {expected}")
            session = next(s for s in controller.port(tor)["sessions"] if s["vrf"] == vrf.name)
            assert set(session["accepted"]) == OWN[vrf.name] and session["state"] == "Established", (tor.name, session)
        assert_nothing_else(watch)
    alarms = [alarm for alarm in controller.events(event) if alarm["type"] == "port.refused"]
    assert {alarm["subject"] for alarm in alarms} == {controller.subject(tor) for tor in plan.TORS}


@pytest.mark.seconds(500)
def test_a_hundred_thousand_prefixes_change_nothing(lab, deployed, attacker):
    before = memory(lab, plan.TOR1)
    with RouteWatch(lab) as watch:
        outcome = attacker.flood("eth1.101", 100_000, seconds=10)
        assert outcome["reached"] == "established" and "announced" in outcome["detail"], outcome
        assert_nothing_else(watch)
    # What is refused is forgotten: 200,000 kept routes would be 100 MB.
    assert memory(lab, plan.TOR1) - before < 20_000
    assert "Established" in lab.vtysh("tor1", f"show bgp vrf {plan.PRV.name} neighbors up1.{plan.PRV.uplink_tag}")
    deployed.controller.scan(plan.TOR1)
    assert refused(deployed.controller, plan.TOR1, plan.PRV)[("ipv4", "host-route")] >= 100_000


@pytest.mark.seconds(400)
def test_a_foreign_as_is_refused(lab, deployed, attacker):
    with RouteWatch(lab) as watch:
        attacker.prepend("65100 65200")
        for vrf in plan.VRFS:
            for tor in plan.TORS:
                taken = lambda: lab.vtysh(tor.name, f"show bgp vrf {vrf.name} ipv4 unicast neighbors swp1.{vrf.tag} routes json")
                deployed.controller.wait(lambda: "65200" not in taken() and vrf.host4 not in taken(), 60, "the long path to be refused")
        attacker.change_as(65555)
        state = lambda: lab.vtysh("tor1", f"show bgp vrf {plan.PRV.name} neighbors swp1.{plan.PRV.tag}")
        deployed.controller.wait(lambda: "BGP state = Established" not in state(), 60, "the session with the wrong AS to end")
        assert_nothing_else(watch)


@pytest.mark.seconds(400)
def test_other_sessions_come_to_nothing(lab, deployed, attacker):
    with RouteWatch(lab) as watch:
        for want in ({"source": "fe80::bad:1"}, {"asn": 65555}, {"hops": 1}, {"hops": 254}, {"prefixes": ["fd10:1::6/128"]}):
            assert attacker.second_session("eth1.101", **want)["reached"] != "established", want
        assert_nothing_else(watch)


@pytest.mark.seconds(300)
def test_frames_outside_the_tenants_own_go_nowhere(lab, deployed, attacker):
    mac = lab.json("tor1", f"ip -j link show {plan.SERVER_PORT}")[0]["address"]
    routes = lab.run("tor1", "ip -6 route show table all | grep -v expires | sort").stdout
    with frames.Listener(lab, ("tor1", "tor2", SPINE)) as listener:
        honest = {"kind": "echo", "to": mac, "source": "10.1.0.5", "target": "10.0.0.1"}
        honest6 = honest | {"source": "fd10:1::5", "target": "fd10::1"}
        evil = {
            "untagged": honest, "untagged-loopback": honest | {"target": "10.255.0.1"}, "untagged-management": honest | {"target": "192.0.2.11"},
            "untagged-v6": honest6, "tag-100": honest | {"tags": [100]}, "tag-300": honest | {"tags": [300], "target": "172.16.30.2"},
            "tag-102": honest | {"tags": [102]}, "tag-uplink": honest | {"tags": [3001]}, "two-tags": honest | {"tags": [101, 201]},
            "spoofed": honest | {"tags": [101], "source": "10.1.0.6"}, "spoofed-other-vrf": honest | {"tags": [101], "source": "203.0.113.5"},
            "spoofed-v6": honest6 | {"tags": [101], "source": "fd10:1::6"},
            "spoofed-v6-other-vrf": honest6 | {"tags": [101], "source": "2001:db8:113::5"},
            "advert": {"kind": "ra", "tags": [101], "source": "fe80::bad", "target": "2001:db8:bad::"},
        }
        frames.send(lab, SERVER, "eth1", "honest", **honest | {"tags": [101]})
        frames.send(lab, SERVER, "eth1", "honest-v6", **honest6 | {"tags": [101]})
        for name, frame in evil.items():
            frames.send(lab, SERVER, "eth1", name, **frame)
        for name in ("honest", "honest-v6"):
            assert SPINE in [sight.node for sight in listener.seen(name)], name
        for name in evil:
            # On the port itself everything is seen before any filter; behind it nothing may be.
            inside = [(sight.node, sight.device) for sight in listener.seen(name, settle=0.1)
                      if not (sight.node == "tor1" and sight.device.split(".")[0] == plan.SERVER_PORT)]
            # A ToR must hear neighbour discovery; that it believes none of this one is looked at below.
            heard = [("tor1", plan.PRV.name)] if name == "advert" else []
            assert [place for place in inside if place not in heard] == [], name
    assert lab.run("tor1", "ip -6 route show table all | grep -v expires | sort").stdout == routes
    assert "2001:db8:bad" not in lab.run("tor1", "ip -6 addr; ip -6 route show table all").stdout
