#!/usr/bin/env python3
"""A boot storm through the whole service: N servers have power at once and boot from the network within one second.

boot_storm.py BIN [--servers N] [--database sqlite|mysql] [--real-sizes] [--install-seconds S] [--patience S] [--check] [--keep FOLDER]

BIN has switchyard and boot_storm (a release build for figures). Root: it runs in network namespaces of its own. Every server is a
deployment that was ordered over the API; its simulated switches put its ports into provisioning over SSH and its simulated BMC
switched it on over Redfish. Then the storm: each machine does DHCP as firmware (relayed by its switch, option 82), TFTP, DHCP
as iPXE, script, kernel and initrd by HTTP, DHCP as the RAM system, and the installer's protocol over TLS with the pinned key, and
checks that all it is answered is its own. In the end every deployment must be active. Prints tables; exits 1 when a boot is lost,
an answer was wrong or a deployment does not get there; --check: also when a machine had to be booted again.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "crash"))

SERVICE, GATEWAY = "172.16.0.1", "172.16.0.2"
PORTS = 48  # of a pair of switches
MARKS = {"lent": "address lent to the firmware", "loader": "boot loader (TFTP)", "script": "iPXE script", "kernel": "kernel and initrd (HTTP)",
         "session": "installer session (TLS)", "task": "task", "image": "image (TLS)", "result": "result"}
STAND_IN = {"undionly.kpxe": 70_000, "snponly.efi": 240_000, "installer/vmlinuz": 200_000, "installer/initrd": 200_000,
            "images/debian-12.tar.zst": 200_000}
REAL = STAND_IN | {"installer/vmlinuz": 8_200_000, "installer/initrd": 9_000_000, "images/debian-12.tar.zst": 122_000_000}


def run(*words) -> None:
    subprocess.run([str(word) for word in words], check=True)


def make_files(root: pathlib.Path, sizes: dict[str, int]) -> None:
    for name, size in sizes.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(random.Random(name).randbytes(size))
    image = (root / "images/debian-12.tar.zst").read_bytes()
    (root / "images/debian-12.json").write_text(json.dumps(
        {"name": "debian-12", "format": "tar.zst", "bytes": len(image), "sha256": hashlib.sha256(image).hexdigest()}))


class Machines:
    """The program boot_storm: switches, BMCs, and what boots."""

    def __init__(self, binary: pathlib.Path, servers: int, folder: pathlib.Path, files: pathlib.Path, install: float):
        self.space = f"sy-storm-{os.getpid()}"
        run("ip", "netns", "add", self.space)
        run("ip", "link", "add", "boot0", "type", "veth", "peer", "name", "tor0", "netns", self.space)
        run("ip", "address", "add", SERVICE + "/24", "dev", "boot0")
        run("ip", "link", "set", "boot0", "up")
        run("ip", "route", "add", "172.20.0.0/16", "via", GATEWAY)
        for words in (f"address add {GATEWAY}/24 dev tor0", "link set lo up", "link set tor0 up", "route add local 172.20.0.0/16 dev lo"):
            run("ip", "-n", self.space, *words.split())
        switches = 2 * -(-servers // PORTS)
        inventory = folder / "sim.yaml"
        self.process = subprocess.Popen([str(binary), str(servers), str(switches), self.space, SERVICE, str(int(install * 1000)), str(inventory), str(files)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.relays = self._read()
        self.inventory = inventory.read_text().replace("type: simulated", "type: redfish, insecure: true")
        if "clean:" not in self.inventory: self.inventory = self.inventory.replace("profile: small", "profile: small\n    clean: true")

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("boot_storm.py: the machines ended")
        return json.loads(line)

    def ask(self, word: str):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return self._read()

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(60)
        run("ip", "netns", "del", self.space)


class Use:
    """What the service's process uses."""

    def __init__(self, pid: int):
        self.folder = pathlib.Path(f"/proc/{pid}")
        self.most_files, self.stopping = 0, threading.Event()
        self.sampler = threading.Thread(target=self._sample, daemon=True)
        self.sampler.start()

    def _sample(self) -> None:
        while not self.stopping.wait(0.2):
            self.most_files = max(self.most_files, len(list((self.folder / "fd").iterdir())))

    def cpu(self) -> float:
        words = (self.folder / "stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self, key: str) -> float:
        return int(re.search(rf"{key}:\s+(\d+) kB", (self.folder / "status").read_text()).group(1)) / 1024


def configuration(relays: list[dict], files: pathlib.Path) -> str:
    lines = "".join(f"    - {{switch: {one['switch']}, addresses: [{one['address']}], prefix: {net}.0/24, first_address: {net}.10, "
                    f"last_address: {net}.250, router: {one['address']}}}\n"
                    for one in relays for net in [one["address"].rpartition(".")[0]])
    return (f"boot:\n  interface: boot0\n  address: {SERVICE}\n  prefix: 172.16.0.0/24\n  first_address: 172.16.0.100\n"
            f"  last_address: 172.16.0.199\n  files: {files}\n  relays:\n{lines}")


def order(service, number: int) -> None:
    body = {"project": "demo", "name": f"d-srv{number}", "server": {"server": f"srv{number}"}, "image": "debian-12", "catalog": "l3-dual",
            "subnets": {"vrf-prv": ["prv-v4", "prv-v6"], "vrf-pub": ["pub-v4", "pub-v6"]}}
    service.call("POST", "/deployments", body, f"order-{number}")


def until(seconds: float, what: str, good) -> float:
    began = time.monotonic()
    while not good():
        if time.monotonic() - began > seconds:
            print(f"given up after {seconds} s: {what}")
            return -1
        time.sleep(0.1)
    return time.monotonic() - began


def states(service) -> dict[str, int]:
    return {state: int(count) for state, count in service.rows("SELECT state, COUNT(*) FROM deployments GROUP BY state")}


def machine_table(report: dict) -> None:
    print("\n| all have it | machines | first s | median s | p99 s | last s |\n|---|---|---|---|---|---|")
    for mark, title in MARKS.items():
        at = sorted(one["at"][mark] for one in report["machines"] if mark in one["at"])
        if at:
            print(f"| {title} | {len(at)} | {at[0]:.2f} | {statistics.median(at):.2f} | {at[int(len(at) * 0.99) - 1]:.2f} | {at[-1]:.2f} |")


def storm(wanted: argparse.Namespace, folder: pathlib.Path) -> bool:
    from service import Service  # needs SWITCHYARD_BIN

    files = folder / "data" / "boot"
    files.mkdir(parents=True)
    (folder / "data").chmod(0o700)
    make_files(files, REAL if wanted.real_sizes else STAND_IN)
    machines = Machines(wanted.bin / "boot_storm", wanted.servers, folder, files, wanted.install_seconds)
    service = Service(folder, wanted.database, configuration(machines.relays, files))
    try:
        service.start()
        return measure(wanted, machines, service)
    finally:
        service.stop()
        machines.stop()


def measure(wanted: argparse.Namespace, machines: Machines, service) -> bool:
    use = Use(service.process.pid)
    print(f"{wanted.servers} servers on {len(machines.relays)} switches, {wanted.database}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, "
          f"files of {'real' if wanted.real_sizes else 'stand-in'} sizes, {time.strftime('%F %H:%M', time.gmtime())} UTC", flush=True)
    service.call("POST", "/inventory", machines.inventory, "import", "application/yaml")
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: order(service, number), range(1, wanted.servers + 1)))
    ordered = time.monotonic() - began
    ready = until(wanted.patience, "all have power and see the provisioning network", lambda: machines.ask("status")["waiting"] == wanted.servers)
    print(f"ordered in {ordered:.1f} s; all switched on and waiting {ready:.1f} s later", flush=True)
    cpu = use.cpu()
    machines.ask("go")
    took = until(wanted.patience, "all boots ended", lambda: (now := machines.ask("status"))["done"] + now["failed"] >= wanted.servers)
    cpu_of_boots, report = use.cpu() - cpu, machines.ask("report")
    active = until(wanted.patience, "all deployments are active", lambda: states(service).get("active", 0) + states(service).get("failed", 0) == wanted.servers)
    use.stopping.set()
    machine_table(report)
    lost = [one for one in report["machines"] if not one["done"]]
    again = sum(one["cut"] for one in report["machines"])
    problems = sorted({one["problem"] or "not at its end" for one in lost})
    print(f"\nlost {len(lost)}; booted again {again}; wrong DHCP answers {report['dhcp_wrong']}; asked again: DHCP {report['dhcp_repeats']} of "
          f"{report['dhcp_sent']}, TFTP {report['tftp_repeats']}, installer {report['http_repeats']}; told to wait: {report['holds']} scripts, "
          f"{report['late_tasks']} tasks; DHCP answers nobody waited for {report['dhcp_unasked']}, packets not sent {report['dhcp_unsent']}")
    print(f"service: {cpu_of_boots:.1f} s of CPU for the {took:.1f} s of the boots ({1000 * cpu_of_boots / wanted.servers:.0f} ms a server), "
          f"{use.megabytes('VmRSS'):.0f} MB, at most {use.megabytes('VmHWM'):.0f} MB and {use.most_files} descriptors; machines and simulator: {report['cpu']:.1f} s of CPU")
    print(f"deployments: {states(service)}, all {active:.1f} s after the last result; load {os.getloadavg()[0]:.1f}")
    for problem in problems[:10]:
        print("  " + problem)
    good = not lost and report["dhcp_wrong"] == 0 and states(service) == {"active": wanted.servers}
    return good and (again == 0 or not wanted.check)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--servers", type=int, default=1000)
    parser.add_argument("--database", choices=["sqlite", "mysql"], default="sqlite")
    parser.add_argument("--real-sizes", action="store_true")
    parser.add_argument("--install-seconds", type=float, default=3)
    parser.add_argument("--patience", type=float, default=900, help="seconds for each of: all on, all installed, all active")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path)
    wanted = parser.parse_args()
    if os.geteuid() != 0:
        print("boot_storm.py: network namespaces need root; not run")
        return 0 if wanted.check else 1
    if "SWITCHYARD_STORM_APART" not in os.environ:
        os.environ["SWITCHYARD_STORM_APART"] = "1"
        os.execvp(str(HERE.parent / "crash/apart.sh"), ["apart.sh", sys.executable, *sys.argv])
    os.environ["SWITCHYARD_BIN"] = str(wanted.bin.resolve())
    with tempfile.TemporaryDirectory(prefix="boot-storm-") as folder:
        kept = wanted.keep or pathlib.Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        return 0 if storm(wanted, kept) else 1


if __name__ == "__main__":
    sys.exit(main())
