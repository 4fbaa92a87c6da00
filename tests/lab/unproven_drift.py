"""Drift that is seen and repaired but whose end was not shown equal to the beginning yet; not collected with the rest.

    /usr/bin/python3 -m pytest tests/lab/unproven_drift.py
"""

import pytest

from test_switchyard_drift import BGP, PORT, SUB, see_and_repair, vtysh

HANDS = {
    "a filter line of the neighbour removed": lambda lab: vtysh(
        lab, BGP, "address-family ipv4 unicast", f"no neighbor {SUB} prefix-list SWY-P-{SUB} in"),
    "the port's file deleted": lambda lab: lab.run("tor1", f"rm /etc/network/interfaces.d/switchyard-{PORT}.conf"),
}


@pytest.mark.seconds(600)
@pytest.mark.parametrize("hand", HANDS)
def test_a_change_by_hand_is_seen_within_one_scan_and_repaired(lab, deployed, hand):
    see_and_repair(lab, deployed, hand, HANDS[hand])
