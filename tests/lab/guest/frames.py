"""Runs on a node: sends one kind of raw frame, or listens for frames that carry a mark.

usage: frames.py send NIC 'JSON'     (see build(); or a list of those)
       frames.py listen LOG MARK     (every frame on every device, until killed)
"""

import ipaddress
import json
import socket
import struct
import sys
import time

ALL = 0x0003


def mac_of(nic):
    with open(f"/sys/class/net/{nic}/address") as file:
        return bytes.fromhex(file.read().strip().replace(":", ""))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total >> 16) + (total & 0xFFFF)
    return ~total & 0xFFFF


def ip4(source, target, protocol, payload, hops):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, hops, protocol, 0,
                       ipaddress.ip_address(source).packed, ipaddress.ip_address(target).packed)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ip6(source, target, protocol, payload, hops):
    return struct.pack("!IHBB16s16s", 6 << 28, len(payload), protocol, hops,
                       ipaddress.ip_address(source).packed, ipaddress.ip_address(target).packed) + payload


def with_sum6(source, target, protocol, payload, at):
    pseudo = ipaddress.ip_address(source).packed + ipaddress.ip_address(target).packed + struct.pack("!II", len(payload), protocol)
    return payload[:at] + struct.pack("!H", checksum(pseudo + payload)) + payload[at + 2:]


def echo(source, target, mark, hops):
    body = struct.pack("!HH", 0x4C41, 1) + mark
    if ":" in target:
        return 0x86DD, ip6(source, target, 58, with_sum6(source, target, 58, struct.pack("!BBH", 128, 0, 0) + body, 2), hops)
    message = struct.pack("!BBH", 8, 0, checksum(struct.pack("!BBH", 8, 0, 0) + body)) + body
    return 0x0800, ip4(source, target, 1, message, hops)


def advertisement(source, prefix, mark, hops):
    """A router advertisement: we are your default router, and here is a prefix."""
    options = struct.pack("!BBBBIII16s", 3, 4, 64, 0xC0, 1800, 1800, 0, ipaddress.ip_address(prefix).packed)
    options += struct.pack("!BB", 253, (len(mark) + 9) // 8) + mark.ljust((len(mark) + 9) // 8 * 8 - 2, b"\0")
    body = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0x08, 1800, 0, 0) + options
    return 0x86DD, ip6(source, "ff02::1", 58, with_sum6(source, "ff02::1", 58, body, 2), hops)


def arp(mac, source, target, mark):
    body = struct.pack("!HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, mac, ipaddress.ip_address(source).packed,
                       bytes(6), ipaddress.ip_address(target).packed)
    return 0x0806, body + mark


def udp(source, target, ports, payload, hops):
    head = struct.pack("!HHHH", *ports, 8 + len(payload), 0)
    if ":" in target:
        return 0x86DD, ip6(source, target, 17, with_sum6(source, target, 17, head + payload, 6), hops)
    return 0x0800, ip4(source, target, 17, head + payload, hops)


def dhcp(mac, source, target, mark, hops, is_offer):
    """DISCOVER, or the OFFER of 172.16.100.66 (RFC 2131)."""
    offered = ipaddress.ip_address("172.16.100.66" if is_offer else "0.0.0.0").packed
    server = ipaddress.ip_address(source).packed
    body = struct.pack("!BBBBIHH4s4s4s4s16s64s128s", 2 if is_offer else 1, 1, 6, 0, 0x4C414232, 0, 0x8000, bytes(4), offered,
                       server, bytes(4), mac, bytes(64), bytes(128))
    body += b"\x63\x82\x53\x63\x35\x01" + (b"\x02" if is_offer else b"\x01") + b"\xff" + mark
    return udp(source, target, (67, 68) if is_offer else (68, 67), body, hops)


def dhcp6(source, target, mark, hops, is_advertise):
    """SOLICIT or ADVERTISE, with nothing but an unknown option (RFC 8415)."""
    body = struct.pack("!BBH", 2 if is_advertise else 1, 0, 1) + struct.pack("!HH", 65001, len(mark)) + mark
    return udp(source, target, (547, 546) if is_advertise else (546, 547), body, hops)


def neighbour(kind, source, target, asked, mark):
    """Solicitation (135) or advertisement (136) about the address `asked` (RFC 4861)."""
    options = struct.pack("!BB", 253, (len(mark) + 9) // 8) + mark.ljust((len(mark) + 9) // 8 * 8 - 2, b"\0")
    body = struct.pack("!BBHI16s", kind, 0, 0, 0x20000000 if kind == 136 else 0, ipaddress.ip_address(asked).packed) + options
    return 0x86DD, ip6(source, target, 58, with_sum6(source, target, 58, body, 2), 255)


def build(nic, want):
    """want: kind, tags [outer, inner], to (MAC), source, target, mark, hops, mac (source MAC, default the NIC's),
    ports [from, to] of udp, asked of ns and na."""
    mark = want["mark"].encode()
    mac = bytes.fromhex(want["mac"].replace(":", "")) if want.get("mac") else mac_of(nic)
    hops = want.get("hops", 64)
    if want["kind"] == "echo":
        ethertype, packet = echo(want["source"], want["target"], mark, hops)
    elif want["kind"] == "ra":
        ethertype, packet = advertisement(want["source"], want["target"], mark, want.get("hops", 255))
    elif want["kind"] == "arp":
        ethertype, packet = arp(mac, want["source"], want["target"], mark)
    elif want["kind"] in ("dhcp-offer", "dhcp-discover"):
        is_offer = want["kind"] == "dhcp-offer"
        source = want.get("source", "0.0.0.0")
        ethertype, packet = dhcp(mac, source, want.get("target", "255.255.255.255"), mark, hops, is_offer)
    elif want["kind"] in ("dhcp6-advertise", "dhcp6-solicit"):
        ethertype, packet = dhcp6(want["source"], want.get("target", "ff02::1:2"), mark, hops, want["kind"] == "dhcp6-advertise")
    elif want["kind"] in ("ns", "na"):
        ethertype, packet = neighbour(135 if want["kind"] == "ns" else 136, want["source"], want["target"], want["asked"], mark)
    elif want["kind"] == "udp":
        ethertype, packet = udp(want["source"], want["target"], want["ports"], mark, hops)
    else:
        ethertype, packet = 0x88B5, mark.ljust(46, b"\0")  # a plain frame of the local experimental type
    tags = b"".join(struct.pack("!HH", 0x8100, tag) for tag in want.get("tags", []))
    return bytes.fromhex(want.get("to", "ff:ff:ff:ff:ff:ff").replace(":", "")) + mac + tags + struct.pack("!H", ethertype) + packet


def send(nic, want):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.bind((nic, 0))
    frame = build(nic, want)
    for _ in range(want.get("count", 3)):
        wire.send(frame.ljust(60, b"\0"))
        time.sleep(0.01)


def listen(path, mark):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL))
    wire.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)
    log = open(path, "w")
    print(json.dumps({"started": True}), file=log, flush=True)
    while True:
        frame, (device, _, kind, _, _) = wire.recvfrom(9216)
        at = frame.find(mark.encode())
        if at >= 0:
            label = frame[at:at + 80].split(b"\0")[0].decode(errors="replace")
            print(json.dumps({"at": time.time(), "device": device, "outgoing": kind == 4, "mark": label,
                              "head": frame[:18].hex()}), file=log, flush=True)


if sys.argv[1] == "send":
    orders = json.loads(sys.argv[3])
    for order in orders if isinstance(orders, list) else [orders]:
        send(sys.argv[2], order)
else:
    listen(sys.argv[2], sys.argv[3])
