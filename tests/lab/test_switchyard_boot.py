"""The whole story with nothing faked: a machine with firmware and disk is installed through the ToR's provisioning
VLAN, boots from its disk, routes; is released, wiped and proved, and deployed again with another system."""

import json
import pathlib
import subprocess

import pytest

import fabric
import plan
import probe
from controller import Controller, binary, inventory
from qemu_server import QemuServer, build_boot_files, inventory_of

SPINE = plan.SPINE1.name


@pytest.fixture(scope="module", name="files")
def boot_files(tmp_path_factory):
    return build_boot_files(tmp_path_factory.mktemp("boot-files"), binary("switchyard-installer"))


class Story:
    def __init__(self, lab: fabric.Fabric, firmware: str, files: pathlib.Path):
        self.lab = lab
        self.server = QemuServer(lab, firmware)
        bridge = plan.cable_of(plan.PROVISIONING_PORT).bridge
        self.controller = Controller(
            lab, more=f"boot: {{interface: {bridge}, address: {plan.PROVISIONING_HOST}, files: {files}, http_port: 8081}}\n")
        (self.controller.folder / "inventory.yaml").write_text(inventory_of(self.server, inventory(lab)))

    def start(self) -> "Story":
        self.server.start()
        self.controller.start()
        self.controller.adopt()
        return self

    def stop(self) -> None:
        self.controller.stop()
        self.server.stop()

    def state(self) -> str:
        return self.controller.json("server", "show", plan.SRV1.name)["state"]

    def steps(self, operation: str) -> str:
        """Seconds of each step, for the report at the end."""
        rows = self.controller.database("SELECT step, micros FROM step_times WHERE operation = ? ORDER BY rowid", operation)
        return ", ".join(f"{step} {micros / 1e6:.1f}" for step, micros in rows)


@pytest.fixture(scope="module", name="story", params=["bios", "uefi"])
def make_story(request, files):
    lab = fabric.Fabric(f"b{request.param}")
    lab.up(guard=True)
    story = Story(lab, request.param, files)
    try:
        yield story.start()
    finally:
        story.stop()
        lab.down()


def accepted(lab, tor: plan.Node, vrf: plan.Vrf) -> set[str]:
    taken: set[str] = set()
    for family in ("ipv4", "ipv6"):
        shown = lab.vtysh(tor.name, f"show bgp vrf {vrf.name} {family} unicast neighbors {plan.SERVER_PORT}.{vrf.tag} routes json")
        taken |= set(json.loads(shown)["routes"])
    return taken


def is_zero(disk: pathlib.Path) -> bool:
    size = disk.stat().st_size
    return subprocess.run(["cmp", "-s", "-n", str(size), str(disk), "/dev/zero"], check=False, timeout=300).returncode == 0


def check_active(story: Story) -> None:
    lab = story.lab
    for tor in plan.TORS:
        for vrf in plan.VRFS:
            assert accepted(lab, tor, vrf) == {vrf.host4, vrf.host6}
    for vrf in plan.VRFS:
        for family, host in ((4, vrf.host4), (6, vrf.host6)):
            shown = lab.json(SPINE, f"ip -j -{family} route show table {vrf.table} proto bgp")
            assert [len(route["nexthops"]) for route in shown] == [2]
            assert probe.once(lab, SPINE, host.split("/")[0], device=vrf.name) == 1.0


@pytest.mark.seconds(1500)
def test_a_server_is_installed_routed_released_wiped_and_installed_again(story):
    controller = story.controller
    deployment = controller.deploy(timeout=900)
    print(f"\n{story.server.firmware}: {story.steps(deployment['operation'])}")
    check_active(story)
    assert not is_zero(story.server.disk)
    controller.release(deployment["id"])
    assert story.state() == "available"
    assert is_zero(story.server.disk)
