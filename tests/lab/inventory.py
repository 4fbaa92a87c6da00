"""Switchyard's inventory of this lab (provisioner/inventory.h), made from the plan."""

import json

import fabric
import plan

SUBNETS = {
    plan.PRV.name: ("10.1.0.0/24", "fd10:1::/64"),
    plan.PUB.name: ("203.0.113.0/24", "2001:db8:113::/64"),
}


def inventory(lab: fabric.Fabric) -> dict:
    return {
        "vrfs": [{"name": vrf.name, "tag": vrf.tag, "description": vrf.short} for vrf in plan.VRFS],
        "subnets": [{"name": f"{vrf.short}-{family}", "vrf": vrf.name, "prefix": prefix, "project": "demo", "hold_down": 60}
                    for vrf in plan.VRFS for family, prefix in zip(("v4", "v6"), SUBNETS[vrf.name])],
        "network_catalogs": [{
            "name": "l3-dual", "description": "private and public, routed to the server", "mtu": 1500, "keepalive": 3, "hold": 9,
            "attachments": [{"vrf": vrf.name, "ipv4": True, "ipv6": True,
                             "advertise": [vrf.advertise4, vrf.advertise6], "maximum_prefix": 8} for vrf in plan.VRFS]}],
        "images": [{"name": "debian-12", "description": "Debian 12"}],
        "switches": [{
            "name": tor.name, "nos": "linux-frr", "address": tor.management, "port": 22, "user": "root",
            "key_file": str(lab.folder / "keys" / "client"), "host_key": lab.host_key(tor.name), "asn": tor.asn,
            "bridge": plan.BRIDGE, "vrfs": [vrf.name for vrf in plan.VRFS],
            "ports": [{"name": plan.SERVER_PORT, "role": "server"}, {"name": plan.FOREIGN_PORT, "role": "unmanaged"},
                      {"name": plan.UPLINK, "role": "uplink"}]} for tor in plan.TORS],
        "servers": [{
            "name": plan.SRV1.name, "profile": "small",
            "bmc": {"type": "redfish", "user": "lab", "password": "lab",
                    "url": f"http://{plan.MANAGEMENT_HOST}:{plan.BMC_PORT}/redfish/v1/Systems/{plan.SRV1.name}"},
            "nics": [{"name": nic, "mac": plan.mac(plan.SRV1, nic), "switch": tor.name, "port": plan.SERVER_PORT}
                     for nic, tor in plan.SERVER_LINKS.items()]}],
    }


def text(lab: fabric.Fabric) -> str:
    """YAML: JSON is YAML, and its strings are quoted."""
    return json.dumps(inventory(lab), indent=2)
