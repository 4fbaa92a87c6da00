"""The server image on a booted VM: networkd, FRR, phone-home. Minutes; not run by ctest (see test_installer.py)."""
import pytest
from installer_service import Service
from installer_vm import IMAGES, RAM, Machine, Session
from test_installer import install_task, make_disk

pytestmark = pytest.mark.skipif(not (RAM and IMAGES), reason="SWITCHYARD_RAM and SWITCHYARD_IMAGES are not set")

FRR = """frr defaults traditional
hostname web1
service integrated-vtysh-config
route-map SRC4 permit 10
 set src 10.1.0.5
exit
ip protocol bgp route-map SRC4
router bgp 4200000005
 bgp router-id 10.1.0.5
 neighbor eth0.101 interface v6only remote-as 65001
 neighbor eth1.101 interface v6only remote-as 65002
 address-family ipv4 unicast
  network 10.1.0.5/32
 exit-address-family
exit
"""
REPORT = """[Unit]
After=frr.service switchyard-host-keys.service
Wants=frr.service
Before=serial-getty@ttyS0.service
[Service]
Type=oneshot
StandardOutput=tty
TTYPath=/dev/ttyS0
ExecStart=/bin/sh -c 'ip -br addr; vtysh -c "show running-config" | grep "set src"; vtysh -c "show bgp summary" | grep -E "eth|router"; cat /etc/machine-id; ls /etc/ssh; echo REPORT-END'
"""

# In short what provisioner/frr_start_files.cpp renders.
FRR_WAITS = """[Unit]
After=systemd-networkd.service
[Service]
ExecStartPre=/bin/sh -c 'until ip -o addr show to 10.1.0.5 | grep -q .; do sleep 0.2; done'
"""


def network_files():
    def file(path, content, owner="", mode="0644"):
        return {"path": path, "mode": mode, "owner": owner, "content": content}

    files = [file("/etc/systemd/network/10-vni0.netdev", "[NetDev]\nName=vni0\nKind=dummy\n"),
             file("/etc/systemd/network/10-vni0.network", "[Match]\nName=vni0\n[Network]\nAddress=10.1.0.5/32\n")]
    for nic in ("eth0", "eth1"):
        vlans = "".join(f"VLAN={nic}.{vlan}\n" for vlan in (101, 201))
        files.append(file(f"/etc/systemd/network/20-{nic}.network",
                          f"[Match]\nName={nic}\n[Network]\n{'DHCP=ipv4' if nic == 'eth0' else 'LinkLocalAddressing=ipv6'}\n{vlans}"))
        for vlan in (101, 201):
            files.append(file(f"/etc/systemd/network/30-{nic}.{vlan}.netdev", f"[NetDev]\nName={nic}.{vlan}\nKind=vlan\n[VLAN]\nId={vlan}\n"))
            files.append(file(f"/etc/systemd/network/30-{nic}.{vlan}.network",
                              f"[Match]\nName={nic}.{vlan}\n[Network]\nLinkLocalAddressing=ipv6\nIPv6AcceptRA=no\n"))
    return files + [file("/etc/frr/frr.conf", FRR, "frr:frr", "0640"),
                    file("/etc/systemd/system/frr.service.d/wait.conf", FRR_WAITS),
                    file("/etc/systemd/system/report.service", REPORT),
                    file("/etc/systemd/system/multi-user.target.d/report.conf", "[Unit]\nWants=report.service\n")]


def test_the_server_comes_up_with_its_network_and_frr_and_phones_home_once(tmp_path):
    disk = make_disk(tmp_path)
    second = ("-netdev", "user,id=n1", "-device", "virtio-net-pci,netdev=n1,mac=52:54:00:00:00:02,romfile=")
    home = Service(str(tmp_path), IMAGES)
    try:
        phone = {"url": f"https://10.0.2.2:{home.port}/phone-home", "pin": home.pin, "token": home.session}
        with Session(str(tmp_path), [disk], extra=second) as ram:
            assert ram.run(install_task(files=network_files(), phone_home=phone))["outcome"] == "succeeded"
        with Machine(str(tmp_path), "installed", [disk], extra=second) as machine:
            machine.wait_for("REPORT-END", 400)
            heard = home.results.get(timeout=120)
            print(f"phoned home {machine.age():.1f} s after power-on:", heard)
            report = machine.console()
            print(report[report.find("REPORT-END") - 3000:])
    finally:
        home.close()
    assert heard["hostname"] == "web1"
    assert "10.1.0.5/32" in heard["addresses"]
    assert heard["ssh"] is True
    for fact in ("vni0", "eth0.101@eth0", "eth0.201@eth0", "eth1.101@eth1", "eth1.201@eth1", "set src 10.1.0.5",
                 "ssh_host_ed25519_key"):
        assert fact in report, fact
