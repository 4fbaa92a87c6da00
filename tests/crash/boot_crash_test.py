"""kill -9 at every boundary of the boot pipeline: the real boot desk, DHCP and installer routes, a scripted server.

The places of a boot are those of core/crash_point.h that are about power, boot device, lease, script, session, order, progress or
result. Default: a sample of them; SWITCHYARD_CRASH_POINTS=all tries every one, =N tries N of them.
"""

import collections
import os

import pytest

from crash_test import DATABASES, life, one_life, rescue, spread, survive
from scripted_server import BootSite

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace needs root")

BOOT = ("before boot is expected", "before power or boot", "after power or boot", "store DHCP leases", "boot desk of srv1", "boot of srv1",
        "installer session of srv1", "order for srv1", "installer progress", "installer result")


def boundaries(names: list[str], least: int) -> dict[str, list[tuple[str, int]]]:
    """Each place of a boot; of those many a life passes, as the reports of progress, the first and the last one."""
    counted = collections.Counter(name for name in names if name.removeprefix("before commit: ").removeprefix("after commit: ") in BOOT)
    assert len(counted) >= 3 + 2 * least, counted  # each kind was met, and each commit has a before and an after
    found = {}
    for name, count in counted.items():
        for number in range(1, count + 1) if count <= 12 else (1, count):
            found[f"{name}, {number} of {count}"] = [(name, number)]
    return found


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("live,least", [(life, 7), (rescue, 6)])  # nobody tells of the progress of a rescue
def test_converges_after_a_crash_at_every_boundary_of_a_boot(tmp_path, database, live, least):
    counted = tmp_path / f"{database}-places"
    took = one_life(tmp_path / f"{database}-count", database, [], counted, BootSite, live)
    lives = boundaries(counted.read_text().splitlines(), least)
    chosen = spread(os.environ.get("SWITCHYARD_CRASH_POINTS", "12"), len(lives))
    print(f"{database}: a life without a crash takes {took:.1f} s and has {len(lives)} boundaries of a boot")
    survive(tmp_path, database, {name: kills for number, (name, kills) in enumerate(lives.items(), 1) if number in chosen}, BootSite, live)
