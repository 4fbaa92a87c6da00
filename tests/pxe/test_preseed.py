"""Debian by its own installer, nothing faked: firmware, iPXE, our RAM system, debian-installer, and the disk boots.

More than half an hour (TCG); run by ./test.sh preseed. SWITCHYARD_RAM: as in test_installer.py; SWITCHYARD_BIN: with
boot_desk_lab."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time

import pytest
from debian_mirror import DebianMirror
from installer_vm import RAM, Machine
from test_installer import make_disk
from udeb_shelf import UdebShelf

BIN = os.environ.get("SWITCHYARD_BIN")
pytestmark = pytest.mark.skipif(not (RAM and BIN), reason="SWITCHYARD_RAM and SWITCHYARD_BIN are not set")
ROOT = pathlib.Path(__file__).resolve().parents[2]
HOST = "10.0.2.2"  # loopback of this machine, as the server sees it
IMAGE = "debian-12-native"
INSTALL_SECONDS = int(os.environ.get("SWITCHYARD_PRESEED_SECONDS", "5400"))
# What only saves time under emulation: a base system of required packages (with what an installed server, or the installer
# itself, which shows its progress by debconf there, cannot do without), an initrd with this machine's drivers, the kernel
# without drivers for hardware, no second selection of packages, no search for firmware, a start without GRUB's menu.
QUICK = ["d-i base-installer/debootstrap_variant string minbase",
         "d-i base-installer/includes string systemd-sysv udev dbus ifupdown iproute2 kmod debconf-i18n",
         "d-i base-installer/initramfs-tools/driver-policy select dep",
         "d-i base-installer/kernel/image string linux-image-cloud-amd64",
         "d-i pkgsel/run_tasksel boolean false",
         "d-i hw-detect/firmware-lookup string never",
         "grub-pc grub-pc/timeout string 0"]
# A test can look into debian-installer: what the file `peek` of the mirror says is run, its output goes to the log.
PEEK = """last=
while sleep 10; do
  wget -q -O /tmp/peek {url}/peek && now=$(cat /tmp/peek) && [ "$now" != "$last" ] && sh /tmp/peek 2>&1 | logger -t peek
  last=$now
done
"""

MARK = """[Unit]
After=multi-user.target frr.service
Before=serial-getty@ttyS0.service
[Service]
Type=oneshot
StandardOutput=tty
TTYPath=/dev/ttyS0
ExecStart=/bin/sh -c 'stat -c "%%U:%%G %%a %%n" /etc/frr/frr.conf /root/.ssh/authorized_keys; hostname; cat /etc/frr/frr.conf; grep bgpd= /etc/frr/daemons; systemctl is-enabled systemd-networkd networking; echo REPORT-END'
[Install]
WantedBy=multi-user.target
"""


def host_file(path, content, mode="0644", owner=""):
    return {"path": path, "mode": mode, "owner": owner, "content": content}


FILES = [host_file("/etc/frr/frr.conf", "frr defaults traditional\nhostname web1\n! MARK-FRR\n", "0640", "frr:frr"),
         host_file("/root/.ssh/authorized_keys", "ssh-ed25519 AAAA me\n", "0600"),
         host_file("/etc/systemd/network/20-vni0.network", "[Match]\nName=vni0\n"),
         host_file("/etc/systemd/system/report.service", MARK),
         host_file("/etc/systemd/system/multi-user.target.d/report.conf", "[Unit]\nWants=report.service\n")]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Desk:
    """boot_desk_lab: the boot desk of one server, over HTTP(S) on loopback."""

    def __init__(self, folder, identity):
        self.port = free_port()
        self.process = subprocess.Popen([f"{BIN}/boot_desk_lab", folder, identity, str(self.port), str(free_port()), HOST],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def say(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


class Syslog:
    """What debian-installer logs to us: it has no other way to show its dialogs to a test."""

    def __init__(self, path):
        self.path, self.socket = path, socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        with open(self.path, "w", encoding="utf-8", buffering=1) as file:
            begun = time.monotonic()
            while True:
                line = self.socket.recv(9000).decode(errors="replace").strip()
                file.write(f"{time.monotonic() - begun:.1f} {line}\n")

    def tail(self):
        return "".join(self.path.read_text(encoding="utf-8").splitlines(keepends=True)[-30:])


def build_shelf(folder, mirror, log):
    """The boot folder as an operator makes it; the mirror's missing parts beside."""
    (folder / "installer").mkdir(parents=True)
    for name in ("vmlinuz", "initrd"):
        shutil.copy(pathlib.Path(RAM) / name, folder / "installer")

    def build(lines):
        lines_file = folder.parent / "lines"
        lines_file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        environment = os.environ | {"SOURCE": f"http://{HOST}:{mirror.port}/debian", "LINES": str(lines_file),
                                    "ARGUMENTS": f"console=ttyS0 DEBIAN_FRONTEND=text TERM=dumb mitigations=off log_host={HOST} log_port={log.port}"}
        subprocess.run([ROOT / "pxe/installer/native/debian-12.sh", folder, IMAGE], env=environment, check=True, timeout=1200,
                       stdout=subprocess.DEVNULL)

    build([])
    shelf = UdebShelf(mirror.more, mirror, folder / "native/debian-12/initrd.gz")
    print(f"\n{len(shelf.replaced)} udebs of the installer are not in the archive within reach")
    more = f"http://{HOST}:{mirror.port}/more"
    (mirror.more / "peek-loop").write_text(PEEK.format(url=more), encoding="utf-8")
    peek = (f"d-i partman/early_command string wget -q -O /tmp/peek-loop {more}/peek-loop && "
            "sh /tmp/peek-loop </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- &")
    build([*QUICK, peek, *shelf.lines(more)])


def follow(desk, machine, log, begun):
    """Until the desk knows how it ended; prints each part of the installer with its time."""
    said, until = "", time.monotonic() + INSTALL_SECONDS
    while True:
        entry = desk.say(read=True)
        if entry["detail"] != said:
            said = entry["detail"]
            print(f"{time.monotonic() - begun:7.1f} {entry['phase']}: {said}", flush=True)
        if entry["phase"] in ("installed", "failed"):
            return entry
        assert entry["phase"] == "unattended", "it has booted again:\n" + machine.console()[-2000:] + log.tail()
        assert machine.process.poll() is None, "the VM ended:\n" + machine.console()[-2000:] + log.tail()
        assert time.monotonic() < until, f"still {entry}:\n" + machine.console()[-2000:] + log.tail()
        time.sleep(1)


@pytest.fixture(name="lab")
def make_lab(tmp_path):
    more = tmp_path / "more"
    more.mkdir()
    mirror = DebianMirror(more)
    log = Syslog(tmp_path / "syslog")
    build_shelf(tmp_path / "boot", mirror, log)
    desk = Desk(tmp_path / "boot", tmp_path / "identity")
    yield desk, log
    desk.close()
    mirror.close()


def test_debian_is_installed_by_its_own_installer_and_boots(tmp_path, lab):
    desk, log = lab
    disk = make_disk(tmp_path)
    desk.say(expect="installer")
    begun = time.monotonic()
    # debian-installer would take a URL that DHCP names for its preseed; our own DHCP server gives one to iPXE only.
    (tmp_path / "tftp").mkdir()
    (tmp_path / "tftp/boot.ipxe").write_text(f"#!ipxe\nchain http://{HOST}:{desk.port}/boot/ipxe\n", encoding="utf-8")
    network = f",tftp={tmp_path}/tftp,bootfile=boot.ipxe"
    with Machine(str(tmp_path), "preseed", [disk], forward=network, network_boot=True, memory=2048) as machine:
        while desk.say(read=True)["phase"] != "provisioning":
            assert time.monotonic() - begun < 300, machine.console()[-2000:]
            time.sleep(0.2)
        print(f"RAM system waits {time.monotonic() - begun:.1f} s after power-on")
        desk.say(install=IMAGE, hostname="web1", files=FILES)
        entry = follow(desk, machine, log, begun)
        assert entry["phase"] == "installed", str(entry) + log.tail()
        print(f"installed {time.monotonic() - begun:.0f} s after power-on")
    desk.say(expect="disk")
    with Machine(str(tmp_path), "installed", [disk]) as machine:
        machine.wait_for("REPORT-END", 600)
        machine.wait_for("web1 login:", 600)
        console = machine.console()
        print(f"login {machine.age():.1f} s after power-on from disk")
    for fact in ("frr:frr 640 /etc/frr/frr.conf", "root:root 600 /root/.ssh/authorized_keys", "\nweb1", "MARK-FRR", "bgpd=yes",
                 "enabled\ndisabled"):
        assert fact in console.replace("\r", ""), console[-3000:]
