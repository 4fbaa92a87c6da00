"""One QEMU virtual machine that is switched on and off like a server: real firmware, real NIC ROMs, TCG.

A one-time boot device is for the first boot after power on only: when the guest resets, the machine is
started again with its usual order, as a server's firmware would do it. All QEMU processes end with the
process that made them, however it ends.
"""

import json
import os
import pathlib
import queue
import shutil
import signal
import socket
import subprocess
import threading
import time

OVMF_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
OVMF_VARS = "/usr/share/OVMF/OVMF_VARS_4M.fd"
START_DEADLINE = 20.0  # seconds until QEMU answers its monitor
END_DEADLINE = 10.0


class VmError(Exception):
    pass


class Launcher:
    """Starts processes from one thread that lives as long as this process: the kernel sends the death signal
    of a child when the *thread* that made it ends."""

    def __init__(self):
        self.jobs: queue.Queue = queue.Queue()
        threading.Thread(target=self._work, daemon=True).start()

    def start(self, command: list[str], log: pathlib.Path) -> subprocess.Popen:
        answer: queue.Queue = queue.Queue()
        self.jobs.put((command, log, answer))
        result = answer.get()
        if isinstance(result, Exception):
            raise result
        return result

    def _work(self) -> None:
        while True:
            command, log, answer = self.jobs.get()
            try:
                with open(log, "ab") as errors:
                    answer.put(subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--", *command], stdin=subprocess.DEVNULL,
                                                stdout=errors, stderr=errors, start_new_session=True))
            except OSError as error:
                answer.put(error)


class Monitor:
    """QMP of one QEMU process (docs/interop/qmp-spec): the reason of its end, and an orderly power button."""

    def __init__(self, path: pathlib.Path, process: subprocess.Popen):
        self.end_reason = ""
        self.lock = threading.Lock()
        self.socket = self._connect(path, process)
        self.socket.sendall(b'{"execute":"qmp_capabilities"}\n')
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    @staticmethod
    def _connect(path: pathlib.Path, process: subprocess.Popen) -> socket.socket:
        end = time.monotonic() + START_DEADLINE
        while True:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.connect(str(path))
                return connection
            except OSError:
                connection.close()
            try:
                process.wait(timeout=0.05)
                raise VmError(f"QEMU ended at once with status {process.returncode}")
            except subprocess.TimeoutExpired:
                if time.monotonic() > end:
                    process.kill()
                    raise VmError(f"QEMU has no monitor after {START_DEADLINE:.0f} s") from None

    def _read(self) -> None:
        with self.socket.makefile("rb") as lines:
            for line in lines:
                message = json.loads(line)
                if message.get("event") == "SHUTDOWN":
                    self.end_reason = message["data"].get("reason", "")

    def execute(self, command: str) -> None:
        with self.lock:
            try:
                self.socket.sendall(json.dumps({"execute": command}).encode() + b"\n")
            except OSError:
                pass  # it has ended in between, which is what the caller will see

    def close(self) -> None:
        self.reader.join(timeout=END_DEADLINE)
        self.socket.close()


class Vm:
    """plan: name, firmware (bios, uefi), cpus, memory_mb, nics [{name, mac, tap}], disks [{name, bytes}],
    nic_rom (the NICs' iPXE; default: BIOS only, UEFI uses its own PXE), falls_through (boots from the network
    when no disk boots; default: no, which needs at least one disk), ipv6 (of UEFI; default: yes), machine (more QEMU parameters).
    What a person may do to it counts from the next power on: `clock` (a date; what its battery kept; default: right),
    `disk_rate` (bytes a second the disks manage, which then forget nothing by a discard; 0: as fast as they can), `netboots`
    (the network comes first in the boot order). Every public method may be called from any thread."""

    def __init__(self, plan: dict, folder: pathlib.Path, launcher: Launcher):
        self.plan = plan
        self.folder = folder
        self.launcher = launcher
        self.firmware = plan.get("firmware", "bios")
        self.lock = threading.RLock()
        self.process: subprocess.Popen | None = None
        self.monitor: Monitor | None = None
        self.boots = 0
        self.clock = ""
        self.disk_rate = 0
        self.netboots = False
        folder.mkdir(parents=True, exist_ok=True)
        for disk in plan.get("disks", []):
            if not self._disk_path(disk).exists():
                with open(self._disk_path(disk), "wb") as image:
                    image.truncate(disk["bytes"])

    @property
    def serial_log(self) -> pathlib.Path:
        return self.folder / "serial.log"

    @property
    def pid(self) -> int:
        with self.lock:
            return self.process.pid if self.process else 0

    def is_on(self) -> bool:
        with self.lock:
            return self.process is not None

    def power_on(self, network_once: bool) -> None:
        with self.lock:
            if self.process is None:
                self._start(network_once)

    def power_off(self) -> None:
        with self.lock:
            process = self.process
            if process is None:
                return
            self.process = None  # before it ends, so that its watcher does not take it for a reset
            process.kill()
            process.wait(timeout=END_DEADLINE)
            self._forget()

    def press_power_button(self) -> None:
        with self.lock:
            if self.monitor:
                self.monitor.execute("system_powerdown")

    def _forget(self) -> None:
        if self.monitor:
            self.monitor.close()
        self.monitor = None

    def _start(self, network_first: bool) -> None:
        self.boots += 1
        for name in ("qmp", "pid"):
            (self.folder / name).unlink(missing_ok=True)
        process = self.launcher.start(self._command(network_first), self.folder / "qemu.log")
        try:
            self.monitor = Monitor(self.folder / "qmp", process)
        except VmError as error:
            raise VmError(f"{error}: {(self.folder / 'qemu.log').read_text(errors='replace')[-500:].strip()}") from None
        self.process = process
        threading.Thread(target=self._watch, args=(process, self.monitor), daemon=True).start()

    def _watch(self, process: subprocess.Popen, monitor: Monitor) -> None:
        """Notices that the guest has switched itself off, or has reset after a one-time boot."""
        process.wait()
        monitor.reader.join(timeout=END_DEADLINE)
        with self.lock:
            if self.process is not process:
                return
            self.process = None
            self._forget()
            if monitor.end_reason == "guest-reset":
                self._start(network_first=False)

    def _disk_path(self, disk: dict) -> pathlib.Path:
        return self.folder / f"{disk['name']}.img"

    def _command(self, network_first: bool) -> list[str]:
        plan = self.plan
        command = ["qemu-system-x86_64", "-name", plan["name"], "-machine", "q35,graphics=off", "-accel", "tcg,thread=multi",
                   "-cpu", "max", "-smp", str(plan.get("cpus", 2)), "-m", str(plan.get("memory_mb", 1024)),
                   "-display", "none", "-vga", "none", "-nodefaults", "-no-user-config",
                   "-chardev", f"file,id=serial,path={self.serial_log},append=on", "-serial", "chardev:serial",
                   "-qmp", f"unix:{self.folder / 'qmp'},server=on,wait=off", "-pidfile", str(self.folder / "pid"),
                   "-device", "virtio-rng-pci", "-boot", "strict=on"]
        if "uuid" in plan:
            command += ["-uuid", plan["uuid"]]
        if "serial" in plan:
            command += ["-smbios", f"type=1,serial={plan['serial']}"]
        if network_first:
            command += ["-no-reboot"]
        if self.firmware == "uefi":
            command += self._uefi()
        if self.clock:
            command += ["-rtc", f"base={self.clock}"]
        return command + self._devices(network_first or self.netboots) + plan.get("machine", [])

    def _uefi(self) -> list[str]:
        # Fresh variables at each power on: boot entries of the time before would come first otherwise.
        shutil.copyfile(OVMF_VARS, self.folder / "vars.fd")
        command = ["-drive", f"if=pflash,format=raw,readonly=on,file={OVMF_CODE}",
                   "-drive", f"if=pflash,format=raw,file={self.folder / 'vars.fd'}"]
        if not self.plan.get("ipv6", True):
            command += ["-fw_cfg", "name=opt/org.tianocore/IPv6Support,string=n"]
        return command

    def _devices(self, network_first: bool) -> list[str]:
        nics, disks = self.plan.get("nics", []), self.plan.get("disks", [])
        network_boots = network_first or self.plan.get("falls_through", False)
        first_nic = 1 if network_first else 1 + len(disks)
        first_disk = 1 + len(nics) if network_first else 1
        has_rom = self.plan.get("nic_rom", self.firmware == "bios")
        disk_kind = f"discard=ignore,throttling.bps-total={self.disk_rate}" if self.disk_rate else "discard=unmap"
        command = []
        for index, nic in enumerate(nics):
            boot = f",bootindex={first_nic + index}" if network_boots else ""
            rom = "" if has_rom else ",romfile="
            command += ["-netdev", f"tap,id=n{index},ifname={nic['tap']},script=no,downscript=no",
                        "-device", f"virtio-net-pci,netdev=n{index},mac={nic['mac']}{rom}{boot}"]
        for index, disk in enumerate(disks):
            serial = disk.get("serial", disk["name"])
            command += ["-drive", f"if=none,id=d{index},file={self._disk_path(disk)},format=raw,cache=unsafe,aio=threads,{disk_kind}",
                        "-device", f"virtio-blk-pci,drive=d{index},serial={serial},bootindex={first_disk + index}"]
        return command


def end_with_signals(vms: list[Vm]) -> None:
    """SIGTERM and SIGINT switch every machine off and end this process."""
    def end(number, _frame):
        for vm in vms:
            process = vm.process  # without the lock: a handler must not wait
            if process:
                process.kill()
        os._exit(128 + number)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
