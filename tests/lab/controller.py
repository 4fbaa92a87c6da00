"""Switchyard in the lab: inventory and configuration from the plan, the real binary in the lab's namespace."""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import time

import fabric
import plan

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORT = 8080
SUBNETS = {vrf.short + suffix: (vrf, prefix) for vrf in plan.VRFS for suffix, prefix in (
    ("-v4", vrf.host4.rsplit(".", 1)[0] + ".4/30"), ("-v6", vrf.host6.rsplit("::", 1)[0] + "::4/126"))}


CALL = ("import os, urllib.request as u; r = u.Request(os.environ['SWITCHYARD_URL'] + os.environ['SWITCHYARD_PATH'], "
        "headers={'Authorization': 'Bearer ' + os.environ['SWITCHYARD_TOKEN']}); print(u.urlopen(r, timeout=20).read().decode())")


def subnet_words(vrfs=plan.VRFS, families=("v4", "v6")) -> list[str]:
    return [word for vrf in vrfs for family in families for word in ("--subnet", f"{vrf.name}={vrf.short}-{family}")]


def binary(name: str = "switchyard") -> pathlib.Path:
    return pathlib.Path(os.environ.get("SWITCHYARD_BIN", ROOT / "build" / "dev" / "bin")) / name


def inventory(lab: fabric.Fabric, servers=(plan.SRV1,)) -> str:
    """The site as its YAML file. The /30 and /126 give the first server exactly the addresses of the plan."""
    attachments = ", ".join(f'{{vrf: {vrf.name}, advertise: ["{vrf.advertise4}", "{vrf.advertise6}"]}}' for vrf in plan.VRFS)
    lines = ["vrfs:"]
    lines += [f"  - {{name: {vrf.name}, tag: {vrf.tag}}}" for vrf in plan.VRFS]
    lines += ["subnets:"]
    lines += [f'  - {{name: {name}, vrf: {vrf.name}, prefix: "{prefix}", project: demo, hold_down: 0}}'
              for name, (vrf, prefix) in SUBNETS.items()]
    lines += ["network_catalogs:", f"  - {{name: l3-dual, mtu: 1500, attachments: [{attachments}]}}",
              "images:", "  - {name: debian-12}", "switches:"]
    for tor in plan.TORS:
        lines += [f"  - name: {tor.name}", "    nos: linux-frr", f"    address: {tor.management}",
                  f"    key_file: {pathlib.Path(lab.folder) / 'keys' / 'client'}", f'    host_key: "{lab.host_key(tor.name)}"',
                  f"    asn: {tor.asn}", f"    bridge: {plan.BRIDGE}",
                  f"    vrfs: [{', '.join(vrf.name for vrf in plan.VRFS)}]", "    ports:",
                  *(f"      - {{name: {plan.SERVER_PORTS[server.name]}, role: server}}" for server in servers),
                  f"      - {{name: {plan.FOREIGN_PORT}, role: unmanaged}}",
                  f"      - {{name: {plan.UPLINK}, role: uplink}}"]
    lines += ["servers:"]
    for server in servers:
        url = f"http://{plan.MANAGEMENT_HOST}:{plan.BMC_PORT}/redfish/v1/Systems/{server.name}"
        lines += [f"  - name: {server.name}", f'    bmc: {{type: simulated, url: "{url}"}}', "    clean: true", "    nics:"]
        lines += [f'      - {{name: {nic}, mac: "{plan.mac(server, nic)}", switch: {tor.name}, port: {plan.SERVER_PORTS[server.name]}}}'
                  for nic, tor in plan.SERVER_LINKS.items()]
    return "\n".join(lines) + "\n"


class Controller:
    """One `switchyard serve`, and its CLI, inside the lab's namespace."""

    def __init__(self, lab: fabric.Fabric, undo_after: int = 60, scan_interval: int = 15, more: str = ""):
        """`more`: lines for the end of the configuration."""
        self.lab = lab
        self.more = more
        self.folder = pathlib.Path(lab.folder) / "controller"
        self.folder.mkdir(exist_ok=True)
        self.process: subprocess.Popen | None = None
        (self.folder / "inventory.yaml").write_text(inventory(lab))
        self.configure(undo_after, scan_interval)

    def configure(self, undo_after: int = 60, scan_interval: int = 15) -> None:
        """Seconds; in force from the next start."""
        services = f"provisioning_services: '{' '.join(plan.PROVISIONING_SERVICE)}', " if not os.environ.get("SWITCHYARD_LAB_UNLIMITED") else ""
        (self.folder / "switchyard.yaml").write_text(
            f"site: lab\ncontroller: lab\ndata_directory: {self.folder}/data\nlisten: {{address: 127.0.0.1, port: {PORT}}}\n"
            f"network: {{provisioning_vlan: {plan.PROVISIONING_VLAN}, {services}first_asn: {plan.SRV1.asn}}}\n"
            f"reconcile: {{undo_after: {undo_after}s, scan_interval: {scan_interval}s}}\n{self.more}")

    def start(self) -> "Controller":
        log = (self.folder / "serve.log").open("ab")
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", self.lab.namespace, str(binary()), "serve", "--config", str(self.folder / "switchyard.yaml")],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        self.wait(lambda: self.token() and self.cli("whoami", check=False).returncode == 0, 30, "the service to answer")
        return self

    def stop(self, kind: int = signal.SIGTERM) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(kind)
            self.process.wait(60)
        self.process = None

    def token(self) -> str:
        file = self.folder / "data" / "admin.token"
        return file.read_text().strip() if file.exists() else ""

    def environment(self) -> dict[str, str]:
        return {**os.environ, "SWITCHYARD_URL": f"http://127.0.0.1:{PORT}", "SWITCHYARD_TOKEN": self.token()}

    def cli(self, *words: str, check: bool = True, timeout: float = 300) -> subprocess.CompletedProcess:
        done = subprocess.run(["ip", "netns", "exec", self.lab.namespace, str(binary()), *words], env=self.environment(),
                              capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise fabric.LabError(f"switchyard {' '.join(words)}: status {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def json(self, *words: str):
        return json.loads(self.cli("-o", "json", *words).stdout)

    def get(self, path: str):
        """What the command line has no word for: one page of the API."""
        done = subprocess.run(["ip", "netns", "exec", self.lab.namespace, "/usr/bin/python3", "-c", CALL], check=True, text=True,
                              env=self.environment() | {"SWITCHYARD_PATH": path}, capture_output=True, timeout=30)
        return json.loads(done.stdout)

    def events(self, after: int = 0) -> list[dict]:
        found: list[dict] = []
        while page := self.get(f"/api/v1/events?after={after}&page_size=100")["items"]:
            found += page
            after = int(page[-1]["id"])
        return found

    def last_event(self) -> int:
        return max((int(event["id"]) for event in self.events()), default=0)

    def drifts(self, after: int, tor: plan.Node) -> list[dict]:
        return [event for event in self.events(after) if event["type"] == "port.drift" and event["subject"] == self.subject(tor)]

    @staticmethod
    def subject(tor: plan.Node) -> str:
        return f"switches/{tor.name}/ports/{plan.SERVER_PORT}"

    def scan(self, tor: plan.Node) -> None:
        """Asks for a scan and waits until one is recorded."""
        before = self.port(tor)["observed_at"]
        self.cli("switch", "scan", tor.name)
        self.wait(lambda: self.port(tor)["observed_at"] > before, 90, f"a scan of {tor.name}")

    def database(self, statement: str, *parameters) -> list[tuple]:
        """Looks, or plays a part of the service that no user can reach, in its own database."""
        with sqlite3.connect(self.folder / "data" / "state.db", timeout=30) as database:
            return database.execute(statement, parameters).fetchall()

    def wish(self, tor: plan.Node, wish: str | None = None) -> None:
        """Wishes for the server port as the workflow does: this intent (JSON), or the same once more."""
        same = self.database("SELECT wish FROM port_wishes WHERE switch_name = ? AND port = ?", tor.name, plan.SERVER_PORT)[0][0]
        self.database("UPDATE port_wishes SET previous = wish, wish = ?, version = version + 1, phase = 'wanted', attempts = 0, "
                      "change_group = '', due = 0, error = '' WHERE switch_name = ? AND port = ?", wish or same, tor.name, plan.SERVER_PORT)

    def wait(self, done, seconds: float, what: str):
        end = time.monotonic() + seconds
        while True:
            answer = done()
            if answer:
                return answer
            if time.monotonic() > end:
                raise fabric.LabError(f"waited {seconds:.0f} s for {what}; the service said:\n{self.log_tail()}\n{self.standing()}")
            time.sleep(0.3)

    def standing(self) -> str:
        """What unfinished operations wait for, and the sessions of the ToRs. For the text of a failure."""
        lines = [self.cli("-o", "json", "operation", "list", "--status", "running", check=False).stdout]
        for tor in plan.TORS:
            shown = self.lab.run(tor.name, 'vtysh -c "show bgp vrf all summary wide" -c "show bgp vrf all nexthop"', check=False)
            lines += [f"--- {tor.name}", shown.stdout]
        return "\n".join(lines)

    def log_tail(self, lines: int = 15) -> str:
        return "\n".join((self.folder / "serve.log").read_text().splitlines()[-lines:])

    def port(self, tor: plan.Node, name: str = plan.SERVER_PORT) -> dict:
        return self.json("switch", "port", tor.name, name)

    def in_sync(self, mode: str, name: str = plan.SERVER_PORT) -> bool:
        ports = [self.port(tor, name) for tor in plan.TORS]
        return all(port["wished_mode"] == mode and port["sync"] == "in-sync" for port in ports)

    def adopt(self) -> None:
        """Imports the site and waits until both server ports are in the provisioning VLAN."""
        self.cli("inventory", "import", str(self.folder / "inventory.yaml"))
        self.wait(lambda: self.in_sync("provisioning"), 240, "both ports to be in the provisioning VLAN")

    def more_servers(self, site: str) -> None:
        """Imports this inventory; what is not in it stays."""
        file = self.folder / "more.yaml"
        file.write_text(site)
        self.cli("inventory", "import", str(file))

    def deploy(self, name: str = "srv1", watch: bool = True, image: str = "debian-12", timeout: float = 300,
               more: tuple[str, ...] = (), catalog: str = "l3-dual", subnets: list[str] | None = None,
               server: plan.Node = plan.SRV1) -> dict:
        done = self.cli("deploy", name, "--project", "demo", "--image", image, "--catalog", catalog,
                        *(subnet_words() if subnets is None else subnets),
                        "--server", server.name, *more, *(["--watch"] if watch else []), check=False, timeout=timeout)
        if done.returncode != 0:
            raise fabric.LabError(f"deploy: {done.stdout}{done.stderr}\n{self.log_tail()}")
        return self.json("deployment", "list")["items"][-1]

    def push(self, catalog: str) -> None:
        """The shipped catalog of this name: orders get it from now on."""
        self.cli("catalog", "push", str(ROOT / "catalogs" / "shipped" / catalog), "--publish")

    def release(self, deployment: str) -> None:
        done = self.cli("release", deployment, "--yes", "--watch", check=False)
        if done.returncode != 0:
            raise fabric.LabError(f"release: {done.stdout}{done.stderr}\n{self.log_tail()}")
