"""Everything a switch is, as text by section, so that before and after can be compared."""

import difflib
import json
import re

import fabric

SCRIPT = r"""
section() { printf '\n=== %s\n' "$1"; }
section links; ip -j -d link show
section addresses; ip -j addr show
section vlans; bridge -j vlan show
section bridge-ports; bridge -j -d link show
section routes4; ip -j -4 route show table all
section routes6; ip -j -6 route show table all
section rules; ip -4 rule; ip -6 rule
section tc; for d in /sys/class/net/*; do d=${d##*/}; echo "$d"; tc qdisc show dev $d; tc filter show dev $d ingress; tc filter show dev $d egress; done 2>/dev/null
section sysctls; cd /proc/sys/net; grep -rs '' ipv4/conf ipv6/conf ipv4/ip_forward ipv4/fib_multipath_hash_policy ipv4/tcp_l3mdev_accept | grep -v stable_secret | sort
section running-config; vtysh -c 'show running-config'
section files; cd /etc; find network frr -type f ! -name '*.sav' | sort | while read -r f; do echo "--- $f $(stat -c '%a %U' "$f")"; cat "$f"; done
section processes; ps -eo comm= | grep -vE '^(kworker|ps|sh|bash|sshd|grep|sort|sleep)' | sort
"""
# Not in "files": frr.conf.sav, where vtysh keeps the file as it was before the last save.
VOLATILE = {"ifindex", "link_index", "nhid", "link_netnsid", "hold_timer", "hello_timer", "message_age_timer",
            "forward_delay_timer", "tcn_timer", "topology_change_timer", "gc_timer", "port_no", "port_id",
            "designated_port", "valid_life_time", "preferred_life_time", "master_index", "dynamic", "no", "id",
            "topology_change_ack", "config_pending", "topology_change", "topology_change_detected", "nh_info"}
VIRTUAL = ("vrf", "dummy", "bridge")  # their MAC addresses are made up at every boot


def take(lab: fabric.Fabric, node: str, across_reboot: bool = False) -> dict[str, str]:
    """Section name -> text. `across_reboot` leaves out what no reboot keeps."""
    sections: dict[str, str] = {}
    for block in lab.run(node, SCRIPT, timeout=60).stdout.split("\n=== ")[1:]:
        name, _, text = block.partition("\n")
        sections[name] = normal(text, across_reboot) if text.startswith(("[", "{")) else text.strip()
    # A filter that is made again has another action, and only its number tells.
    sections["tc"] = re.sub(r"\s*index \d+ ref \d+ bind \d+", "", sections["tc"])
    if across_reboot:
        for name in ("addresses", "routes6"):
            sections.pop(name)
        sections["running-config"] = "\n".join(sorted(set(sections["running-config"].splitlines())))
    return sections


def normal(text: str, across_reboot: bool) -> str:
    rows = [scrub(row, across_reboot) for row in json.loads(text) if row]
    return "\n".join(sorted(json.dumps(row, sort_keys=True) for row in rows))


def scrub(value, across_reboot: bool):
    if isinstance(value, dict):
        kept = {key: scrub(inner, across_reboot) for key, inner in value.items() if key not in VOLATILE}
        if across_reboot and value.get("linkinfo", {}).get("info_kind") in VIRTUAL:
            kept.pop("address", None)
        if across_reboot and isinstance(kept.get("info_slave_data"), dict):
            # The bridge's own address is in its ids; ifreload, which the test bed's own tests run, writes another cost
            # than the kernel takes at boot.
            kept["info_slave_data"] = {k: v for k, v in kept["info_slave_data"].items()
                                       if not k.startswith("designated") and k not in ("bridge_id", "root_id", "cost")}
        if across_reboot and isinstance(kept.get("info_data"), dict):
            kept["info_data"] = {k: v for k, v in kept["info_data"].items() if not k.endswith("_id") and k != "root_port"}
        return kept
    if isinstance(value, list):
        inner = [scrub(item, across_reboot) for item in value]
        return sorted(inner, key=lambda item: json.dumps(item, sort_keys=True))
    return value


def difference(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Empty when equal; else lines a person can read."""
    lines = []
    for name in sorted(before.keys() | after.keys()):
        changed = difflib.unified_diff(before.get(name, "").splitlines(), after.get(name, "").splitlines(), lineterm="", n=0)
        lines += [f"{name}: {line}" for line in changed if not line.startswith(("---", "+++", "@@"))]
    return lines
