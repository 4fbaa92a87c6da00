"""Whether FRR starts after the network is really up, every time: an installed server boots from its disk again and again.

What it carries is rendered by the product (host_files_lab). Every second boot is the first after the installation, the
others are of a disk that has booted once and lost its power then. Needs SWITCHYARD_BIN,
SWITCHYARD_RAM and SWITCHYARD_IMAGES (test_installer.py). SWITCHYARD_SERVER_BOOTS: how often (3). Reports of boots
with a fault are kept in SWITCHYARD_SERVER_BOOTS_KEEP. SWITCHYARD_SERVER_BOOTS_UNGUARDED=1 leaves out what makes FRR
wait: the test must then fail."""
import json
import os
import pathlib
import shutil
import subprocess
import time

import pytest
import server_report
from installer_vm import IMAGES, MAC, RAM, Machine, Session
from test_installer import image_of, install_task, make_disk

BIN = os.environ.get("SWITCHYARD_BIN")
pytestmark = pytest.mark.skipif(not (BIN and RAM and IMAGES), reason="SWITCHYARD_BIN, SWITCHYARD_RAM and SWITCHYARD_IMAGES are not all set")
BOOTS = int(os.environ.get("SWITCHYARD_SERVER_BOOTS", "3"))
KEEP = os.environ.get("SWITCHYARD_SERVER_BOOTS_KEEP")
UNGUARDED = os.environ.get("SWITCHYARD_SERVER_BOOTS_UNGUARDED") == "1"
SECOND_MAC = "52:54:00:00:00:02"
BOOT_SECONDS = 600
SECOND_NIC = ("-netdev", "user,id=n1", "-device", f"virtio-net-pci,netdev=n1,mac={SECOND_MAC},romfile=")


class Server:
    """Installed on `disk`. `expected` is what host_files_lab says."""

    def __init__(self, folder, image):
        self.folder, self.image = folder, image
        said = subprocess.run([f"{BIN}/host_files_lab", MAC, SECOND_MAC], check=True, capture_output=True, text=True, timeout=60).stdout
        self.expected = json.loads(said)
        if UNGUARDED:
            self.expected["files"] = [file for file in self.expected["files"] if "/frr.service.d/" not in file["path"]]
        self.frr_conf = next(file["content"] for file in self.expected["files"] if file["path"] == "/etc/frr/frr.conf")
        self.disk = make_disk(folder)
        self.install()

    def install(self):
        prefixes = [prefix for own in self.expected["own"].values() for prefix in own]
        task = install_task(image_of(self.image), files=self.expected["files"] + server_report.files(prefixes))
        with Session(str(self.folder), [self.disk], extra=SECOND_NIC) as ram:
            result = ram.run(task)
        assert result["outcome"] == "succeeded", result

    def boot(self, disk, keeps_nothing=True):
        """One boot, until it has reported; the power fails then."""
        line = self.folder / "ttyS1"
        line.unlink(missing_ok=True)
        with Machine(str(self.folder), "installed", [(disk, "scratch" if keeps_nothing else "virtio")],
                     extra=(*SECOND_NIC, "-serial", f"file:{line}")) as machine:
            while "## sent" not in (text := line.read_text(errors="replace") if line.exists() else ""):
                assert machine.process.poll() is None, "the VM ended:\n" + machine.console()[-2000:]
                assert machine.age() < BOOT_SECONDS, f"no report in {BOOT_SECONDS} s:\n" + machine.console()[-3000:]
                time.sleep(0.2)
        return text

    def judge(self, text):
        report = server_report.Report(text)
        return report, server_report.faults(report, self.expected["own"], self.expected["legs"], self.frr_conf)

    def timing(self, report):
        """In words: when the last of its addresses came, beside systemd's start of FRR and zebra's."""
        came = [report.appeared(device, prefix) for device, own in self.expected["own"].items() for prefix in own]
        zebra, unit = report.zebra_started(), report.unit("frr.service").get("InactiveExitTimestampMonotonic")
        if zebra is None or unit is None or None in came:
            return "incomplete"
        return f"addresses {max(came) - int(unit) / 1e6:+.2f} s from the start of frr.service, zebra {zebra - max(came):+.2f} s from them"


@pytest.mark.parametrize("image", ["debian-12", "debian-13"])
def test_frr_starts_after_the_network_is_up_at_every_boot(tmp_path, image):
    if not (pathlib.Path(IMAGES) / f"{image}.json").exists():
        pytest.skip(f"SWITCHYARD_IMAGES has no {image}")
    server = Server(tmp_path, image)
    used = str(tmp_path / "used.img")
    subprocess.run(["cp", "--sparse=always", server.disk, used], check=True, timeout=120)
    failed = []
    for number in range(1, BOOTS + 1):
        kind, disk = ("first", server.disk) if number % 2 else ("later", used)
        text = server.boot(used, keeps_nothing=False) if number == 1 else server.boot(disk)
        report, faults = server.judge(text)
        print(f"{image} boot {number} ({kind}): {report.parts['clock'].split()[1]} s to the report, {server.timing(report)}"
              f"{''.join(f'; FAULT {f}' for f in faults)}"
              f"{''.join(f'; remark: {r}' for r in server_report.remarks(report))}", flush=True)
        if faults:
            failed.append((number, faults))
            if KEEP:
                pathlib.Path(KEEP).mkdir(parents=True, exist_ok=True)
                (pathlib.Path(KEEP) / f"{image}-{number}.report").write_text(text, encoding="utf-8")
                shutil.copy(tmp_path / "installed.serial", pathlib.Path(KEEP) / f"{image}-{number}.serial")
    assert not failed, f"{len(failed)} of {BOOTS} boots: {failed}"
