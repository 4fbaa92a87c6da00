"""The whole story with nothing faked: a machine with firmware and disk is installed through the ToR's provisioning
VLAN, boots from its disk, routes; is released, wiped and proved, and deployed again with another system."""

import os
import pathlib

import pytest

import fabric
import plan
import probe
from conftest import phases
from controller import Controller, binary, inventory
from qemu_server import QemuServer, build_boot_files, inventory_of
from test_switchyard_path import accepted_on_switch

SPINE = plan.SPINE1.name


@pytest.fixture(scope="module", name="files")
def boot_files(tmp_path_factory):
    return build_boot_files(tmp_path_factory.mktemp("boot-files"), binary("switchyard-installer"))


class Story:
    def __init__(self, lab: fabric.Fabric, files: pathlib.Path):
        self.lab = lab
        self.server = QemuServer(lab)
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

    def note(self, what: str, operation: str) -> None:
        """Seconds of each step, for the report at the end of the run."""
        for step, micros in self.controller.database(
                "SELECT step, micros FROM step_times WHERE operation = ? ORDER BY rowid", operation):
            phases[f"{what}: {step}"] = micros / 1e6


@pytest.fixture(scope="module", name="story")
def make_story(files):
    lab = fabric.Fabric(f"b{os.getpid()}")
    lab.up(guard=True)
    story = Story(lab, files)
    try:
        yield story.start()
    finally:
        story.stop()
        lab.down()


def check_active(story: Story) -> None:
    lab = story.lab
    for tor in plan.TORS:
        for vrf in plan.VRFS:
            assert accepted_on_switch(lab, tor, vrf) == {vrf.host4, vrf.host6}
    for vrf in plan.VRFS:
        for family, host in ((4, vrf.host4), (6, vrf.host6)):
            shown = lab.json(SPINE, f"ip -j -{family} route show table {vrf.table} proto bgp")
            assert [len(route["nexthops"]) for route in shown] == [2]
            assert probe.once(lab, SPINE, host.split("/")[0], device=vrf.name) == 1.0


def check_wiped(story: Story) -> None:
    assert story.state() == "available"
    assert story.server.is_blank()
    for tor in plan.TORS:
        assert story.controller.port(tor)["wished_mode"] == "provisioning"
        assert "swp1." not in story.lab.run(tor.name, "ip -br link").stdout
        assert "swp1" not in story.lab.vtysh(tor.name, "show running-config")


def deploy(story: Story, image: str) -> dict:
    deployment = story.controller.deploy(image=image, timeout=900)
    story.note(f"{story.server.firmware} {image}", deployment["operation"])
    return deployment


def release(story: Story, deployment: dict) -> None:
    story.controller.release(deployment["id"])
    operation = story.controller.json("deployment", "show", deployment["id"])["operation"]
    story.note(f"{story.server.firmware} release", operation)


@pytest.mark.seconds(1500)
def test_a_server_is_installed_over_the_network_routed_released_and_wiped(story):
    deployment = deploy(story, "debian-12")
    check_active(story)
    assert not story.server.is_blank()
    release(story, deployment)
    check_wiped(story)


@pytest.mark.seconds(1500)
def test_it_is_installed_again_with_another_system_and_uefi(story):
    story.server.set_firmware("uefi")
    deployment = deploy(story, "debian-13")
    check_active(story)
    release(story, deployment)
    check_wiped(story)
