"""BMCs that lie or hang, and machines that fail at what they are told, against the real boot pipeline: whatever happens, a server
is in the pool only when it was switched off and proved clean, and its ports are those of what runs on it."""

import contextlib
import os
import sqlite3
import time

import pytest

from crash_test import ORDER
from scripted_server import NAME, BootSite

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace needs root")

PORTS = ("tor1", "tor2")


class Life:
    """One server that is deployed and released while its BMC does wrong."""

    def __init__(self, folder):
        self.site = BootSite(folder, "sqlite")
        self.service, self.server = self.site.service, self.site.server
        self.service.start()
        self.service.call("POST", "/inventory", self.site.inventory, "import", "application/yaml")

    def until(self, path: str, good, seconds: float = 60) -> dict:
        end = time.monotonic() + seconds
        while not good(seen := self.service.call("GET", path)):
            assert time.monotonic() < end, f"{path} is still {seen}"
            time.sleep(0.1)
        return seen

    def order(self) -> str:
        self.deployment = self.service.call("POST", "/deployments", ORDER, "order")["id"]
        return self.service.call("GET", f"/deployments/{self.deployment}")["operation"]

    def release(self) -> str:
        self.service.call("DELETE", f"/deployments/{self.deployment}", None, f"release-{time.monotonic_ns()}")
        return self.service.call("GET", f"/deployments/{self.deployment}")["operation"]

    def deploy(self) -> None:
        self.ends(self.order(), "succeeded")

    def ends(self, operation: str, status: str) -> dict:
        return self.until(f"/operations/{operation}", lambda seen: seen["status"] == status)

    def says(self, operation: str, text: str) -> dict:
        """Waits until the timeline's last word has this in it."""
        return self.until(f"/operations/{operation}", lambda seen: text in seen["message"])

    def cancel(self, operation: str) -> None:
        self.service.call("POST", f"/operations/{operation}/actions", {"type": "cancel"}, f"cancel-{operation}")

    def release_late(self) -> str:
        """As if the first step had begun an hour ago: its deadline has passed when its first try ends."""
        with contextlib.closing(sqlite3.connect(self.service.folder / "data" / "state.db", timeout=30)) as database, database:
            database.execute("CREATE TRIGGER late AFTER INSERT ON operations BEGIN "
                             "UPDATE operations SET state_since = state_since - 3600000000 WHERE id = NEW.id; END")
        operation = self.release()
        with contextlib.closing(sqlite3.connect(self.service.folder / "data" / "state.db", timeout=30)) as database, database:
            database.execute("DROP TRIGGER late")
        return operation

    def state(self) -> str:
        return self.service.call("GET", f"/servers/{NAME}")["state"]

    def ports_are(self, mode: str) -> None:
        for switch in PORTS:
            self.until(f"/switches/{switch}/ports/swp1", lambda seen: seen["wished_mode"] == mode and seen["sync"] == "in-sync")

    def end(self) -> None:
        """Released, in the pool, without power, proved once; and no switch ever showed anything that must not be."""
        self.ends(self.release(), "succeeded")
        self.until(f"/servers/{NAME}", lambda seen: seen["state"] == "available")
        assert not self.server.seen()["on"]
        assert len(self.service.call("GET", f"/servers/{NAME}/wipe-records")["items"]) == 1
        assert self.site.simulator.ask("/violations").strip() == "[]"


@pytest.fixture
def life(tmp_path):
    made = Life(tmp_path)
    yield made
    made.site.stop()


@pytest.mark.parametrize("fault, said", [("ignores_power_off", "shows: the server on"), ("hangs", "no complete answer in time")])
def test_a_bmc_that_does_not_switch_off_does_not_keep_the_ports_open(life, fault, said):
    life.deploy()
    life.server.faults(**{fault: True})
    operation = life.release_late()
    assert life.state() == "releasing"
    life.ports_are("routed")
    life.until(f"/operations/{operation}", lambda seen: seen["step"] == "isolating")
    life.ports_are("shut")
    assert life.server.seen()["on"] and life.state() == "wiping"
    life.server.faults()
    assert said in life.ends(operation, "failed")["error"]["detail"]
    assert life.state() == "failed" and not life.server.seen()["on"]
    life.end()


def test_a_bmc_that_says_off_of_a_server_that_runs_is_not_believed(life):
    """Its ports stay the tenant's until the deadline: the tenant's system never sees the provisioning VLAN (/violations)."""
    life.deploy()
    life.server.faults(lies_about_power=True)
    operation = life.release_late()
    assert "is off, but its session at tor1 swp1" in life.ends(operation, "failed")["error"]["detail"]
    life.ports_are("shut")
    assert life.state() == "failed"
    life.server.faults()
    assert life.server.seen()["on"]
    life.end()


def test_a_bmc_that_forgets_the_boot_device_does_not_get_far(life):
    """The server boots its empty disk instead of the installer: it is not heard, and nobody takes that for an install."""
    life.server.faults(loses_boot_device=True)
    operation = life.order()
    life.says(operation, "waiting for the installer")
    assert life.state() == "deploying"
    life.cancel(operation)
    life.ends(operation, "cancelled")
    assert life.state() == "failed" and not life.server.seen()["on"]
    life.ports_are("shut")
    life.server.faults()
    life.end()


def test_a_bmc_that_ignores_power_on_is_named_and_outlived(life):
    life.server.faults(ignores_power_on=True)
    operation = life.order()
    life.says(operation, "accepted ResetType On but shows: the server off")
    life.server.faults()
    life.ends(operation, "succeeded")
    life.end()


def test_a_failed_wipe_is_not_the_pool(life):
    life.deploy()
    life.server.faults(wipe_fails=True)
    operation = life.release()
    life.ends(operation, "failed")
    assert life.state() == "failed" and not life.server.seen()["on"]
    life.ports_are("shut")
    life.server.faults()
    life.end()
