"""Network namespaces with a DHCP server of ours in one and real clients in others.

Every namespace is made by the test that uses it, with the number of this process in its name, and removed again;
every process is ended by its number. Waits are for something to happen, with a deadline.
"""
import os
import pathlib
import re
import signal
import subprocess
import time

DEADLINE = 30  # seconds: far more than anything here takes on a machine of its own
LAB = os.path.join(os.environ.get("SWITCHYARD_BIN", "build/dev/bin"), "dhcp_lab")


def run(*words, check=True, timeout=DEADLINE):
    done = subprocess.run(words, capture_output=True, text=True, timeout=timeout)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(words)}: {done.returncode}: {done.stderr or done.stdout}")
    return done.stdout + done.stderr


def await_that(true_now, what, deadline=DEADLINE):
    """Looks until true_now() answers something true; that is the answer."""
    end = time.monotonic() + deadline
    while True:
        found = true_now()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {what}")
        time.sleep(0.02)


class Process:
    """A program in a namespace, its output in a file."""

    def __init__(self, log, words):
        self.log = pathlib.Path(log)
        self.words = words
        with open(log, "wb") as out:
            self.child = subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def text(self):
        return self.log.read_text(errors="replace")

    def await_text(self, pattern, deadline=DEADLINE):
        return await_that(lambda: re.search(pattern, self.text()),
                          f"{pattern!r} from {self.words[-1]}; it said:\n{self.text()}", deadline)

    def count(self, pattern):
        return len(re.findall(pattern, self.text()))

    def tell(self, number):
        self.child.send_signal(number)

    def stop(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait(10)


class Net:
    """Namespaces of one test."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.spaces = []
        self.processes = []
        self.cables = 0

    def space(self, name):
        full = f"sy-dhcp-{os.getpid()}-{name}"
        run("ip", "netns", "add", full)
        self.spaces.append(full)
        run("ip", "-n", full, "link", "set", "lo", "up")
        return full

    def cable(self, a, name_a, b, name_b):
        run("ip", "link", "add", name_a, "netns", a, "type", "veth", "peer", "name", name_b, "netns", b)
        for space, name in ((a, name_a), (b, name_b)):
            run("ip", "-n", space, "link", "set", name, "up")

    def address(self, space, name, address):
        run("ip", "-n", space, "addr", "add", address, "dev", name)

    def mac(self, space, name):
        return run("ip", "-n", space, "-br", "link", "show", "dev", name).split()[2]

    def start(self, space, *words):
        log = self.folder / f"{len(self.processes)}-{os.path.basename(words[0])}.log"
        process = Process(log, ["ip", "netns", "exec", space, *words])
        self.processes.append(process)
        return process

    def run(self, space, *words, **options):
        return run("ip", "netns", "exec", space, *words, **options)

    def serve(self, space, *flags):
        server = self.start(space, LAB, *flags)
        server.await_text("^ready", 60)
        return server

    def close(self):
        for process in reversed(self.processes):
            process.stop()
        for space in self.spaces:
            for left in run("ip", "netns", "pids", space, check=False).split():
                os.kill(int(left), signal.SIGKILL)  # daemons of clients, in a namespace that is only ours
            run("ip", "netns", "del", space, check=False)
