"""The service behind a relay: a machine nobody knows boots through it, is shown, and is told to the event log.

The whole process in a network namespace of its own; the relay and the machine's DHCP are played here. Needs root.
"""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "fakes"))
import relayed_dhcp

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace needs root")

SERVICE, RELAY, POOL = "172.16.100.1", "172.16.101.2", "172.16.101.100"
MAC = bytes.fromhex("020000000099")
CONFIG = """site: pod-1
data_directory: {folder}
listen: {{port: 8443}}
boot:
  unknown: discover
  relays:
    - {{switch: tor1, addresses: [172.16.101.2], prefix: 172.16.101.0/24, first_address: 172.16.101.100, last_address: 172.16.101.199}}
"""


def await_that(true, what, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def script(address):
    with socket.create_connection((SERVICE, 8080), timeout=30, source_address=(address, 0)) as connection:
        connection.sendall(b"GET /boot/ipxe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return b"".join(iter(lambda: connection.recv(4096), b"")).decode()


def inside(folder):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in (SERVICE, RELAY, POOL):
        subprocess.run(["ip", "addr", "add", address + "/32", "dev", "lo"], check=True)
    os.mkdir(folder + "/boot")
    with open(folder + "/c.yaml", "w") as file:
        file.write(CONFIG.format(folder=folder))
    binary = os.environ["SWITCHYARD_BIN"] + "/switchyard"
    log = open(folder + "/log", "w+")
    service = subprocess.Popen([binary, "serve", "--config", folder + "/c.yaml"], stderr=log)
    try:
        await_that(lambda: '"serving"' in open(folder + "/log").read(), "it does not serve")
        token = open(folder + "/admin.token").read().strip()

        def ask(path):
            request = urllib.request.Request("http://127.0.0.1:8443/api/v1/" + path,
                                             headers={"Authorization": "Bearer " + token})
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)["items"]

        address = relayed_dhcp.lend(SERVICE, RELAY, MAC, "swp9")
        assert address == POOL
        assert "switchyard.token=" in script(address)
        [machine] = ask("discoveries")
        assert (machine["id"], machine["state"]) == ("new-020000000099", "enrolling")
        assert (machine["switch"], machine["port"]) == ("tor1", "swp9")
        await_that(lambda: any(event["type"] == "boot.unknown_client" and
                               event["subject"] == "switches/tor1/ports/swp9"
                               for event in ask("events")), "no event tells of the machine")
        assert len(ask("signing-keys")) == 1
    finally:
        service.send_signal(signal.SIGTERM)
        assert service.wait(30) == 0


def test_a_machine_nobody_knows_boots_through_a_relay_and_is_shown(tmp_path):
    space = f"sy-relay-{os.getpid()}"
    subprocess.run(["ip", "netns", "add", space], check=True)
    try:
        subprocess.run(["ip", "netns", "exec", space, sys.executable, __file__, str(tmp_path)], check=True, timeout=150)
    finally:
        subprocess.run(["ip", "netns", "delete", space], check=True)


if __name__ == "__main__":
    inside(sys.argv[1])
