"""Real DHCP clients and relays against the server of pxe/dhcp, each in network namespaces (root)."""
import contextlib
import os
import pathlib
import re
import signal
import sqlite3

import lab
import pytest

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")

RAM_SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "pxe/installer/udhcpc-script"
SERVER = "10.78.0.1"
FIRST = "10.78.0.100"
SITE = ["--subnet", "10.78.0.0/24", "--pool", "10.78.0.100-10.78.0.109"]
BOOT = ["--script-url", "http://10.78.0.1:8080/boot/ipxe", "--files-url", "http://10.78.0.1:8080/files/"]


@pytest.fixture
def net(tmp_path):
    built = lab.Net(tmp_path)
    try:
        yield built
    finally:
        built.close()


def udhcpc(net, space, *flags):
    """As in the RAM system, with its script: a renewal is sent from the address it got."""
    return net.start(space, "/bin/busybox", "udhcpc", "-i", "c0", "-f", "-s", str(RAM_SCRIPT), *flags)


class Direct:
    """A server and a client on one link."""

    def __init__(self, net, *flags, known=True):
        self.net = net
        self.server_space = net.space("s")
        self.client = net.space("c")
        net.cable(self.server_space, "s0", self.client, "c0")
        net.address(self.server_space, "s0", SERVER + "/24")
        self.mac = net.mac(self.client, "c0")
        machine = ["--machine", f"web1,{self.mac}"] if known else []
        database = f"sqlite://{net.folder}/leases.db"
        self.flags = ["--interface", "s0", "--address", SERVER, *SITE, "--router", SERVER, "--authoritative",
                      "--database", database, *BOOT, *machine, *flags]
        self.server = net.serve(self.server_space, *self.flags)

    def udhcpc(self, *flags):
        return udhcpc(self.net, self.client, *flags)

    def address_of_client(self):
        return re.findall(r"inet (\S+)/24", self.net.run(self.client, "ip", "-4", "addr", "show", "dev", "c0"))

    def await_lease(self, state):
        """The database says so of the first address."""
        def stored():
            with contextlib.closing(sqlite3.connect(self.net.folder / "leases.db")) as database:
                return database.execute("SELECT state FROM dhcp_leases").fetchall()
        lab.await_that(lambda: stored() == [(state,)], f"a lease that is {state}")

    def dhclient(self, *flags, configuration=""):
        folder = self.net.folder
        (folder / "dhclient.conf").write_text("timeout 20;\n" + configuration)
        script = folder / "dhclient-script"
        script.write_text('#!/bin/sh\n[ "$reason" != BOUND ] || ip addr replace "$new_ip_address/24" dev c0\n')
        script.chmod(0o755)
        return self.net.start(self.client, "/usr/sbin/dhclient", "-4", "-d", "-sf", str(script), "-cf",
                              f"{folder}/dhclient.conf", "-lf", f"{folder}/dhclient.leases", "-pf",
                              f"{folder}/dhclient.pid", *flags, "c0")


def test_udhcpc_gets_renews_and_releases(net):
    site = Direct(net)
    client = site.udhcpc()
    client.await_text(f"lease of {FIRST} obtained from {SERVER}")
    client.tell(signal.SIGUSR1)
    lab.await_that(lambda: client.count("lease of .* obtained") == 2, "a renewal")
    assert site.address_of_client() == [FIRST]
    client.tell(signal.SIGUSR2)
    client.await_text("entering released state")
    site.await_lease("free")
    lab.await_that(lambda: site.address_of_client() == [], "an interface without an address")
    site.server.stop()
    site.server.await_text("acks=2 naks=0")


def test_udhcpc_declines_an_address_somebody_uses(net):
    site = Direct(net)
    net.address(site.server_space, "s0", FIRST + "/24")
    client = site.udhcpc("-a", "-A", "1")
    client.await_text("lease of 10.78.0.101 obtained", 60)
    site.server.await_text(f"address_declined .* address={FIRST}")


def test_dhclient_gets_and_releases(net):
    site = Direct(net)
    client = site.dhclient()
    client.await_text(f"bound to {FIRST}")
    site.await_lease("bound")
    client.stop()
    site.dhclient("-r").child.wait(lab.DEADLINE)
    site.await_lease("free")


def test_dhclient_asks_again_for_the_address_it_had(net):
    site = Direct(net)
    first = site.dhclient()
    first.await_text(f"bound to {FIRST}")
    first.stop()
    second = site.dhclient()
    second.await_text(f"bound to {FIRST}")
    assert second.count("DHCPDISCOVER") == 0  # INIT-REBOOT: no need to ask who is there
    site.server.stop()


def test_dhclient_is_told_at_once_that_it_moved_to_another_network(net):
    site = Direct(net)
    leases = net.folder / "dhclient.leases"
    leases.write_text("""lease {
  interface "c0";
  fixed-address 192.168.7.7;
  option subnet-mask 255.255.255.0;
  option dhcp-lease-time 864000;
  option dhcp-server-identifier 192.168.7.1;
  renew never;
  rebind never;
  expire never;
}
""")
    client = site.dhclient()
    client.await_text("DHCPNAK from " + SERVER)
    client.await_text(f"bound to {FIRST}")


def test_a_client_has_its_lease_after_the_server_was_restarted(net):
    site = Direct(net)
    client = site.udhcpc()
    client.await_text(f"lease of {FIRST} obtained")
    site.server.stop()
    again = net.serve(site.server_space, *site.flags)
    client.tell(signal.SIGUSR1)
    lab.await_that(lambda: client.count("lease of .* obtained") == 2, "a renewal")
    again.stop()
    again.await_text("acks=1 naks=0")


def test_dhclient_as_uefi_firmware_is_told_its_boot_file(net):
    site = Direct(net)
    client = site.dhclient(configuration="""option arch code 93 = unsigned integer 16;
send vendor-class-identifier "PXEClient:Arch:00007:UNDI:003000";
send arch 7;
""")
    client.await_text("bound to")
    leases = (net.folder / "dhclient.leases").read_text()
    assert 'filename "snponly.efi"' in leases
    assert 'option tftp-server-name "10.78.0.1"' in leases or "next-server" in leases or "bootfile-name" in leases


def test_dhcpcd_gets_and_releases(net):
    site = Direct(net)
    # In a mount namespace of its own: it keeps its leases and its control socket in fixed places.
    client = net.start(site.client, "/usr/bin/unshare", "-m", "sh", "-c",
                       "mount -t tmpfs none /run && mkdir -p /var/lib/dhcpcd && mount -t tmpfs none /var/lib/dhcpcd && "
                       "exec dhcpcd -4 -B -d -C resolv.conf --noarp --script /bin/true -f /dev/null -p c0")
    client.await_text(f"leased {FIRST} for 3600 seconds", 60)


def test_systemd_networkd_gets_an_address(net):
    site = Direct(net)
    units = net.folder / "network"
    units.mkdir()
    (units / "c0.network").write_text("[Match]\nName=c0\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\n"
                                      "IPv6AcceptRA=no\n")
    # It wants /run and /etc/systemd/network for itself; with a read-only /sys it does not wait for udev.
    net.start(site.client, "/usr/bin/unshare", "-m", "sh", "-c",
              f"mount -t tmpfs none /run && mkdir -p /run/systemd/netif/links /run/systemd/netif/leases "
              f"/run/systemd/netif/lldp /run/systemd/network && chown -R systemd-network /run/systemd/netif && "
              f"cp {units}/c0.network /run/systemd/network/ && mount -o remount,ro,bind /sys; "
              f"exec env SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console /lib/systemd/systemd-networkd")
    lab.await_that(lambda: FIRST in lab.run("ip", "-n", site.client, "addr", "show", "c0"), "an address by networkd")


def test_an_unknown_client_hears_nothing(net):
    site = Direct(net, known=False)
    client = site.udhcpc("-t", "2", "-T", "1", "-n")
    assert client.child.wait(lab.DEADLINE) != 0
    site.server.await_text(f"unknown_client .*mac={site.mac}")


def test_an_unknown_client_is_discovered_where_that_is_the_policy(net):
    site = Direct(net, "--discover", known=False)
    site.udhcpc().await_text(f"lease of {FIRST} obtained")


def test_a_second_dhcp_server_is_noticed(net):
    site = Direct(net, "--probe", "1")
    net.address(site.client, "c0", "10.78.0.66/24")
    net.start(site.client, "/usr/sbin/dnsmasq", "-k", "--port=0", "--interface=c0", "--bind-interfaces", "--no-ping",
              "--conf-file=/dev/null", "--dhcp-range=10.78.0.200,10.78.0.210", "--leasefile-ro", "--user=root",
              "--pid-file=")
    site.server.await_text("foreign_server .* address=10.78.0.66")


SOLICIT = """
import socket, struct, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
index = socket.if_nametoindex("c0")
s.settimeout(0.5)
for _ in range(40):
    try:
        s.sendto(struct.pack("!BBHI", 133, 0, 0, 0), ("ff02::2", 0, 0, index))
    except OSError:
        pass  # its link-local address is being tried out
    try:
        while True:
            data = s.recv(200)
            if data[0] == 134:
                print("flags", data[5], "lifetime", struct.unpack("!H", data[6:8])[0])
                sys.exit()
    except TimeoutError:
        pass
"""


def test_ipv6_clients_learn_at_once_that_there_is_no_router(net):
    site = Direct(net)
    assert "flags 0 lifetime 0" in net.run(site.client, "/usr/bin/python3", "-c", SOLICIT)


class DirectV6(Direct):
    """The same with IPv6 on the link."""

    def __init__(self, net, *flags, **options):
        super().__init__(net, "--subnet6", "fd99::/64", "--address6", "fd99::1", "--script-url6",
                         "http://[fd99::1]:8080/boot/ipxe", *flags, **options)
        net.address(self.server_space, "s0", "fd99::1/64")
        lab.await_that(lambda: "tentative" not in lab.run("ip", "-n", self.client, "-6", "addr", "show", "c0"),
                       "a link-local address")

    def dhclient6(self):
        folder = self.net.folder
        return self.net.start(self.client, "/usr/sbin/dhclient", "-6", "-d", "-sf", "/bin/true", "-cf", "/dev/null",
                              "-lf", f"{folder}/dhclient6.leases", "-pf", f"{folder}/dhclient6.pid", "c0")

    def address_of_dhclient6(self):
        client = self.dhclient6()
        client.await_text("Bound to lease", 60)
        client.stop()
        leases = self.net.folder / "dhclient6.leases"
        address = re.search(r"iaaddr (\S+)", leases.read_text())[1]
        leases.unlink()
        return address


def test_a_server_always_has_the_same_ipv6_address(net):
    site = DirectV6(net)
    first = site.address_of_dhclient6()
    assert first.startswith("fd99::")
    with contextlib.closing(sqlite3.connect(net.folder / "leases.db")) as database:
        assert database.execute("SELECT address, mac FROM dhcp6_holders").fetchall() == [(first, site.mac)]
    site.server.await_text(f"address_served .*mac={site.mac} .* {first}")
    site.server.stop()
    net.serve(site.server_space, *site.flags)
    assert site.address_of_dhclient6() == first


def test_dhcpcd_follows_the_router_advertisement_to_dhcpv6(net):
    site = DirectV6(net)
    net.start(site.client, "/usr/bin/unshare", "-m", "sh", "-c",
              "mount -t tmpfs none /run && mkdir -p /var/lib/dhcpcd && mount -t tmpfs none /var/lib/dhcpcd && "
              "exec dhcpcd -6 -B -d -C resolv.conf --script /bin/true -f /dev/null c0")
    lab.await_that(lambda: "fd99:" in lab.run("ip", "-n", site.client, "-6", "addr", "show", "c0"), "an address", 60)


class Relayed:
    """A server, a switch that routes and relays, and a client at its port swp1."""

    def __init__(self, net, *flags):
        self.net = net
        self.server_space, self.switch, self.client = net.space("s"), net.space("r"), net.space("c")
        net.cable(self.server_space, "s0", self.switch, "up0")
        net.cable(self.switch, "swp1", self.client, "c0")
        net.address(self.server_space, "s0", "10.79.0.1/24")
        net.address(self.switch, "up0", "10.79.0.2/24")
        net.address(self.switch, "swp1", "10.78.0.2/24")
        lab.run("ip", "-n", self.server_space, "route", "add", "10.78.0.0/24", "via", "10.79.0.2")
        net.run(self.switch, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1")
        self.mac = net.mac(self.client, "c0")
        self.flags = ["--interface", "s0", "--address", "10.79.0.1", *SITE, "--router", "10.78.0.2", *flags]

    def serve(self, *flags):
        self.server = self.net.serve(self.server_space, *self.flags, *flags)
        return self.server

    def relay_with_option_82(self):
        relay = self.net.start(self.switch, "/usr/sbin/dhcrelay", "-4", "-d", "-a", "-m", "replace", "-id", "swp1",
                               "-iu", "up0", "10.79.0.1")
        relay.await_text("Sending on")
        return relay

    def udhcpc(self, *flags):
        return udhcpc(self.net, self.client, *flags)


def test_a_server_is_known_by_its_port_and_renews_past_the_relay(net):
    site = Relayed(net)
    server = site.serve("--relay", "tor1,10.78.0.2,plain", "--machine", "web1,,tor1/swp1")
    site.relay_with_option_82()
    client = site.udhcpc()
    client.await_text(f"lease of {FIRST} obtained")
    server.await_text(f"address_served server=web1 .*port=tor1/swp1 address={FIRST}")
    client.tell(signal.SIGUSR1)
    lab.await_that(lambda: client.count("lease of .* obtained") == 2, "a renewal")
    server.stop()
    server.await_text("acks=[23] naks=0")  # dhcrelay passes on the renewal it overhears, too


def test_a_replaced_machine_gets_the_address_of_its_port(net):
    site = Relayed(net)
    server = site.serve("--relay", "tor1,10.78.0.2,plain", "--machine", f"web1,{site.mac},tor1/swp1")
    site.relay_with_option_82()
    site.udhcpc("-q").await_text(f"lease of {FIRST} obtained")
    lab.run("ip", "-n", site.client, "link", "set", "c0", "address", "52:54:00:99:99:99")
    site.udhcpc("-q").await_text(f"lease of {FIRST} obtained")
    server.await_text("new_mac server=web1 mac=52:54:00:99:99:99 port=tor1/swp1")


def test_a_server_at_the_port_of_another_is_refused_and_shown(net):
    site = Relayed(net)
    server = site.serve("--relay", "tor1,10.78.0.2,plain", "--machine", "web1,,tor1/swp1", "--machine",
                        f"web2,{site.mac},tor1/swp2")
    site.relay_with_option_82()
    client = site.udhcpc("-t", "2", "-T", "1", "-n")
    assert client.child.wait(lab.DEADLINE) != 0
    server.await_text(f"contradiction server=web2 mac={site.mac} port=tor1/swp1")


class TwoPorts(Relayed):
    """A second client at port swp2, with the MAC of the first."""

    def __init__(self, net, *flags):
        super().__init__(net, *flags)
        self.twin = net.space("t")
        net.cable(self.switch, "swp2", self.twin, "c0")
        net.address(self.switch, "swp2", "10.78.0.3/32")
        lab.run("ip", "-n", self.twin, "link", "set", "c0", "address", self.mac)

    def relay_with_option_82(self):
        relay = self.net.start(self.switch, "/usr/sbin/dhcrelay", "-4", "-d", "-a", "-m", "replace", "-id", "swp1", "-id", "swp2",
                               "-iu", "up0", "10.79.0.1")
        relay.await_text("Sending on")
        return relay

    TRUST = ("--relay", "tor1,10.78.0.2,plain", "--relay", "tor2,10.78.0.3,plain")


def test_two_servers_with_one_mac_at_two_ports_have_two_leases(net):
    site = TwoPorts(net)
    server = site.serve(*site.TRUST, "--machine", "web1,,tor1/swp1", "--machine", "web2,,tor2/swp2")
    site.relay_with_option_82()
    site.udhcpc().await_text(f"lease of {FIRST} obtained")
    udhcpc(net, site.twin).await_text("lease of 10.78.0.101 obtained")
    server.await_text(f"address_served server=web1 mac={site.mac} port=tor1/swp1 address={FIRST}")
    server.await_text(f"address_served server=web2 mac={site.mac} port=tor2/swp2 address=10.78.0.101")


def test_a_twin_of_a_servers_mac_at_another_port_is_refused_and_shown(net):
    site = TwoPorts(net)
    server = site.serve(*site.TRUST, "--machine", f"web1,{site.mac},tor1/swp1")
    site.relay_with_option_82()
    site.udhcpc().await_text(f"lease of {FIRST} obtained")
    assert udhcpc(net, site.twin, "-t", "2", "-T", "1", "-n").child.wait(lab.DEADLINE) != 0
    server.await_text(f"contradiction server=web1 mac={site.mac} port=tor2/swp2")


def test_dnsmasq_relays(net):
    site = Relayed(net)
    server = site.serve("--machine", f"web1,{site.mac}")
    net.start(site.switch, "/usr/sbin/dnsmasq", "-k", "--port=0", "--conf-file=/dev/null", "--user=root", "--pid-file=",
              "--dhcp-relay=10.78.0.2,10.79.0.1")
    site.udhcpc("-t", "10", "-T", "1").await_text(f"lease of {FIRST} obtained")
    assert re.search("address_served server=web1", server.text())
