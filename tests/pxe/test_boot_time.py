"""How long a server takes from power-on to an installed system that is up, on a plain bridge: our DHCP, TFTP, HTTP, RAM system and
image, with no switch between. Prints where the time goes; judged by what happened, not by the clock. Needs what
test_netboot.py and test_installer.py need."""
import json
import pathlib
import shutil
import subprocess
import time

import pytest
from installer_vm import IMAGES
from test_installer import make_disk
from test_netboot import BIN_FOLDER, MAC, OTHER_MAC, PATIENCE, Site, option, pytestmark  # noqa: F401 (the mark skips this module, too)

IMAGE = "debian-12"
# In the place of phone-home, which would need the fabric: up is what has its addresses, FRR with its configuration, and ssh.
UP = """[Unit]
After=frr.service ssh.service systemd-networkd.service
[Service]
Type=oneshot
StandardOutput=tty
TTYPath=/dev/ttyS0
ExecStart=/bin/sh -c 'until ip -o addr show dev vni0 | grep -q 10.1.0.5 && vtysh -c "show bgp summary" | grep -q "AS number"; do sleep 0.2; done; echo UP-MARK'
[Install]
WantedBy=multi-user.target
"""
WANTED = "[Unit]\nWants=up.service\n"


class Clock:
    """Seconds of each phase, one after the other."""

    def __init__(self):
        self.begun = self.last = time.monotonic()

    def lap(self, name):
        now = time.monotonic()
        print(f"{now - self.last:7.1f} s  {name}", flush=True)
        self.last = now

    def total(self):
        return self.last - self.begun


def follow(site, phases, seconds, clock=None):
    """Until the desk says one of `phases`."""
    until, said = time.monotonic() + seconds * PATIENCE, None
    while (entry := site.order(read=True))["phase"] not in phases:
        assert time.monotonic() < until and entry["phase"] != "failed", entry
        if clock and said not in (None, entry["detail"].split(":")[0]):
            clock.lap("  " + said)
        said = entry["detail"].split(":")[0]
        time.sleep(0.05)
    return entry


def host_files():
    rendered = subprocess.run([BIN_FOLDER + "/host_files_lab", MAC, OTHER_MAC], check=True, capture_output=True, text=True, timeout=60)
    files = json.loads(rendered.stdout)["files"]
    for path, content in (("up.service", UP), ("multi-user.target.d/up.conf", WANTED)):
        files.append({"path": "/etc/systemd/system/" + path, "mode": "0644", "owner": "", "content": content})
    return files


@pytest.mark.skipif(not IMAGES, reason="SWITCHYARD_IMAGES is not set")
@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_a_server_comes_from_power_on_to_its_own_system(tmp_path, firmware):
    disk = make_disk(tmp_path)
    with Site(tmp_path, "secure_boot: false") as site:
        shutil.copytree(IMAGES, site.files / "images")
        site.order(expect="installer")
        print(f"\n{firmware}:")
        clock = Clock()
        with site.machine("ram", firmware, option("IPv6Support"), [disk]) as machine:
            machine.wait_for("Linux version", 120 * PATIENCE)
            clock.lap("firmware, loader, kernel and initrd")
            follow(site, ("provisioning",), 120)
            clock.lap("RAM system up, session open")
            site.order(install=IMAGE, hostname="web1", files=host_files())
            follow(site, ("installed",), 300, clock)
            clock.lap("the rest of the install")
        site.order(expect="disk")
        with site.machine("installed", firmware, option("IPv6Support"), [disk], network=False) as machine:
            machine.wait_for("UP-MARK", 300 * PATIENCE)
            clock.lap("boot from disk: addresses, FRR and ssh up")
        print(f"{clock.total():7.1f} s  in all")
    assert pathlib.Path(disk).stat().st_blocks > 0
