"""A server that announces a hijack from the first instant of every flip, in both directions: never installed.

SWITCHYARD_LAB_FLIPS: how often both ToRs' ports go to the provisioning VLAN and back, four flips of a port each.
"""

import json
import os

import pytest

import attack
import plan
from conftest import wait_converged
from watch import RouteWatch

FLIPS = int(os.environ.get("SWITCHYARD_LAB_FLIPS", "13"))
HIJACK = sorted({*attack.LIES.values(), *(prefix for vrf in plan.VRFS for prefix in (vrf.service4, vrf.service6))})
OWN = {vrf.name: {vrf.host4, vrf.host6} for vrf in plan.VRFS}
HEARD = {vrf.name: {vrf.host4, vrf.host6, vrf.advertise4, vrf.advertise6} for vrf in plan.VRFS}


@pytest.mark.seconds(300 + 150 * FLIPS)
def test_a_hijack_is_never_installed_while_ports_flip(lab, deployed):
    """The wishes are toggled in the service's database: a release would switch the liar off."""
    controller = deployed.controller
    routed = {tor.name: controller.database("SELECT wish FROM port_wishes WHERE switch_name = ?", tor.name)[0][0] for tor in plan.TORS}
    pool = json.dumps({"mode": "provisioning", "mtu": 1500, "owner": "", "port": plan.SERVER_PORT, "untagged": plan.PROVISIONING_VLAN})
    attacker = attack.Attacker(lab, deployed.deployment["asn"])
    with RouteWatch(lab) as watch:
        attacker.announce(HIJACK)
        for flip in range(FLIPS):
            for mode in ("provisioning", "routed"):
                for tor in plan.TORS:
                    controller.wish(tor, pool if mode == "provisioning" else routed[tor.name])
                controller.wait(lambda: controller.in_sync(mode), 120, f"flip {flip}: both ports to be {mode}")
                if mode == "routed":  # the lies were there to be refused
                    for name, _, _ in attack.neighbours():
                        controller.wait(lambda: set(HIJACK) <= attacker.announced(name) | attacker.announced(name, "ipv6"), 90,
                                        f"flip {flip}: the lies to leave by {name}")
        for vrf in plan.VRFS:
            assert watch.bgp_prefixes(plan.SPINE1.name, vrf.name) <= OWN[vrf.name]
            for tor in plan.TORS:
                assert watch.bgp_prefixes(tor.name, vrf.name) <= HEARD[vrf.name]
        # Each flip must have been seen by the watch, or it proves nothing.
        assert len(watch.ever(plan.PRV.host4, plan.PRV.name)) >= FLIPS * len(plan.TORS)
    attacker.restore()
    wait_converged(lab, 150)
