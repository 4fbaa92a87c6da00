"""relay.py DEVICE HOST PORT: standard input and output to a TCP connection out of a VRF, as ssh's ProxyCommand.

ssh's own BindInterface only binds the address, which a VRF does not let it use."""
import os
import socket
import sys
import threading

device, host, port = sys.argv[1:]
peer = socket.socket()
peer.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
peer.settimeout(5)
peer.connect((host, int(port)))
peer.settimeout(None)


def send():
    while data := os.read(0, 65536):
        peer.sendall(data)
    peer.shutdown(socket.SHUT_WR)


threading.Thread(target=send, daemon=True).start()
while data := peer.recv(65536):
    os.write(1, data)
