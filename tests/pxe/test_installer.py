"""The RAM system in QEMU (TCG): installs, and the disk boots. Minutes each; not run by ctest.
SWITCHYARD_RAM: folder with vmlinuz and initrd (pxe/installer/build.sh); SWITCHYARD_IMAGES: with debian-12.*."""
import hashlib
import json
import os
import socket
import struct
import subprocess
import time

import pytest
from installer_vm import IMAGES, RAM, Machine, Session

pytestmark = pytest.mark.skipif(not (RAM and IMAGES), reason="SWITCHYARD_RAM and SWITCHYARD_IMAGES are not set")
GB = 1 << 30


def make_disk(folder, name="disk", size=8 * GB, junk=False):
    path = folder / (name + ".img")
    with open(path, "wb") as file:
        for at in range(0, size if junk else 0, 64 << 20):
            file.seek(at)
            file.write(os.urandom(1 << 20))
        file.truncate(size)
    return str(path)


def image_of(name):
    """As a task names it: what the manifest says but for what is the service's business."""
    with open(os.path.join(IMAGES, name + ".json"), encoding="utf-8") as file:
        image = json.load(file) | {"url": f"/files/images/{name}.tar.zst"}
    image.pop("phones_home")
    return image


def install_task(image=None, layout=None, files=(), phone_home=None, **changes):
    image = image or image_of("debian-12")
    marker = {"path": "/etc/issue", "mode": "0644", "owner": "root:root", "content": "MARK-INSTALLED \\n\n"}
    return {"kind": "install", "operation": "op-1", "hostname": "web1", "image": image | changes,
            "layout": {"disk": "auto", "filesystem": "ext4", "raid1": False, "lvm": False} | (layout or {}),
            "files": [marker, *files], "phone_home": phone_home}


def assert_boots(folder, disks, firmware="bios", name="installed"):
    with Machine(str(folder), name, disks, firmware) as machine:
        machine.wait_for("MARK-INSTALLED web1", 400)
        print(f"{name}, {firmware}: login {machine.age():.1f} s after power-on")


def is_zero(path, size):
    return subprocess.run(["cmp", "-n", str(size), path, "/dev/zero"], check=False, timeout=200).returncode == 0


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_an_installed_server_boots_from_its_disk(tmp_path, firmware):
    disk = make_disk(tmp_path)
    with Session(str(tmp_path), [disk], firmware) as ram:
        result = ram.run(install_task())
        beats = [at for at, _ in ram.service.progress]
    assert result["outcome"] == "succeeded", result
    assert max(b - a for a, b in zip(beats, beats[1:])) < 10, "the heartbeat stopped"
    assert_boots(tmp_path, [disk], firmware)


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_raid1_with_lvm_boots_from_either_disk(tmp_path, firmware):
    disks = [make_disk(tmp_path, "a"), make_disk(tmp_path, "b", junk=True)]
    with Session(str(tmp_path), disks, firmware, clear=False) as ram:
        result = ram.run(install_task(layout={"raid1": True, "lvm": True}), 600)
    assert result["outcome"] == "succeeded", result
    assert_boots(tmp_path, disks, firmware, "both disks")
    assert_boots(tmp_path, disks[1:], firmware, "second disk alone")


def test_an_image_of_a_whole_disk_is_written_without_its_zeros_and_grows(tmp_path):
    small, disk = make_disk(tmp_path, "small", 2 * GB), make_disk(tmp_path, "large", junk=True)
    with Session(str(tmp_path), [small]) as ram:
        assert ram.run(install_task(layout={"disk": "/dev/vda"}))["outcome"] == "succeeded"
    packed = tmp_path / "debian-12.raw.zst"
    subprocess.run(["zstd", "-q", "-3", small, "-o", str(packed)], check=True, timeout=300)
    image = {"name": "debian-12-raw", "url": "/files/images/debian-12.raw.zst", "format": "raw.zst",
             "bytes": packed.stat().st_size, "sha256": hashlib.sha256(packed.read_bytes()).hexdigest()}
    report = {"path": "/etc/systemd/system/serial-getty@ttyS0.service.d/size.conf", "mode": "0644", "owner": "",
              "content": "[Service]\nExecStartPre=/bin/sh -c 'df -BG --output=size / | tail -1 | sed \"s/ */SIZE-/\" >/dev/ttyS0'\n"}
    with Session(str(tmp_path), [disk], root=str(tmp_path)) as ram:
        result = ram.run(install_task(image, files=[report]))
    assert result["outcome"] == "succeeded", result
    with Machine(str(tmp_path), "raw", [disk]) as machine:
        machine.wait_for("MARK-INSTALLED web1", 400)
        assert "SIZE-8G" in machine.console()


def test_a_raw_image_fills_the_disk_it_comes_to(tmp_path):
    tree = tmp_path / "tree"
    for folder in ("etc", "bin"):
        (tree / folder).mkdir(parents=True)
    subprocess.run(f"zstd -dc {RAM}/initrd | cpio -i --quiet --to-stdout bin/busybox >{tree}/bin/sh && chmod 755 {tree}/bin/sh",
                   shell=True, check=True, timeout=120)
    (tree / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\n")
    (tree / "etc/group").write_text("root:x:0:\n")
    small, disk = make_disk(tmp_path, "small", 64 << 20), make_disk(tmp_path, "large", 4 * GB, junk=True)
    with open(small, "r+b") as file:  # an MBR whose first partition goes from 1 MiB on
        file.seek(446)
        file.write(struct.pack("<B3sB3sII", 0, bytes(3), 0x83, bytes(3), 2048, 62 << 11) + bytes(48) + b"\x55\xaa")
    subprocess.run(["/sbin/mkfs.ext4", "-q", "-d", str(tree), "-E", f"offset={1 << 20}", small, "62m"], check=True, timeout=60)
    packed = tmp_path / "x.raw.zst"
    subprocess.run(["zstd", "-q", small, "-o", str(packed)], check=True, timeout=60)
    image = {"name": "x", "url": "/files/x.raw.zst", "format": "raw.zst", "bytes": packed.stat().st_size,
             "sha256": hashlib.sha256(packed.read_bytes()).hexdigest()}
    with Session(str(tmp_path), [disk], root=str(tmp_path)) as ram:
        result = ram.run(install_task(image))
    assert result["outcome"] == "succeeded", result
    with open(disk, "rb") as file:
        file.seek(446 + 12)
        assert struct.unpack("<I", file.read(4))[0] << 9 > 4 * GB - (4 << 20)


def test_an_image_with_a_wrong_checksum_fails_and_does_not_boot(tmp_path):
    disk = make_disk(tmp_path, junk=True)
    with Session(str(tmp_path), [disk]) as ram:
        result = ram.run(install_task(sha256="0" * 64))
    assert result["outcome"] == "failed"
    assert "checksum is wrong" in result["detail"]
    with open(disk, "rb") as file:
        assert file.read(440) == bytes(440), "there is boot code in the MBR"


def test_an_installation_after_a_power_cut_in_the_middle_of_one_is_fine(tmp_path):
    disk = make_disk(tmp_path)
    with Session(str(tmp_path), [disk]) as ram:
        ram.service.tasks.put(install_task())
        until = time.monotonic() + 200
        while not any(p["phase"] == "writing" and p["percent"] >= 30 for _, p in ram.service.progress):
            assert time.monotonic() < until, ram.machine.console()[-2000:]
            time.sleep(0.1)
    with open(disk, "rb") as file:
        assert file.read(440) == bytes(440), "half a system would boot"
    with Session(str(tmp_path), [disk]) as ram:
        assert ram.run(install_task())["outcome"] == "succeeded"
    assert_boots(tmp_path, [disk])


@pytest.mark.parametrize("kind,method", [("virtio", "blkdiscard"), ("nvme", "nvme-format"), ("sata", None)])
def test_a_wiped_disk_is_all_zero(tmp_path, kind, method):
    disk = make_disk(tmp_path, size=2 * GB, junk=True)
    with Session(str(tmp_path), [(disk, kind)]) as ram:
        result = ram.run({"kind": "wipe", "operation": "op-2"})
    assert result["outcome"] == "succeeded", result
    [wiped] = result["wiped"]
    assert (wiped["samples"], wiped["nonzero_samples"], wiped["bytes"]) == (4096, 0, 2 * GB)
    assert wiped["serial"].startswith(kind.upper())
    assert wiped["method"] == (method or wiped["method"])
    assert is_zero(disk, 2 * GB)


def test_a_disk_that_cannot_be_written_fails_the_wipe_by_its_name(tmp_path):
    good, bad = make_disk(tmp_path, "good", GB, junk=True), make_disk(tmp_path, "bad", GB)
    rules = tmp_path / "blkdebug.conf"
    rules.write_text('[inject-error]\nevent = "write_aio"\niotype = "write"\nsector = "1048576"\nerrno = "5"\n')
    extra = ("-drive", f"if=none,id=bad,file=blkdebug:{rules}:{bad},format=raw,cache=unsafe,werror=report",
             "-device", "virtio-blk-pci,drive=bad,serial=BAD,write-zeroes=off,discard=off")
    with Session(str(tmp_path), [good], extra=extra) as ram:
        result = ram.run({"kind": "wipe", "operation": "op-2"})
    assert result["outcome"] == "failed", result
    assert "vdb: " in result["detail"] or "vda: " in result["detail"], result["detail"]
    assert is_zero(good, GB), "the other disk was spared"


def test_a_rescue_lets_in_the_given_key_and_no_other(tmp_path):
    for name in ("mine", "other"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True, timeout=60)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def ssh(key, command):
        return subprocess.run(["ssh", "-p", str(port), "-i", str(tmp_path / key), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
                               "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=" + str(tmp_path / "known"),
                               "root@127.0.0.1", command], check=False, capture_output=True, text=True, timeout=60)

    with Session(str(tmp_path), [make_disk(tmp_path)], forward=f",hostfwd=tcp:127.0.0.1:{port}-:22") as ram:
        key = (tmp_path / "mine.pub").read_text().strip()
        result = ram.run({"kind": "rescue", "operation": "op-3", "ssh_keys": [key]})
        assert result["outcome"] == "succeeded", result
        got = ssh("mine", "cat /proc/sys/kernel/ostype; sfdisk --version")
        assert (got.returncode, got.stdout.split()[:2]) == (0, ["Linux", "sfdisk"]), got
        print_of = subprocess.run(["ssh-keygen", "-lf", str(tmp_path / "known")], check=True, capture_output=True, text=True, timeout=60)
        assert print_of.stdout.split()[1] in result["detail"]
        assert ssh("other", "true").returncode == 255
        inspected = ram.run({"kind": "inspect", "operation": "op-4"})
        assert inspected["inspection"]["disks"][0]["serial"] == "VIRTIO0"
        assert ssh("mine", "true").returncode == 255, "the rescue goes on beside the next task"
