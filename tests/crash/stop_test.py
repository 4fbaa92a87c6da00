"""SIGTERM while switches and BMCs hang: the service ends in time, and what it was doing goes on after the next start."""

import json
import pathlib
import re
import signal
import sqlite3
import subprocess
import time

import pytest

from crash_test import DATABASES, ORDER, life
from service import BIN, Service, Simulator

LONGEST = 10.0  # seconds; an exchange with a switch may take 30


def wait_for(good, what: str):
    end = time.monotonic() + 30
    while True:
        seen = good()
        if seen:
            return seen
        assert time.monotonic() < end, what
        time.sleep(0.05)


def is_connected_to(port: int) -> bool:
    lines = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(remote.endswith(f":{port:04X}") and state == "01" for _, _, remote, state, *_ in lines)


def seconds_to_end(service: Service) -> float:
    begun = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(30) == 0
    return time.monotonic() - begun


def started(folder, database: str) -> tuple[Simulator, Service]:
    simulator, service = Simulator(folder), Service(folder, database)
    service.start()
    return simulator, service


@pytest.mark.parametrize("database", DATABASES)
def test_a_switch_that_hangs_does_not_hold_up_the_end(tmp_path, database):
    simulator, service = started(tmp_path, database)
    try:
        for switch in ("tor1", "tor2"):
            simulator.ask(f"/switches/{switch}/fault", json.dumps({"kind": "hang", "times": -1}))
        service.call("POST", "/inventory", simulator.inventory, "import", "application/yaml")
        wait_for(lambda: all(one["logins"] for one in json.loads(simulator.ask("/state"))["switches"]), "nobody logged in")
        assert seconds_to_end(service) < LONGEST
        # It was we who broke off: that is nothing the switch has done.
        assert {state for (state,) in service.rows("SELECT state FROM switches")} == {"unknown"}
        for switch in ("tor1", "tor2"):
            simulator.ask(f"/switches/{switch}/clear", "{}")
        service.start()
        life(service, simulator.inventory, lambda: pytest.fail("it died by itself"))
    finally:
        service.stop()
        simulator.stop()


@pytest.mark.parametrize("database", DATABASES)
def test_a_bmc_that_hangs_does_not_hold_up_the_end(tmp_path, database):
    simulator, service = started(tmp_path, database)
    try:
        simulator.ask("/servers/srv1/faults", json.dumps({"hangs": True}))
        service.call("POST", "/inventory", simulator.inventory, "import", "application/yaml")
        service.call("POST", "/deployments", ORDER, "order")
        port = int(re.search(r"http://127.0.0.1:(\d+)/redfish", simulator.inventory).group(1))
        wait_for(lambda: is_connected_to(port), "nobody has asked the BMC")
        assert seconds_to_end(service) < LONGEST
        assert service.rows("SELECT attempt, claimed_until FROM operations") == [("0", "0")]
    finally:
        service.stop()
        simulator.stop()


def test_a_database_that_somebody_holds_does_not_hold_up_the_end(tmp_path):
    service = Service(tmp_path, "sqlite")
    (tmp_path / "data").mkdir(mode=0o700)
    holder = sqlite3.connect(tmp_path / "data" / "state.db", isolation_level=None)
    holder.execute("PRAGMA journal_mode=WAL")
    holder.execute("BEGIN EXCLUSIVE")
    process = subprocess.Popen([str(BIN / "switchyard"), "serve", "--config", str(tmp_path / "switchyard.yaml")])
    descriptors = f"/proc/{process.pid}/fd"
    wait_for(lambda: subprocess.run(["ls", "-l", descriptors], capture_output=True, text=True).stdout.count("state.db"), "it is not there")
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    assert time.monotonic() - begun < LONGEST
    holder.close()
    service.start()
    assert seconds_to_end(service) < LONGEST
