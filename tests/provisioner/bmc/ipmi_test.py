"""IPMI through ipmitool against Debian's ipmi_sim, whose chassis is a program of ours that keeps its state in
files. ipmi_sim knows cipher suite 3 only, and never shows a boot device's flags as valid."""

import json
import os
import pathlib
import select
import socket
import subprocess
import threading

import pytest

PROBE = pathlib.Path(os.environ.get("SWITCHYARD_BIN", "build/dev/bin")) / "bmc_probe"
PASSWORD = "correct-horse"

CHASSIS = """#!/bin/sh
# ipmi_sim's chassis_control: ADDRESS get NAME… | set NAME VALUE… | check …
cd "$(dirname "$0")/chassis" || exit 1
shift
verb=$1
shift
case $verb in
  get) for name in "$@"; do echo "$name:$(cat "$name" 2>/dev/null || echo 0)"; done ;;
  set) [ -e stuck ] || while [ $# -gt 1 ]; do echo "$2" >"$1"; shift 2; done ;;
esac
exit 0
"""

LAN = """name "srv1"
set_working_mc 0x20
  startlan 1
    addr 127.0.0.1 {port}
    priv_limit admin
    allowed_auths_callback none md2 md5 straight
    allowed_auths_user none md2 md5 straight
    allowed_auths_operator none md2 md5 straight
    allowed_auths_admin none md2 md5 straight
    guid a123456789abcdefa123456789abcdef
  endlan
  chassis_control "{folder}/chassis.sh 0x20"
  user 1 true "" "" user 10 none md2 md5 straight
  user 2 true "admin" "{password}" admin 10 none md2 md5 straight
  sol "tcp:127.0.0.1:{serial_port}" 115200
"""

EMULATION = """mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02
mc_enable 0x20
"""


class Simulator:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (folder / "chassis").mkdir()
        (folder / "chassis.sh").write_text(CHASSIS)
        (folder / "chassis.sh").chmod(0o755)
        self.serial = socket.create_server(("127.0.0.1", 0))  # ipmi_sim connects to it as to a server's serial port
        self.serial.settimeout(30)
        (folder / "lan.conf").write_text(LAN.format(port=self.port, folder=folder, password=PASSWORD, serial_port=self.serial.getsockname()[1]))
        (folder / "sim.emu").write_text(EMULATION)
        self.process = subprocess.Popen(["ipmi_sim", "-n", "-c", folder / "lan.conf", "-f", folder / "sim.emu", "-s", folder],
                                        stdin=subprocess.DEVNULL, stdout=open(folder / "log", "wb"), stderr=subprocess.STDOUT)
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        ping = bytes.fromhex("0600ff06000011be80000000")  # RMCP presence ping (ASF 2.0, 3.2.4.2)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", self.port))
            for _ in range(200):
                try:
                    client.send(ping)
                except ConnectionRefusedError:
                    pass
                if select.select([client], [], [], 0.1)[0]:
                    try:
                        client.recv(512)
                        return
                    except ConnectionRefusedError:
                        select.select([], [], [], 0.1)
        raise AssertionError((self.folder / "log").read_text())

    def bmc(self, *verbs: str, password: str = PASSWORD, **options) -> list[dict]:
        access = {"type": "ipmi", "url": f"ipmi://127.0.0.1:{self.port}?cipher=3", "user": "admin", "password": password, **options}
        done = subprocess.run([PROBE, *verbs], input=json.dumps(access), stdout=subprocess.PIPE, text=True, timeout=100)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def state(self, name: str) -> str:
        return (self.folder / "chassis" / name).read_text().strip()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.serial.close()


@pytest.fixture
def simulator(tmp_path):
    made = Simulator(tmp_path)
    yield made
    made.close()


def test_power_is_switched_and_read_back(simulator):
    answers = [line.get("answer", line) for line in simulator.bmc("power", "on", "power", "cycle", "off", "power", "graceful")]
    assert answers == ["off", "done", "on", "done", "done", "off", "done"]
    assert simulator.state("power") == "0"


def test_a_chassis_that_does_nothing_is_named(simulator):
    (simulator.folder / "chassis" / "stuck").touch()
    (line,) = simulator.bmc("on", call_ms=4000)
    assert line["error"] == "timed_out"
    assert line["message"] == "BMC of srv1 accepted power on but shows: the server off"


def test_the_boot_device_arrives_and_flags_that_do_not_count_are_named(simulator):
    (line,) = simulator.bmc("network-bios", call_ms=4000)
    assert simulator.state("boot") == "pxe"
    assert line["message"] == "BMC of srv1 accepted the boot device but shows: boot flags that are not valid"


def test_a_wrong_password_is_told_without_the_password(simulator):
    (line,) = simulator.bmc("power", password="hunter2")
    assert line["error"] == "unavailable" and "refuses the login of admin" in line["message"]
    assert "hunter2" not in line["message"]


def test_silence_ends_at_the_deadline(simulator):
    simulator.close()
    (line,) = simulator.bmc("power", call_ms=1000)
    assert line["error"] in ("timed_out", "unavailable")


def test_the_console_is_serial_over_lan(simulator):
    (line,) = simulator.bmc("console")
    assert line["answer"] == {"protocol": "ipmi-sol", "host": "127.0.0.1", "port": simulator.port}


def print_when_somebody_listens(simulator, text: bytes, done: threading.Event) -> None:
    """Again and again: what is printed before the session is open is lost, as on a server."""
    connection, _ = simulator.serial.accept()
    while not done.wait(0.2):
        connection.sendall(text)


def test_the_console_is_read_and_given_back(simulator):
    done = threading.Event()
    text = b"\x1b[2J\x1b[1;1HLinux version 6.1 switchyard.token=" + b"0123456789abcdef" * 4 + b"\r\nsrv1 login: "
    printer = threading.Thread(target=print_when_somebody_listens, args=(simulator, text, done))
    printer.start()
    try:
        for _ in range(2):  # the second finds it free
            (line,) = simulator.bmc("follow")
            assert "Linux version 6.1 switchyard.token=[masked]\nsrv1 login:" in line["answer"], line
            assert "0123456789abcdef0123" not in line["answer"]
    finally:
        done.set()
        printer.join()


def test_a_console_that_cannot_be_had_says_why(simulator):
    (line,) = simulator.bmc("follow", password="hunter2")
    assert line["message"].startswith("console of srv1: serial over LAN ended:")
    assert "hunter2" not in line["message"]
