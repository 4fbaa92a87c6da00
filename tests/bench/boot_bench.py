#!/usr/bin/env python3
"""TFTP beside tftpd-hpa and atftpd, HTTP beside nginx: the same files, the same client, turn by turn.

boot_bench.py BIN [--rounds N] [--only tftp|http] [--atftpd PROGRAM]

BIN has boot_files and tftp_load (a release build). Prints tables with the median of the rounds; exits 1
when a bar of issue 3 is missed. atftpd conflicts with tftpd-hpa in Debian, so it is taken from --atftpd
(apt-get download atftpd; dpkg -x …) and left out when there is none.
"""
import argparse
import os
import pathlib
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "pxe"))
from boot_files import BootFiles  # noqa: E402

KERNEL = 14_150_000  # bytes, as in facts/pxe.md
IMAGE = 400_000_000


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Beside:
    """The servers to compare with, on ports of their own, over the same folder."""

    def __init__(self, top, root, atftpd):
        self.processes, self.tftp = [], {}
        port = free_port(socket.SOCK_DGRAM)
        self.start("in.tftpd", "-L", "-a", f"127.0.0.1:{port}", "-s", root)
        self.tftp["tftpd-hpa"] = port
        if atftpd:
            port = free_port(socket.SOCK_DGRAM)
            self.start(atftpd, "--daemon", "--no-fork", "--logfile", "/dev/null", "--bind-address", "127.0.0.1", "--port",
                       port, "--user", "root", "--group", "root", "--maxthread", "200", root)
            self.tftp["atftpd"] = port
        self.nginx = free_port(socket.SOCK_STREAM)
        (top / "nginx.conf").write_text(
            f"worker_processes 2; pid {top}/nginx.pid; error_log {top}/nginx.err; daemon off; user root;\n"
            "events { worker_connections 2048; }\n"
            f"http {{ access_log off; sendfile on; tcp_nopush on; server {{ listen 127.0.0.1:{self.nginx};"
            f" location /files/ {{ alias {root}/; }} }} }}\n")
        self.start("nginx", "-c", top / "nginx.conf")
        time.sleep(1)

    def start(self, program, *arguments):
        found = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin")
        self.processes.append(subprocess.Popen([found, *map(str, arguments)], stdout=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL))

    def stop(self):
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(timeout=20)


def tftp_rate(load, port, block, window, clients):
    done = subprocess.run([load, str(port), "kernel", str(block), str(window), str(clients)], capture_output=True,
                          text=True, timeout=300)
    if done.returncode != 0:
        return 0.0
    size, seconds = done.stdout.split()
    return int(size) / float(seconds) / 1e6


def http_rate(port, clients):
    """wrk would be the client for small answers; for whole images each client is a curl."""
    url = f"http://127.0.0.1:{port}/files/image"
    began = time.monotonic()
    runs = [subprocess.Popen(["curl", "-sSf", "--max-time", "300", "-o", "/dev/null", url]) for _ in range(clients)]
    good = sum(one.wait() == 0 for one in runs)
    return good * IMAGE / (time.monotonic() - began) / 1e6 if good == clients else 0.0


def compare(rounds, servers, measure):
    """The median of each server; rounds go round the servers, so that all meet the same noise."""
    rates = {name: [] for name in servers}
    for _ in range(rounds):
        for name, port in servers.items():
            rates[name].append(measure(port))
    return {name: statistics.median(found) for name, found in rates.items()}


def tftp_table(load, ours, beside, rounds):
    good = True
    print("| blksize | window | clients | ours MB/s | tftpd-hpa MB/s | atftpd MB/s | ours / tftpd-hpa | bar |")
    print("|---|---|---|---|---|---|---|---|")
    for block, window, clients, bar in [(512, 0, 1, 1), (1428, 0, 1, 1), (512, 0, 8, 1), (1428, 0, 8, 1),
                                        (1428, 4, 1, 2), (1428, 16, 1, 2), (1428, 64, 1, 2), (1428, 16, 8, 2)]:
        servers = {"ours": ours, **beside}
        rates = compare(rounds, servers, lambda port: tftp_rate(load, port, block, window, clients))
        ratio = rates["ours"] / rates["tftpd-hpa"] if rates["tftpd-hpa"] else float("inf")
        good &= ratio >= bar
        print(f"| {block} | {window or 'no'} | {clients} | {rates['ours']:.1f} | {rates['tftpd-hpa']:.1f} | "
              f"{rates.get('atftpd', 0):.1f} | {ratio:.2f} | {bar} {'met' if ratio >= bar else 'MISSED'} |", flush=True)
    return good


def http_table(ours, nginx, rounds):
    good = True
    print("| clients | ours MB/s | nginx MB/s | ours / nginx | bar |")
    print("|---|---|---|---|---|")
    for clients in (1, 32):
        rates = compare(rounds, {"ours": ours, "nginx": nginx}, lambda port: http_rate(port, clients))
        ratio = rates["ours"] / rates["nginx"]
        good &= ratio >= 0.8
        print(f"| {clients} | {rates['ours']:.0f} | {rates['nginx']:.0f} | {ratio:.2f} | "
              f"0.8 {'met' if ratio >= 0.8 else 'MISSED'} |", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", choices=["tftp", "http"])
    parser.add_argument("--atftpd")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        top = pathlib.Path(folder)
        top.chmod(0o755)
        root = top / "root"
        root.mkdir()
        (root / "kernel").write_bytes(random.Random(1).randbytes(KERNEL))
        (root / "image").write_bytes(random.Random(2).randbytes(1_000_000) * (IMAGE // 1_000_000))
        for file in root.iterdir():
            file.chmod(0o644)
        ours, beside = BootFiles(wanted.bin / "boot_files", root, top / "identity"), Beside(top, root, wanted.atftpd)
        print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} CPUs, median of {wanted.rounds} rounds\n")
        good = True
        try:
            if wanted.only != "http":
                good &= tftp_table(wanted.bin / "tftp_load", ours.ports["tftp"], beside.tftp, wanted.rounds)
                print()
            if wanted.only != "tftp":
                good &= http_table(ours.ports["http"], beside.nginx, wanted.rounds)
        finally:
            ours.stop()
            beside.stop()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
