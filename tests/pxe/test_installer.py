"""The RAM system in QEMU (TCG): installs, and the disk boots. Minutes; not run by ctest.
SWITCHYARD_RAM: folder with vmlinuz and initrd (pxe/installer/build.sh); SWITCHYARD_IMAGES: with debian-12.*."""
import json
import os
import shutil
import subprocess
import time

import pytest
from installer_service import Service

RAM, IMAGES = os.environ.get("SWITCHYARD_RAM"), os.environ.get("SWITCHYARD_IMAGES")
pytestmark = pytest.mark.skipif(not (RAM and IMAGES), reason="SWITCHYARD_RAM and SWITCHYARD_IMAGES are not set")


class Machine:
    """A VM with one disk of 8 GB; `serial` is the file of its console."""

    def __init__(self, folder, name, disk, firmware, kernel=None, append=""):
        self.serial = os.path.join(folder, name + ".serial")
        argv = ["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2",
                "-m", "1024", "-display", "none", "-vga", "none", "-nodefaults", "-no-reboot",
                "-serial", "file:" + self.serial, "-device", "virtio-rng-pci", "-netdev", "user,id=n0",
                "-device", "virtio-net-pci,netdev=n0,mac=52:54:00:00:00:01,romfile=",
                "-drive", f"if=none,id=d0,file={disk},format=raw,cache=unsafe,aio=threads,discard=unmap",
                "-device", "virtio-blk-pci,drive=d0,bootindex=1"]
        if firmware == "uefi":
            variables = os.path.join(folder, name + ".vars")
            shutil.copy("/usr/share/OVMF/OVMF_VARS_4M.fd", variables)
            argv += ["-drive", "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd",
                     "-drive", "if=pflash,format=raw,file=" + variables]
        if kernel:
            argv += ["-kernel", os.path.join(kernel, "vmlinuz"), "-initrd", os.path.join(kernel, "initrd"), "-append", append]
        self.process = subprocess.Popen(argv)

    def console(self):
        with open(self.serial, errors="replace") as file:
            return file.read()

    def wait_for(self, marker, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if os.path.exists(self.serial) and marker in self.console():
                return
            assert self.process.poll() is None, "the VM ended:\n" + self.console()[-2000:]
            time.sleep(0.2)
        raise AssertionError(f"no {marker!r} in {seconds} s:\n" + self.console()[-3000:])

    def stop(self):
        self.process.kill()
        self.process.wait(timeout=30)


@pytest.fixture(name="disk")
def make_disk(tmp_path):
    path = tmp_path / "disk.img"
    with open(path, "wb") as file:
        file.truncate(8 << 30)
    return path


def install_task(**changes):
    with open(os.path.join(IMAGES, "debian-12.json"), encoding="utf-8") as file:
        image = json.load(file)
    image["url"] = "/files/images/debian-12.tar.zst"
    image.update(changes)
    return {"kind": "install", "operation": "op-1", "hostname": "web1", "image": image,
            "layout": {"disk": "auto", "filesystem": "ext4", "raid1": False, "lvm": False},
            "files": [{"path": "/etc/issue", "mode": "0644", "owner": "root:root", "content": "MARK-INSTALLED \\n\n"}],
            "phone_home": None}


def run_task(tmp_path, disk, firmware, task, seconds=400):
    service = Service(str(tmp_path), IMAGES)
    begun = time.monotonic()
    machine = Machine(str(tmp_path), "ram", disk, firmware, RAM,
                      f"console=ttyS0 panic=10 switchyard.url=https://10.0.2.2:{service.port} "
                      f"switchyard.pin={service.pin} switchyard.token=one-time switchyard.nic=52:54:00:00:00:01")
    try:
        service.tasks.put(task)
        machine.wait_for("session open for srv1", 120)
        print(f"\n{firmware}: session after {time.monotonic() - begun:.1f} s")
        machine.wait_for(task["operation"] + " ", seconds)
        result = service.results.get(timeout=60)
        seen = {}
        for at, report in service.progress:
            seen.setdefault(report["phase"], at - begun)
        print({phase: round(at, 1) for phase, at in seen.items()}, f"result {time.monotonic() - begun:.1f} s", result["detail"])
        return result
    finally:
        machine.stop()
        service.close()


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_an_installed_server_boots_from_its_disk(tmp_path, disk, firmware):
    result = run_task(tmp_path, disk, firmware, install_task())
    assert result["outcome"] == "succeeded", result
    begun = time.monotonic()
    machine = Machine(str(tmp_path), "installed", disk, firmware)
    try:
        machine.wait_for("MARK-INSTALLED web1", 200)
        machine.wait_for("login:", 60)
        print(f"{firmware}: login {time.monotonic() - begun:.1f} s after power-on")
    finally:
        machine.stop()


def test_an_image_with_a_wrong_checksum_fails(tmp_path, disk):
    result = run_task(tmp_path, disk, "bios", install_task(sha256="0" * 64))
    assert result["outcome"] == "failed"
    assert "checksum is wrong" in result["detail"]
    with open(disk, "rb") as file:
        assert file.read(440) == bytes(440), "there is boot code in the MBR"


def test_a_wiped_disk_is_all_zero(tmp_path, disk):
    with open(disk, "r+b") as file:
        for at in range(0, 8 << 30, 64 << 20):
            file.seek(at)
            file.write(os.urandom(1 << 20))
    result = run_task(tmp_path, disk, "bios", {"kind": "wipe", "operation": "op-2"})
    assert result["outcome"] == "succeeded", result
    assert result["wiped"][0]["samples"] == 1024
    assert result["wiped"][0]["nonzero_samples"] == 0
    assert subprocess.run(["cmp", "-n", str(8 << 30), str(disk), "/dev/zero"], check=False, timeout=120).returncode == 0
