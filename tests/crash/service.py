"""The real binary on a simulated site of its own, and what its database holds, for crash tests."""

import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

BIN = pathlib.Path(os.environ["SWITCHYARD_BIN"])


class Crashed(Exception):
    """The service is not there any more, as intended."""


class Simulator:
    """Two switches and a server, if no more are asked for, which stay as they are whatever happens to the controller. `nos`: of the switches, in turn."""

    def __init__(self, folder: pathlib.Path, servers: int = 1, switches: int = 2, nos: str = "linux-frr"):
        inventory = folder / "inventory.yaml"
        # Three times faster than life: the dead man's 10 s are the longest wait after a crash.
        self.process = subprocess.Popen(
            [str(BIN / "switchyard-sim"), "--servers", str(servers), "--switches", str(switches), "--write-inventory", str(inventory), "--speed", "3",
             "--install-seconds", "0.5", "--wipe-seconds", "0.5", "--boot-seconds", "0.3", "--bgp-ms", "100", "--nos", nos],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)
        self.control = re.search(r"http://[\d.:]+", self.process.stdout.readline()).group(0)
        self.inventory = inventory.read_text()

    def ask(self, path: str, body: str | None = None) -> str:
        request = urllib.request.Request(self.control + path, None if body is None else body.encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()


class Site:
    """The simulated site with a controller."""

    def __init__(self, folder: pathlib.Path, database: str):
        self.simulator, self.service = Simulator(folder), Service(folder, database)
        self.inventory = self.simulator.inventory

    def stop(self) -> None:
        self.service.stop()
        self.simulator.stop()


class Service:
    """One controller. `database` is sqlite or mysql; both are empty at first. `more`: lines for the end of the configuration."""

    def __init__(self, folder: pathlib.Path, database: str, more: str = ""):
        self.folder = folder
        self.process = None
        self.port = 0
        self.schema = "" if database == "sqlite" else "crash_" + re.sub(r"\W", "_", folder.name)
        url = self.fresh_schema() if self.schema else ""
        (folder / "switchyard.yaml").write_text(
            f"site: crash\ncontroller: crash\ndata_directory: {folder}/data\nlisten: {{address: 127.0.0.1, port: 0}}\n"
            "reconcile: {undo_after: 10s, scan_interval: 10s}\nworkflow: {claim: 30s}\n"
            + (f'database: {{url: "{url}"}}\n' if url else "") + more)

    def fresh_schema(self) -> str:
        """A database of its own on the private server; its URL."""
        head, _, query = os.environ["SWITCHYARD_TEST_MYSQL"].partition("?")
        self.mariadb(f"DROP DATABASE IF EXISTS {self.schema}; CREATE DATABASE {self.schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin; "
                     f"GRANT ALL ON {self.schema}.* TO switchyard@localhost")
        return f"{head.rpartition('/')[0]}/{self.schema}" + (f"?{query}" if query else "")

    @staticmethod
    def mariadb(sql: str, *options: str) -> str:
        socket = re.search(r"socket=([^&]+)", os.environ["SWITCHYARD_TEST_MYSQL"]).group(1)
        return subprocess.run(["mariadb", "--no-defaults", f"--socket={urllib.parse.unquote(socket)}", "--user=root", *options, "-e", sql],
                              check=True, capture_output=True, text=True).stdout

    def start(self, **environment: str) -> None:
        log = (self.folder / "serve.log").open("a+")
        begin = log.tell()
        self.process = subprocess.Popen([str(BIN / "switchyard"), "serve", "--config", str(self.folder / "switchyard.yaml")],
                                        stdout=log, stderr=log, stdin=subprocess.DEVNULL, env={**os.environ, **environment})
        log.close()
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

    def restart(self, **environment: str) -> None:
        self.process.wait(30)
        self.start(**environment)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        if self.schema:
            self.mariadb(f"DROP DATABASE IF EXISTS {self.schema}")

    def call(self, method: str, path: str, body=None, key: str = "", kind: str = "application/json") -> dict:
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        token = (self.folder / "data" / "admin.token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
        if key:
            headers["Idempotency-Key"] = key
        if method in ("DELETE", "PATCH"):
            headers["If-Match"] = "*"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
                return json.loads(text) if text else {}
        except urllib.error.HTTPError as error:
            # The edge may live a moment longer than the API it asks.
            if self.died_within(0.5 if error.code == 502 else 0):
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

    def rows(self, sql: str) -> list[tuple[str, ...]]:
        """What the database itself says, past the service."""
        if self.schema:
            return [tuple(line.split("\t")) for line in self.mariadb(sql, "--batch", "--skip-column-names", self.schema).splitlines()]
        database = sqlite3.connect(f"file:{self.folder}/data/state.db?mode=ro", uri=True)
        try:
            return [tuple(str(value) for value in row) for row in database.execute(sql)]
        finally:
            database.close()
