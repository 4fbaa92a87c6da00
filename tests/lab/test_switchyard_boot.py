"""The whole story with nothing faked: a machine with firmware and disk is installed through the ToR's provisioning
VLAN, boots from its disk, routes; is released, wiped and proved, and deployed again with another system."""

import datetime
import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

import fabric
import plan
import probe
from conftest import phases
from controller import Controller, binary, inventory, subnet_words
from qemu_server import QemuServer, build_boot_files, inventory_of
from server_watch import ServerWatch
from test_switchyard_path import accepted_on_switch

SPINE = plan.SPINE1.name
SHIPPED = pathlib.Path(__file__).resolve().parents[2] / "catalogs/shipped"


@pytest.fixture(scope="module", name="files")
def boot_files(tmp_path_factory):
    return build_boot_files(tmp_path_factory.mktemp("boot-files"), binary("switchyard-installer"))


class Story:
    def __init__(self, lab: fabric.Fabric, files: pathlib.Path):
        self.lab = lab
        self.server = QemuServer(lab)
        bridge = plan.cable_of(plan.PROVISIONING_PORT).bridge
        self.key, self.ca = self.make_secrets(lab.folder)
        self.controller = Controller(
            lab, more=f"boot: {{interface: {bridge}, address: {plan.PROVISIONING_HOST}, files: {files}, http_port: 8081}}\n"
                      f"servers: {{ntp: 192.0.2.123, ca_file: {self.ca}}}\n")
        (self.controller.folder / "inventory.yaml").write_text(inventory_of(self.server, inventory(lab)))

    @staticmethod
    def make_secrets(folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
        """The SSH key of a person, and a CA of the site."""
        key, ca = folder / "eva", folder / "ca.pem"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "eva", "-f", key], check=True, timeout=60)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "/dev/null", "-out", ca, "-subj", "/CN=site"],
                       check=True, capture_output=True, timeout=60)
        return key, ca

    def start(self) -> "Story":
        self.server.start()
        self.controller.start()
        self.controller.adopt()
        self.into_the_pool()
        return self

    def into_the_pool(self) -> None:
        """A server that is new is wiped before anybody can order it."""
        assert self.state() == "maintenance"
        self.controller.cli("server", "maintenance", plan.SRV1.name, "--off", "--yes", "--watch", timeout=600)
        operation = self.controller.json("server", "wipe-records", plan.SRV1.name)["items"][-1]["operation"]
        self.note("a new server", operation)
        assert self.state() == "available"

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


# As a person who logs in: the account, its right to become root, the site's CA, the time servers.
LOOK = ("id -un; sudo -n id -un; openssl verify -CApath /etc/ssl/certs /usr/local/share/ca-certificates/switchyard.crt; "
        "cat /etc/systemd/timesyncd.conf.d/switchyard.conf; ls /etc/switchyard")


def check_login(story: Story) -> None:
    """From the fabric, over the routed network, with the key of the order."""
    lab, vrf = story.lab, plan.VRFS[0]
    lab.write(SPINE, "/root/eva", story.key.read_text(), "0600")
    lab.write(SPINE, "/root/relay", (pathlib.Path(__file__).parent / "guest/relay.py").read_text())
    ssh = (f"ssh -i /root/eva -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "
           f"-o 'ProxyCommand=python3 /root/relay {vrf.name} %h %p' eva@{vrf.host4.split('/')[0]} '{LOOK}'")
    end = time.monotonic() + 90  # sessions are up before the server has finished its boot
    while (done := lab.run(SPINE, ssh, timeout=60, check=False)).returncode != 0:
        assert time.monotonic() < end, done.stdout + done.stderr
        time.sleep(1)
    assert done.stdout.splitlines() == ["eva", "root", "/usr/local/share/ca-certificates/switchyard.crt: OK", "[Time]", "NTP=192.0.2.123",
                                        "users"], done.stdout


def deploy(story: Story, image: str) -> dict:
    deployment = story.controller.deploy(image=image, timeout=900, more=("--admin", f"eva={story.key}.pub"))
    story.note(f"{story.server.firmware} {image}", deployment["operation"])
    return deployment


def operation_of(story: Story, deployment: dict) -> str:
    return story.controller.json("deployment", "show", deployment["id"])["operation"]


def release(story: Story, deployment: dict) -> None:
    story.controller.release(deployment["id"])
    story.note(f"{story.server.firmware} release", operation_of(story, deployment))


def begin_release(story: Story, deployment: dict) -> str:
    story.controller.cli("release", deployment["id"], "--yes")
    return operation_of(story, deployment)


def wait_for_end(story: Story, operation: str, what: str) -> None:
    done = story.controller.cli("operation", "watch", operation, check=False, timeout=1000)
    assert done.returncode == 0, done.stdout + done.stderr + story.controller.log_tail()
    story.note(what, operation)


def check_clock(story: Story, year: int, begun: float) -> None:
    """The server's own clock was in this year, the RAM system's was set from the service, and the installed system's is right."""
    said = re.findall(r"the clock was (\d+), the service's is (\d+): (.*)", story.server.serial(1 << 20))
    assert said and datetime.datetime.fromtimestamp(int(said[-1][0]), datetime.timezone.utc).year == year, said
    assert said[-1][2].strip() == "set"
    assert begun - 60 < int(said[-1][1]) < time.time() + 60
    assert begun - 60 < story.server.last_mounted() < time.time() + 60


def release_past_a_hanging_bmc(story: Story, deployment: dict) -> None:
    """A server that cannot be switched off keeps its ports until the deadline of that step; then they are shut, with it or without."""
    controller, server = story.controller, story.server
    server.control(hangs=True)
    # As if the step had begun an hour ago: its deadline has passed when its first try ends.
    controller.database("CREATE TRIGGER late AFTER INSERT ON operations BEGIN "
                        "UPDATE operations SET state_since = state_since - 3600000000 WHERE id = NEW.id; END")
    with ServerWatch(controller, server) as watch:
        operation = begin_release(story, deployment)
        controller.database("DROP TRIGGER late")
        assert controller.in_sync("routed")
        controller.wait(lambda: controller.in_sync("shut"), 120, "both ports to be shut")
        assert server.is_on() and controller.json("operation", "show", operation)["status"] == "running"
        server.control(hangs=False)
        controller.wait(lambda: controller.json("operation", "show", operation)["status"] == "failed", 90, "the release to be over")
    assert story.state() == "failed" and not server.is_on()
    assert "available" not in watch.states(), watch.seen
    release(story, deployment)


def release_with_a_power_cut(story: Story, deployment: dict) -> None:
    """The power goes in the middle of the wipe: it begins anew, and only its end makes the server available."""
    controller, server = story.controller, story.server
    server.control(disk_rate=64 << 20)
    records = len(controller.json("server", "wipe-records", plan.SRV1.name)["items"])
    with ServerWatch(controller, server) as watch:
        operation = begin_release(story, deployment)
        wait_for_progress(story, operation, 5, "wiping")
        boots = server.control(disk_rate=0)["boots"]
        server.pull_the_plug()
        assert not server.is_blank()
        wait_for_end(story, operation, "release with a power cut")
        assert server.control()["boots"] == boots + 1
    assert watch.states()[-3:] == ["releasing", "wiping", "available"], watch.seen
    assert not watch.was_in_the_pool_with_power(), watch.seen
    assert len(controller.json("server", "wipe-records", plan.SRV1.name)["items"]) == records + 1


@pytest.mark.seconds(1500)
def test_a_server_is_installed_over_the_network_routed_released_and_wiped(story):
    deployment = deploy(story, "debian-12")
    check_active(story)
    check_login(story)
    assert not story.server.is_blank()
    release(story, deployment)
    check_wiped(story)


@pytest.mark.seconds(1500)
def test_it_is_installed_again_with_another_system_and_uefi(story, files):
    """And with what engineers pushed: the catalog's own templates, the image that its builder describes."""
    story.controller.cli("catalog", "push", str(SHIPPED / "l3-dual"), "--publish")
    story.controller.cli("image", "push", str(files / "images" / "debian-13"), "--publish")
    story.server.set_firmware("uefi")
    story.server.control(clock="2001-01-01")
    begun = time.time()
    deployment = deploy(story, "debian-13")
    assert (deployment["image_version"], deployment["catalog_version"]) == (1, 1)
    check_active(story)
    check_login(story)
    check_clock(story, 2001, begun)
    release_past_a_hanging_bmc(story, deployment)
    check_wiped(story)


def wait_for_progress(story: Story, operation: str, least: int, phase: str = "installing") -> None:
    """Until the RAM system has done so many per cent of what it does first."""
    def is_there() -> bool:
        rows = story.controller.database("SELECT progress FROM boot_desk WHERE operation = ? AND phase = ?", operation, phase)
        return bool(rows) and rows[0][0] >= least
    story.controller.wait(is_there, 400, f"{phase} to be at {least} %")


@pytest.mark.seconds(1500)
def test_install_and_wipe_outlive_the_controller_and_power_cuts(story):
    """Of a server whose clock is far ahead, and whose firmware tries the network first at every boot."""
    story.server.set_firmware("bios")
    story.server.control(clock="2055-01-01", netboots=True)
    begun = time.time()
    controller = story.controller
    ordered = controller.deploy(image="debian-12", watch=False)
    operation = ordered["operation"]
    wait_for_progress(story, operation, 20)
    controller.stop(signal.SIGKILL)
    controller.start()
    wait_for_progress(story, operation, 40)
    story.server.pull_the_plug()
    wait_for_end(story, operation, "after kill -9 and power cut")
    check_active(story)
    check_clock(story, 2055, begun)
    release_with_a_power_cut(story, controller.json("deployment", "show", ordered["id"]))
    check_wiped(story)
    story.server.control(clock="", netboots=False)


def flip_a_byte(path: pathlib.Path) -> None:
    with open(path, "r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))


@pytest.mark.seconds(900)
def test_an_image_with_a_wrong_checksum_is_not_booted_and_leads_back_to_the_pool(story, files):
    image = files / "images" / "debian-13.tar.zst"  # a version that was pushed has the same bytes, by another name
    flip_a_byte(image)
    try:
        done = story.controller.cli("deploy", "bad", "--project", "demo", "--image", "debian-13", "--catalog", "l3-dual", *subnet_words(),
                                    "--server", plan.SRV1.name, "--watch", check=False, timeout=800)
    finally:
        flip_a_byte(image)
    assert done.returncode != 0 and "checksum" in done.stdout + done.stderr
    assert story.state() == "failed"
    for tor in plan.TORS:
        assert story.controller.port(tor)["wished_mode"] == "shut"
    release(story, story.controller.json("deployment", "list")["items"][-1])
    check_wiped(story)
