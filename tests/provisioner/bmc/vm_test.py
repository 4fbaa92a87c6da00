"""The Bmc of the service, through Redfish, to a real QEMU virtual machine: power is real, the firmware is
real, and what leaves the NIC is looked at on the tap."""

import json
import os
import pathlib
import re
import select
import struct
import subprocess
import sys
import threading
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
SIMULATOR = HERE.parents[1] / "fakes" / "bmc" / "redfish_vm.py"
PROBE = pathlib.Path(os.environ.get("SWITCHYARD_BIN", "build/dev/bin")) / "bmc_probe"
PASSWORD = "correct horse"
MAC = "52:54:00:0b:0c:01"
UUID = "6f1a5f9e-0c7e-4d6a-9a0b-3f6a0c6f7d11"
FIRMWARE_DEADLINE = 180.0  # seconds; TCG on a busy machine


def command(*words: str) -> None:
    subprocess.run(words, check=True, timeout=30)


class Namespace:
    """A network namespace with one tap that nobody answers on."""

    def __init__(self, name: str):
        self.name = name
        command("ip", "netns", "add", name)
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "tuntap", "add", "tap0", "mode", "tap")
        self.run("sysctl", "-qw", "net.ipv6.conf.tap0.disable_ipv6=1")
        self.run("ip", "link", "set", "tap0", "up")

    def run(self, *words: str) -> None:
        command("ip", "netns", "exec", self.name, *words)

    def remove(self) -> None:
        command("ip", "netns", "del", self.name)


class Listener:
    """Everything the virtual machine sends, as read from its tap: DHCP DISCOVERs by the vendor class."""

    SCRIPT = """
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.bind(("tap0", 0))
print("ready", flush=True)
while True:
    frame = s.recv(2048)
    print(frame.hex(), flush=True)
"""

    def __init__(self, namespace: Namespace):
        self.process = subprocess.Popen(["ip", "netns", "exec", namespace.name, sys.executable, "-c", self.SCRIPT],
                                        stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"
        self.frames: list[bytes] = []
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            with self.changed:
                self.frames.append(bytes.fromhex(line))
                self.changed.notify_all()

    def discovers(self) -> list[bytes]:
        return [frame for frame in self.frames if is_discover(frame)]

    def clear(self) -> None:
        with self.changed:
            self.frames.clear()

    def wait_for_discover(self) -> bytes:
        with self.changed:
            assert self.changed.wait_for(self.discovers, FIRMWARE_DEADLINE), "no DHCP DISCOVER on the tap"
            return self.discovers()[0]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


def is_discover(frame: bytes) -> bool:
    """Ethernet, IPv4 without options, UDP 68 -> 67, BOOTREQUEST, magic cookie, option 53 = 1."""
    return (len(frame) > 285 and frame[12:14] == b"\x08\x00" and frame[14] == 0x45 and frame[23] == 17
            and struct.unpack("!HH", frame[34:38]) == (68, 67) and frame[42] == 1
            and frame[278:282] == b"\x63\x82\x53\x63" and b"\x35\x01\x01" in frame[282:300])


class Simulator:
    def __init__(self, namespace: Namespace, folder: pathlib.Path, **server):
        self.namespace, self.folder = namespace, folder
        plan = {"folder": str(folder), "user": "admin", "password": PASSWORD,
                "servers": [{"name": "srv1", "cpus": 1, "memory_mb": 512, "uuid": UUID, "serial": "S-1", "nics":
                             [{"name": "eth0", "mac": MAC, "tap": "tap0"}], "disks": [{"name": "d0", "bytes": 1 << 20}], **server}]}
        (folder / "plan.json").write_text(json.dumps(plan))
        self.process = subprocess.Popen(["ip", "netns", "exec", namespace.name, sys.executable, str(SIMULATOR), str(folder / "plan.json")],
                                        stdout=subprocess.PIPE, stderr=open(folder / "simulator.log", "wb"), text=True)
        ready, _, _ = select.select([self.process.stdout], [], [], 20)
        line = self.process.stdout.readline() if ready else ""
        assert line.startswith("listening on "), (folder / "simulator.log").read_text()
        self.address = line.split()[-1]

    def bmc(self, *verbs: str, password: str = PASSWORD, call_ms: int = 20000, path: str = "") -> list[dict]:
        access = {"server": "srv1", "type": "redfish", "url": f"http://{self.address}{path}", "user": "admin", "password": password,
                  "insecure": True, "call_ms": call_ms}
        done = subprocess.run(["ip", "netns", "exec", self.namespace.name, str(PROBE), *verbs], input=json.dumps(access),
                              stdout=subprocess.PIPE, text=True, timeout=100)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def answer(self, verb: str, **options):
        """Of one verb that must succeed."""
        (line,) = self.bmc(verb, **options)
        assert "answer" in line, line
        return line["answer"]

    def control(self, method: str = "GET", **faults) -> dict:
        script = ("import json, sys, urllib.request\n"
                  "r = urllib.request.Request(sys.argv[1], sys.argv[3].encode() or None, method=sys.argv[2])\n"
                  "print(urllib.request.urlopen(r, timeout=20).read().decode())")
        done = subprocess.run(["ip", "netns", "exec", self.namespace.name, sys.executable, "-c", script,
                               f"http://{self.address}/control/srv1", method, json.dumps(faults) if faults else ""],
                              stdout=subprocess.PIPE, text=True, check=True, timeout=30)
        return json.loads(done.stdout)

    def serial(self) -> str:
        log = self.folder / "srv1" / "serial.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)


@pytest.fixture
def namespace():
    made = Namespace(f"bmc-{os.getpid()}")
    yield made
    made.remove()


@pytest.fixture
def listener(namespace):
    made = Listener(namespace)
    yield made
    made.close()


@pytest.fixture(params=["bios", "uefi"])
def simulator(request, namespace, tmp_path):
    made = Simulator(namespace, tmp_path, firmware=request.param)
    made.firmware = request.param
    yield made
    made.close()


def is_alive(pid: int) -> bool:
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(is_so, what: str) -> None:
    end = time.monotonic() + FIRMWARE_DEADLINE
    while not is_so():
        assert time.monotonic() < end, f"never: {what}"
        select.select([], [], [], 0.2)


# What the firmware says when nothing is left to boot from.
NOTHING_TO_BOOT = {"bios": "No bootable device", "uefi": "(?i)no bootable option or device|Boot Manager Menu|boot failed|Shell>"}


def test_a_network_boot_asks_by_dhcp_once_and_a_disk_boot_never(simulator, listener):
    assert simulator.answer("power") == "off"
    lines = simulator.bmc("network", "on", "power")
    assert [line.get("answer") for line in lines] == ["done", "done", "on"], lines
    pid = simulator.control()["pid"]
    assert is_alive(pid)
    frame = listener.wait_for_discover()
    assert frame[6:12] == bytes.fromhex(MAC.replace(":", ""))

    assert simulator.answer("off") == "done"
    assert simulator.answer("power") == "off" and not is_alive(pid)
    listener.clear()
    before = len(simulator.serial())
    assert simulator.answer("on") == "done"  # the override was for once
    wait_until(lambda: re.search(NOTHING_TO_BOOT[simulator.firmware], simulator.serial()[before:]), "nothing to boot from")
    assert listener.discovers() == []
    assert simulator.answer("off") == "done"


# Boot sectors. Both say M on the serial console; then one switches the machine off (ACPI: SLP_EN at PM1a control),
# the other resets it (reset control register).
SAY_M = bytes.fromhex("baf803 b04d ee")
SWITCH_OFF = SAY_M + bytes.fromhex("ba0406 b80020 ef f4 ebfd")
RESET = SAY_M + bytes.fromhex("baf90c b006 ee f4 ebfd")


def put_boot_sector(folder: pathlib.Path, code: bytes) -> None:
    (folder / "srv1").mkdir()
    (folder / "srv1" / "d0.img").write_bytes(code.ljust(510, b"\0") + b"\x55\xaa" + bytes(1 << 20))


@pytest.fixture
def bios_simulator(namespace, tmp_path):
    made = []

    def make(code: bytes | None = None, **server) -> Simulator:
        if code:
            put_boot_sector(tmp_path, code)
        made.append(Simulator(namespace, tmp_path, firmware="bios", **server))
        return made[-1]
    yield make
    for one in made:
        one.close()


def test_a_system_that_switches_itself_off_is_off(bios_simulator):
    simulator = bios_simulator(SWITCH_OFF)
    # It is off again within a second. On a busy machine that is before the BMC is asked whether it is on, and the client says so.
    (line,) = simulator.bmc("on")
    assert line.get("answer") == "done" or "accepted ResetType On but shows: the server off" in json.dumps(line), line
    wait_until(lambda: simulator.answer("power") == "off", "the BMC shows that the system has switched itself off")
    assert "M" in simulator.serial() and simulator.control()["pid"] == 0


def test_a_reset_after_a_one_time_network_boot_goes_to_the_disk(bios_simulator, listener):
    simulator = bios_simulator(RESET)
    assert [line.get("answer") for line in simulator.bmc("network", "on")] == ["done", "done"]
    listener.wait_for_discover()  # nobody answers, so the firmware goes on to the disk, which resets
    wait_until(lambda: simulator.control()["boots"] == 2, "a second boot")
    listener.clear()
    before = simulator.serial().count("M")
    wait_until(lambda: simulator.serial().count("M") >= before + 2, "two more boots from the disk")
    assert listener.discovers() == []


def test_the_inventory_is_that_of_the_machine(bios_simulator):
    inventory = bios_simulator().answer("inventory")
    assert inventory == {"manufacturer": "QEMU", "model": "q35", "serial": "S-1", "uuid": UUID, "bios_version": "SeaBIOS",
                         "memory_bytes": 512 << 20, "cpus": 1, "macs": [MAC]}


def test_the_boot_mode_is_changed_and_read_back(bios_simulator):
    simulator = bios_simulator()
    assert simulator.answer("network-uefi") == "done"
    assert simulator.answer("inventory")["bios_version"] == "OVMF"


@pytest.mark.parametrize("fault, before, verb, message", [
    ("ignores_power_on", [], "on", "accepted ResetType On but shows: the server off"),
    ("lies_about_power", [], "on", "accepted ResetType On but shows: the server off"),
    ("ignores_power_off", ["on"], "off", "accepted ResetType ForceOff but shows: the server on"),
    ("loses_boot_device", [], "network", "accepted the boot device but shows: BootSourceOverrideTarget None instead of Pxe"),
    ("refuses_login", [], "power", "it refuses the login of admin"),
    ("hangs", [], "power", "no complete answer in time"),
    ("breaks_off", [], "power", "partial message"),
])
def test_a_bmc_with_a_fault_is_named(bios_simulator, fault, before, verb, message):
    simulator = bios_simulator()
    for first in before:
        assert simulator.answer(first) == "done"
    simulator.control("PUT", **{fault: True})
    (line,) = simulator.bmc(verb, call_ms=3000)
    assert "BMC of srv1" in line["message"] and message in line["message"], line
    simulator.control("PUT", **{fault: False})
    assert simulator.answer("off") == "done"


def test_machines_end_with_the_simulator_however_it_ends(bios_simulator):
    simulator = bios_simulator()
    assert simulator.answer("on") == "done"
    pid = simulator.control()["pid"]
    simulator.process.kill()
    simulator.process.wait()
    wait_until(lambda: not is_alive(pid), "QEMU has ended")
