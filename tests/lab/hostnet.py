"""The host's half of the lab: a namespace, one plain bridge a cable, one tap a NIC."""

import json
import os
import signal
import subprocess
import time

import plan

# A bridge that ages at once floods always: a wire, not a switch. The mask lets LLDP pass.
WIRE = "type bridge stp_state 0 forward_delay 0 mcast_snooping 0 ageing_time 0 group_fwd_mask 0xfff8"
MANAGEMENT_BRIDGE = "mgmt"


class HostError(Exception):
    pass


def tap(node: str, nic: str) -> str:
    return f"{node}.{nic}"


def batch(namespace: str, lines: list[str]) -> None:
    done = subprocess.run(["ip", "-n", namespace, "-batch", "-"], input="\n".join(lines) + "\n",
                          capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise HostError(f"namespace {namespace}: {done.stderr.strip()[-400:]}")


def up(namespace: str) -> None:
    subprocess.run(["ip", "netns", "add", namespace], check=True, timeout=10)
    subprocess.run(["ip", "netns", "exec", namespace, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1",
                    "net.ipv6.conf.default.disable_ipv6=1"], check=True, timeout=10)
    lines = ["link set lo up", f"link add {MANAGEMENT_BRIDGE} {WIRE}",
             f"addr add {plan.MANAGEMENT_HOST}/{plan.MANAGEMENT_BITS} dev {MANAGEMENT_BRIDGE}",
             f"link set {MANAGEMENT_BRIDGE} up"]
    for cable in plan.CABLES:
        lines += [f"link add {cable.bridge} mtu 9216 {WIRE}", f"link set {cable.bridge} up"]
    for node in plan.NODES.values():
        for nic in ("eth0",) + node.nics:
            # Up before the node boots and never down again: a failed write wedges the guest's driver.
            name = tap(node.name, nic)
            bridge = MANAGEMENT_BRIDGE if nic == "eth0" else plan.cable_of(name).bridge
            lines += [f"tuntap add {name} mode tap", f"link set {name} mtu {1500 if nic == 'eth0' else 9216}",
                      f"link set {name} master {bridge} up"]
    # The guests take no segment bigger than their MTU.
    bridges = [MANAGEMENT_BRIDGE] + [cable.bridge for cable in plan.CABLES]
    batch(namespace, lines + provisioning() + foreign() + [f"link set {bridge} gso_max_segs 1" for bridge in bridges])


def provisioning() -> list[str]:
    bridge = plan.cable_of(plan.PROVISIONING_PORT).bridge
    return [f"addr add {plan.PROVISIONING_HOST}/{plan.PROVISIONING_BITS} dev {bridge}"]


def foreign() -> list[str]:
    return [f"addr add {plan.foreign_host(tor)}/24 dev {plan.cable_of(tap(tor.name, plan.FOREIGN_PORT)).bridge}"
            for tor in plan.TORS]


def down(namespace: str) -> None:
    """Ends every process in the namespace (all were started in it by the lab) and deletes it."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        listed = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, timeout=10)
        pids = [int(pid) for pid in listed.stdout.split() if int(pid) != os.getpid()]
        if not pids:
            break
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        reap(pids)
        time.sleep(0.05)
    subprocess.run(["ip", "netns", "del", namespace], capture_output=True, timeout=10)


def reap(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass


def is_held(namespace: str, name: str) -> bool:
    """Whether a machine has this tap open: one without a holder has no carrier."""
    shown = subprocess.run(["ip", "-n", namespace, "-j", "link", "show", "dev", name], capture_output=True, text=True,
                           check=True, timeout=10)
    return "NO-CARRIER" not in json.loads(shown.stdout)[0]["flags"]


def wait_taps_free(namespace: str, taps: list[str], deadline: float = 10.0) -> None:
    """A tap still held by a dying node refuses the next boot (EBUSY) for good."""
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        shown = subprocess.run(["ip", "-n", namespace, "link", "show"], capture_output=True, text=True, timeout=10)
        # A tap without a holder has no carrier.
        busy = [line for line in shown.stdout.splitlines()
                if any(f" {name}: " in line for name in taps) and "NO-CARRIER" not in line]
        if not busy:
            return
        time.sleep(0.02)
    raise HostError(f"namespace {namespace}: taps still held: {busy}")


def plugged(namespace: str) -> set[str]:
    shown = subprocess.run(["ip", "-n", namespace, "-j", "link", "show"], capture_output=True, text=True,
                           check=True, timeout=10)
    return {link["ifname"] for link in json.loads(shown.stdout) if "master" in link}


def unplug(namespace: str, end: str) -> None:
    plan.cable_of(end)
    batch(namespace, [f"link set {end} nomaster"])


def plug(namespace: str, end: str) -> None:
    batch(namespace, [f"link set {end} master {plan.cable_of(end).bridge}"])
