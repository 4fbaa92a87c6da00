"""A tenant that announces 100,000 prefixes. Fails, so it is not collected with the rest: the ToR's bgpd is killed
for want of memory (126 MB resident on a node of 192 MB), `maximum-prefix 64 restart 1 force` or not, and is
started again by watchfrr. Nothing foreign was installed, but every session of the ToR was lost.

    /usr/bin/python3 -m pytest tests/lab/known_failure_flood.py
"""

import pytest

import plan
from test_switchyard_tenant import assert_nothing_else, attacker  # noqa: F401 (a fixture)
from watch import RouteWatch


@pytest.mark.seconds(500)
def test_a_hundred_thousand_prefixes_change_nothing(lab, deployed, attacker):
    with RouteWatch(lab) as watch:
        outcome = attacker.flood("eth1.101", 100_000, seconds=10)
        assert outcome["reached"] == "established", outcome
        assert_nothing_else(watch)
    assert "Established" in lab.vtysh("tor1", f"show bgp vrf {plan.PRV.name} neighbors up1.{plan.PRV.uplink_tag}")
