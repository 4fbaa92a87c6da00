"""Starts and stops the boot_files program; a line that loses packets."""

import json
import random
import selectors
import socket
import subprocess
import threading


class BootFiles:
    """The servers of one folder. `ports` has tftp, http, https, pin and rsa_pin."""

    def __init__(self, program, folder, identity, threads=2):
        self.process = subprocess.Popen(
            [program, str(folder), str(identity), str(threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = self.process.stdout.readline()
        assert line, "boot_files did not start"
        self.ports = json.loads(line)

    def stop(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=20) == 0


class LossyLine:
    """A UDP relay to a TFTP server on loopback that loses and repeats packets, both ways.

    What is lost is the same in every run of the same seed, as far as the order of packets is.
    """

    def __init__(self, server_port, loss, repeat=0.0, seed=1):
        self.server = ("127.0.0.1", server_port)
        self.loss, self.repeat = loss, repeat
        self.random = random.Random(seed)
        self.front = self._socket()
        self.port = self.front.getsockname()[1]
        self.lost = 0
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.front, selectors.EVENT_READ, None)
        self.sessions = {}  # client -> (socket to the client, socket to the server, [server's address])
        self.wake, self.waker = socket.socketpair()
        self.selector.register(self.wake, selectors.EVENT_READ, "stop")
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    @staticmethod
    def _socket():
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.bind(("127.0.0.1", 0))
        return one

    def _session(self, client):
        if client not in self.sessions:
            near, far, peer = self._socket(), self._socket(), [self.server]
            self.sessions[client] = near, far, peer
            self.selector.register(near, selectors.EVENT_READ, ("near", client))
            self.selector.register(far, selectors.EVENT_READ, ("far", client))
        return self.sessions[client]

    def _copies(self):
        chance = self.random.random()
        if chance < self.loss:
            self.lost += 1
            return 0
        return 2 if chance < self.loss + self.repeat else 1

    def _take(self, source, tag):
        packet, sender = source.recvfrom(70000)
        if tag is None:
            _, far, _ = self._session(sender)
            out, to = far, self.server
        else:
            side, client = tag
            near, far, peer = self.sessions[client]
            if side == "far":
                peer[0] = sender
                out, to = near, client
            else:
                out, to = far, peer[0]
        for _ in range(self._copies()):
            out.sendto(packet, to)

    def _run(self):
        while True:
            for key, _ in self.selector.select():
                if key.data == "stop":
                    return
                try:
                    self._take(key.fileobj, key.data)
                except ConnectionError:
                    pass

    def stop(self):
        self.waker.send(b"x")
        self.thread.join()
        for near, far, _ in self.sessions.values():
            near.close()
            far.close()
        for one in (self.front, self.wake, self.waker):
            one.close()
