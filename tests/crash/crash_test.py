"""kill -9 at the places core/crash_point.h counts, then start again: everything must converge.

Default: a sample spread over the whole life of a deployment. SWITCHYARD_CRASH_POINTS=all tries every place,
=N tries N of them. SQLite always; MariaDB too when SWITCHYARD_TEST_MYSQL is set (scripts/mariadb-test.sh).
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

BIN = pathlib.Path(os.environ["SWITCHYARD_BIN"])
ORDER = {"project": "demo", "name": "web1", "server": {"server": "srv1"}, "image": "debian-12", "catalog": "l3-dual",
         "subnets": {"vrf-prv": ["prv-v4", "prv-v6"], "vrf-pub": ["pub-v4", "pub-v6"]}}
DATABASES = ["sqlite"] + (["mysql"] if os.environ.get("SWITCHYARD_TEST_MYSQL") else [])
DEADLINE = 90  # of one life with one crash


class Crashed(Exception):
    """The service is not there any more, as intended."""


class Service:
    def __init__(self, folder: pathlib.Path, database: str):
        self.folder = folder
        self.process = None
        self.port = 0
        url = "" if database == "sqlite" else fresh_schema(folder.name)
        (folder / "switchyard.yaml").write_text(
            f"site: crash\ncontroller: crash\ndata_directory: {folder}/data\nlisten: {{address: 127.0.0.1, port: 0}}\n"
            "reconcile: {undo_after: 10s, scan_interval: 10s}\nworkflow: {claim: 30s}\n"
            + (f'database: {{url: "{url}"}}\n' if url else ""))

    def start(self, **environment: str) -> None:
        log = (self.folder / "serve.log").open("a+")
        begin = log.tell()
        self.process = subprocess.Popen([str(BIN / "switchyard"), "serve", "--config", str(self.folder / "switchyard.yaml")],
                                        stdout=log, stderr=log, stdin=subprocess.DEVNULL, env={**os.environ, **environment})
        end = time.monotonic() + 60
        while time.monotonic() < end:
            said = (self.folder / "serve.log").read_text()[begin:]
            found = re.search(r'"message":"serving".*?"port":"(\d+)"', said)
            if found:
                self.port = int(found.group(1))
                return
            if self.process.poll() is not None:
                raise Crashed()
            time.sleep(0.02)
        raise AssertionError("the service did not start: " + (self.folder / "serve.log").read_text()[-2000:])

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def call(self, method: str, path: str, body=None, key: str = "", kind: str = "application/json") -> dict:
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        token = (self.folder / "data" / "admin.token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
        if key:
            headers["Idempotency-Key"] = key
        if method == "DELETE":
            headers["If-Match"] = "*"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
                return json.loads(text) if text else {}
        except urllib.error.HTTPError as error:
            if self.process.poll() is not None:
                raise Crashed() from None
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from None
        except OSError:
            if self.died_within(5):
                raise Crashed() from None
            raise

    def died_within(self, seconds: float) -> bool:
        try:
            self.process.wait(seconds)
            return True
        except subprocess.TimeoutExpired:
            return False


def fresh_schema(name: str) -> str:
    """A database of its own on the private server; its URL."""
    url = os.environ["SWITCHYARD_TEST_MYSQL"]
    head, _, query = url.partition("?")
    base, _, _ = head.rpartition("/")
    schema = "crash_" + re.sub(r"\W", "_", name)
    socket = re.search(r"socket=([^&]+)", query).group(1)
    subprocess.run(["mariadb", "--no-defaults", f"--socket={urllib.parse.unquote(socket)}", "--user=root", "-e",
                    f"DROP DATABASE IF EXISTS {schema}; CREATE DATABASE {schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin; "
                    f"GRANT ALL ON {schema}.* TO switchyard@localhost"], check=True)
    return f"{base}/{schema}" + (f"?{query}" if query else "")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The simulated switches and server stay as they are whatever happens to the controller."""
    folder = tmp_path_factory.mktemp("sim")
    inventory = folder / "inventory.yaml"
    process = subprocess.Popen([str(BIN / "switchyard-sim"), "--servers", "1", "--switches", "2", "--write-inventory", str(inventory),
                                "--install-seconds", "0.2", "--wipe-seconds", "0.2", "--boot-seconds", "0.1", "--bgp-ms", "50"],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)
    control = re.search(r"http://[\d.:]+", process.stdout.readline()).group(0)
    yield inventory.read_text(), control
    process.terminate()
    process.wait(20)


def life(service: Service, inventory: str, restart) -> None:
    """Import, deploy, release; a crash anywhere is answered by `restart` and the same request again."""
    end = time.monotonic() + DEADLINE

    def surely(act):
        while True:
            try:
                return act()
            except Crashed:
                restart()

    def until(path: str, good):
        while True:
            seen = surely(lambda: service.call("GET", path))
            if good(seen):
                return seen
            assert time.monotonic() < end, f"{path} is still {json.dumps(seen)[:1500]}"
            time.sleep(0.05)

    surely(lambda: service.call("POST", "/inventory", inventory, "import", "application/yaml"))
    ordered = surely(lambda: service.call("POST", "/deployments", ORDER, "order"))
    identity = ordered["id"]
    until(f"/deployments/{identity}", lambda seen: seen["state"] == "active")
    surely(lambda: service.call("DELETE", f"/deployments/{identity}", None, "release"))
    until(f"/deployments/{identity}", lambda seen: seen["state"] == "released")
    until("/servers/srv1", lambda seen: seen["state"] == "available")
    for switch in ("tor1", "tor2"):
        until(f"/switches/{switch}/ports/swp1",
              lambda seen: seen["wished_mode"] == "provisioning" and seen["sync"] == "in-sync" and not seen["differences"])
    # Nothing leaked, nothing twice.
    assert len(service.call("GET", "/deployments")["items"]) == 1
    for subnet in service.call("GET", "/subnets")["items"]:
        assert (subnet["used"], subnet["on_hold"]) == ("0", "1"), subnet


def places(count: int) -> list[int]:
    asked = os.environ.get("SWITCHYARD_CRASH_POINTS", "10")
    if asked == "all":
        return list(range(1, count + 1))
    wanted = min(int(asked), count)
    return sorted({1 + (count - 1) * n // max(1, wanted - 1) for n in range(wanted)})


@pytest.mark.parametrize("database", DATABASES)
def test_converges_after_a_crash_anywhere(site, tmp_path, database):
    inventory, control = site
    counted = tmp_path / f"{database}-count"
    counted.mkdir()
    service = Service(counted, database)
    names = counted / "places"
    service.start(SWITCHYARD_CRASH_COUNT=str(names))
    try:
        life(service, inventory, lambda: pytest.fail("it died by itself"))
    finally:
        service.stop()
    total = len(names.read_text().splitlines())
    assert total > 50
    tried = places(total)
    for place in tried:
        folder = tmp_path / f"{database}-{place}"
        folder.mkdir()
        service = Service(folder, database)

        def restart():
            service.process.wait()
            service.start()
        try:
            try:
                service.start(SWITCHYARD_CRASH_AT=str(place))
            except Crashed:
                restart()
            begun = time.monotonic()
            life(service, inventory, restart)
            print(f"{database}: place {place} of {total}, {names.read_text().splitlines()[place - 1]}: {time.monotonic() - begun:.1f} s")
        except AssertionError as error:
            raise AssertionError(f"{database}, place {place} of {total}: {error}") from error
        finally:
            service.stop()
    with urllib.request.urlopen(control + "/violations", timeout=10) as answer:
        violations = json.load(answer)
    assert not any(violations.values() if isinstance(violations, dict) else violations), violations
    print(f"{database}: {len(tried)} of {total} places")
