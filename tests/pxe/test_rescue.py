"""The service and a virtual machine (QEMU, TCG): people in its RAM system, and an installed system that calls home.

Orders go to the real facade and runner, the RAM system speaks to the real boot desk, the installed system to the real API (life_lab).
Minutes each; not run by ctest (see test_installer.py). SWITCHYARD_BIN: with life_lab.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import time

import pytest
from installer_service import make_identity
from installer_vm import IMAGES, RAM, Machine
from test_installer import make_disk
from test_preseed import free_port

BIN = os.environ.get("SWITCHYARD_BIN")
pytestmark = pytest.mark.skipif(not (RAM and IMAGES and BIN), reason="SWITCHYARD_RAM, SWITCHYARD_IMAGES and SWITCHYARD_BIN are not set")
HOST = "10.0.2.2"  # loopback of this machine, as the server sees it

# QEMU's network instead of a fabric, and a look at what is left when the call was heard.
REPORT = """[Unit]
After=switchyard-phone-home.service
Before=serial-getty@ttyS0.service
[Service]
Type=oneshot
StandardOutput=tty
TTYPath=/dev/ttyS0
ExecStart=/bin/sh -c 'for i in $(seq 600); do [ -e /etc/switchyard/phone-home ] || break; sleep 1; done; cat /proc/mdstat; echo SECRETS-$(ls /etc/switchyard | wc -l); echo REPORT-END'
"""
FILES = {"/etc/systemd/network/05-lab.network": "[Match]\nMACAddress=52:54:00:00:00:01\n[Network]\nDHCP=ipv4\n",
         "/etc/systemd/system/report.service": REPORT,
         "/etc/systemd/system/multi-user.target.d/report.conf": "[Unit]\nWants=report.service\n"}


class Life:
    """life_lab, and the machine it switches on and off."""

    def __init__(self, folder, disks, forward=""):
        self.folder, self.disks, self.machine = folder, disks, None
        self.boots, self.seen = 0, {}
        boot, identity = folder / "boot", folder / "identity"
        (boot / "installer").mkdir(parents=True)
        (boot / "images").mkdir()
        identity.mkdir()
        for name in ("vmlinuz", "initrd"):
            (boot / "installer" / name).symlink_to(pathlib.Path(RAM) / name)
        for name in ("debian-12.tar.zst", "debian-12.json"):
            shutil.copy(pathlib.Path(IMAGES) / name, boot / "images")
        certificate, key, self.pin = make_identity(str(identity))
        self.tls = free_port()
        self.http = free_port()
        self.forward = forward
        self.process = subprocess.Popen([f"{BIN}/life_lab", boot, identity, certificate, key, self.pin, str(self.http), str(self.tls), HOST],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        self.seen = json.loads(self.process.stdout.readline())
        assert "refused" not in self.seen, self.seen
        self._power()
        return self.seen

    def _power(self):
        wanted = self.seen["power"] == "on"
        if wanted and self.machine is None:
            self.boots += 1
            self.machine = self._boot()
        if not wanted and self.machine is not None:
            self.machine.__exit__()
            self.machine = None

    def _boot(self):
        if self.seen["phase"] == "running":
            return Machine(str(self.folder), f"disk-{self.boots}", self.disks, forward=self.forward)
        # What iPXE would do with the script, which is asked for as it asks.
        script = subprocess.run(["curl", "-sSf", "--max-time", "30", f"http://127.0.0.1:{self.http}/boot/ipxe"], check=True,
                                capture_output=True, text=True, timeout=60).stdout
        line = next(words for words in script.splitlines() if words.startswith("kernel "))
        append = line.split("initrd=initrd ", 1)[1].replace("${net0/mac}", "52:54:00:00:00:01")
        return Machine(str(self.folder), f"ram-{self.boots}", self.disks, append=append, forward=self.forward)

    def until(self, good, seconds):
        end = time.monotonic() + seconds
        while not good(self.say(look=True)):
            console = self.machine.console()[-2000:] if self.machine else "it is off"
            assert self.seen.get("status", "running") == "running", self.seen
            assert time.monotonic() < end, f"still {self.seen}\n{console}"
            time.sleep(0.1)
        return self.seen

    def close(self):
        if self.machine:
            self.machine.__exit__()
        self.process.stdin.close()
        self.process.wait(timeout=30)


def test_people_get_into_a_server_in_maintenance_and_out_again(tmp_path):
    for name in ("mine", "other"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True, timeout=60)
    port = free_port()

    def ssh(key, command):
        return subprocess.run(["ssh", "-p", str(port), "-i", str(tmp_path / key), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
                               "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=" + str(tmp_path / "known"),
                               "root@127.0.0.1", command], check=False, capture_output=True, text=True, timeout=60)

    def fingerprint():
        return subprocess.run(["ssh-keygen", "-lf", str(tmp_path / "known")], check=True, capture_output=True, text=True,
                              timeout=60).stdout.split()[1]

    life = Life(tmp_path, [make_disk(tmp_path)], f",hostfwd=tcp:127.0.0.1:{port}-:22")
    try:
        begun = time.monotonic()
        life.say(rescue=[(tmp_path / "mine.pub").read_text().strip()])
        seen = life.until(lambda now: now.get("step") == "open", 300)
        print(f"\nopen {time.monotonic() - begun:.1f} s after it was asked for: {seen['access']}")
        got = ssh("mine", "cat /proc/sys/kernel/ostype; echo kept >/root/note")
        assert (got.returncode, got.stdout.split()) == (0, ["Linux"]), got
        assert fingerprint() == seen["access"]["host_key"], "what the CLI prints is the key ssh meets"
        assert ssh("other", "true").returncode == 255
        assert seen["state"] == "maintenance"

        first = life.machine
        ssh("mine", "poweroff -f >/dev/null 2>&1 </dev/null &")
        first.process.wait(timeout=120)
        assert "switchyard: " in first.console()
        life.machine = None
        (tmp_path / "known").unlink()
        life.say(off=True)
        seen = life.until(lambda now: now.get("access", {}).get("host_key") not in ("", None, seen["access"]["host_key"]), 300)
        assert ssh("mine", "cat /root/note").returncode == 1, "a new RAM system"
        assert fingerprint() == seen["access"]["host_key"]

        life.say(end=True)
        end = time.monotonic() + 60
        while life.say(look=True)["status"] == "running":
            assert time.monotonic() < end, life.seen
        assert (life.seen["status"], life.seen["state"], life.seen["power"]) == ("succeeded", "maintenance", "off"), life.seen
        assert ssh("mine", "true").returncode == 255
        print("\n".join(life.seen["timeline"]))
    finally:
        life.close()


def test_an_installed_system_calls_home_once_and_leaves_no_secret(tmp_path):
    disks = [make_disk(tmp_path, "a"), make_disk(tmp_path, "b")]
    life = Life(tmp_path, disks)
    try:
        life.say(deploy="debian-12", raid1=True, files=FILES)
        end = time.monotonic() + 1500
        while not any(" heard " in line for line in life.say(look=True).get("timeline", [])):
            assert life.seen["status"] in ("running", "succeeded"), life.seen
            assert time.monotonic() < end, f"{life.seen}\n{life.machine.console()[-3000:] if life.machine else ''}"
            time.sleep(0.2)
        print("\n" + "\n".join(life.seen["timeline"]))
        life.machine.wait_for("REPORT-END", 300)
        report = life.machine.console()
        assert "SECRETS-0" in report, report[-3000:]
        assert re.search(r"md\d+ : active raid1 vd\w+\[1\] vd\w+\[0\]", report), report[-3000:]
        assert life.say(look=True)["state"] == "active"
    finally:
        life.close()
