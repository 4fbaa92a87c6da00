"""The snapshot around a whole deployment and release."""

import pytest

import plan
import snapshot
from conftest import paths
from test_switchyard_path import SPINE, changes_since, pvids


@pytest.mark.last
@pytest.mark.seconds(600)
def test_a_released_server_leaves_nothing_of_ours(lab, site):
    site.released()  # whatever the others did to it
    before = {tor.name: snapshot.take(lab, tor.name) for tor in plan.TORS}
    site.deployed()
    assert all(pvids(lab, tor) == [] for tor in plan.TORS)
    site.released()
    assert changes_since(lab, before) == []
    assert all(pvids(lab, tor) == [plan.PROVISIONING_VLAN] for tor in plan.TORS)
    for vrf in plan.VRFS:
        assert paths(lab, SPINE, str(vrf.table)) == []
