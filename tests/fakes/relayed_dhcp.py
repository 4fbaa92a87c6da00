"""The DHCP of a booting server as a switch's relay sends it on (RFC 2131, 3046): option 82 names the port."""
import socket
import struct

DISCOVER, REQUEST = 1, 3


def message(kind, relay, mac, port, options=b"", ident=7):
    """A UEFI firmware's, relayed from `port`; `relay` is the switch's address (giaddr), `mac` six bytes."""
    head = struct.pack("!BBBBIHH4s4s4s4s", 1, 1, 6, 1, ident, 0, 0, b"", b"", b"", socket.inet_aton(relay))
    circuit = bytes([1, len(port)]) + port.encode()
    options = bytes([53, 1, kind]) + b"\x3c\x09PXEClient" + bytes([93, 2, 0, 7]) + options + bytes([82, len(circuit)]) + circuit
    return head + mac + bytes(10 + 192) + b"\x63\x82\x53\x63" + options + b"\xff"


def lend(service, relay, mac, port, patience=30.0):
    """The four-way exchange once; the address. TimeoutError or ConnectionError when nobody answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as switch:
        switch.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        switch.bind((relay, 67))
        switch.connect((service, 67))
        switch.settimeout(patience)
        switch.send(message(DISCOVER, relay, mac, port))
        offered = switch.recv(2000)[16:20]
        switch.send(message(REQUEST, relay, mac, port, b"\x32\x04" + offered + b"\x36\x04" + socket.inet_aton(service)))
        if switch.recv(2000)[16:20] != offered:
            raise ConnectionError(f"{service} refuses {socket.inet_ntoa(offered)}, which it offered")
        return socket.inet_ntoa(offered)
