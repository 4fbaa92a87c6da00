"""srv1 as a real machine: QEMU with firmware, disk and network ROMs on the taps of the node, and its Redfish BMC.

The boot files are built once: image and RAM system are kept by their own scripts
(pxe/installer/build.sh, pxe/installer/image/build-debian.sh) in /var/cache/switchyard-images.
"""

import errno
import json
import os
import pathlib
import subprocess
import sys
import threading

import fabric
import hostnet
import plan

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = plan.SRV1.name
PORT = 8001  # of the BMC, on MANAGEMENT_HOST; lab_bmc.py has its own
DISK = 8 << 30
# The system's own names, whatever the firmware calls its NICs. Not ethN: the kernel may have given that
# name to the other one when the rename comes.
NICS = dict(zip(plan.SERVER_LINKS, ("lan1", "lan2")))
USER, PASSWORD = "admin", "secret"


class QemuServer:
    """Powered off until its BMC is told otherwise. `firmware`: bios or uefi, as it leaves the factory."""

    def __init__(self, lab: fabric.Fabric, firmware: str = "bios"):
        self.lab = lab
        self.firmware = firmware
        self.folder = pathlib.Path(lab.folder) / "qemu"
        self.bmc: subprocess.Popen | None = None
        self.monitor: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://{plan.MANAGEMENT_HOST}:{PORT}/redfish/v1/Systems/{NAME}"

    @property
    def disk(self) -> pathlib.Path:
        return next((self.folder / NAME).glob("*.img"))

    def set_firmware(self, firmware: str) -> None:
        """As a person does in the set-up of a server that is off; its disk stays."""
        mode = {"bios": "Legacy", "uefi": "UEFI"}[firmware]
        self._ask("PATCH", "", {"Boot": {"BootSourceOverrideMode": mode}})
        self.firmware = firmware

    def pull_the_plug(self) -> None:
        self._ask("POST", "/Actions/ComputerSystem.Reset", {"ResetType": "ForceOff"})

    def control(self, **wanted) -> dict:
        """Faults of the BMC and what a person may do to the machine (redfish_vm.py); what is so then."""
        return json.loads(self._send("PUT", f"http://{plan.MANAGEMENT_HOST}:{PORT}/control/{NAME}", wanted))

    def _ask(self, method: str, path: str, body: dict) -> None:
        self._send(method, self.url + path, body)

    def _send(self, method: str, url: str, body: dict) -> str:
        return self.lab.host("curl", "--silent", "--fail", "--max-time", "20", "--user", f"{USER}:{PASSWORD}", "--request", method,
                             "--header", "Content-Type: application/json", "--data", json.dumps(body), url).stdout

    def is_on(self) -> bool:
        """As it is, whatever its BMC says."""
        try:
            pid = int((self.folder / NAME / "pid").read_text())
            return f"{NAME}/pid" in pathlib.Path(f"/proc/{pid}/cmdline").read_text()
        except (OSError, ValueError):
            return False

    def last_mounted(self) -> int:
        """When the installed system mounted its root to write, by its own clock: seconds, from ext4's superblock."""
        table = json.loads(subprocess.run(["/sbin/sfdisk", "--json", str(self.disk)], check=True, capture_output=True, timeout=20).stdout)
        with open(self.disk, "rb") as image:
            for partition in table["partitiontable"]["partitions"]:
                image.seek((partition["start"] << 9) + 1024)
                block = image.read(64)
                if block[56:58] == b"\x53\xef":
                    return int.from_bytes(block[44:48], "little")
        raise fabric.LabError(f"{self.disk} has no ext4 filesystem")

    def is_blank(self) -> bool:
        """Whether nothing but zeros is on the disk, seen from outside. Holes are not read."""
        with open(self.disk, "rb") as image:
            at = 0
            while True:
                try:
                    at = os.lseek(image.fileno(), at, os.SEEK_DATA)
                except OSError as end:
                    if end.errno == errno.ENXIO:
                        return True  # no data behind here
                    raise
                hole = os.lseek(image.fileno(), at, os.SEEK_HOLE)
                image.seek(at)
                while at < hole:
                    block = image.read(min(1 << 20, hole - at))
                    if block.count(0) != len(block):
                        return False
                    at += len(block)

    def serial(self, last: int = 4000) -> str:
        path = self.folder / NAME / "serial.log"
        return path.read_bytes()[-last:].decode(errors="replace") if path.exists() else ""

    def start(self) -> "QemuServer":
        self.folder.mkdir(exist_ok=True)
        nics = [{"name": name, "mac": plan.mac(plan.SRV1, nic), "tap": hostnet.tap(NAME, nic)} for nic, name in NICS.items()]
        machine = {"name": NAME, "firmware": self.firmware, "cpus": 2, "memory_mb": 1024, "nic_rom": True, "nics": nics,
                   "disks": [{"name": "disk0", "bytes": DISK}], "ipv6": False}
        (self.folder / "plan.json").write_text(json.dumps(
            {"listen": plan.MANAGEMENT_HOST, "port": PORT, "folder": str(self.folder), "user": USER, "password": PASSWORD,
             "tls": None, "servers": [machine]}))
        self.lab.kill(NAME)
        self.lab.give_away(NAME)
        self._follow_carrier()
        with open(self.folder / "bmc.log", "wb") as log:
            self.bmc = subprocess.Popen(
                ["ip", "netns", "exec", self.lab.namespace, sys.executable, str(ROOT / "tests/fakes/bmc/redfish_vm.py"),
                 str(self.folder / "plan.json")], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        fabric.wait_listening(self.bmc, self.folder / "bmc.log")
        return self

    def stop(self) -> None:
        """Ends the machine with its BMC."""
        for process in (self.bmc, self.monitor):
            if process and process.poll() is None:
                process.terminate()
                process.wait(30)
        hostnet.wait_taps_free(self.lab.namespace, [hostnet.tap(NAME, nic) for nic in NICS])

    def _follow_carrier(self) -> None:
        """As cables do: the switch sees light while the machine is powered."""
        self.monitor = subprocess.Popen(["ip", "-n", self.lab.namespace, "-o", "monitor", "link"], text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        names = tuple(f" {hostnet.tap(NAME, nic)}: " for nic in NICS)

        def follow(lines) -> None:
            for line in lines:
                if any(name in line for name in names):
                    try:
                        self.lab.show_carrier(NAME)
                    except fabric.LabError as error:  # the lab goes down, or a ToR is off
                        print(f"carrier of {NAME}: {error}", file=sys.stderr)
        threading.Thread(target=follow, args=(self.monitor.stdout,), daemon=True).start()


def inventory_of(server: QemuServer, site: str) -> str:
    """The lab's inventory with this machine instead of the node."""
    site = site.replace("  - {name: debian-12}", "  - {name: debian-12}\n  - {name: debian-13}")
    lines = [site[:site.index("servers:")] + "servers:", f"  - name: {NAME}",
             f'    bmc: {{type: redfish, url: "{server.url}", user: {USER}, password: {PASSWORD}, insecure: true}}', "    nics:"]
    lines += [f'      - {{name: {NICS[nic]}, mac: "{plan.mac(plan.SRV1, nic)}", switch: {tor.name}, port: {plan.SERVER_PORT}}}'
              for nic, tor in plan.SERVER_LINKS.items()]
    return "\n".join(lines) + "\n"


def build_boot_files(folder: pathlib.Path, installer: pathlib.Path) -> pathlib.Path:
    """What the boot services serve: folder/images and folder/installer."""
    for script, words in (("image/build-debian.sh", [folder / "images", "debian-12"]),
                          ("image/build-debian.sh", [folder / "images", "debian-13"]),
                          ("build.sh", [folder / "installer", installer])):
        done = subprocess.run([str(ROOT / "pxe/installer" / script), *map(str, words)], capture_output=True, text=True,
                              timeout=2400, env=os.environ)
        if done.returncode != 0:
            raise fabric.LabError(f"{script}: {done.stderr.strip()[-800:]}")
    return folder
