"""How the lab starts User Mode Linux."""

import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


def build_preload(folder: pathlib.Path) -> pathlib.Path:
    """See xstate_preload.c."""
    preload = folder / "xstate_preload.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", preload, HERE / "xstate_preload.c"], check=True, timeout=60)
    return preload


def program(preload: pathlib.Path, number: int) -> list[str]:
    """The words in front of the arguments of machine `number`.

    It stays on one CPU, which it could not use more of anyway: its kernel and its processes hand over to each other at
    every page fault and system call, and from one CPU to another that is an interrupt and a wake-up. Measured on a quiet
    host: a process starts in 8 ms instead of 17, vtysh in 135 instead of 410; where virtual CPUs are slow to wake up, it
    was 0.6 s for the former."""
    cpus = sorted(os.sched_getaffinity(0))
    return ["taskset", "--cpu-list", str(cpus[number % len(cpus)]), "env", f"LD_PRELOAD={preload}", "linux.uml"]
