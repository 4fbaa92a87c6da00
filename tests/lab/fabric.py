"""The lab as an object: four User Mode Linux nodes, one bridge a cable, in one network namespace.

Everything of a lab hangs off its name: the namespace sylab-NAME and the folder STATE/NAME. Any process
may open a running lab by name (`Fabric.attach`); whoever brought it up with `guard=True` takes it down
by ending, however it ends.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import hostnet
import plan
import seed
import shell
import uml

HERE = pathlib.Path(__file__).resolve().parent
STATE = pathlib.Path(os.environ.get("SWITCHYARD_LAB_STATE", "/var/tmp/switchyard-lab"))
BOOT_DEADLINE = 400.0  # seconds; a quiet machine needs 5 to 15, one whose host is slow with UML has been seen to need 130


class LabError(Exception):
    """Names the node or cable and what to look at."""


def wait_listening(bmc: subprocess.Popen, log: pathlib.Path) -> None:
    end = time.monotonic() + 20
    while "listening" not in log.read_text():
        if time.monotonic() > end or bmc.poll() is not None:
            raise LabError(f"the BMC did not start: {log.read_text()[-400:]}")
        time.sleep(0.05)


class Fabric:
    def __init__(self, name: str):
        self.name = name
        self.namespace = f"sylab-{name}"
        self.folder = STATE / name
        self.timings: dict[str, float] = {}
        self._guard: subprocess.Popen | None = None
        self.preload = self.folder / "xstate_preload.so"
        self._given_away: set[str] = set()

    # -- life ------------------------------------------------------------------------------------

    @classmethod
    def attach(cls, name: str) -> "Fabric":
        fabric = cls(name)
        if not (fabric.folder / "image").exists():
            raise LabError(f"no lab {name} is up: run tests/lab/lab up --name {name}")
        return fabric

    def up(self, guard: bool = False) -> "Fabric":
        """Builds the image if the recipe changed, then boots every node. Raises LabError."""
        if self.folder.exists():
            raise LabError(f"lab {self.name} is up already (or its remains are): run lab down --name {self.name}")
        with self.timed("image"):
            built = subprocess.run([str(HERE / "build_image.sh")], capture_output=True, text=True, timeout=1300)
        if built.returncode != 0:
            raise LabError(f"build_image.sh: {built.stderr.strip()[-800:]}")
        self.folder.mkdir(parents=True)
        if guard:
            self._start_guard()
        try:
            (self.folder / "image").write_text(built.stdout.strip())
            uml.build_preload(self.folder)
            with self.timed("network"):
                hostnet.up(self.namespace)
                shell.make_keys(self.folder)
            with self.timed("boot"):
                for node in plan.NODES.values():
                    self._lay_seed(node)
                # The server stays off: switching it on is its BMC's business.
                switches = [node.name for node in plan.NODES.values() if node.kind != "server"]
                for name in switches:
                    self.start(name, wait=False)
                for name in switches:
                    self.wait_ready(name)
            with self.timed("bmc"):
                self._start_bmc()
        except BaseException:
            self.down()
            raise
        return self

    def down(self) -> None:
        """Ends every process of the lab and removes everything it made. Safe to repeat."""
        hostnet.down(self.namespace)
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._guard and self._guard.stdin:
            with contextlib.suppress(OSError):
                self._guard.stdin.close()
            self._guard.wait(timeout=30)
            self._guard = None

    def _start_guard(self) -> None:
        # The guard waits for the end of its input, which comes when we die in whatever way.
        self._guard = subprocess.Popen(
            [sys.executable, str(HERE / "fabric.py"), "guard", self.name], stdin=subprocess.PIPE,
            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _start_bmc(self) -> None:
        with open(self.folder / "bmc.log", "wb") as log:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self.namespace, sys.executable, str(HERE / "lab_bmc.py"), self.name],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        wait_listening(process, self.folder / "bmc.log")

    @contextlib.contextmanager
    def timed(self, phase: str):
        begun = time.monotonic()
        yield
        self.timings[phase] = self.timings.get(phase, 0.0) + time.monotonic() - begun

    # -- nodes -----------------------------------------------------------------------------------

    def _lay_seed(self, node: plan.Node) -> None:
        root = self.folder / "seed" / node.name
        for path, content in seed.seed(node).items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
        shell.lay_keys(self.folder, node, root)

    def start(self, name: str, mode: str = "", wait: bool = True) -> None:
        """Powers a node on; its disk is as it was left. `mode`: what lab-init does (plan.Node.mode)."""
        if self.is_running(name):
            return
        node = plan.NODES[name]
        image = (self.folder / "image").read_text()
        command = ["ip", "netns", "exec", self.namespace, "unshare", "--fork", "--pid", "--kill-child",
                   "--mount-proc", *uml.program(self.preload, list(plan.NODES).index(name)), f"umid=lab-{name}", f"uml_dir={self.folder}/uml-{name}",
                   f"mem={node.memory}", f"ubd0={self.folder}/{name}.cow,{image}", "root=/dev/ubda", "rw",
                   "init=/lab-init", "con=null", "con0=null,fd:1", "quiet", f"LAB_HOST={name}",
                   f"LAB_MGMT={node.management}/{plan.MANAGEMENT_BITS}", f"LAB_MODE={mode or node.mode}",
                   f"LAB_SEED={self.folder}/seed/{name}", "LAB_NICS=" + ",".join(node.nics)]
        for number, nic in enumerate(("eth0",) + node.nics):
            # Room above 1500 for a tag: a vector device cannot grow later.
            mtu = "" if nic == "eth0" else ",mtu=9000"
            command.append(f"vec{number}:transport=tap,ifname={hostnet.tap(name, nic)},depth=64,gro=0,mac={plan.mac(node, nic)}{mtu}")
        (self.folder / f"uml-{name}").mkdir(exist_ok=True)
        with open(self.folder / f"{name}.console", "wb") as console:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console,
                                       stderr=subprocess.STDOUT, start_new_session=True, cwd=self.folder)
        (self.folder / f"{name}.pid").write_text(str(process.pid))
        self.show_carrier(name)
        if wait:
            self.wait_ready(name)

    def wait_ready(self, name: str, deadline: float = BOOT_DEADLINE) -> float:
        """Waits until the node has raised its interfaces and started FRR. Answers guest seconds since boot."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            ready_at = self._ready_at(name)
            if ready_at is not None:
                shell.open_connection(self.folder, self.namespace, plan.NODES[name])
                self.show_carrier(name)
                return ready_at
            if not self.is_running(name):
                raise LabError(f"{name} ended while booting: {self.console(name)[-800:]}")
            time.sleep(0.05)
        raise LabError(f"{name} was not ready within {deadline:.0f} s: {self.console(name)[-800:]}")

    def _ready_at(self, name: str) -> float | None:
        """Guest seconds since boot; None while it boots."""
        return next((float(line.split()[2]) for line in self.console(name).splitlines() if line.startswith("LAB ready")), None)

    def console(self, name: str) -> str:
        path = self.folder / f"{name}.console"
        return path.read_text(errors="replace").replace("\r", "") if path.exists() else ""

    def pid(self, name: str) -> int | None:
        """Of the process that holds the node's PID namespace, while it lives."""
        try:
            pid = int((self.folder / f"{name}.pid").read_text())
            state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return None
        return pid if state != "Z" and f"umid=lab-{name}".encode() in command else None

    def is_running(self, name: str) -> bool:
        return self.pid(name) is not None

    def give_away(self, name: str) -> None:
        """From now on somebody else runs a machine on the taps of this node, which is off. It is powered while
        it holds them; call show_carrier() when that may have changed."""
        if self.is_running(name):
            raise LabError(f"{name} is running: kill it first")
        self._given_away.add(name)

    def is_powered(self, name: str) -> bool:
        if name not in self._given_away:
            return self.is_running(name)
        return all(hostnet.is_held(self.namespace, hostnet.tap(name, nic)) for nic in plan.NODES[name].nics)

    def kill(self, name: str) -> None:
        """Power loss: what the node had not written to its disk is gone."""
        shell.close_connection(self.folder, plan.NODES[name])
        pid = self.pid(name)
        if pid is None:
            return
        os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + 10
        while self.is_running(name):
            if time.monotonic() > end:
                raise LabError(f"{name}: process {pid} survives SIGKILL")
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)  # ours, when this process started it
            time.sleep(0.01)
        hostnet.wait_taps_free(self.namespace, [hostnet.tap(name, nic) for nic in ("eth0",) + plan.NODES[name].nics])
        self.show_carrier(name)

    def stop(self, name: str) -> None:
        """Orderly: disks written first."""
        if self.is_running(name):
            self.run(name, "sync", check=False)
        self.kill(name)

    def reboot(self, name: str) -> None:
        self.stop(name)
        self.start(name)

    # -- talking to nodes ------------------------------------------------------------------------

    def run(self, name: str, command: str, timeout: float = 30.0, check: bool = True,
            stdin: str | None = None) -> subprocess.CompletedProcess:
        """Runs a shell command on the node. Raises LabError when it fails and `check`, or runs too long."""
        try:
            done = shell.run(self.folder, self.namespace, plan.NODES[name], command, timeout, stdin)
        except subprocess.TimeoutExpired as late:
            raise LabError(f"{name}: still running after {timeout:.0f} s: {command[:200]}") from late
        if check and done.returncode != 0:
            raise LabError(f"{name}: exit {done.returncode}: {command[:200]}: {(done.stderr or done.stdout).strip()[-800:]}")
        return done

    def json(self, name: str, command: str, timeout: float = 30.0):
        return json.loads(self.run(name, command, timeout).stdout or "null")

    def vtysh(self, name: str, *commands: str, timeout: float = 30.0) -> str:
        quoted = " ".join("-c '" + command.replace("'", "'\\''") + "'" for command in commands)
        return self.run(name, f"vtysh {quoted}", timeout).stdout

    def write(self, name: str, path: str, content: str, mode: str = "0644") -> None:
        """Whole or not at all, and on the disk when this returns."""
        quoted = "'" + path.replace("'", "'\\''") + "'"
        self.run(name, f"mkdir -p $(dirname {quoted}) && cat >{quoted}.new && chmod {mode} {quoted}.new && "
                       f"mv {quoted}.new {quoted} && sync", stdin=content)

    def read(self, name: str, path: str) -> str:
        return self.run(name, f"cat '{path}'").stdout

    def host(self, *command: str, timeout: float = 30.0, check: bool = True,
             stdin: str | None = None) -> subprocess.CompletedProcess:
        """Runs a program in the lab's namespace, where the controller runs too."""
        return subprocess.run(["ip", "netns", "exec", self.namespace, *command], capture_output=True,
                              text=True, timeout=timeout, check=check, input=stdin if stdin is not None else "")

    def host_key(self, name: str) -> str:
        """What ssh-keyscan would see, as OpenSSH prints it: SHA256:… (ed25519)."""
        return shell.fingerprint(self.folder, plan.NODES[name])

    # -- cables ----------------------------------------------------------------------------------

    def pull(self, end: str) -> None:
        """Takes the plug `end` ("tor1.swp1") out: both ends lose carrier, and no frame passes."""
        hostnet.unplug(self.namespace, end)
        self.show_carrier(end.split(".")[0])

    def plug(self, end: str) -> None:
        hostnet.plug(self.namespace, end)
        self.show_carrier(end.split(".")[0])

    def cut_silently(self, end: str) -> None:
        """As pull, but carrier stays, as with a broken transceiver. plug() mends it."""
        hostnet.unplug(self.namespace, end)

    def show_carrier(self, name: str) -> None:
        """Both ends of each cable of the node have carrier when it is plugged and both are powered."""
        plugged = hostnet.plugged(self.namespace)
        for cable in plan.CABLES:
            ends = [end for end in (cable.a, cable.b) if end]
            if name not in [end.split(".")[0] for end in ends]:
                continue
            live = all(end in plugged and self.is_powered(end.split(".")[0]) for end in ends)
            for node, nic in (end.split(".") for end in ends):
                # A node that still boots asks again when it is ready. One that is ready and has no connection has
                # lost it, as when its management cable was pulled for a while: run() makes a new one.
                if self.is_running(node) and self._ready_at(node) is not None:
                    self.run(node, f"ip -n phy link set w-{nic} {'up' if live else 'down'}")


def names() -> list[str]:
    return sorted(path.name for path in STATE.iterdir()) if STATE.exists() else []


def guard(name: str) -> None:
    """Takes the lab down when standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdin.read()
    Fabric(name).down()


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "guard":
        guard(sys.argv[2])
    else:
        sys.exit("run tests/lab/lab")
