"""Runs on a node: echo requests on several flows every 10 ms; at the end, when each flow heard nothing.

usage: probe.py icmp|udp TARGET DEVICE SECONDS FLOWS    (DEVICE: a VRF or "-")
       probe.py echo                                    (the other end of udp)
"""

import json
import select
import socket
import struct
import sys
import time

PORT = 7007
STEP = 0.010


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


class Icmp:
    def __init__(self, target, device, flow):
        self.six = ":" in target
        self.flow = 0x5000 + flow
        family = socket.AF_INET6 if self.six else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_ICMPV6 if self.six else socket.IPPROTO_ICMP)
        if device != "-":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        self.socket.setblocking(False)
        self.target = (target, 0)

    def send(self, number):
        kind = 128 if self.six else 8
        body = struct.pack("!HHI", self.flow, number & 0xFFFF, number)
        total = 0 if self.six else checksum(struct.pack("!BBH", kind, 0, 0) + body)
        self.socket.sendto(struct.pack("!BBH", kind, 0, total) + body, self.target)

    def receive(self):
        data = self.socket.recv(2048)
        data = data if self.six else data[(data[0] & 15) * 4:]
        if len(data) < 12 or data[0] != (129 if self.six else 0):
            return None
        flow, _, number = struct.unpack("!HHI", data[4:12])
        return number if flow == self.flow else None


class Udp:
    def __init__(self, target, device, flow):
        self.socket = socket.socket(socket.AF_INET6 if ":" in target else socket.AF_INET, socket.SOCK_DGRAM)
        if device != "-":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        self.socket.setblocking(False)
        self.socket.bind(("", 20000 + flow * 7))
        self.target = (target, PORT)

    def send(self, number):
        self.socket.sendto(struct.pack("!I", number), self.target)

    def receive(self):
        return struct.unpack("!I", self.socket.recv(64))[0]


def gaps(sent, heard):
    """Runs of unanswered probes as (first sent at, seconds until one was answered again, how many)."""
    found, begun, count = [], None, 0
    for number in sorted(sent):
        if number in heard:
            if begun is not None:
                found.append([begun, sent[number] - begun, count])
            begun, count = None, 0
        else:
            begun, count = begun if begun is not None else sent[number], count + 1
    if begun is not None:
        found.append([begun, max(sent.values()) - begun + STEP, count])
    return found


def probe(kind, target, device, seconds, flows):
    ends = [(Icmp if kind == "icmp" else Udp)(target, device, flow) for flow in range(flows)]
    sent, heard = [{} for _ in ends], [set() for _ in ends]
    by_file = {end.socket.fileno(): index for index, end in enumerate(ends)}
    poll = select.poll()
    for file in by_file:
        poll.register(file, select.POLLIN)
    begun, number = time.monotonic(), 0
    while (now := time.monotonic() - begun) < seconds + 1.0:  # one second for the last answers
        if now < seconds and now >= number * STEP:
            for index, end in enumerate(ends):
                sent[index][number] = time.time()
                try:
                    end.send(number)
                except OSError:
                    pass  # no route, or told unreachable: it counts as lost
            number = max(number + 1, int(now / STEP))  # a stall of ours is no loss of the network
        for file, _ in poll.poll(1):
            try:
                got = ends[by_file[file]].receive()
            except OSError:
                continue
            if got is not None:
                heard[by_file[file]].add(got)
    print(json.dumps([{"sent": len(one), "lost": len(one) - len(two & one.keys()), "gaps": gaps(one, two)}
                      for one, two in zip(sent, heard)]))


def echo():
    listener = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    listener.bind(("::", PORT))
    while True:
        data, control, _, peer = listener.recvmsg(64, 256)
        try:
            listener.sendmsg([data], control, 0, peer)  # from the address it came to
        except OSError:
            pass


if sys.argv[1] == "echo":
    echo()
else:
    probe(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]), int(sys.argv[5]))
