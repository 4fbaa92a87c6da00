"""The Bmc of the service, through Redfish, to a real QEMU virtual machine: power is real, the firmware is
real, and what leaves the NIC is looked at on the tap."""

import json
import os
import pathlib
import re
import select
import socket
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

    def wait_for_serial(self, pattern: str) -> None:
        end = time.monotonic() + FIRMWARE_DEADLINE
        while not re.search(pattern, self.serial()):
            assert time.monotonic() < end, f"the serial console never said {pattern}: {self.serial()[-1000:]}"
            select.select([], [], [], 0.2)

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
    end = time.monotonic() + FIRMWARE_DEADLINE
    while not re.search(NOTHING_TO_BOOT[simulator.firmware], simulator.serial()[before:]):
        assert time.monotonic() < end, simulator.serial()[before:][-1500:]
        select.select([], [], [], 0.2)
    assert listener.discovers() == []
    assert simulator.answer("off") == "done"
