"""Servers of the pool as the end of a cable (plan.POOL), and the service they may talk to: raw frames both ways."""

import ipaddress

import fabric
import frames
import plan
from frames import Sight

SERVICE4, SERVICE6 = plan.PROVISIONING_SERVICE
SERVICE_MAC = "02:5e:70:00:00:01"
HERE = ""  # of frames.Listener: the lab's host, where the servers and the service are
SWITCHES = ("tor1", "tor2", plan.SPINE1.name)


def mac(server: str) -> str:
    return plan.mac(plan.NODES[plan.POOL[server].split(".")[0]], plan.POOL[server].split(".")[1]).replace("02:5", "02:6")


def address4(server: str) -> str:
    return f"172.16.100.{140 + int(server[3:])}"


def address6(server: str) -> str:
    return f"{SERVICE6.rsplit('::', 1)[0]}::{140 + int(server[3:])}"


def link_local(server: str) -> str:
    return f"fe80::{140 + int(server[3:])}"


def say(lab: fabric.Fabric, server: str, wants: dict[str, dict]) -> None:
    """By name, as in guest/frames.py; they come from the server's MAC unless they say otherwise."""
    frames.send_all(lab, HERE, plan.cable_of(plan.POOL[server]).bridge, {name: {"mac": mac(server)} | want for name, want in wants.items()})


def say_as_service(lab: fabric.Fabric, wants: dict[str, dict]) -> None:
    frames.send_all(lab, HERE, plan.cable_of(plan.PROVISIONING_PORT).bridge,
                    {name: {"mac": SERVICE_MAC} | want for name, want in wants.items()})


def heard_by_service(sights: list[Sight]) -> bool:
    return any(sight.node == HERE and sight.device == plan.PROVISIONING_PORT and not sight.outgoing for sight in sights)


def heard_by(server: str, sights: list[Sight]) -> bool:
    return any(sight.node == HERE and sight.device == plan.POOL[server] and not sight.outgoing for sight in sights)


def places(sights: list[Sight], server: str) -> set[str]:
    """Everywhere a frame of this server came to. On its own cable and port it is seen before any filter."""
    own_node, own_port = plan.POOL[server].split(".")
    own = {(HERE, plan.POOL[server], True), (HERE, plan.cable_of(plan.POOL[server]).bridge, True), (own_node, own_port, False)}
    # What leaves the fabric is counted where it is received.
    return {f"{sight.node}/{sight.device}" for sight in sights
            if (sight.node, sight.device, sight.outgoing) not in own and not (sight.node == HERE and sight.device.startswith("c-"))}


def multicast_mac(group: str) -> str:
    """RFC 2464, 7."""
    return "33:33:" + ":".join(f"{byte:02x}" for byte in ipaddress.ip_address(group).packed[-4:])


def solicited(address: str) -> str:
    """The group an address listens on for neighbour solicitations (RFC 4291, 2.7.1)."""
    return str(ipaddress.ip_address(int(ipaddress.ip_address("ff02::1:ff00:0")) | int(ipaddress.ip_address(address)) & 0xFFFFFF))


def inventory(site: str) -> str:
    """The lab's inventory with these servers in it."""
    for tor in plan.TORS:
        ports = [end.split(".")[1] for end in plan.POOL.values() if end.startswith(tor.name + ".")]
        head, found, tail = site.partition(f"  - name: {tor.name}\n")
        line = f"      - {{name: {plan.SERVER_PORT}, role: server}}\n"
        site = head + found + tail.replace(line, line + "".join(f"      - {{name: {port}, role: server}}\n" for port in ports), 1)
    for name, end in plan.POOL.items():
        tor, port = end.split(".")
        site += (f'  - name: {name}\n    bmc: {{type: simulated, url: "http://{plan.MANAGEMENT_HOST}:9/redfish/v1/Systems/{name}"}}\n'
                 f'    nics:\n      - {{name: eth1, mac: "{mac(name)}", switch: {tor}, port: {port}}}\n')
    return site


def bridge_port(lab: fabric.Fabric, server: str) -> dict:
    tor, port = plan.POOL[server].split(".")
    return lab.json(tor, f"bridge -j -d link show dev {port}")[0]
