"""Firmware boots over the network from the service's own DHCP, TFTP and HTTP, in QEMU (TCG): BIOS, UEFI by PXE and by HTTP,
Secure Boot by shim and GRUB, and IPv6 alone. Minutes each; needs root; not run by ctest.
SWITCHYARD_RAM: as of test_installer.py; SWITCHYARD_LOADERS: folder of pxe/installer/loaders.sh;
SWITCHYARD_BIN: with boot_services_lab. SWITCHYARD_PATIENCE multiplies every deadline on a busy machine."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest
from installer_vm import RAM, Machine

LOADERS = os.environ.get("SWITCHYARD_LOADERS")
PATIENCE = float(os.environ.get("SWITCHYARD_PATIENCE", "1"))
BIN_FOLDER = os.environ.get("SWITCHYARD_BIN", "build/dev/bin")
LAB = os.path.join(BIN_FOLDER, "boot_services_lab")
pytestmark = pytest.mark.skipif(not (RAM and LOADERS) or os.geteuid() != 0,
                                reason="SWITCHYARD_RAM, SWITCHYARD_LOADERS or root is missing")

ADDRESS, ADDRESS6 = "172.16.100.1", "fd00:100::1"
MAC, OTHER_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"


def option(name, value="n"):
    return ["-fw_cfg", f"name=opt/org.tianocore/{name},string={value}"]


# What OVMF is to try, so that no test waits for what it does not ask for.
PXE4 = option("IPv6Support")
HTTP4 = option("IPv6Support") + option("IPv4PXESupport")
PXE6 = option("IPv4Support") + option("IPv4PXESupport")


def ip(*words):
    subprocess.run(["ip", *words], check=True, timeout=30)


class Site:
    """The boot services in a namespace of their own, on a bridge with one tap."""

    def __init__(self, folder, boot):
        self.folder = pathlib.Path(folder)
        self.files = self.folder / "boot"
        self.space = f"sy-netboot-{os.getpid()}"
        self.tap = (self.space, "tap0")
        ip("netns", "add", self.space)
        try:
            self._wire()
            self._fill()
            self._start(boot)
        except BaseException:
            ip("netns", "delete", self.space)
            raise

    def _wire(self):
        inside = ["-n", self.space]
        ip(*inside, "link", "set", "lo", "up")
        ip(*inside, "link", "add", "br0", "type", "bridge", "stp_state", "0", "forward_delay", "0")
        ip(*inside, "link", "set", "br0", "up")
        ip(*inside, "addr", "add", ADDRESS + "/24", "dev", "br0")
        ip(*inside, "-6", "addr", "add", ADDRESS6 + "/64", "dev", "br0", "nodad")
        ip(*inside, "tuntap", "add", "tap0", "mode", "tap")
        ip(*inside, "link", "set", "tap0", "master", "br0", "up")

    def _fill(self):
        shutil.copytree(LOADERS, self.files)
        shutil.copytree(RAM, self.files / "installer")

    def _start(self, boot):
        config = self.folder / "config.yaml"
        (self.folder / "data").mkdir()
        config.write_text(f"site: lab\ndata_directory: {self.folder}/data\nboot: {{interface: br0, address: {ADDRESS}, "
                          f"files: {self.files}, {boot}}}\n")
        self.log = self.folder / "service.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["ip", "netns", "exec", self.space, LAB, str(config)], text=True,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        assert self.process.stdout.readline() == "ready\n", self.log.read_text()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.stdin.close()
        try:
            assert self.process.wait(timeout=30) == 0
        finally:
            ip("netns", "delete", self.space)

    def order(self, **order):
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        assert "error" not in said, said
        return said

    def machine(self, name, firmware, tried, disks=(), network=True):
        """`network` false: boots from its disk."""
        # The inventory has two NICs of it; only the first is cabled.
        other = ["-netdev", "user,id=n1,restrict=on", "-device", f"virtio-net-pci,netdev=n1,mac={OTHER_MAC},romfile="]
        return Machine(str(self.folder), name, disks, firmware, extra=[*other, *tried], tap=self.tap, mac=MAC,
                       network_boot=network and firmware == "bios",  # by the NIC's own iPXE
                       disk_first=not network)

    def heard(self):
        return self.log.read_text(errors="replace")


def wait_for(machine, text, seconds=120):
    machine.wait_for(text, seconds * PATIENCE)
    print(f"\n{text!r} {machine.age():.1f} s after power-on")


@pytest.fixture(name="secure")
def secure_site(tmp_path):
    with Site(tmp_path, "secure_boot: true") as site:
        site.order(expect="installer")
        yield site


def test_a_server_with_secure_boot_reaches_the_installer(secure):
    with secure.machine("ram", "secure", PXE4) as machine:
        wait_for(machine, "Secure boot enabled")
        wait_for(machine, "session open for srv1")
        assert "Kernel is locked down from EFI Secure Boot" in machine.console()
    assert "boot/grub" in secure.heard(), "it went past the service"


def test_a_server_with_secure_boot_is_sent_to_its_disk(secure):
    """The disk has the signed loaders, as the installer puts them there, and a GRUB configuration."""
    system = secure.folder / "esp" / "EFI"
    (system / "BOOT").mkdir(parents=True)
    (system / "debian").mkdir()
    shutil.copy(os.path.join(LOADERS, "shimx64.efi"), system / "BOOT" / "BOOTX64.EFI")
    shutil.copy(os.path.join(LOADERS, "grubx64.efi"), system / "BOOT" / "grubx64.efi")
    (system.parent / "grub").mkdir()
    (system.parent / "grub" / "grub.cfg").write_text("echo 'MARK: the disk boots'\nsleep 600\n")
    secure.order(expect="disk")
    disk = ["-drive", f"if=none,id=esp,file=fat:{system.parent},format=raw,readonly=on", "-device", "virtio-blk-pci,drive=esp,bootindex=1"]
    with secure.machine("disk", "secure", PXE4 + disk) as machine:
        wait_for(machine, "MARK: the disk boots")


def test_firmware_with_secure_boot_refuses_an_unsigned_loader(tmp_path):
    with Site(tmp_path, "secure_boot: false") as site:
        site.order(expect="installer")
        with site.machine("unsigned", "secure", PXE4) as machine:
            wait_for(machine, "Access Denied")
            assert "iPXE" not in machine.console()


def change_a_byte(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_shim_refuses_a_grub_that_was_changed(secure):
    change_a_byte(secure.files / "grubx64.efi", 0x100000)
    with secure.machine("grub", "secure", PXE4) as machine:
        wait_for(machine, "Verification failed")
    assert "boot/grub" not in secure.heard()


def test_grub_refuses_a_kernel_that_was_changed(secure):
    change_a_byte(secure.files / "installer" / "vmlinuz", 0x400000)
    with secure.machine("kernel", "secure", PXE4) as machine:
        wait_for(machine, "the installer cannot be loaded")
        assert "signature" in machine.console()


@pytest.mark.parametrize("firmware,tried", [("bios", []), ("uefi", PXE4), ("uefi", HTTP4)], ids=["bios-ipxe", "uefi-pxe", "uefi-http"])
def test_a_server_boots_by_its_firmware(tmp_path, firmware, tried):
    with Site(tmp_path, "secure_boot: false") as site:
        site.order(expect="installer")
        with site.machine("ram", firmware, tried) as machine:
            wait_for(machine, "session open for srv1")


def test_a_server_boots_where_there_is_only_ipv6(tmp_path):
    with Site(tmp_path, f'ipv4: false, address6: "{ADDRESS6}"') as site:
        site.order(expect="installer")
        with site.machine("v6", "uefi", PXE6) as machine:
            wait_for(machine, "session open for srv1")
