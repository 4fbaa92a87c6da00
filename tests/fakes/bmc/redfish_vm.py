#!/usr/bin/python3
"""A stateful Redfish service (DSP0266) whose systems are QEMU virtual machines.

    redfish_vm.py PLAN.json        prints "listening on ADDRESS:PORT" when it is ready

PLAN: {"listen": "127.0.0.1", "port": 0, "folder": "/run/x", "user": "admin", "password": "…",
       "tls": {"certificate": "cert.pem", "key": "key.pem"} or null, "servers": [plan of qemu_vm.Vm, …]}

GET and PUT /control/NAME (no login; tests only) show and switch faults: hangs, breaks_off (in the middle of an answer),
lies_about_power (always says off), ignores_power_on, ignores_power_off, loses_boot_device (accepts and does not show it),
forgets_boot_device (shows it and boots the disk), refuses_login. The same for what a person may do to the machine:
clock, disk_rate, netboots (qemu_vm.Vm).
"""

import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import secrets
import ssl
import sys
import threading

import qemu_vm

FAULTS = ("hangs", "breaks_off", "lies_about_power", "ignores_power_on", "ignores_power_off", "loses_boot_device",
          "forgets_boot_device", "refuses_login")
MACHINE = {"clock": str, "disk_rate": int, "netboots": bool}
RESET_TYPES = ["On", "ForceOff", "GracefulShutdown", "ForceRestart"]
TARGETS = ["None", "Pxe", "Hdd"]
MODES = {"Legacy": "bios", "UEFI": "uefi"}
ENABLED = ["Disabled", "Once"]
MAX_BODY = 1 << 20
ROOT = "/redfish/v1"


class Refused(Exception):
    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


class System:
    """One system. Every method may be called from any thread."""

    def __init__(self, vm: qemu_vm.Vm):
        self.vm = vm
        self.lock = threading.RLock()
        self.target, self.enabled = "None", "Disabled"
        self.faults = dict.fromkeys(FAULTS, False)
        self.healthy = threading.Event()  # it does not hang
        self.healthy.set()

    @property
    def path(self) -> str:
        return f"{ROOT}/Systems/{self.vm.plan['name']}"

    def control(self, wanted: dict) -> dict:
        unknown = set(wanted) - set(FAULTS) - set(MACHINE)
        if unknown:
            raise Refused(400, f"neither a fault nor of the machine: {', '.join(sorted(unknown))}")
        with self.lock:
            for name, value in wanted.items():
                if name in MACHINE:
                    setattr(self.vm, name, MACHINE[name](value))
                else:
                    self.faults[name] = bool(value)
            self.healthy.clear() if self.faults["hangs"] else self.healthy.set()
            return self.control_view()

    def control_view(self) -> dict:
        return {"faults": self.faults, "on": self.vm.is_on(), "pid": self.vm.pid, "boots": self.vm.boots,
                "serial_log": str(self.vm.serial_log)}

    def view(self) -> dict:
        plan = self.vm.plan
        with self.lock:
            on = self.vm.is_on() and not self.faults["lies_about_power"]
            mode = next(word for word, firmware in MODES.items() if firmware == self.vm.firmware)
            return {
                "@odata.id": self.path, "@odata.type": "#ComputerSystem.v1_20_0.ComputerSystem",
                "Id": plan["name"], "Name": plan["name"], "SystemType": "Physical", "PowerState": "On" if on else "Off",
                "Manufacturer": "QEMU", "Model": "q35", "SerialNumber": plan.get("serial", ""), "UUID": plan.get("uuid", ""),
                "BiosVersion": "OVMF" if self.vm.firmware == "uefi" else "SeaBIOS",
                "MemorySummary": {"TotalSystemMemoryGiB": plan.get("memory_mb", 1024) / 1024},
                "ProcessorSummary": {"Count": plan.get("cpus", 2)},
                "Boot": {"BootSourceOverrideTarget": self.target, "BootSourceOverrideEnabled": self.enabled,
                         "BootSourceOverrideMode": mode, "BootSourceOverrideTarget@Redfish.AllowableValues": TARGETS,
                         "BootSourceOverrideMode@Redfish.AllowableValues": list(MODES)},
                "EthernetInterfaces": {"@odata.id": f"{self.path}/EthernetInterfaces"},
                "Links": {"ManagedBy": [{"@odata.id": f"{ROOT}/Managers/{plan['name']}"}]},
                "Actions": {"#ComputerSystem.Reset": {"target": f"{self.path}/Actions/ComputerSystem.Reset",
                                                      "ResetType@Redfish.AllowableValues": RESET_TYPES}},
                "Oem": {"Switchyard": {"SerialLog": str(self.vm.serial_log)}}}

    def etag(self) -> str:
        boot = json.dumps(self.view()["Boot"], sort_keys=True)
        return f'"{hashlib.sha256(boot.encode()).hexdigest()[:16]}"'

    def patch(self, body: dict, if_match: str) -> dict:
        with self.lock:
            if if_match and if_match not in ("*", self.etag()):
                raise Refused(412, "the system has changed since it was read")
            boot = body.get("Boot")
            if not isinstance(boot, dict) or set(body) != {"Boot"}:
                raise Refused(400, "only Boot can be changed")
            wanted = {"BootSourceOverrideTarget": TARGETS, "BootSourceOverrideEnabled": ENABLED, "BootSourceOverrideMode": MODES}
            for key, value in boot.items():
                if key not in wanted or value not in wanted[key]:
                    raise Refused(400, f"{key} {value!r} is not one of {', '.join(wanted.get(key, []))}")
            if self.faults["loses_boot_device"]:
                return self.view()
            self.target = boot.get("BootSourceOverrideTarget", self.target)
            self.enabled = boot.get("BootSourceOverrideEnabled", self.enabled if self.target != "None" else "Disabled")
            if "BootSourceOverrideMode" in boot:
                self.vm.firmware = MODES[boot["BootSourceOverrideMode"]]
            return self.view()

    def reset(self, body: dict) -> None:
        kind = body.get("ResetType")
        if kind not in RESET_TYPES:
            raise Refused(400, f"ResetType {kind!r} is not one of {', '.join(RESET_TYPES)}")
        with self.lock:
            if kind == "GracefulShutdown" and not self.faults["ignores_power_off"]:
                self.vm.press_power_button()
            if kind in ("ForceOff", "ForceRestart") and not self.faults["ignores_power_off"]:
                self.vm.power_off()
            if kind in ("On", "ForceRestart") and not self.faults["ignores_power_on"] and not self.vm.is_on():
                network = self.enabled == "Once" and self.target == "Pxe" and not self.faults["forgets_boot_device"]
                self.target, self.enabled = "None", "Disabled"
                self.vm.power_on(network)

    def nics(self) -> dict:
        names = [nic["name"] for nic in self.vm.plan.get("nics", [])]
        return collection(f"{self.path}/EthernetInterfaces", names)

    def nic(self, name: str) -> dict | None:
        for nic in self.vm.plan.get("nics", []):
            if nic["name"] == name:
                return {"@odata.id": f"{self.path}/EthernetInterfaces/{name}", "Id": name, "Name": name,
                        "PermanentMACAddress": nic["mac"], "MACAddress": nic["mac"]}
        return None

    def manager(self) -> dict:
        name = self.vm.plan["name"]
        return {"@odata.id": f"{ROOT}/Managers/{name}", "Id": name, "Name": name, "ManagerType": "BMC",
                "SerialConsole": {"ServiceEnabled": False, "ConnectTypesSupported": []},
                "Links": {"ManagerForServers": [{"@odata.id": self.path}]}}


def collection(path: str, names: list[str]) -> dict:
    return {"@odata.id": path, "Name": path.rsplit("/", 1)[1], "Members@odata.count": len(names),
            "Members": [{"@odata.id": f"{path}/{name}"} for name in names]}


class Service:
    def __init__(self, plan: dict):
        self.login = (plan.get("user", "admin"), plan.get("password", ""))
        self.sessions: dict[str, str] = {}  # id -> token
        launcher = qemu_vm.Launcher()
        folder = pathlib.Path(plan["folder"])
        self.systems = {one["name"]: System(qemu_vm.Vm(one, folder / one["name"], launcher)) for one in plan["servers"]}

    def may(self, headers) -> bool:
        if any(system.faults["refuses_login"] for system in self.systems.values()):
            return False
        token = headers.get("X-Auth-Token", "")
        if token:
            return any(hmac.compare_digest(token, known) for known in self.sessions.values())
        wanted = "Basic " + base64.b64encode(":".join(self.login).encode()).decode()
        return hmac.compare_digest(headers.get("Authorization", ""), wanted)

    def root(self) -> dict:
        return {"@odata.id": f"{ROOT}/", "Id": "RootService", "Name": "Root", "RedfishVersion": "1.15.0", "Vendor": "Switchyard lab",
                "Systems": {"@odata.id": f"{ROOT}/Systems"}, "Managers": {"@odata.id": f"{ROOT}/Managers"},
                "SessionService": {"@odata.id": f"{ROOT}/SessionService"},
                "Links": {"Sessions": {"@odata.id": f"{ROOT}/SessionService/Sessions"}}}

    def log_in(self, body: dict) -> tuple[dict, dict]:
        if (body.get("UserName"), body.get("Password")) != self.login or any(s.faults["refuses_login"] for s in self.systems.values()):
            raise Refused(401, "wrong user or password")
        name, token = secrets.token_hex(4), secrets.token_hex(16)
        self.sessions[name] = token
        path = f"{ROOT}/SessionService/Sessions/{name}"
        return {"@odata.id": path, "Id": name}, {"X-Auth-Token": token, "Location": path}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service
    timeout = 60

    def log_message(self, form, *values):
        if self.command != "GET":
            super().log_message(form, *values)

    def _serve(self) -> None:
        extra: dict = {}
        try:
            length = int(self.headers.get("Content-Length") or 0)
            if length > MAX_BODY:
                self.close_connection = True
                raise Refused(413, f"a body of {length} bytes is too big")
            body = json.loads(self.rfile.read(length) or b"{}")
            if not isinstance(body, dict):
                raise Refused(400, "the body is not a JSON object")
            status, result, extra = self._dispatch(self.command, self.path.rstrip("/"), body)
        except Refused as refused:
            status, result = refused.status, {"error": {"code": "Base.1.0.GeneralError", "message": str(refused)}}
        except qemu_vm.VmError as error:
            status, result = 500, {"error": {"code": "Base.1.0.InternalError", "message": str(error)}}
        except (ValueError, TypeError) as bad:
            status, result = 400, {"error": {"code": "Base.1.0.MalformedJSON", "message": str(bad)}}
        text = b"" if result is None else json.dumps(result).encode()
        self.send_response(status)
        self.send_header("OData-Version", "4.0")
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(text)))
        for name, value in extra.items():
            self.send_header(name, value)
        self.end_headers()
        if self._breaks_off():
            text = text[:len(text) // 2]
            self.close_connection = True
        self.wfile.write(text)

    def _breaks_off(self) -> bool:
        return ROOT in self.path and any(system.faults["breaks_off"] for system in self.service.systems.values())

    do_GET = do_PUT = do_PATCH = do_POST = do_DELETE = _serve

    def _dispatch(self, method: str, path: str, body: dict) -> tuple[int, dict | None, dict]:
        service = self.service
        if path.startswith("/control/"):
            return 200, self._control(method, path.removeprefix("/control/"), body), {}
        if (method, path) in (("GET", "/redfish"), ("GET", ROOT)):
            return 200, service.root() if path == ROOT else {"v1": f"{ROOT}/"}, {}
        if (method, path) == ("POST", f"{ROOT}/SessionService/Sessions"):
            return 201, *service.log_in(body)
        if not service.may(self.headers):
            raise Refused(401, "log in first")
        head, _, rest = path.removeprefix(f"{ROOT}/").partition("/")
        if head == "SessionService" and method == "DELETE" and service.sessions.pop(rest.removeprefix("Sessions/"), None):
            return 204, None, {}
        if head in ("Systems", "Managers") and not rest and method == "GET":
            return 200, collection(path, list(service.systems)), {}
        name, _, rest = rest.partition("/")
        system = service.systems.get(name)
        answer = self._system(system, method, head, rest, body) if system else None
        if answer is None:
            raise Refused(404, f"{method} {path} does not exist")
        return answer

    def _system(self, system: System, method: str, head: str, rest: str, body: dict) -> tuple[int, dict | None, dict] | None:
        system.healthy.wait()
        match method, head, rest.split("/"):
            case "GET", "Systems", [""]:
                return 200, system.view(), {"ETag": system.etag()}
            case "PATCH", "Systems", [""]:
                return 200, system.patch(body, self.headers.get("If-Match", "")), {"ETag": system.etag()}
            case "POST", "Systems", ["Actions", "ComputerSystem.Reset"]:
                system.reset(body)
                return 204, None, {}
            case "GET", "Systems", ["EthernetInterfaces"]:
                return 200, system.nics(), {}
            case "GET", "Systems", ["EthernetInterfaces", name]:
                nic = system.nic(name)
                return (200, nic, {}) if nic else None
            case "GET", "Managers", [""]:
                return 200, system.manager(), {}
        return None

    def _control(self, method: str, name: str, body: dict) -> dict:
        system = self.service.systems.get(name)
        if not system or method not in ("GET", "PUT"):
            raise Refused(404, f"{method} /control/{name} does not exist")
        return system.control_view() if method == "GET" else system.control(body)


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def serve(plan: dict) -> None:
    Handler.service = Service(plan)
    listener = Listener((plan.get("listen", "127.0.0.1"), plan.get("port", 0)), Handler)
    if plan.get("tls"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(plan["tls"]["certificate"], plan["tls"]["key"])
        # The handshake is the connection's own thread's work, not the listener's.
        listener.socket = context.wrap_socket(listener.socket, server_side=True, do_handshake_on_connect=False)
    qemu_vm.end_with_signals([system.vm for system in Handler.service.systems.values()])
    print(f"listening on {listener.server_address[0]}:{listener.server_address[1]}", flush=True)
    listener.serve_forever()


if __name__ == "__main__":
    serve(json.loads(pathlib.Path(sys.argv[1]).read_text()))
