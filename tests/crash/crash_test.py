"""kill -9 at the places core/crash_point.h counts, then start again: everything must converge.

Three lives: a deployment from order to release, a server into maintenance and back through its wipe, and one that lets
people into its RAM system and out again. Default: a sample spread over each. SWITCHYARD_CRASH_POINTS=all tries every place,
=N tries N of them; SWITCHYARD_CRASH_PAIRS=N kills the service a second time, N times, after a first kill that was
survived. SWITCHYARD_CRASH_TOGETHER lives run at once. SQLite always; MariaDB too when SWITCHYARD_TEST_MYSQL is set
(scripts/mariadb-test.sh).
"""

import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import time

import pytest

from service import Crashed, Service, Simulator, Site

ORDER = {"project": "demo", "name": "web1", "server": {"server": "srv1"}, "image": "debian-12", "catalog": "l3-dual",
         "subnets": {"vrf-prv": ["prv-v4", "prv-v6"], "vrf-pub": ["pub-v4", "pub-v6"]}}
DATABASES = ["sqlite"] + (["mysql"] if os.environ.get("SWITCHYARD_TEST_MYSQL") else [])
TOGETHER = int(os.environ.get("SWITCHYARD_CRASH_TOGETHER", "4"))
DEADLINE = 150  # of one life with its crashes, beside the others

# What the database must say in the end, whatever happened on the way: nothing leaked, nothing twice.
SETTLED = {
    "SELECT state, deployment FROM servers": [("available", "")],
    "SELECT COUNT(*) FROM operations WHERE live_server = server": [("0",)],
    "SELECT switch_name, port, change_group FROM port_wishes ORDER BY switch_name": [("tor1", "swp1", ""), ("tor2", "swp1", "")],
    "SELECT COUNT(*) FROM change_groups WHERE decision = 'pending'": [("0",)],
    "SELECT COUNT(*) FROM idempotency_keys WHERE status = 0": [("0",)],
}
SETTLED_ORDER = SETTLED | {
    "SELECT COUNT(*), MIN(state) FROM deployments": [("1", "released")],
    "SELECT kind, status FROM operations ORDER BY kind": [("deploy", "succeeded"), ("release", "succeeded")],
    "SELECT state, COUNT(*) FROM addresses GROUP BY state": [("hold_down", "4")],
    "SELECT COUNT(DISTINCT subnet), COUNT(*) FROM hold_downs": [("4", "4")],
    "SELECT SUM(used), SUM(held), SUM(reserved) FROM subnet_usage": [("0", "4", "0")],
    "SELECT state, COUNT(*) FROM asns GROUP BY state": [("hold_down", "1")],
}
SETTLED_RESCUE = {
    "SELECT state, deployment, reason FROM servers": [("maintenance", "", "fan")],
    "SELECT kind, status FROM operations": [("rescue", "succeeded")],
    "SELECT COUNT(*) FROM operations WHERE live_server = server": [("0",)],
    "SELECT COUNT(*), MIN(address <> ''), MIN(ended_by <> '') FROM rescues": [("1", "1", "1")],
    "SELECT COUNT(*) FROM change_groups WHERE decision = 'pending'": [("0",)],
    "SELECT COUNT(*) FROM idempotency_keys WHERE status = 0": [("0",)],
}
SETTLED_MAINTENANCE = SETTLED | {"SELECT kind, status, deployment FROM operations": [("wipe", "succeeded", "")]}


class Life:
    """Requests to a service that may die of each: a crash is answered by `restart` and the same request again."""

    def __init__(self, service: Service, restart):
        self.service = service
        self.restart = restart
        self.end = time.monotonic() + DEADLINE

    def surely(self, *request):
        while True:
            try:
                return self.service.call(*request)
            except Crashed:
                self.restart()

    def until(self, path: str, good):
        while True:
            seen = self.surely("GET", path)
            if good(seen):
                return seen
            assert time.monotonic() < self.end, f"{path} is still {json.dumps(seen)[:1500]}"
            time.sleep(0.05)

    def patch_server(self, body: dict, while_it_is: str) -> None:
        """A change without a key: after a crash only what is seen tells whether it is still to be asked for."""
        while self.surely("GET", "/servers/srv1")["state"] == while_it_is:
            try:
                self.service.call("PATCH", "/servers/srv1", body)
            except Crashed:
                self.restart()

    def settles(self, settled: dict) -> None:
        """The server is in the pool, its ports are, and the database says what it must."""
        self.until("/servers/srv1", lambda seen: seen["state"] == "available")
        for switch in ("tor1", "tor2"):
            self.until(f"/switches/{switch}/ports/swp1",
                       lambda seen: seen["wished_mode"] == "provisioning" and seen["sync"] == "in-sync" and not seen["differences"])
        for question, answer in settled.items():
            assert self.service.rows(question) == answer, question


def life(service: Service, inventory: str, restart) -> None:
    """Import, deploy, release."""
    one = Life(service, restart)
    one.surely("POST", "/inventory", inventory, "import", "application/yaml")
    identity = one.surely("POST", "/deployments", ORDER, "order")["id"]
    one.until(f"/deployments/{identity}", lambda seen: seen["state"] == "active")
    one.surely("DELETE", f"/deployments/{identity}", None, "release")
    one.until(f"/deployments/{identity}", lambda seen: seen["state"] == "released")
    one.settles(SETTLED_ORDER)


def maintenance(service: Service, inventory: str, restart) -> None:
    """Import, out of the pool, back through a wipe."""
    one = Life(service, restart)
    one.surely("POST", "/inventory", inventory, "import", "application/yaml")
    one.patch_server({"maintenance": True, "reason": "fan"}, "available")
    one.patch_server({"maintenance": False}, "maintenance")
    one.settles(SETTLED_MAINTENANCE)


def rescue(service: Service, inventory: str, restart) -> None:
    """Import, out of the pool, people are let in and out again."""
    one = Life(service, restart)
    one.surely("POST", "/inventory", inventory, "import", "application/yaml")
    one.patch_server({"maintenance": True, "reason": "fan"}, "available")
    identity = one.surely("POST", "/servers/srv1/rescue", {"ssh_keys": ["ssh-ed25519 AAAAC3 eva"]}, "rescue")["id"]
    one.until(f"/operations/{identity}", lambda seen: seen["step"] == "open")
    assert one.surely("GET", "/servers/srv1/rescue")["access"]["host_key"].startswith("SHA256:")
    while one.surely("GET", f"/operations/{identity}")["step"] == "open":
        try:
            service.call("DELETE", "/servers/srv1/rescue")
            break
        except Crashed:
            restart()
    one.until(f"/operations/{identity}", lambda seen: seen["status"] == "succeeded")
    for switch in ("tor1", "tor2"):
        one.until(f"/switches/{switch}/ports/swp1", lambda seen: seen["wished_mode"] == "shut" and seen["sync"] == "in-sync")
    for question, answer in SETTLED_RESCUE.items():
        assert service.rows(question) == answer, question


def switch_is_tidy(simulator: Simulator, switch: str, up: bool) -> None:
    """No change is left armed there, and the port is the provisioning port it was, or shut."""
    end = time.monotonic() + 15  # what a crash left armed takes itself back
    while simulator.ask(f"/switches/{switch}/console", "ls /run/switchyard").strip():
        assert time.monotonic() < end, f"{switch} still holds " + simulator.ask(f"/switches/{switch}/console", "ls /run/switchyard/*")
        time.sleep(0.1)
    state = next(one for one in json.loads(simulator.ask("/state"))["switches"] if one["name"] == switch)
    port = state["ports"]["swp1"]
    assert (port["up"], port["tags"]) == (up, []) and (port["master"] == "br0") == up, port


def places_of_an_order(folder: pathlib.Path, database: str) -> range:
    """Those that may be passed while the order is taken; other threads pass some of them."""
    folder.mkdir()
    names = folder / "places"
    simulator, service = Simulator(folder), Service(folder, database)
    try:
        service.start(SWITCHYARD_CRASH_COUNT=str(names))
        service.call("POST", "/inventory", simulator.inventory, "import", "application/yaml")
        before = len(names.read_text().splitlines())
        service.call("POST", "/deployments", ORDER, "order")
        return range(before + 1, len(names.read_text().splitlines()) + 1)
    finally:
        service.stop()
        simulator.stop()


Kill = int | tuple[str, int]  # the Nth place, or the Nth place of this name


def at(kill: Kill) -> dict[str, str]:
    name, number = kill if isinstance(kill, tuple) else ("", kill)
    return {"SWITCHYARD_CRASH_AT": str(number), "SWITCHYARD_CRASH_PLACE": name}


def one_life(folder: pathlib.Path, database: str, kills: list[Kill], count_into: pathlib.Path | None = None, make=Site, live=life) -> float:
    """The seconds `live` took that was killed at the place `kills[0]`, after the restart at the next one, and so on."""
    folder.mkdir()
    site = make(folder, database)
    simulator, service = site.simulator, site.service
    left = list(kills)

    def environment() -> dict[str, str]:
        if count_into:
            return {"SWITCHYARD_CRASH_COUNT": str(count_into)}
        return at(left.pop(0)) if left else {}

    def restart() -> None:
        assert not count_into, "it died by itself"
        while True:
            try:
                return service.restart(**environment())
            except Crashed:
                continue

    begun = time.monotonic()
    try:
        try:
            service.start(**environment())
        except Crashed:
            restart()
        live(service, site.inventory, restart)
        for switch in ("tor1", "tor2"):
            switch_is_tidy(simulator, switch, live is not rescue)
        violations = json.loads(simulator.ask("/violations"))
        assert not violations, violations
    finally:
        site.stop()
    shutil.rmtree(folder)  # what failed stays for whoever looks
    return time.monotonic() - begun


def spread(asked: str, count: int) -> list[int]:
    if asked == "all":
        return list(range(1, count + 1))
    wanted = min(int(asked), count)
    return sorted({1 + (count - 1) * n // max(1, wanted - 1) for n in range(wanted)})


def survive(tmp_path: pathlib.Path, database: str, lives: dict[str, list[Kill]], make=Site, live=life) -> None:
    """Lives these lives, each with its kills, some at once; tells how long each took and which one did not converge."""
    def tried(number: int, name: str) -> str:
        try:
            took = one_life(tmp_path / f"{database}-life-{number}", database, lives[name], make=make, live=live)
            print(f"{database}: {name}: {took:.1f} s", flush=True)
            return ""
        except Exception as error:  # also what the harness itself meets: one life must not hide the others
            print(f"{database}: {name}: FAILED: {error!r}", flush=True)
            return f"{name}: {error!r}"

    with concurrent.futures.ThreadPoolExecutor(TOGETHER) as together:
        failures = [failure for failure in together.map(tried, range(len(lives)), lives) if failure]
    print(f"{database}: {len(lives)} lives, {len(failures)} failed")
    assert not failures, "\n".join(failures)


# A whole life is one deployment, two operations and no answer that was promised and not kept (SETTLED).
@pytest.mark.parametrize("database", DATABASES)
def test_an_order_that_was_cut_off_and_sent_again_is_made_once(tmp_path, database):
    places = places_of_an_order(tmp_path / f"{database}-order", database)
    with concurrent.futures.ThreadPoolExecutor(TOGETHER) as together:
        lives = [together.submit(one_life, tmp_path / f"{database}-order-{place}", database, [place]) for place in places]
    for one in lives:
        one.result()


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("live", [life, maintenance, rescue])
def test_converges_after_a_crash_anywhere(tmp_path, database, live):
    counted = tmp_path / f"{database}-places"
    one_life(tmp_path / f"{database}-count", database, [], counted, live=live)
    names = counted.read_text().splitlines()
    total = len(names)
    assert total > 50
    lives: list[list[Kill]] = [[place] for place in spread(os.environ.get("SWITCHYARD_CRASH_POINTS", "10"), total)]
    chance = random.Random(int(os.environ.get("SWITCHYARD_CRASH_SEED", "1")))
    lives += [[chance.randint(1, total), chance.randint(1, total // 2)] for _ in range(int(os.environ.get("SWITCHYARD_CRASH_PAIRS", "0")))]

    named = {f"{live.__name__}, place {'+'.join(map(str, kills))} of {total}, {names[kills[0] - 1]}": kills for kills in lives}
    survive(tmp_path, database, named, live=live)
