"""A server between two switches of different NOSes, for each pair there is: deployed, changed by hand, drained, released; and a switch that refuses.

All pairs are on one site, with one controller, and live at once.
"""

import concurrent.futures
import contextlib
import dataclasses
import itertools
import json
import subprocess
import time
import urllib.parse
import uuid

import pytest

from service import BIN, Service, Simulator

ORDER = {"project": "demo", "image": "debian-12", "catalog": "l3-dual",
         "subnets": {"vrf-prv": ["prv-v4", "prv-v6"], "vrf-pub": ["pub-v4", "pub-v6"]}}
# Every row of tests/fakes/tor_rows.cpp; the contract suite fails when a registered NOS has none.
KNOWN = subprocess.run([str(BIN / "switchyard-sim"), "--list-nos"], check=True, capture_output=True, text=True).stdout.split()
PAIRS = list(itertools.combinations(KNOWN, 2))
# What people do to a routed port, where the simulator offers it: nothing that opens it, for the switches' monitors must still have nothing to say.
BY_HAND = ["a filter line removed", "session timers changed", "the port taken down"]
DEADLINE = 60  # of one wait; a bound for what hangs, not a measure


@dataclasses.dataclass
class Link:
    """One leg of a server."""

    switch: str
    port: str

    @property
    def path(self) -> str:
        return f"/switches/{self.switch}/ports/{urllib.parse.quote(self.port, safe='')}"


class Site:
    """Pair number N has the switches tor2N+1 and tor2N+2; its servers are srvN+1, for the life, and one more for the fault."""

    def __init__(self, folder):
        self.simulator = Simulator(folder, 2 * len(PAIRS), 2 * len(PAIRS), ",".join(itertools.chain(*PAIRS)))
        self.service = Service(folder, "sqlite")

    def start(self) -> None:
        self.service.start()
        self.service.call("POST", "/inventory", self.simulator.inventory, "import", "application/yaml")
        for pair in range(len(PAIRS)):
            for link in self.links(self.server(pair, 0)) + self.links(self.server(pair, 1)):
                self.in_sync(link, "provisioning")

    def stop(self) -> None:
        self.service.stop()
        self.simulator.stop()

    @staticmethod
    def server(pair: int, number: int) -> str:
        return f"srv{number * len(PAIRS) + pair + 1}"

    def links(self, server: str) -> list[Link]:
        return [Link(nic["switch"], nic["port"]) for nic in self.service.call("GET", f"/servers/{server}")["nics"]]

    def until(self, what: str, good, limit: float = DEADLINE):
        end = time.monotonic() + limit
        while True:
            seen = good()
            if seen:
                return seen
            assert time.monotonic() < end, what() if callable(what) else what
            time.sleep(0.05)  # between looks

    def in_sync(self, link: Link, mode: str) -> dict:
        def good():
            seen = self.service.call("GET", link.path)
            return seen["wished_mode"] == mode and seen["sync"] == "in-sync" and not seen["differences"] and seen
        return self.until(lambda: f"{link} is not {mode}: {self.service.call('GET', link.path)}", good)

    def deployment_is(self, identity: str, state: str) -> None:
        self.until(lambda: f"not {state}: {json.dumps(self.service.call('GET', f'/deployments/{identity}'))[:1500]}",
                   lambda: self.service.call("GET", f"/deployments/{identity}")["state"] == state)

    def order(self, server: str) -> str:
        return self.service.call("POST", "/deployments", {**ORDER, "name": f"w-{server}", "server": {"server": server}}, f"order-{server}")["id"]

    def release(self, identity: str, server: str) -> None:
        self.service.call("DELETE", f"/deployments/{identity}", None, f"release-{server}")
        self.deployment_is(identity, "released")
        self.until(f"{server} is not available", lambda: self.service.call("GET", f"/servers/{server}")["state"] == "available")
        for link in self.links(server):
            self.in_sync(link, "provisioning")

    def state_of(self, switch: str) -> dict:
        return next(one for one in json.loads(self.simulator.ask("/state"))["switches"] if one["name"] == switch)

    def port_of(self, link: Link) -> dict:
        return self.state_of(link.switch)["ports"][link.port]

    def fingerprint(self, switch: str) -> str:
        return self.simulator.ask(f"/switches/{switch}/fingerprint")

    def shows(self, switch: str, former: str) -> None:
        """It shows what it did, and no change is under way or was left there."""
        self.until(lambda: f"{switch} is not what it was; left there {self.state_of(switch)['leftovers']}\n{difference(former, self.fingerprint(switch))}",
                   lambda: self.fingerprint(switch) == former and not self.state_of(switch)["leftovers"])

    @contextlib.contextmanager
    def untouched(self, switch: str):
        """Nothing is changed there meanwhile, by anybody."""
        before, steps = self.fingerprint(switch), self.state_of(switch)["steps"]
        yield
        assert self.state_of(switch)["steps"] == steps, f"{switch} was changed"
        assert self.fingerprint(switch) == before

    def look_at(self, switch: str) -> None:
        self.service.call("POST", f"/switches/{switch}/actions", {"type": "scan"}, f"scan-{uuid.uuid4()}")

    def drifts(self, link: Link) -> int:
        return int(self.service.rows(f"SELECT COUNT(*) FROM events WHERE type = 'port.drift' AND subject = 'switches/{link.switch}/ports/{link.port}'")[0][0])


def difference(former: str, now: str) -> str:
    old, new = set(former.splitlines()), set(now.splitlines())
    return "\n".join([f"- {line}" for line in sorted(old - new)][:20] + [f"+ {line}" for line in sorted(new - old)][:20])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    one = Site(tmp_path_factory.mktemp("mixed"))
    try:
        one.start()
        yield one
        assert json.loads(one.simulator.ask("/violations")) == []
    finally:
        one.stop()


def with_each_pair(site: Site, live) -> None:
    """Lives it with all pairs at once; says which did not end well."""
    def tried(pair: int) -> str:
        begun = time.monotonic()
        try:
            live(site, pair)
        except Exception as error:  # one pair must not hide the others
            print(f"{' and '.join(PAIRS[pair])}: {live.__name__}: FAILED: {type(error).__name__}: {error}", flush=True)
            return ' and '.join(PAIRS[pair])
        print(f"{' and '.join(PAIRS[pair])}: {live.__name__}: {time.monotonic() - begun:.1f} s", flush=True)
        return ""

    with concurrent.futures.ThreadPoolExecutor(len(PAIRS)) as together:
        failures = [failure for failure in together.map(tried, range(len(PAIRS))) if failure]
    assert not failures


def sessions_are_up(site: Site, link: Link) -> None:
    site.look_at(link.switch)  # else it is some seconds until somebody does

    def good():
        sessions = site.service.call("GET", link.path)["sessions"]
        return len(sessions) == 2 and all(one["state"] == "Established" and one["accepted"] == one["expected"] for one in sessions)
    site.until(lambda: f"{link}: {site.service.call('GET', link.path)['sessions']}", good)


def is_repaired(site: Site, link: Link, other: Link) -> None:
    by_hand = f"/switches/{link.switch}/ports/{link.port}/by-hand"
    place = {"vrf": "vrf-prv", "tag": 101}
    names = json.loads(site.simulator.ask(by_hand, json.dumps(place)))
    before, drifts_of_other = site.fingerprint(link.switch), site.drifts(other)
    with site.untouched(other.switch):
        for name in [name for name in BY_HAND if name in names] or names[:1]:
            seen = site.drifts(link)
            site.simulator.ask(by_hand, json.dumps({**place, "name": name}))
            assert site.fingerprint(link.switch) != before, name
            site.look_at(link.switch)
            site.until(f"nobody saw that {link} was changed by hand: {name}", lambda: site.drifts(link) > seen)
            site.in_sync(link, "routed")
            site.shows(link.switch, before)
            sessions_are_up(site, link)
    assert site.drifts(other) == drifts_of_other


def is_drained_and_back(site: Site, link: Link, other: Link) -> None:
    before = site.fingerprint(link.switch)
    with site.untouched(other.switch):
        for drained in (True, False):
            site.service.call("PATCH", f"/switches/{link.switch}", {"drained": drained})
            site.in_sync(link, "routed")
            if drained:
                site.until(f"{link.switch} shows nothing of it", lambda: site.fingerprint(link.switch) != before)
            sessions_are_up(site, link)
    site.shows(link.switch, before)


def life(site: Site, pair: int) -> None:
    server = site.server(pair, 0)
    links = site.links(server)
    pool = {link.switch: site.fingerprint(link.switch) for link in links}
    identity = site.order(server)
    site.deployment_is(identity, "active")
    for link, other in (links, links[::-1]):
        sessions_are_up(site, link)
        is_repaired(site, link, other)
        is_drained_and_back(site, link, other)
    site.release(identity, server)
    for switch, fingerprint in pool.items():
        site.shows(switch, fingerprint)


def refused_by_the_second(site: Site, pair: int) -> None:
    server = site.server(pair, 1)
    first, second = site.links(server)
    pool = {link.switch: site.fingerprint(link.switch) for link in (first, second)}
    pool_port, steps = site.port_of(second), site.state_of(first.switch)["steps"]
    site.simulator.ask(f"/switches/{second.switch}/settings", json.dumps({"refuse_port": second.port}))
    identity = site.order(server)
    site.until(f"nothing was taken back of {first}", lambda: site.service.rows(
        f"SELECT 1 FROM change_groups WHERE decision = 'abort' AND operation IN (SELECT id FROM operations WHERE server = '{server}')"))
    site.until(f"{first} was never changed", lambda: site.state_of(first.switch)["steps"] > steps)
    site.shows(first.switch, pool[first.switch])
    # As it was, or closed; what names the port is refused, so it may have saved it as closed and no more.
    site.until(f"{second} is open", lambda: (now := site.port_of(second)) == pool_port or not now["up"] and not now["tags"])
    site.simulator.ask(f"/switches/{second.switch}/clear", "{}")
    site.deployment_is(identity, "active")
    for link in (first, second):
        sessions_are_up(site, link)
    site.release(identity, server)
    for switch, fingerprint in pool.items():
        site.shows(switch, fingerprint)


@pytest.mark.parametrize("live", [life, refused_by_the_second])
def test_each_pair_of_two_nos(site, live):
    with_each_pair(site, live)
