"""ssh to the lab's nodes: generated keys, pinned host keys, one warm connection a node."""

import pathlib
import shutil
import subprocess
import time

import plan


def make_keys(folder: pathlib.Path) -> None:
    """One key for us (also for the controller under test), one host key a node."""
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    known = ""
    for name in ["client", *plan.NODES]:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(keys / name)],
                       check=True, timeout=20, stdin=subprocess.DEVNULL)
    for node in plan.NODES.values():
        kind, key, _ = (keys / f"{node.name}.pub").read_text().split()
        known += f"{node.management} {kind} {key}\n"
    (keys / "known_hosts").write_text(known)


def lay_keys(folder: pathlib.Path, node: plan.Node, root: pathlib.Path) -> None:
    keys = folder / "keys"
    (root / "etc/ssh").mkdir(parents=True, exist_ok=True)
    for suffix in ("", ".pub"):
        shutil.copy(keys / f"{node.name}{suffix}", root / f"etc/ssh/ssh_host_ed25519_key{suffix}")
    (root / "root/.ssh").mkdir(parents=True, exist_ok=True)
    (root / "root").chmod(0o700)
    (root / "root/.ssh").chmod(0o700)
    shutil.copy(keys / "client.pub", root / "root/.ssh/authorized_keys")


def fingerprint(folder: pathlib.Path, node: plan.Node) -> str:
    shown = subprocess.run(["ssh-keygen", "-l", "-E", "sha256", "-f", str(folder / "keys" / f"{node.name}.pub")],
                           check=True, capture_output=True, text=True, timeout=10)
    return shown.stdout.split()[1]


def options(folder: pathlib.Path, node: plan.Node) -> list[str]:
    keys = folder / "keys"
    return ["-F", "none", "-i", str(keys / "client"), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
            "-o", f"UserKnownHostsFile={keys / 'known_hosts'}", "-o", "GlobalKnownHostsFile=/dev/null",
            "-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=3",
            "-o", "ServerAliveCountMax=4", "-o", "LogLevel=ERROR", "-o", f"ControlPath={control(folder, node)}"]


def control(folder: pathlib.Path, node: plan.Node) -> pathlib.Path:
    return folder / f"{node.name}.ssh"


def open_connection(folder: pathlib.Path, namespace: str, node: plan.Node, deadline: float = 30.0) -> None:
    """The master runs in the lab's namespace; its clients reach it by the socket file from anywhere."""
    if control(folder, node).exists():
        return
    end = time.monotonic() + deadline
    while True:
        done = subprocess.run(["ip", "netns", "exec", namespace, "ssh", *options(folder, node), "-o",
                               "ControlMaster=yes", "-o", "ControlPersist=yes", "-fN", f"root@{node.management}"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=deadline, start_new_session=True)
        if done.returncode == 0:
            return
        if time.monotonic() > end:
            raise ConnectionError(f"{node.name}: ssh does not connect to {node.management}")
        time.sleep(0.1)


def close_connection(folder: pathlib.Path, node: plan.Node) -> None:
    socket = control(folder, node)
    if socket.exists():
        subprocess.run(["ssh", *options(folder, node), "-O", "exit", f"root@{node.management}"],
                       capture_output=True, timeout=10)
        socket.unlink(missing_ok=True)


def run(folder: pathlib.Path, namespace: str, node: plan.Node, command: str, timeout: float,
        stdin: str | None) -> subprocess.CompletedProcess:
    if not control(folder, node).exists():
        open_connection(folder, namespace, node)
    return subprocess.run(["ssh", *options(folder, node), f"root@{node.management}", command], capture_output=True,
                          text=True, timeout=timeout, input=stdin if stdin is not None else "")
