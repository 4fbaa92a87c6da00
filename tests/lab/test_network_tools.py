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

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parent / "catalogs" / "golden"
TOOLS = ["ifupdown2", "systemd-networkd", "netplan", "networkmanager"]
LEGS = ["eth1.101", "eth1.201", "eth2.101", "eth2.201"]
MACS = {"eth1": "02:00:00:00:00:01", "eth2": "02:00:00:00:00:02"}


def lay_files(golden: pathlib.Path, root: pathlib.Path) -> None:
    for part in golden.read_text().split("==> ")[1:]:
        head, content = part.split("\n", 1)
        name, mode = head.split()
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        path.chmod(int(mode, 8))


def boot(folder: pathlib.Path, tool: str, devices: list[str]) -> None:
    """Until it has powered itself off."""
    preload = folder / "xstate_preload.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", preload, HERE / "xstate_preload.c"], check=True, timeout=60)
    # Their addresses are their own, as those of real ones are, and files match that.
    nics = [f"vec{number}:transport=tap,ifname=nic{number},depth=64,gro=0,mtu=9000,mac={mac}" for number, mac in enumerate(MACS.values())]
    cables = "".join(f"ip tuntap add name nic{number} mode tap && ip link set nic{number} mtu 9000 up && " for number in range(len(nics)))
    command = ["env", f"LD_PRELOAD={preload}", "linux.uml", f"umid={tool}", f"uml_dir={folder}/uml", "mem=320M", "root=/dev/root", "rootfstype=hostfs", "rootflags=/",
               "ro", f"init={HERE}/guest/tool-init", "con=null", "con0=null,fd:1", "quiet", f"TOOL={tool}", f"SHARE={folder}",
               "DEVICES=" + " ".join(devices), *nics]
    with open(folder / "console", "wb") as console:
        process = subprocess.Popen(["unshare", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", cables + 'exec "$@"', "sh", *command], stdin=subprocess.DEVNULL, stdout=console,
                                   stderr=subprocess.STDOUT, start_new_session=True)
    try:
        process.wait(timeout=240)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


class Machine:
    """What a tool made of the files of a catalog."""

    def __init__(self, folder: pathlib.Path, tool: str, catalog: str, devices: list[str]):
        self.tool = tool
        self.out = folder / "out"
        self.out.mkdir(parents=True)
        (folder / "uml").mkdir()
        lay_files(GOLDEN / f"{catalog}-{tool}.txt", folder / "files")
        boot(folder, tool, devices)
        assert (self.out / "uptime").exists(), (folder / "console").read_text(errors="replace")[-3000:]
        self.log = (self.out / "log").read_text(errors="replace")
        self.devices = {each["ifname"]: each for each in json.loads((self.out / "addresses.json").read_text())}
        self.ipv6 = {name: (accept_ra, disabled) for name, accept_ra, disabled in
                     (line.split() for line in (self.out / "ipv6").read_text().splitlines())}

    def addresses(self, device: str, scope: str) -> list[str]:
        return sorted(f"{one['local']}/{one['prefixlen']}" for one in self.devices[device]["addr_info"] if one["scope"] == scope)

    def network(self) -> dict:
        """What matters of it, the same whoever made it."""
        return {name: {"mac": each["address"] if name in MACS else None, "mtu": each["mtu"], "up": "UP" in each["flags"],
                       "link": each.get("link"), "kind": each.get("linkinfo", {}).get("info_kind"),
                       "vlan": each.get("linkinfo", {}).get("info_data", {}).get("id"),
                       "master": each.get("master"), "addresses": self.addresses(name, "global")}
                for name, each in self.devices.items() if name != "lo"}


@pytest.fixture(scope="module", params=TOOLS)
def machine(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param.replace("-", ""))
    yield Machine(folder, request.param, "l3-dual", [*LEGS, "vni0", "vni1"])
    shutil.rmtree(folder, ignore_errors=True)


def nic(name: str) -> dict:
    return {"mac": MACS[name], "mtu": 1404, "up": True, "link": None, "kind": None, "vlan": None, "master": None, "addresses": []}


def leg(name: str) -> dict:
    return {"mac": None, "mtu": 1400, "up": True, "link": name.split(".")[0], "kind": "vlan", "vlan": int(name.split(".")[1]),
            "master": None, "addresses": []}


def dummy(*addresses: str) -> dict:
    return {"mac": None, "mtu": 1500, "up": True, "link": None, "kind": "dummy", "vlan": None, "master": None,
            "addresses": sorted(addresses)}


@pytest.mark.seconds(400)
def test_every_tool_makes_the_same_network(machine):
    assert machine.network() == {"eth1": nic("eth1"), "eth2": nic("eth2"), **{name: leg(name) for name in LEGS},
                                 "vni0": dummy("10.1.0.5/32", "fd10:1::5/128"), "vni1": dummy("203.0.113.5/32")}


def test_legs_have_their_link_local_address_and_no_other(machine):
    for name in LEGS:
        assert machine.addresses(name, "link") == [f"fe80::ff:fe00:{name[3]}/64"], name


def test_nobody_is_told_routes_by_advertisements(machine):
    for name in [*MACS, *LEGS]:
        accept_ra, disabled = machine.ipv6[name]
        assert accept_ra == "0" or disabled == "1", (name, machine.ipv6[name])


def test_wires_have_no_address(machine):
    if machine.tool == "ifupdown2":
        pytest.xfail("its files leave the kernel's link-local address on the wire, as they always have")
    for name in MACS:
        assert machine.addresses(name, "link") == [], name


def test_flows_keep_to_one_tor(machine):
    assert set(re.findall(r"= (\d)", (machine.out / "sysctl").read_text())) == {"1"}


def test_routes_of_frr_stay(machine):
    routes = json.loads((machine.out / "routes.json").read_text())
    assert [route["dev"] for route in routes if route["dst"] == "10.0.0.0/8"] == ["eth1.101"], routes


def test_the_tool_had_nothing_against_its_files(machine):
    wrong = [line for line in machine.log.splitlines()
             if re.search(r"/etc/(systemd/network|netplan|NetworkManager/(system-connections|conf.d)|network/interfaces)\S*:? .*"
                          r"(unknown|ignor|invalid|fail|error)", line, re.IGNORECASE) and "(none)" not in line]
    assert wrong == []


def settings(text: str) -> dict:
    """Sections of a file of systemd-networkd: sets of key and value."""
    parsed: dict[str, set] = {}
    section = ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif "=" in line and not line.startswith("#"):
            parsed.setdefault(section, set()).add(tuple(line.split("=", 1)))
    return parsed
