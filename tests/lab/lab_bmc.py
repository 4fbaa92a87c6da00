#!/usr/bin/python3
"""The lab server's BMC and installer over HTTP: real power (the node is killed and booted), a real look
at the provisioning network, and a stand-in for the installation itself.

What is not real: there is no PXE, no installer image and no disk layout. The node boots its one disk
with no network configured, must reach the provisioning network untagged over its data NICs, and
"install" puts the rendered files on that disk. Installing for real is a matter of the PXE work.
"""

import http.server
import json
import posixpath
import shlex
import sys
import threading
import time
import traceback

import fabric
import plan

NETWORK_DEADLINE = 60.0  # seconds until an installer without a network gives up
MAX_BODY = 4 << 20


class Refused(Exception):
    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


class Server:
    """One server. Every public method may be called from any thread."""

    def __init__(self, lab: fabric.Fabric, name: str):
        self.lab = lab
        self.name = name
        self.lock = threading.RLock()
        self.boot_target = "None"
        self.disk_is_dirty = False  # wiped: the disk is replaced at the next power off
        self.wiped_operation = self.installed_operation = ""
        self.turn = 0  # of the power switch; work of an earlier turn is void
        self._show("off")

    def _show(self, phase: str, detail: str = "", operation: str = "", progress: int = 0) -> None:
        self.phase, self.detail, self.operation, self.progress = phase, detail, operation, progress

    def view(self) -> dict:
        with self.lock:
            return {"Id": self.name, "PowerState": "On" if self.lab.is_running(self.name) else "Off",
                    "Boot": {"BootSourceOverrideTarget": self.boot_target},
                    "Oem": {"Switchyard": {"Phase": self.phase, "Detail": self.detail,
                                           "Operation": self.operation, "Progress": self.progress}}}

    def set_boot(self, body: dict) -> None:
        target = body.get("Boot", {}).get("BootSourceOverrideTarget")
        if target not in ("None", "Pxe", "Hdd"):
            raise Refused(400, f"BootSourceOverrideTarget {target!r} is not one of None, Pxe, Hdd")
        with self.lock:
            self.boot_target = target

    def reset(self, body: dict) -> None:
        kind = body.get("ResetType")
        with self.lock:
            if kind == "ForceOff":
                self.turn += 1
                self._power_off()
            elif kind == "On":
                if self.lab.is_running(self.name):
                    return
                self.turn += 1
                target, self.boot_target = self.boot_target, "None"  # the override is for once
                self._work(self._boot_installer if target == "Pxe" else self._boot_disk)
            else:
                raise Refused(400, f"ResetType {kind!r} is not one of On, ForceOff")

    def _power_off(self) -> None:
        self.lab.kill(self.name)
        self._show("off")
        if self.disk_is_dirty:
            (self.lab.folder / f"{self.name}.cow").unlink(missing_ok=True)
            self.disk_is_dirty = False

    def install(self, body: dict) -> None:
        operation, files = body.get("operation"), body.get("files")
        if not operation or not isinstance(files, list):
            raise Refused(400, "an installation needs operation and files")
        for entry in files:
            path = entry.get("path", "")
            if not path.startswith("/") or posixpath.normpath(path) != path or not isinstance(entry.get("content"), str):
                raise Refused(400, f"file {path!r} needs an absolute path and text content")
            int(entry.get("mode", "0644"), 8)
        self._begin(operation, self.installed_operation, "install",
                    "installing", lambda turn: self._put_files(turn, body))

    def wipe(self, body: dict) -> None:
        if not body.get("operation"):
            raise Refused(400, "a wipe needs operation")
        self._begin(body["operation"], self.wiped_operation, "wipe", "wiping",
                    lambda turn: self._erase(turn, body["operation"]))

    def _begin(self, operation: str, done: str, verb: str, phase: str, work) -> None:
        with self.lock:
            if operation == done or (operation == self.operation and self.phase == phase):
                return  # the same order again
            if self.phase != "provisioning":
                raise Refused(409, f"server {self.name} is {self.phase}, to {verb} it must be provisioning: "
                                   "set the boot target to Pxe and power it on")
            self._show(phase, "", operation)
            self._work(work)

    # -- what takes time -------------------------------------------------------------------------

    def _work(self, task) -> None:
        turn = self.turn
        threading.Thread(target=self._guarded, args=(task, turn), daemon=True).start()

    def _guarded(self, task, turn: int) -> None:
        try:
            task(turn)
        except Exception as error:  # a power switch in between looks like this too
            traceback.print_exc()
            self._report(turn, "failed", f"{type(error).__name__}: {error}"[:500])

    def _report(self, turn: int, phase: str, detail: str = "", progress: int = 0) -> bool:
        with self.lock:
            if turn != self.turn:
                return False
            self._show(phase, detail, self.operation, progress)
            return True

    def _start(self, turn: int, mode: str) -> bool:
        with self.lock:
            if turn != self.turn:
                return False
            self.lab.start(self.name, mode=mode, wait=False)
        self.lab.wait_ready(self.name)
        return True

    def _boot_installer(self, turn: int) -> None:
        self._report(turn, "off", "booting from the network")
        if not self._start(turn, "installer"):
            return
        end = time.monotonic() + NETWORK_DEADLINE
        while time.monotonic() < end and turn == self.turn:
            reached = [nic for nic in plan.SERVER_LINKS if self._reaches_provisioning(nic)]
            if reached:
                self._report(turn, "provisioning", "the provisioning network answers on " + " ".join(reached))
                return
            self._report(turn, "off", "no answer from the provisioning network on any NIC")
        self._report(turn, "failed", "no answer from the provisioning network on any NIC")

    def _reaches_provisioning(self, nic: str) -> bool:
        address = f"{plan.PROVISIONING_SERVER[self.name, nic]}/{plan.PROVISIONING_BITS}"
        return self.lab.run(self.name, f"ip addr add {address} dev {nic}; ping -q -c 1 -W 1 -I {nic} {plan.PROVISIONING_HOST}; "
                                       f"code=$?; ip addr del {address} dev {nic}; exit $code", check=False).returncode == 0

    def _boot_disk(self, turn: int) -> None:
        self._report(turn, "off", "booting from disk")
        if not self._start(turn, "disk"):
            return
        system = self.lab.run(self.name, "cat /etc/lab-installed", check=False)
        if system.returncode == 0:
            self._report(turn, "running", system.stdout.splitlines()[0])
        else:
            self._report(turn, "failed", "no operating system on the disk")

    def _put_files(self, turn: int, order: dict) -> None:
        for number, entry in enumerate(order["files"]):
            self.lab.write(self.name, entry["path"], entry["content"], entry.get("mode", "0644"))
            self._report(turn, "installing", entry["path"], 10 + 80 * (number + 1) // len(order["files"]))
        paths = " ".join(shlex.quote(entry["path"]) for entry in order["files"])
        label = shlex.quote(f"{order.get('image', '')} {order.get('hostname', '')}".strip() or "unnamed")
        self.lab.run(self.name, f"chown -R frr:frr /etc/frr; printf '%s\\n' {label} {paths} >/etc/lab-installed; sync")
        with self.lock:
            if self._report(turn, "installed", "", 100):
                self.installed_operation, self.wiped_operation = order["operation"], ""

    def _erase(self, turn: int, operation: str) -> None:
        self.lab.run(self.name, "[ ! -e /etc/lab-installed ] || { tail -n +2 /etc/lab-installed >/run/erase; "
                                "xargs -r rm -f </run/erase; rm -f /etc/lab-installed; sync; "
                                "while read -r f; do [ ! -e \"$f\" ] || exit 1; done </run/erase; }")
        with self.lock:
            if self._report(turn, "wiped", "every file of the installation is gone", 100):
                self.wiped_operation, self.installed_operation, self.disk_is_dirty = operation, "", True


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    servers: dict[str, Server] = {}
    timeout = 60

    def log_message(self, form, *values):
        if self.command != "GET":
            super().log_message(form, *values)

    def do_GET(self):
        self._answer(lambda server, rest, body: server.view() if rest == "" else None)

    def do_PATCH(self):
        self._answer(lambda server, rest, body: server.set_boot(body) or server.view() if rest == "" else None)

    def do_POST(self):
        verbs = {"/Actions/ComputerSystem.Reset": Server.reset, "/Oem/Switchyard/Install": Server.install,
                 "/Oem/Switchyard/Wipe": Server.wipe}

        def act(server, rest, body):
            if rest not in verbs:
                return None
            verbs[rest](server, body)
            return server.view()
        self._answer(act)

    def _answer(self, act) -> None:
        try:
            status, result = 200, self._dispatch(act)
        except Refused as refused:
            status, result = refused.status, {"error": {"code": "Base.1.0.GeneralError", "message": str(refused)}}
        except (ValueError, AttributeError, TypeError) as bad:
            status, result = 400, {"error": {"code": "Base.1.0.MalformedJSON", "message": str(bad)}}
        text = json.dumps(result).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _dispatch(self, act) -> dict:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            self.close_connection = True
            raise Refused(413, f"a body of {length} bytes is too big")
        body = json.loads(self.rfile.read(length) or b"{}")
        head, _, tail = self.path.partition("/redfish/v1/Systems/")
        name, slash, rest = tail.partition("/")
        server = self.servers.get(name)
        result = act(server, slash + rest, body) if not head and server else None
        if result is None:
            raise Refused(404, f"{self.path} does not exist")
        return result


def serve(name: str) -> None:
    lab = fabric.Fabric.attach(name)
    Handler.servers = {node.name: Server(lab, node.name) for node in plan.NODES.values() if node.kind == "server"}
    listener = http.server.ThreadingHTTPServer((plan.MANAGEMENT_HOST, plan.BMC_PORT), Handler)
    listener.daemon_threads = True
    print(f"listening on {plan.MANAGEMENT_HOST}:{plan.BMC_PORT}", flush=True)
    listener.serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1])
