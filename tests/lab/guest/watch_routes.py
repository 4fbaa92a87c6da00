"""Runs on a switch: logs every route the kernel is ever told about, one JSON line each, until killed.

The socket is subscribed before the first dump, so nothing falls between them; a line {"lost": true}
says that the kernel dropped notices, which makes "never installed" unprovable.
"""

import errno
import ipaddress
import json
import socket
import struct
import sys
import time

NEW, DELETE, GET = 24, 25, 26
GROUPS = 0x40 | 0x400  # RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE
SO_RCVBUFFORCE = 33
DST, TABLE = 1, 15


def attributes(data):
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        if length < 4:
            return
        yield kind & 0x3FFF, data[4:length]
        data = data[(length + 3) & ~3:]


def route(body):
    family, bits, _, _, table, protocol, _, kind, _ = struct.unpack_from("BBBBBBBBI", body)
    width = 4 if family == socket.AF_INET else 16
    found = dict(attributes(body[12:]))
    address = ipaddress.ip_address(found.get(DST, bytes(width)).ljust(width, b"\0"))
    if TABLE in found:
        table = struct.unpack("I", found[TABLE])[0]
    return {"table": table, "prefix": f"{address}/{bits}", "protocol": protocol, "type": kind}


def main():
    log = open(sys.argv[1], "w")
    notices = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    notices.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
    notices.bind((0, GROUPS))
    # strict, so that all tables come in one dump
    notices.send(struct.pack("IHHIIBBBBBBBBI", 28, GET, 0x301, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    print(json.dumps({"at": time.time(), "started": True}), file=log, flush=True)
    while True:
        try:
            data = notices.recv(1 << 20)
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            print(json.dumps({"at": time.time(), "lost": True}), file=log, flush=True)
            continue
        now = time.time()
        while len(data) >= 16:
            length, kind = struct.unpack_from("IH", data)
            if kind in (NEW, DELETE):
                line = {"at": now, "new": kind == NEW} | route(data[16:length])
                log.write(json.dumps(line) + "\n")
            data = data[(length + 3) & ~3:]
        log.flush()


main()
