"""srv1 of the simulated site as a server with a real life: its simulated BMC and cables, and firmware and RAM system played
here that speak the real protocols to the real boot services (DHCP through the relay of tor1, iPXE script, installer's HTTPS).

Whatever the RAM system is told to do, the simulated server does: its disk boots, and BGP comes up, only after an install.
"""
import base64
import contextlib
import hashlib
import http.client
import json
import pathlib
import re
import secrets
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from service import Service, Simulator

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fakes"))
import relayed_dhcp

NAME, PORT = "srv1", "swp1"
HTTP, TLS = 8080, 8444
IMAGE = b"an image"
DISK = {"name": "vda", "path": "/dev/vda", "bytes": 8 << 30, "model": "", "serial": "S1", "rotational": False, "transport": "virtio"}


class PowerLost(Exception):
    """This boot is over."""


class Refused(Exception):
    """The service does not know this RAM system (any more)."""


class BootSite:
    """The simulated site with a real BMC driver and real boot services. Needs a network namespace of its own: each site takes
    the addresses of 172.16.NUMBER.0/24 on its loopback."""

    numbers = iter(range(1, 250))
    lock = threading.Lock()

    def __init__(self, folder: pathlib.Path, database: str):
        with self.lock:
            net = f"172.16.{next(self.numbers)}"
        self.address, self.relay, self.lent = net + ".1", net + ".2", net + ".100"
        for address in (self.address, self.relay, self.lent):
            subprocess.run(["ip", "address", "add", address + "/32", "dev", "lo"], check=True)
        self.simulator = Simulator(folder)
        self.inventory = self.simulator.inventory.replace("type: simulated", "type: redfish, insecure: true")
        images = folder / "data" / "boot" / "images"
        images.mkdir(parents=True)
        (folder / "data").chmod(0o700)
        (images / "debian-12.tar.zst").write_bytes(IMAGE)
        (images / "debian-12.json").write_text(json.dumps(
            {"name": "debian-12", "format": "tar.zst", "bytes": len(IMAGE), "sha256": hashlib.sha256(IMAGE).hexdigest()}))
        self.service = Service(folder, database, f"boot: {{address: {self.address}, prefix: {net}.0/24, first_address: {self.lent}, "
                               f"last_address: {self.lent}, relays: [{{switch: tor1, addresses: [{self.relay}]}}]}}\n")
        self.server = ScriptedServer(self)

    def stop(self) -> None:
        self.server.stop()
        self.service.stop()
        self.simulator.stop()


class ScriptedServer:
    """Watches the simulated server's power and plays each boot of it. `boots` and `refusals` count."""

    def __init__(self, site: BootSite):
        self.site = site
        self.stopping = threading.Event()
        self.mac = bytes.fromhex(re.search(r'name: eth1, mac: "([^"]*)"', site.inventory).group(1).replace(":", ""))
        self.bmc = re.search(r'url: "([^"]*)"', site.inventory).group(1)
        self.login = "Basic " + base64.b64encode(b"admin:simulated").decode()
        self.refusals = 0
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()

    def stop(self) -> None:
        self.stopping.set()
        self.watcher.join(30)

    def seen(self) -> dict:
        """The simulated server as it is, not as its BMC says: on, phase, operation, boots."""
        return next(one for one in json.loads(self.site.simulator.ask("/state"))["servers"] if one["name"] == NAME)

    def faults(self, **faults: bool) -> None:
        """Exactly these."""
        self.site.simulator.ask(f"/servers/{NAME}/faults", json.dumps(faults))

    def act(self, path: str, body: dict) -> None:
        """What happens inside the machine, by way of the simulated BMC."""
        request = urllib.request.Request(self.bmc + path, json.dumps(body).encode(),
                                         {"Authorization": self.login, "Content-Type": "application/json"})
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise
            raise PowerLost() from error  # it was switched off in between

    def _watch(self) -> None:
        played = 0
        while not self.stopping.wait(0.03):
            try:
                now = self.seen()
            except OSError:  # the simulator ends first
                continue
            if now["phase"] == "provisioning" and now["boots"] != played:
                played = now["boots"]
                threading.Thread(target=Boot(self, played).run, daemon=True).start()


class Boot:
    """One network boot, from the firmware's DHCP to the end of the RAM system."""

    def __init__(self, server: ScriptedServer, number: int):
        self.server, self.site, self.number = server, server.site, number
        self.session = ""
        self.trust = ssl.create_default_context()
        self.trust.check_hostname = False
        self.trust.verify_mode = ssl.CERT_NONE

    def run(self) -> None:
        with contextlib.suppress(PowerLost):
            self._firmware()
            try:
                self._ram_system()
            except Refused:
                self._phase()  # unless it is long since off, and what was left of it heard the end of its last question
                self.server.refusals += 1
                self.server.act("/Actions/ComputerSystem.Reset", {"ResetType": "ForceOff"})  # pxe/installer/init

    def _phase(self) -> str:
        """Of the simulated server, while it is this boot."""
        if self.server.stopping.is_set():
            raise PowerLost()
        try:
            now = self.server.seen()
        except OSError:
            raise PowerLost() from None
        if now["boots"] != self.number or now["phase"] == "off":
            raise PowerLost()
        return now["phase"]

    def _pause(self, seconds: float) -> None:
        if self.server.stopping.wait(seconds):
            raise PowerLost()

    def _firmware(self) -> None:
        """Tries the network until it answers; the token of the script it gets in the end."""
        while True:
            self._phase()
            try:
                relayed_dhcp.lend(self.site.address, self.site.relay, self.server.mac, PORT, 1)
                script = self._get_script()
            except OSError:
                self._pause(0.2)
                continue
            if found := re.search(r"switchyard\.token=(\S+)", script):
                self.token = found.group(1)
                return
            self._pause(0.5)  # "nothing to do, asking again"

    def _get_script(self) -> str:
        connection = http.client.HTTPConnection(self.site.address, HTTP, timeout=10, source_address=(self.site.lent, 0))
        connection.request("GET", "/boot/ipxe")
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise OSError(text)
        return text

    def _ask(self, method: str, path: str, body: dict | None = None) -> tuple[int, bytes]:
        """Insists, as the RAM system does, until there is an answer."""
        wait = 0.1
        while True:
            self._phase()
            connection = http.client.HTTPSConnection(self.site.address, TLS, timeout=30, source_address=(self.site.lent, 0), context=self.trust)
            try:
                connection.request(method, path, None if body is None else json.dumps(body),
                                   {"Authorization": "Bearer " + self.session} if self.session else {})
                answer = connection.getresponse()
                content = answer.read()
                if answer.status < 500:
                    return answer.status, content
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            self._pause(wait)
            wait = min(wait * 2, 2)

    def _say(self, what: str, body: dict, good: int = 200) -> dict:
        status, content = self._ask("POST", "/installer/v1/" + what, body)
        if status != good:
            raise Refused(content)
        return json.loads(content)

    def _ram_system(self) -> None:
        mac = ":".join(f"{byte:02x}" for byte in self.server.mac)
        nic = {"name": "eth0", "mac": mac, "carrier": True, "speed_mbps": 1000, "driver": "x", "lldp": []}
        inspection = {"product": {"vendor": "", "name": "", "serial": "", "uuid": ""}, "firmware": "bios", "cpus": 2, "cpu_model": "",
                      "memory_bytes": 1 << 30, "disks": [DISK], "nics": [nic], "bmc": None}
        self.session = self._say("sessions", {"token": self.token, "session": secrets.token_hex(32), "mac": mac, "inspection": inspection}, 201)["session"]
        while True:
            status, content = self._ask("GET", "/installer/v1/task")
            if status == 204:
                continue
            if status != 200:
                raise Refused(content)
            self._perform(json.loads(content))

    def _perform(self, task: dict) -> None:
        operation = task["operation"]
        if task["kind"] == "install":
            problem = self._fetch(task["image"])
            if not problem:
                self.server.act("/Oem/Switchyard/Install", {key: task[key] for key in ("operation", "hostname", "files")})
        elif task["kind"] == "rescue":
            self.server.act("/Oem/Switchyard/Rescue", {"operation": operation})
            self._say("result", {"operation": operation, "outcome": "succeeded", "detail": "ssh as root", "wiped": [],
                                 "host_key": f"SHA256:boot{self.number}"})
            return
        else:
            problem = ""
            self.server.act("/Oem/Switchyard/Wipe", {"operation": operation})
        word = "writing" if task["kind"] == "install" else "erasing"
        while not problem and (phase := self._phase()) in ("installing", "wiping"):
            self._say("progress", {"operation": operation, "phase": word, "percent": 40, "detail": "", "log": []})
            self._pause(0.1)
        if not problem and phase == "failed":
            problem = "it failed"
        wiped = [{"disk": "vda", "serial": "S1", "bytes": DISK["bytes"], "method": "overwrite", "samples": 4096, "nonzero_samples": 0}]
        self._say("result", {"operation": operation, "outcome": "failed" if problem else "succeeded", "detail": problem,
                             "wiped": wiped if task["kind"] == "wipe" and not problem else []})

    def _fetch(self, image: dict) -> str:
        status, content = self._ask("GET", image["url"])
        if status != 200:
            return f"{image['url']}: the service answered {status}"
        return "" if hashlib.sha256(content).hexdigest() == image["sha256"] else "the image's checksum is wrong"
