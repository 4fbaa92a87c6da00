"""A version of a catalog reaches 200 servers on ten switches, over SSH: previewed, sent, stopped by a fault in the third wave, taken back."""

import collections
import json
import os
import pathlib
import re
import time

import pytest

from service import Service, Simulator

SERVERS, SWITCHES = int(os.environ.get("SWITCHYARD_ROLLOUT_SERVERS", "200")), 10
CATALOG = pathlib.Path(__file__).parents[2] / "catalogs" / "shipped"
POLICY = "route-map IN permit 10\n set community 65000:300\n"
BATCH = 16


def files(advertise: str, policy: str = "") -> dict[str, str]:
    """The shipped l3-dual, telling servers of `advertise`, with `policy` on switches."""
    found = {str(path.relative_to(folder)): path.read_text()
             for folder in (CATALOG / "common", CATALOG / "l3-dual") for path in folder.rglob("*") if path.is_file()}
    found["catalog.yaml"] = found["catalog.yaml"].replace("10.0.0.0/8", advertise).replace("include: [common]\n", "") \
        + "switch:\n  - {nos: linux-frr, template: tor.j2}\n"
    found["tor.j2"] = policy
    return found


class Site:
    def __init__(self, folder: pathlib.Path):
        self.simulator, self.service = Simulator(folder, SERVERS, SWITCHES), Service(folder, "sqlite")
        self.service.start()
        self.service.call("POST", "/inventory", self.simulator.inventory, "import", "application/yaml")
        self.switches = [one["name"] for one in json.loads(self.simulator.ask("/state"))["switches"]]

    def stop(self) -> None:
        self.service.stop()
        self.simulator.stop()

    def push(self, version: dict[str, str]) -> int:
        return self.service.call("POST", "/network-catalogs", {"files": version})["version"]

    def all(self, path: str) -> list[dict]:
        items, token = [], ""
        while True:
            page = self.service.call("GET", f"{path}{'&' if '?' in path else '?'}page_size=500{token}")
            items += page["items"]
            if not page["next_page_token"]:
                return items
            token = "&page_token=" + page["next_page_token"]

    def until(self, what: str, good, limit: float = 240):
        end = time.monotonic() + limit
        while True:
            seen = good()
            if seen:
                return seen
            assert time.monotonic() < end, what
            time.sleep(0.1)

    def deploy_all(self) -> None:
        for server in self.all("/servers"):
            self.service.call("POST", "/deployments", {
                "project": "demo", "name": "w-" + server["name"], "server": {"server": server["name"]}, "image": "debian-12",
                "catalog": "l3-dual", "subnets": {"vrf-prv": ["prv-v4", "prv-v6"], "vrf-pub": ["pub-v4", "pub-v6"]}})
        self.until("not all became active", lambda: self.service.rows("SELECT COUNT(*) FROM deployments WHERE state = 'active'")
                   == [(str(SERVERS),)], 400)

    def roll_out(self, version: int, **more) -> dict:
        return self.service.call("POST", "/rollouts", {"catalog": "l3-dual", "version": version, "pause_seconds": 0, **more})

    def ended(self, rollout: dict) -> dict:
        return self.until("the roll-out goes on and on", lambda: (now := self.service.call("GET", f"/rollouts/{rollout['id']}"))
                          ["status"] != "running" and now)

    def running(self) -> dict[str, list[str]]:
        return {name: sorted(self.simulator.ask(f"/switches/{name}/running-config").splitlines()) for name in self.switches}

    def log(self, switch: str) -> list[dict]:
        return json.loads(self.simulator.ask(f"/switches/{switch}/log"))

    def clear_logs(self) -> None:
        import urllib.request
        for name in self.switches:
            urllib.request.urlopen(urllib.request.Request(f"{self.simulator.control}/switches/{name}/log", method="DELETE"), timeout=10)

    def sent(self, switch: str) -> str:
        """What was changed on a switch, as the dead man's handle ran it."""
        text = ""
        for entry in self.log(switch):
            if found := re.search(r"deadman (?:run|open) (.*?)(?: <<'SWY-\S+')?$", entry["command"]):
                text += found.group(1) + "\n" + entry["input"]
        return text

    def versions(self) -> collections.Counter:
        return collections.Counter(one["catalog_version"] for one in self.all("/deployments"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    one = Site(tmp_path_factory.mktemp("rollout"))
    try:
        assert one.push(files("10.0.0.0/8")) == 1
        one.service.call("POST", "/network-catalogs/l3-dual/actions", {"type": "publish", "version": 1})
        begun = time.monotonic()
        one.deploy_all()
        print(f"\n{SERVERS} servers deployed in {time.monotonic() - begun:.0f} s")
        yield one
    finally:
        one.stop()


def test_a_preview_is_what_is_sent(site):
    version = site.push(files("10.0.0.0/9", POLICY))
    server = site.all("/servers")[0]
    preview = site.service.call("POST", "/catalog-previews", {"catalog": "l3-dual", "version": version, "server": server["name"]})
    assert (preview["changed"], len(preview["switches"])) == (1, 2)
    before = site.running()
    site.clear_logs()
    rollout = site.ended(site.roll_out(version, servers=[server["name"]]))
    assert rollout["servers"] == {"moved": 1}, rollout
    for shown in preview["switches"]:
        assert shown["commands"] == site.sent(shown["switch"]), shown["switch"]
        assert "set community 65000:300" in shown["commands"]
    untouched = [name for name in site.switches if name not in {shown["switch"] for shown in preview["switches"]}]
    assert all(site.sent(name) == "" for name in untouched)
    back = site.ended(site.service.call("POST", f"/rollouts/{rollout['id']}/actions", {"type": "rollback"}))
    assert back["status"] == "succeeded", back
    assert site.running() == before


def test_a_fault_in_the_third_wave_stops_it_and_it_goes_back(site):
    version = site.push(files("10.0.0.0/9"))
    before, wishes = site.running(), site.service.rows("SELECT switch_name, port, wish FROM port_wishes ORDER BY switch_name, port")
    site.clear_logs()
    begun = time.monotonic()
    rollout = site.roll_out(version, canary=2, batch=BATCH, pause_seconds=2)
    servers = site.all(f"/rollouts/{rollout['id']}/servers")
    third = next(one for one in servers if one["wave"] == 3)
    nic = next(one for one in site.all("/servers") if one["name"] == third["server"])["nics"][1]
    # Its second switch takes everything but the line that gives this port's session its new policy, as the preview has it.
    preview = site.service.call("POST", "/catalog-previews", {"catalog": "l3-dual", "version": version, "server": third["server"]})
    commands = next(shown["commands"] for shown in preview["switches"] if shown["switch"] == nic["switch"])
    line = re.search(rf"neighbor {nic['port']}\.101 interface v6only peer-group SWY-G-\w+", commands).group(0)
    site.simulator.ask(f"/switches/{nic['switch']}/settings", json.dumps({"refuse_lines": line}))
    stopped = site.ended(rollout)
    took = time.monotonic() - begun
    assert stopped["status"] == "failed" and f"wave 3, server {third['server']}: taken back" in stopped["error"], stopped
    after = {one["server"]: one for one in site.all(f"/rollouts/{rollout['id']}/servers")}
    in_waves = {name for name, one in after.items() if one["wave"] <= 3}
    assert {one["state"] for one in after.values() if one["server"] not in in_waves} == {"untouched"}
    assert after[third["server"]]["state"] == "failed"
    assert sum(one["loss_ms"] for one in after.values()) == 0
    # Nothing that was sent names a port of a server outside of the three waves.
    outside = {(nic["switch"], nic["port"]) for one in site.all("/servers") if one["name"] not in in_waves for nic in one["nics"]}
    touched = set()
    for name in site.switches:
        words = set(re.findall(r"\b(swp\d+)\b", site.sent(name)))
        touched |= {(name, port) for port in words}
    assert touched and not touched & outside
    site.simulator.ask(f"/switches/{nic['switch']}/clear", "{}")
    begun = time.monotonic()
    back = site.ended(site.service.call("POST", f"/rollouts/{rollout['id']}/actions", {"type": "rollback"}))
    assert back["status"] == "succeeded" and back["servers"] == {"moved": stopped["servers"]["moved"]}, back
    assert site.versions() == {1: SERVERS}
    assert site.service.rows("SELECT switch_name, port, wish FROM port_wishes ORDER BY switch_name, port") == wishes
    assert site.running() == before
    assert json.loads(site.simulator.ask("/violations")) == []
    print(f"\nstopped after {took:.0f} s: {stopped['servers']}; taken back in {time.monotonic() - begun:.0f} s")


def test_it_reaches_all_of_them_across_a_crash(site):
    version = site.push(files("10.0.0.0/10"))
    begun = time.monotonic()
    rollout = site.roll_out(version, canary=2, batch=BATCH)
    site.until("nothing moved", lambda: site.service.call("GET", f"/rollouts/{rollout['id']}")["servers"].get("moved", 0) > SERVERS // 5)
    site.service.process.kill()
    site.service.restart()
    done = site.ended(rollout)
    assert done["servers"] == {"moved": SERVERS}, done
    assert site.versions() == {version: SERVERS}
    assert json.loads(site.simulator.ask("/violations")) == []
    losses = [one["loss_ms"] for one in site.all(f"/rollouts/{rollout['id']}/servers")]
    print(f"\n{SERVERS} servers in {done['waves']} waves, {time.monotonic() - begun:.0f} s, kill -9 in between; loss: {max(losses)} ms at most")
