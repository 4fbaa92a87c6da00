"""What the network tools of distributions make of the files of catalogs/shipped: each brings them up in a machine of its
own, where nothing else is, and all come to the same network. The files are those that tests/catalogs/network_tools_test.cpp
renders."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest

import uml

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parent / "catalogs" / "golden"
TOOLS = ["ifupdown2", "systemd-networkd", "netplan", "networkmanager"]
LEGS = ["eth1.101", "eth1.201", "eth2.101", "eth2.201"]
pytestmark = pytest.mark.seconds(500)  # whichever comes first boots the machine
MACS = {"eth1": "02:00:00:00:00:01", "eth2": "02:00:00:00:00:02"}


def lay_files(golden: pathlib.Path, root: pathlib.Path) -> None:
    for part in golden.read_text().split("==> ")[1:]:
        head, content = part.split("\n", 1)
        name, mode = head.split()
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        path.chmod(int(mode, 8))


def boot(folder: pathlib.Path, tool: str, devices: list[str], cables: str) -> None:
    """Until it has powered itself off."""
    taps = [] if cables else [f"vec{number}:transport=tap,ifname=nic{number},depth=64,gro=0,mac={mac}" for number, mac in enumerate(MACS.values())]
    make_taps = "".join(f"ip tuntap add name nic{number} mode tap && ip link set nic{number} up && " for number in range(len(taps)))
    machine = [*uml.program(uml.build_preload(folder), 0), f"umid={tool}", f"uml_dir={folder}/uml", "mem=320M", "root=/dev/root", "rootfstype=hostfs",
               "rootflags=/", "ro", f"init={HERE}/guest/tool-init", "con=null", "con0=null,fd:1", "quiet",
               f"TOOL={tool}", f"SHARE={folder}", "DEVICES=" + ",".join(devices), f"CABLES={cables}", *taps]
    alone = ["unshare", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", make_taps + 'exec "$@"', "sh"]
    with open(folder / "console", "wb") as console:
        process = subprocess.Popen([*alone, *machine], stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        process.wait(timeout=360)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def by_name(file: pathlib.Path) -> dict:
    return {each["ifname"]: each for each in json.loads(file.read_text())}


class Machine:
    """What a tool made of the files of a catalog."""

    def __init__(self, folder: pathlib.Path, tool: str, catalog: str, devices: list[str]):
        self.tool = tool
        self.out = folder / "out"
        self.out.mkdir(parents=True)
        (folder / "uml").mkdir()
        lay_files(GOLDEN / f"{catalog}-{tool}.txt", folder / "files")
        # netplan matches permanent addresses, and the end of a cable has none.
        boot(folder, tool, devices, "" if tool == "netplan" else "yes")
        assert (self.out / "uptime").exists(), (folder / "console").read_text(errors="replace")[-3000:]
        self.log = (self.out / "log").read_text(errors="replace")
        self.devices = by_name(self.out / "addresses.json")
        self.ipv6 = dict(line.removeprefix("./").split(":") for line in (self.out / "ipv6").read_text().splitlines())

    def addresses(self, device: str, scope: str) -> list[str]:
        return sorted(f"{one['local']}/{one['prefixlen']}" for one in self.devices[device]["addr_info"] if one["scope"] == scope)

    def network(self) -> dict:
        """What matters of it, the same whoever made it."""
        found = {}
        for name, each in self.devices.items():
            about = each.get("linkinfo", {})
            kind = about.get("info_kind")
            found[name] = {"mtu": each["mtu"], "up": "UP" in each["flags"], "master": each.get("master"),
                           "addresses": self.addresses(name, "global"), "kind": None if kind == "veth" else kind,
                           "vlan": about["info_data"]["id"] if kind == "vlan" else None, "link": each.get("link") if kind == "vlan" else None,
                           "mac": each["address"] if name in MACS and not each.get("master") else None}
        del found["lo"]
        return found


def device(**about) -> dict:
    return {"mtu": 1400, "up": True, "master": None, "addresses": [], "kind": None, "vlan": None, "link": None, "mac": None, **about}


def vlan(name: str) -> dict:
    link, tag = name.split(".")
    return device(kind="vlan", link=link, vlan=int(tag))


@pytest.fixture(scope="module", params=TOOLS)
def routed(request, tmp_path_factory):
    """A server of l3-dual."""
    folder = tmp_path_factory.mktemp("routed")
    yield Machine(folder, request.param, "l3-dual", [*(f"{name}/fe80::" for name in LEGS), "vni0/10.1.0.5", "vni0/fd10:1::5", "vni1/203.0.113.5"])
    shutil.rmtree(folder, ignore_errors=True)


def test_every_tool_makes_the_same_network(routed):
    assert routed.network() == {**{name: device(mtu=1404, mac=mac) for name, mac in MACS.items()}, **{name: vlan(name) for name in LEGS},
                                "vni0": device(mtu=1500, kind="dummy", addresses=["10.1.0.5/32", "fd10:1::5/128"]),
                                "vni1": device(mtu=1500, kind="dummy", addresses=["203.0.113.5/32"])}


def test_legs_have_the_link_local_address_of_their_nic(routed):
    for name in LEGS:
        assert routed.addresses(name, "link") == [f"fe80::ff:fe00:{name[3]}/64"], name


def test_wires_have_no_address(routed):
    for name in MACS:
        # ifupdown2 leaves the kernel's own there.
        own = [f"fe80::ff:fe00:{name[3]}/64"] if routed.tool == "ifupdown2" else []
        assert routed.addresses(name, "link") == own, name


def test_nobody_is_told_routes_by_advertisements(routed):
    for name in [*MACS, *LEGS]:
        assert routed.ipv6[f"{name}/accept_ra"] == "0" or routed.ipv6[f"{name}/disable_ipv6"] == "1", name


def test_flows_keep_to_one_tor(routed):
    assert set(re.findall(r"= (\d)", (routed.out / "sysctl").read_text())) == {"1"}


def test_routes_of_frr_stay(routed):
    routes = json.loads((routed.out / "routes.json").read_text())
    assert [route["dev"] for route in routes if route["dst"] == "10.0.0.0/8"] == ["eth1.101"], routes


# The NICs of netplan's machine have no cable; its daemon is the one of systemd-networkd.
@pytest.mark.parametrize("routed", [tool for tool in TOOLS if tool != "netplan"], indirect=True)
def test_a_dead_cable_takes_nothing_away(routed):
    left = by_name(routed.out / "without-cable.json")
    assert "LOWER_UP" not in left["eth1"]["flags"]
    assert set(left) == set(routed.devices)
    assert [one["local"] for one in left["vni1"]["addr_info"] if one["scope"] == "global"] == ["203.0.113.5"]


def test_the_tool_has_nothing_against_its_files(routed):
    assert complaints(routed) == []


def complaints(machine: Machine) -> list[str]:
    return [line for line in machine.log.splitlines()
            if re.search(r"unknown|ignoring|invalid|unsupported|cannot be|failed to load|error", line, re.IGNORECASE)
            and re.search(r"/etc/(systemd|netplan|NetworkManager|network)/", line)]


def settings(text: str) -> dict:
    """Sections of a file of systemd-networkd: sets of lines."""
    sections: dict[str, set] = {}
    for line in text.splitlines():
        if line.startswith("["):
            sections[section := line.strip("[]")] = set()
        elif "=" in line and not line.startswith("#"):
            sections[section].add(line)
    return sections


@pytest.mark.parametrize("routed", ["netplan"], indirect=True)
def test_netplan_says_what_the_files_of_networkd_say(routed, tmp_path):
    """And what it adds: addresses that are permanent, MTUs twice, no wait for a NIC, link-local addresses without carrier."""
    lay_files(GOLDEN / "l3-dual-systemd-networkd.txt", tmp_path)
    for file in (tmp_path / "etc/systemd/network").glob("*eth*"):
        made = settings((routed.out / "generated" / f"10-netplan-{file.name.split('-', 1)[1]}").read_text())
        wanted = settings(file.read_text())
        added = {f"{section}: {line}" for section, lines in made.items() for line in lines - wanted.get(section, set())}
        left_out = {f"{section}: {line}" for section, lines in wanted.items() for line in lines - made.get(section, set())}
        mac = MACS[re.search(r"eth\d", file.name)[0]]
        expected = {"link": ({f"Match: PermanentMACAddress={mac}", "Link: WakeOnLan=off", "Link: MTUBytes=1404"},
                             {f"Match: MACAddress={mac}", "Match: Type=ether"}),
                    "netdev": (set(), set())}.get(file.suffix[1:])
        if file.suffix == ".network" and "." in file.stem:
            expected = ({"Link: MTUBytes=1400", "Network: ConfigureWithoutCarrier=yes"}, set())
        elif file.suffix == ".network":
            expected = ({f"Match: PermanentMACAddress={mac}", "Link: RequiredForOnline=no", "Network: EmitLLDP=true"},
                        {"Match: Type=ether", "Network: EmitLLDP=nearest-bridge"})  # true means nearest-bridge
        assert (added, left_out) == expected, file.name


@pytest.fixture(scope="module", params=TOOLS[1:])
def segment(request, tmp_path_factory):
    """A server of l2-segment; with ifupdown2 it is in test_switchyard_catalogs.py."""
    folder = tmp_path_factory.mktemp("segment")
    yield Machine(folder, request.param, "l2-segment", ["eth1", "eth2", "bond0", "bond0.302", "bond0.303"])
    shutil.rmtree(folder, ignore_errors=True)


def test_every_tool_makes_the_same_bond(segment):
    assert segment.network() == {**{name: device(master="bond0") for name in MACS}, "bond0": device(kind="bond"),
                                 "bond0.302": vlan("bond0.302"), "bond0.303": vlan("bond0.303")}


def test_the_bond_waits_with_one_nic(segment):
    bond = segment.devices["bond0"]["linkinfo"]["info_data"]
    assert (bond["mode"], bond["miimon"]) == ("active-backup", 100)


def test_vlans_of_a_tenant_have_no_address(segment):
    for name in ("bond0.302", "bond0.303"):
        assert segment.addresses(name, "link") == [], name


def test_the_tool_has_nothing_against_the_files_of_a_segment(segment):
    assert complaints(segment) == []
