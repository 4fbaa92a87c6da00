"""A client of the lab's BMC for tests: what the controller does, in Python, run in the lab's namespace."""

import json
import time

import fabric
import plan

CALL = """
import json, sys, urllib.request, urllib.error
order = json.load(sys.stdin)
data = json.dumps(order["body"]).encode() if order["body"] is not None else None
request = urllib.request.Request(order["url"], data, {"Content-Type": "application/json"}, method=order["method"])
try:
    with urllib.request.urlopen(request, timeout=20) as answer:
        print(json.dumps([answer.status, json.load(answer)]))
except urllib.error.HTTPError as error:
    print(json.dumps([error.code, json.load(error)]))
"""


class Bmc:
    def __init__(self, lab: fabric.Fabric, server: str = plan.SRV1.name):
        self.lab = lab
        self.path = f"/redfish/v1/Systems/{server}"

    def call(self, method: str, path: str = "", body: dict | None = None) -> tuple[int, dict]:
        url = f"http://{plan.MANAGEMENT_HOST}:{plan.BMC_PORT}{self.path}{path}"
        done = self.lab.host("/usr/bin/python3", "-c", CALL, stdin=json.dumps({"url": url, "method": method, "body": body}))
        status, answer = json.loads(done.stdout)
        return status, answer

    def view(self) -> dict:
        return self.call("GET")[1]

    def phase(self) -> str:
        return self.view()["Oem"]["Switchyard"]["Phase"]

    def power(self, kind: str, boot: str = "") -> None:
        if boot:
            self.call("PATCH", "", {"Boot": {"BootSourceOverrideTarget": boot, "BootSourceOverrideEnabled": "Once"}})
        status, answer = self.call("POST", "/Actions/ComputerSystem.Reset", {"ResetType": kind})
        if status != 200:
            raise fabric.LabError(f"BMC: {answer}")

    def wait(self, phase: str, deadline: float = 120.0) -> float:
        begun = time.monotonic()
        while True:
            view = self.view()["Oem"]["Switchyard"]
            if view["Phase"] == phase:
                return time.monotonic() - begun
            if view["Phase"] == "failed" or time.monotonic() - begun > deadline:
                raise fabric.LabError(f"server is {view}, not {phase}, after {time.monotonic() - begun:.0f} s")
            time.sleep(0.1)

    def install(self, operation: str, files: dict[str, str]) -> None:
        """Server off, ports in provisioning: boots the installer, installs, powers off."""
        self.power("On", boot="Pxe")
        self.wait("provisioning")
        listed = [{"path": path, "mode": "0640" if "frr" in path else "0644", "content": text} for path, text in files.items()]
        status, answer = self.call("POST", "/Oem/Switchyard/Install",
                                   {"operation": operation, "image": "debian-12", "hostname": plan.SRV1.name, "files": listed})
        if status != 200:
            raise fabric.LabError(f"BMC: {answer}")
        self.wait("installed")
        self.power("ForceOff")
