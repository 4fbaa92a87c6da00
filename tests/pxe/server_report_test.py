"""What server_report.py finds in a report: nothing in a good one, and each thing that can be missing or early."""
import json

import pytest
import server_report

OWN = {"vni0": ["10.1.0.5/32", "fd10:1::5/128"]}
LEGS = ["lan1.101"]
FRR_CONF = "route-map SRC4 permit 10\n set src 10.1.0.5\nexit\nrouter bgp 1\n address-family ipv4 unicast\n  network 10.1.0.5/32\n"
ADDRESSES = [{"ifname": "vni0", "flags": ["UP"], "addr_info": [
                 {"family": "inet", "local": "10.1.0.5", "prefixlen": 32, "scope": "global"},
                 {"family": "inet6", "local": "fd10:1::5", "prefixlen": 128, "scope": "global"}]},
             {"ifname": "lan1.101", "flags": ["UP"], "addr_info": [
                 {"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "link"}]}]
GOOD = {
    "addresses": json.dumps(ADDRESSES),
    "watched": "[2026-11-30T14:00:10.500000] 3: vni0    inet 10.1.0.5/32 scope global vni0\\       valid_lft forever\n"
               "[2026-11-30T14:00:10.600000] 3: vni0    inet6 fd10:1::5/128 scope global \n",
    "bgp4": json.dumps({"routes": {"10.1.0.5/32": [{"valid": True}]}}),
    "bgp6": json.dumps({"routes": {"fd10:1::5/128": [{"valid": True}]}}),
    "config": FRR_CONF,
    # The kernel started at 14:00:00; field 22: zebra 12 s later.
    "zebra": "71 (zebra) S " + " ".join(["0"] * 18) + " 1200 0 0",
    "clock": "1796047230.0\n30.0 55.0",
    "units": "Id=frr.service\nActiveState=active\nNRestarts=0\n\nId=systemd-networkd.service\nActiveState=active\n",
    "journal": "[   11.0] web1 frrinit.sh[60]: Started watchfrr.\n",
}


def faults(**changed):
    text = "".join(f"\n## {name}\n{content}" for name, content in (GOOD | changed).items()) + "\n## end\n"
    return server_report.faults(server_report.Report(text.replace("\n", "\r\n")), OWN, LEGS, FRR_CONF)


def test_a_good_report_has_none():
    assert faults() == []


@pytest.mark.parametrize("changed,fault", [
    ({"addresses": json.dumps([ADDRESSES[0] | {"addr_info": ADDRESSES[0]["addr_info"][:1]}, ADDRESSES[1]])}, "vni0 has no fd10:1::5/128"),
    ({"addresses": json.dumps([ADDRESSES[0], ADDRESSES[1] | {"addr_info": []}])}, "lan1.101 is not usable"),
    ({"watched": ""}, "nobody saw 10.1.0.5/32 come"),
    ({"zebra": "cat: /run/frr/zebra.pid: No such file or directory"}, "zebra does not run"),
    ({"zebra": "71 (zebra) S " + " ".join(["0"] * 18) + " 1000 0 0"}, "zebra started 0.50 s before 10.1.0.5/32 was there"),
    ({"bgp4": json.dumps({"routes": {"10.1.0.5/32": [{"valid": False}]}})}, "bgpd does not have 10.1.0.5/32"),
    ({"bgp6": "% BGP instance not found"}, "bgpd does not have fd10:1::5/128"),
    ({"config": FRR_CONF.replace(" set src 10.1.0.5\n", "")}, "FRR dropped: set src 10.1.0.5"),
    ({"units": GOOD["units"].replace("NRestarts=0", "NRestarts=1")}, "frr.service is "),
    ({"journal": "[   9.0] web1 own-addresses[50]: own-addresses: 10.1.0.5/32 was not on vni0; put there now\n"}, "put there late: "),
])
def test_each_fault_is_found(changed, fault):
    assert any(found.startswith(fault) for found in faults(**changed)), faults(**changed)


@pytest.mark.parametrize("line,is_one", [
    ("Forked background command [pid 532]: /usr/lib/frr/watchfrr.sh restart all", False),
    ("zebra state -> down : initial connection attempt failed", False),
    ("Starting watchfrr with command: '  /usr/lib/frr/watchfrr  -d  -F traditional  --restart-timeout 180 zebra bgpd'", False),
    ("Forked background command [pid 550]: /usr/lib/frr/watchfrr.sh restart bgpd", True),
    ("bgpd state -> down : read returned EOF", True),
    ("Warning: restart all child process 532 still running after 180 seconds, sending signal 15", True),
])
def test_a_start_that_was_not_clean_is_remarked(line, is_one):
    text = "".join(f"\n## {name}\n{content}" for name, content in (GOOD | {"journal": f"[  1.0] web1 watchfrr[1]: {line}\n"}).items())
    assert bool(server_report.remarks(server_report.Report(text))) == is_one
