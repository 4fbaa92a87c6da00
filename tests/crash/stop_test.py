"""SIGTERM while switches and BMCs hang: the service ends in time, and what it was doing goes on after the next start."""

import json
import signal
import time

import pytest

from crash_test import DATABASES, ORDER, life
from service import Service, Simulator

LONGEST = 10.0  # seconds; an exchange with a switch may take 30


def wait_for(good, what: str):
    end = time.monotonic() + 30
    while True:
        seen = good()
        if seen:
            return seen
        assert time.monotonic() < end, what
        time.sleep(0.05)


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
        wait_for(lambda: service.rows("SELECT id FROM operations WHERE fence > 0"), "nobody has begun")
        assert seconds_to_end(service) < LONGEST
        assert service.rows("SELECT attempt, claimed_until FROM operations") == [("0", "0")]
    finally:
        service.stop()
        simulator.stop()
