"""A virtual machine (QEMU, TCG) that runs the RAM system or boots from its disks."""
import os
import shutil
import subprocess
import time

from installer_service import Service

RAM, IMAGES = os.environ.get("SWITCHYARD_RAM"), os.environ.get("SWITCHYARD_IMAGES")
MAC = "52:54:00:00:00:01"
# Code and fresh variables of each kind of firmware; "secure" enforces Secure Boot with Microsoft's keys.
UEFI = {"uefi": ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"), "secure": ("OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.ms.fd")}


def disk_arguments(number, path, kind):
    argv = ["-drive", f"if=none,id=d{number},file={path},format=raw,cache=unsafe,aio=threads,discard=unmap,detect-zeroes=unmap"
            + (",snapshot=on" if kind == "scratch" else "")]
    order = f"bootindex={number + 1}"
    if kind == "nvme":
        return argv + ["-device", f"nvme,drive=d{number},serial=NVME{number},{order}"]
    if kind == "sata":
        return argv + ["-device", f"ide-hd,drive=d{number},serial=SATA{number},bus=ide.{number},{order}"]
    return argv + ["-device", f"virtio-blk-pci,drive=d{number},serial=VIRTIO{number},{order}"]


class Machine:
    """`disks` are paths, or (path, "virtio"|"nvme"|"sata"|"scratch"); what is written to scratch is gone at the end.
    `append` set: boots the RAM system; `network_boot`: the NIC's own iPXE does what the network says. `tap`:
    (namespace, device) instead of a network of QEMU's own, from which the firmware itself boots first, unless `disk_first`."""

    def __init__(self, folder, name, disks, firmware="bios", append=None, forward="", extra=(), network_boot=False,
                 memory=1024, tap=None, mac=MAC, disk_first=False):
        self.serial = os.path.join(folder, name + ".serial")
        if os.path.exists(self.serial):
            os.remove(self.serial)  # of the machine before: what it said must not be taken for news
        self.begun = time.monotonic()
        secure = ["-global", "driver=cfi.pflash01,property=secure,value=on"] if firmware == "secure" else []
        netdev = f"tap,id=n0,ifname={tap[1]},script=no,downscript=no" if tap else "user,id=n0" + forward
        nic = (",bootindex=0" if network_boot or (tap and not disk_first) else "") + ("" if network_boot else ",romfile=")
        argv = ["setpriv", "--pdeathsig", "KILL",  # also when the test is killed
                *(["ip", "netns", "exec", tap[0]] if tap else []),
                "qemu-system-x86_64", "-machine", "q35,smm=on" if secure else "q35", *secure, "-accel", f"tcg,thread=multi,tb-size={memory // 4}", "-cpu", "max", "-smp", "2",
                "-m", str(memory), "-display", "none", "-vga", "none", "-nodefaults", "-no-reboot",
                "-serial", "file:" + self.serial, "-device", "virtio-rng-pci", "-netdev", netdev,
                "-device", f"virtio-net-pci,netdev=n0,mac={mac}" + nic, *extra]
        for number, disk in enumerate(disks):
            path, kind = disk if isinstance(disk, tuple) else (disk, "virtio")
            argv += disk_arguments(number, path, kind)
        if firmware in UEFI:
            code, fresh = UEFI[firmware]
            variables = os.path.join(folder, name + ".vars")
            shutil.copy("/usr/share/OVMF/" + fresh, variables)
            argv += ["-drive", "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/" + code,
                     "-drive", "if=pflash,format=raw,file=" + variables]
        if append is not None:
            argv += ["-kernel", os.path.join(RAM, "vmlinuz"), "-initrd", os.path.join(RAM, "initrd"), "-append", append]
        self.process = subprocess.Popen(argv)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()  # as a power cut does
        self.process.wait(timeout=30)

    def age(self):
        return time.monotonic() - self.begun

    def console(self):
        if not os.path.exists(self.serial):
            return ""
        with open(self.serial, errors="replace") as file:
            return file.read()

    def wait_for(self, marker, seconds):
        until = time.monotonic() + seconds
        while marker not in self.console():
            assert self.process.poll() is None, "the VM ended:\n" + self.console()[-2000:]
            assert time.monotonic() < until, f"no {marker!r} in {seconds} s:\n" + self.console()[-3000:]
            time.sleep(0.1)


class Session:
    """The RAM system on `disks`, with a session open at a service of its own. `clear`: files come by plain HTTP, as our boot
    scripts say."""

    def __init__(self, folder, disks, firmware="bios", root=IMAGES, clear=True, **options):
        self.service = Service(folder, root)
        files = f" switchyard.files=http://10.0.2.2:{self.service.clear_port}" if clear else ""
        self.machine = Machine(folder, "ram", disks, firmware, "console=ttyS0 panic=10 "
                               f"switchyard.url=https://10.0.2.2:{self.service.port} switchyard.pin={self.service.pin} "
                               f"switchyard.token=one-time switchyard.nic={MAC}{files}", **options)

    def __enter__(self):
        self.machine.wait_for("session open for srv1", 150)
        print(f"\nsession {self.machine.age():.1f} s after power-on")
        return self

    def __exit__(self, *unused):
        self.machine.__exit__()
        self.service.close()

    def run(self, task, seconds=420):
        begun = time.monotonic()
        self.service.tasks.put(task)
        self.machine.wait_for(task["operation"] + " ", seconds)
        result = self.service.results.get(timeout=60)
        seen = {}
        for at, report in self.service.progress:
            seen.setdefault(report["phase"], round(at - begun, 1))
            for line in report["log"]:
                print("  log:", line)
        print(task["kind"], seen, f"result {time.monotonic() - begun:.1f} s", result["outcome"], result["detail"])
        return result
