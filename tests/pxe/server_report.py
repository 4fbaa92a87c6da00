"""What an installed server says of its start, and what is wrong with it. The report comes over the second serial line
(ttyS1), so that no message of the kernel or of systemd lands in it."""
import datetime
import json
import re

REPORT, WATCH = "/usr/local/lib/boot-report/report", "/usr/local/lib/boot-report/watch"
SECTIONS = ("addresses", "watched", "bgp4", "bgp6", "config", "zebra", "clock", "units", "journal")
# In the guest: how long FRR may take, from the end of its start, until it has all networks and `set src` lines.
BGP_SECONDS = 120
# What watchfrr and its scripts say when a start is not one clean start. "restart all" and "initial" are how it begins.
TROUBLE = re.compile(r"watchfrr\.sh restart (?!all$)|state -> (?:down|unresponsive)(?! : initial)|still running after|[Ff]ailed to start")

# Every address and link with its time, from before networkd runs.
WATCH_UNIT = f"""[Unit]
DefaultDependencies=no
After=systemd-remount-fs.service
Before=systemd-networkd.service
[Service]
StandardOutput=file:/run/watched
ExecStart=/bin/ip -ts monitor address link
"""

REPORT_UNIT = f"""[Unit]
After=frr.service
[Service]
Type=oneshot
ExecStart={REPORT}
"""

SCRIPT = """#!/bin/sh
begun=$(cut -d. -f1 /proc/uptime)
tables() {
  vtysh -c "show bgp ipv4 unicast json" >/run/bgp4 2>&1
  vtysh -c "show bgp ipv6 unicast json" >/run/bgp6 2>&1
  for prefix in %(prefixes)s; do grep -qF "\\"$prefix\\"" /run/bgp4 /run/bgp6 || return 1; done
  # FRR 10 hands lines on to zebra later: late is not lost.
  [ "$(vtysh -c "show running-config" | grep -c "set src")" -ge "$(grep -c "set src" /etc/frr/frr.conf)" ]
}
until tables || [ $(($(cut -d. -f1 /proc/uptime) - begun)) -ge %(seconds)d ]; do sleep 0.5; done
section() { printf '\\n## %%s\\n' "$1"; }
{
  section addresses; ip -j address
  section watched; cat /run/watched
  section bgp4; cat /run/bgp4
  section bgp6; cat /run/bgp6
  section config; vtysh -c "show running-config"
  section zebra; cat "/proc/$(cat /run/frr/zebra.pid)/stat"
  section clock; date +%%s.%%N; cat /proc/uptime
  section units; systemctl show --timestamp=us frr.service systemd-networkd.service \\
    -p Id -p ActiveState -p SubState -p Result -p NRestarts -p InactiveExitTimestampMonotonic -p ActiveEnterTimestampMonotonic
  section journal; journalctl -b -o short-monotonic --no-pager -u frr -u systemd-networkd
  section end
} >/run/report 2>&1
cat /run/report >/dev/ttyS1
sync
echo "## sent" >/dev/ttyS1
"""


def files(prefixes):
    """What the server carries beside its own files, so that it reports."""
    def file(path, content, mode="0644"):
        return {"path": path, "mode": mode, "owner": "", "content": content}

    return [file(REPORT, SCRIPT % {"prefixes": " ".join(prefixes), "seconds": BGP_SECONDS}, "0755"),
            file("/etc/systemd/system/boot-watch.service", WATCH_UNIT),
            file("/etc/systemd/system/boot-report.service", REPORT_UNIT),
            file("/etc/systemd/system/sysinit.target.d/boot-watch.conf", "[Unit]\nWants=boot-watch.service\n"),
            file("/etc/systemd/system/multi-user.target.d/boot-report.conf", "[Unit]\nWants=boot-report.service\n")]


class Report:
    """`text` as the server sent it. Times are seconds since its kernel's start."""

    def __init__(self, text):
        parts = re.split(r"^## (\w+)\n", text.replace("\r", ""), flags=re.M)
        self.parts = dict(zip(parts[1::2], parts[2::2]))
        now, uptime = (float(line.split()[0]) for line in self.parts["clock"].split("\n")[:2])
        self.kernel_started = now - uptime

    def addresses(self):
        """Device: what is on it, as PREFIX/LENGTH. Without link-local ones."""
        return {link["ifname"]: {f"{a['local']}/{a['prefixlen']}" for a in link["addr_info"] if a["scope"] != "link"}
                for link in json.loads(self.parts["addresses"])}

    def usable_links(self):
        """Those that are up and speak IPv6 with an address that is no longer tentative."""
        return {link["ifname"] for link in json.loads(self.parts["addresses"]) if "UP" in link["flags"] and
                any(a["family"] == "inet6" and not a.get("tentative") for a in link["addr_info"])}

    def appeared(self, device, prefix):
        """When the kernel first had this address; None: nobody saw it come."""
        found = re.search(rf"^\[([^\]]+)\] \d+: {re.escape(device)}\s+inet6? {re.escape(prefix)} ", self.parts["watched"], re.M)
        if not found:
            return None
        local = datetime.datetime.fromisoformat(found.group(1)).replace(tzinfo=datetime.timezone.utc)
        return local.timestamp() - self.kernel_started

    def zebra_started(self):
        """None: it does not run."""
        fields = self.parts["zebra"].rpartition(")")[2].split()
        return int(fields[19]) / 100 if len(fields) > 19 else None

    def bgp(self):
        """Prefixes bgpd holds as valid."""
        found = set()
        for part in ("bgp4", "bgp6"):
            try:
                routes = json.loads(self.parts[part]).get("routes", {})
            except ValueError:
                continue
            found |= {prefix for prefix, paths in routes.items() if any(path.get("valid") for path in paths)}
        return found

    def unit(self, name):
        for part in self.parts["units"].split("\n\n"):
            fields = dict(line.partition("=")[::2] for line in part.strip().split("\n"))
            if fields.get("Id") == name:
                return fields
        return {}


def lost_lines(rendered, running):
    """Lines of frr.conf that depend on addresses or on zebra, and that FRR dropped."""
    have = {line.strip() for line in running.split("\n")}
    return [line for line in map(str.strip, rendered.split("\n"))
            if line.startswith(("set src ", "network ", "ip protocol ", "ipv6 protocol ")) and line not in have]


def faults(report, own, legs, frr_conf):
    """Everything that is not as it must be, in words. `own`: {DEVICE: [PREFIX]}."""
    found = []
    zebra = report.zebra_started()
    if zebra is None:
        found.append("zebra does not run")
    for device, prefixes in own.items():
        for prefix in prefixes:
            if prefix not in report.addresses().get(device, ()):
                found.append(f"{device} has no {prefix}")
                continue
            if prefix not in report.bgp():
                found.append(f"bgpd does not have {prefix}")
            at = report.appeared(device, prefix)
            if at is None:
                found.append(f"nobody saw {prefix} come")
            elif zebra is not None and zebra < at:
                found.append(f"zebra started {at - zebra:.2f} s before {prefix} was there")
    found += [f"{leg} is not usable" for leg in legs if leg not in report.usable_links()]
    found += [f"FRR dropped: {line}" for line in lost_lines(frr_conf, report.parts["config"])]
    found += [f"put there late: {line}" for line in re.findall(r"own-addresses.*", report.parts["journal"])]
    frr = report.unit("frr.service")
    if (frr.get("ActiveState"), frr.get("NRestarts")) != ("active", "0"):
        found.append(f"frr.service is {frr}")
    return found


def remarks(report):
    """What FRR's supervisor did beside one clean start: not wrong if all is there in the end, but worth to be seen."""
    return [line.strip() for line in report.parts["journal"].split("\n") if TROUBLE.search(line)]
