"""The catalogs of catalogs/shipped, each ordered from Switchyard and judged on the switches and the server."""

import concurrent.futures
import contextlib
import json
import shutil
import time

import pytest

import attack
import fabric
import frames
import plan
import probe
from conftest import foreign, paths, wait_converged
from controller import ROOT, inventory, subnet_words
from test_switchyard_path import SERVER, SPINE, accepted_on_switch, names
from test_switchyard_tenant import kinds, refused
from watch import RouteWatch

# After everything that shares the deployment of the others.
pytestmark = pytest.mark.last

PRV = plan.PRV
RECOVERY = 120.0  # seconds


def session_on_switch(lab, tor: plan.Node, port: str = plan.SERVER_PORT) -> dict:
    name = f"{port}.{PRV.tag}"
    return json.loads(lab.vtysh(tor.name, f"show bgp vrf {PRV.name} neighbors {name} json"))[name]


def bgp_routes(lab, node: str, family: int, table: str = "main") -> list[dict]:
    return lab.json(node, f"ip -j -{family} route show table {table} proto bgp") or []


def own_prefixes(lab, node: str) -> set[str]:
    """What is configured on its dummies."""
    return {f"{address['local']}/{address['prefixlen']}" for link in lab.json(node, "ip -j addr show type dummy")
            for address in link.get("addr_info", []) if address.get("scope") == "global"}


def assert_lies_are_refused(lab, controller, attacker: attack.Attacker, lies: list[str], allowed: set[str],
                            others: frozenset[str] = frozenset()) -> None:
    """Root on the server announces `lies` on every session: seen to leave, counted as refused, installed nowhere.
    `others`: what other servers rightly announce."""
    heard = allowed | others | {PRV.advertise4, PRV.advertise6}
    with RouteWatch(lab) as watch:
        attacker.announce(lies)
        for name, tor, vrf in attack.neighbours(attacker.vrfs):
            controller.wait(lambda: set(lies) <= attacker.announced(name) | attacker.announced(name, "ipv6"), 60, f"the lies to leave by {name}")

            def shown() -> bool:
                controller.scan(tor)
                return kinds(lies) <= refused(controller, tor, vrf)
            controller.wait(shown, 90, f"{tor.name} to show {kinds(lies)} as refused")
            assert accepted_on_switch(lab, tor, vrf) <= allowed
            assert watch.bgp_prefixes(tor.name, vrf.name) <= heard
        assert watch.bgp_prefixes(SPINE, PRV.name) <= allowed | others


@pytest.mark.seconds(500)
def test_a_server_of_l3_ipv6_has_its_sessions_and_one_route_and_no_ipv4(lab, site):
    with site.by_catalog("l3-ipv6", subnet_words((PRV,), ("v6",))) as deployment:
        one_path = [[2], [2], []]
        wait_converged(lab, wanted=one_path)
        asn = deployment["asn"]
        low = asn - 4_200_000_000
        router_id = f"0.{low >> 16 & 255}.{low >> 8 & 255}.{low & 255}"
        for tor in plan.TORS:
            peer = session_on_switch(lab, tor)
            assert (peer["bgpState"], peer["remoteAs"], peer["remoteRouterId"]) == ("Established", asn, router_id)
            assert accepted_on_switch(lab, tor, PRV) == {PRV.host6}
            assert PRV.host4 not in names(route["dst"] for route in bgp_routes(lab, tor.name, 4, str(PRV.table)))
        assert bgp_routes(lab, SPINE, 4, str(PRV.table)) == [] == bgp_routes(lab, SERVER, 4)
        assert own_prefixes(lab, SERVER) == {PRV.host6}
        route = bgp_routes(lab, SERVER, 6)[0]
        assert (route["dst"], route["prefsrc"], len(route["nexthops"])) == (PRV.advertise6, PRV.host6.split("/")[0], 2)
        assert names(route["dst"] for route in bgp_routes(lab, SPINE, 6, str(PRV.table))) == {PRV.host6}
        assert probe.once(lab, SPINE, PRV.host6.split("/")[0], device=PRV.name) == 1.0
        assert probe.once(lab, SERVER, PRV.service6.split("/")[0]) == 1.0
        attacker = attack.Attacker(lab, asn, (PRV,))
        lies = [PRV.neighbour6, PRV.neighbour4, PRV.host4, "::/0", "0.0.0.0/0", "fd10:1::/64"]
        assert_lies_are_refused(lab, site.controller, attacker, lies, {PRV.host6})
        attacker.restore()
        wait_converged(lab, RECOVERY, wanted=one_path)
    assert [paths(lab, SPINE, str(vrf.table)) for vrf in plan.VRFS] == [[], []]


ANY4, ANY6 = "10.1.9.1/32", "fd10:1:9::1/128"
ANYCAST = {ANY4, ANY6}
# Taken as anycast, granted to nobody.
NOT_GRANTED = ["10.1.9.2/32", "fd10:1:9::2/128"]
WITHDRAWN_IN = 3.0  # seconds
HEALTH = "/usr/local/lib/switchyard/anycast-health"
CHECK = "/etc/switchyard/health.d/web"


@contextlib.contextmanager
def anycast_addresses(controller):
    """Two subnets of their own, two addresses of each taken for sharing; given back at the end."""
    subnets = {"any-v4": ("10.1.9.0/29", [ANY4, NOT_GRANTED[0]]), "any-v6": ("fd10:1:9::/125", [ANY6, NOT_GRANTED[1]])}
    for name, (prefix, addresses) in subnets.items():
        controller.cli("subnet", "create", name, "--vrf", PRV.name, "--prefix", prefix, "--project", "demo", "--hold-down", "0")
        words = [word for address in addresses for word in ("--address", address.split("/")[0])]
        controller.cli("subnet", "take", name, "--anycast", *words)
    yield
    for name, (_, addresses) in subnets.items():
        for address in addresses:
            controller.cli("subnet", "free", name, address.split("/")[0])
        controller.cli("subnet", "remove", name)


def start_health_service(lab, server: str) -> None:
    """What systemd does with switchyard-anycast.service; the lab has none."""
    lab.write(server, CHECK, "#!/bin/sh\n[ -e /run/web ]\n", "0755")
    lab.run(server, f"setsid {HEALTH} </dev/null >/run/anycast-health.log 2>&1 & echo $! >/run/anycast-health.pid")


def anycast_on_switch(lab, tor: plan.Node, server: plan.Node) -> set[str]:
    return accepted_on_switch(lab, tor, PRV, plan.SERVER_PORTS[server.name]) & ANYCAST


def withdrawal(lab, server: plan.Node, breaks: str) -> float:
    """Seconds from the moment this command ended until both families are gone from both switches, by the nodes' common clock."""
    def gone_at(tor: plan.Node) -> float:
        name = f"{plan.SERVER_PORTS[server.name]}.{PRV.tag}"
        shows = " ".join(f"-c 'show bgp vrf {PRV.name} {family} unicast neighbors {name} routes json'" for family in ("ipv4", "ipv6"))
        there = "|".join(f'\\"{prefix}\\"' for prefix in ANYCAST)
        return float(lab.run(tor.name, f"while vtysh {shows} | grep -qE \"{there}\"; do :; done; date +%s.%N", timeout=60).stdout)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        gone = [pool.submit(gone_at, tor) for tor in plan.TORS]
        broken_at = float(lab.run(server.name, f"{breaks}; date +%s.%N").stdout)
        return max(one.result() for one in gone) - broken_at


def next_hops(lab, node: str, prefix: str) -> int:
    family = 6 if ":" in prefix else 4
    return next((len(route.get("nexthops", [route])) for route in bgp_routes(lab, node, family, str(PRV.table))
                 if names([route["dst"]]) == {prefix}), 0)


@pytest.mark.seconds(900)
def test_two_servers_of_l3_anycast_share_addresses_while_their_health_checks_pass(lab, site):
    controller, servers = site.controller, (plan.SRV1, plan.SRV5)
    controller.more_servers(inventory(lab, servers))
    controller.wait(lambda: controller.in_sync("provisioning", plan.SERVER_PORTS["srv5"]), 120, "the ports of srv5 to be in the pool")
    order = {"catalog": "l3-anycast", "subnets": subnet_words((PRV,)),
             "more": tuple(word for prefix in (ANY4, ANY6) for word in ("--anycast", f"{PRV.name}={prefix.split('/')[0]}"))}
    with contextlib.ExitStack() as ends:
        ends.enter_context(anycast_addresses(controller))
        deployments = [ends.enter_context(site.by_catalog(name=f"web-{server.name}", server=server, **order)) for server in servers]
        own = {server.name: {PRV.host4, PRV.host6} if server == plan.SRV1 else {PRV.neighbour4, PRV.neighbour6} for server in servers}
        for tor in plan.TORS:  # active, and nothing shared: nobody has said what healthy means
            for server in servers:
                assert accepted_on_switch(lab, tor, PRV, plan.SERVER_PORTS[server.name]) == own[server.name]

        def shared(*announcing: plan.Node) -> bool:
            return all(anycast_on_switch(lab, tor, server) == (ANYCAST if server in announcing else set())
                       for tor in plan.TORS for server in servers)
        for server in servers:
            start_health_service(lab, server.name)
            lab.run(server.name, "touch /run/web")
        controller.wait(lambda: shared(*servers), 60, "both servers to announce the anycast addresses")
        for prefix in ANYCAST:  # both servers behind each ToR, both ToRs for the spine
            for node in ("tor1", "tor2", SPINE):
                controller.wait(lambda: next_hops(lab, node, prefix) == 2, 30, f"{node} to have two next hops to {prefix}")
            assert probe.once(lab, SPINE, prefix.split("/")[0], device=PRV.name) == 1.0
        sources = {route.get("prefsrc") for family in (4, 6) for route in bgp_routes(lab, SERVER, family)}
        assert sources == {prefix.split("/")[0] for prefix in own["srv1"]}, "the server's own traffic leaves with its own address"

        for what, breaks in {"a check that fails": "rm /run/web", "a check that hangs":
                             f"printf '#!/bin/sh\nsleep 600\n' >{CHECK}"}.items():
            seconds = withdrawal(lab, plan.SRV1, breaks)
            print(f"{what}: withdrawn from both switches after {seconds:.2f} s")
            assert seconds < WITHDRAWN_IN
            assert shared(plan.SRV5) and accepted_on_switch(lab, plan.TOR1, PRV) == own["srv1"]
            for prefix in ANYCAST:
                assert probe.once(lab, SPINE, prefix.split("/")[0], device=PRV.name) == 1.0
            lab.run(SERVER, f"printf '#!/bin/sh\n[ -e /run/web ]\n' >{CHECK}; touch /run/web")
            controller.wait(lambda: shared(*servers), 30, "srv1 to be back")
        seconds = withdrawal(lab, plan.SRV1, "kill $(cat /run/anycast-health.pid)")
        print(f"the service is stopped: withdrawn from both switches after {seconds:.2f} s")
        assert seconds < WITHDRAWN_IN

        attacker = attack.Attacker(lab, deployments[0]["asn"], (PRV,))
        assert_lies_are_refused(lab, controller, attacker, NOT_GRANTED, own["srv1"] | ANYCAST, frozenset(own["srv5"]))
        attacker.restore()
    assert [paths(lab, SPINE, str(vrf.table)) for vrf in plan.VRFS] == [[], []]


POD_NETWORK, POD_NEXT_HOP = "10.244.7.0/24", "192.168.99.2"
# What a container network has no business with.
CNI_LIES = ["0.0.0.0/0", "10.1.0.6/32", "10.9.9.0/24"]
CNI = "/run/cni"
BGP_PORT = 20179


def start_cni(lab, asn: int) -> None:
    """A container network's daemon: Debian's bgpd once more, on port 179, which knows nothing of kernel and zebra."""
    own = PRV.host4.split("/")[0]
    networks = "".join(f"  network {prefix}\n" for prefix in (POD_NETWORK, *CNI_LIES))
    config = f"""router bgp {asn}
 bgp router-id {own}
 no bgp default ipv4-unicast
 no bgp network import-check
 neighbor {own} remote-as {asn}
 neighbor {own} port {BGP_PORT}
 neighbor {own} timers connect 1
 address-family ipv4 unicast
{networks}  neighbor {own} activate
  neighbor {own} route-map OUT out
 exit-address-family
exit
route-map OUT permit 10
 set ip next-hop {POD_NEXT_HOP}
exit
"""
    lab.run(SERVER, f"ip link add cni0 type dummy && ip addr add {POD_NEXT_HOP.rsplit('.', 1)[0]}.1/24 dev cni0 && ip link set cni0 up")
    lab.run(SERVER, f"mkdir -p {CNI} && cat >{CNI}/bgpd.conf && chown -R frr:frr {CNI} && /usr/lib/frr/bgpd -d -n -p 179 -f {CNI}/bgpd.conf "
                    f"-i {CNI}/bgpd.pid -z {CNI}/no-zebra --vty_socket {CNI} -P 0", stdin=config)


def told_by_cni(lab) -> set[str]:
    shows = f"show bgp ipv4 unicast neighbors {PRV.host4.split('/')[0]} advertised-routes json"
    return set(json.loads(lab.run(SERVER, f"vtysh --vty_socket {CNI} -d bgpd -c '{shows}'").stdout)["advertisedRoutes"])


def leaves_by(lab) -> set[tuple[str, str]]:
    """(prefix, device) of each route of the fabric; a second next hop is a fault of the caller's."""
    routes = [route for family in (4, 6) for route in bgp_routes(lab, SERVER, family) if route["dst"] in ("10.0.0.0/8", "fd10::/16")]
    return {(route["dst"], hop["dev"]) for route in routes for hop in route.get("nexthops", [route])}


@pytest.mark.seconds(600)
def test_a_server_of_kubernetes_leaves_port_179_to_the_container_network(lab, site):
    controller = site.controller
    with site.by_catalog("kubernetes", subnet_words((PRV,))) as deployment:
        asn, attacker = deployment["asn"], attack.Attacker(lab, deployment["asn"], (PRV,))
        wait_converged(lab, wanted=[[1, 1], [2, 2], []])
        active, standby = ({(prefix, f"{nic}.{PRV.tag}") for prefix in ("10.0.0.0/8", "fd10::/16")} for nic in plan.SERVER_LINKS)
        assert leaves_by(lab) == active
        listening = lab.run(SERVER, "ss -Hltn 'sport = :179 or sport = :20179'").stdout
        assert f":{BGP_PORT}" in listening and ":179 " not in listening
        start_cni(lab, asn)  # which fails if it cannot have port 179

        def pod_route() -> list[tuple[str, str]]:
            return [(route["dst"], route.get("gateway", "")) for route in bgp_routes(lab, SERVER, 4) if route["dst"] != "10.0.0.0/8"]
        controller.wait(lambda: pod_route() == [(POD_NETWORK, POD_NEXT_HOP)], 60, "the route of the container network")
        assert ":179 " in lab.run(SERVER, "ss -Hltn 'sport = :179'").stdout
        assert attacker.announced(PRV.host4.split("/")[0]) == set(), "FRR tells the container network nothing"
        assert told_by_cni(lab) == {POD_NETWORK, *CNI_LIES}

        def sessions_are_up() -> bool:
            return all(session_on_switch(lab, tor)["bgpState"] == "Established" for tor in plan.TORS)

        def assert_nothing_of_it_leaves() -> None:
            for name, tor, vrf in attack.neighbours((PRV,)):
                assert attacker.announced(name) == {PRV.host4} and attacker.announced(name, "ipv6") == {PRV.host6}
                assert accepted_on_switch(lab, tor, vrf) == {PRV.host4, PRV.host6}
            assert names(route["dst"] for route in bgp_routes(lab, SPINE, 4, str(PRV.table))) == {PRV.host4}
        assert sessions_are_up()
        assert_nothing_of_it_leaves()

        for what, cut in {"with its carrier": lab.pull, "silently, so that its session must end first": lab.cut_silently}.items():
            try:
                cut(f"tor1.{plan.SERVER_PORT}")
                begun = time.monotonic()
                controller.wait(lambda: leaves_by(lab) == standby, 30, "the standby to take over")
                print(f"the active ToR was lost {what}: the standby is in the kernel after {time.monotonic() - begun:.2f} s")
                # tor1 ends its own end of the session in its own time; until then it still draws what is on its way back.
                controller.wait(lambda: probe.once(lab, SERVER, PRV.service4.split("/")[0]) == 1.0, 20, "traffic to be whole by the standby")
            finally:
                lab.plug(f"tor1.{plan.SERVER_PORT}")
            # The switch's own attempts end at the container network's daemon; the server's must do.
            controller.wait(sessions_are_up, 60, "the session of tor1 to come back")
            controller.wait(lambda: leaves_by(lab) == active, 30, "the active ToR to be used again")
        controller.wait(lambda: pod_route() == [(POD_NETWORK, POD_NEXT_HOP)], 10, "the route of the container network to be there still")
        for family in (4, 6):
            assert probe.once(lab, SERVER, (PRV.service4 if family == 4 else PRV.service6).split("/")[0]) == 1.0
        assert_nothing_of_it_leaves()
    assert [paths(lab, SPINE, str(vrf.table)) for vrf in plan.VRFS] == [[], []]


def vlans_of(lab, tor: plan.Node, port: str = plan.SERVER_PORT) -> dict[int, set[str]]:
    shown = lab.json(tor.name, f"bridge -j vlan show dev {port}")
    return {vlan["vlan"]: set(vlan.get("flags", [])) for device in shown for vlan in device["vlans"]}


def devices_on(lab, tor: plan.Node) -> list[str]:
    """Subinterfaces of the server's port, and what FRR has of them."""
    links = [link["ifname"] for link in lab.json(tor.name, "ip -j link show") if link["ifname"].startswith(f"{plan.SERVER_PORT}.")]
    return links + [line for line in lab.vtysh(tor.name, "show running-config").splitlines() if f" {plan.SERVER_PORT}." in line]


def push_segment(controller, vlans: str) -> None:
    """l2-segment with VLANs of this site, as its README says."""
    source = ROOT / "catalogs" / "shipped" / "l2-segment"
    folder = controller.folder / "l2-segment"
    shutil.copytree(source, folder, dirs_exist_ok=True)
    yaml = (source / "catalog.yaml").read_text()
    assert "segment: {untagged: 301}" in yaml
    (folder / "catalog.yaml").write_text(yaml.replace("{untagged: 301}", f"{{{vlans}}}"))
    controller.cli("catalog", "push", str(folder), "--publish")


@pytest.mark.seconds(600)
@pytest.mark.parametrize("vlans, flags, device", [
    (f"untagged: {plan.FOREIGN_VLAN}", {"PVID", "Egress Untagged"}, "bond0"),
    (f"tagged: [{plan.FOREIGN_VLAN}]", set(), f"bond0.{plan.FOREIGN_VLAN}")], ids=["access", "trunk"])
def test_a_server_of_l2_segment_is_in_its_vlan_and_in_nothing_else(lab, site, vlans, flags, device):
    controller = site.controller
    site.released()
    foreign_before = {tor.name: foreign(lab, tor) for tor in plan.TORS}
    with pytest.raises(fabric.LabError, match="provisioning VLAN"):
        push_segment(controller, f"tagged: [{plan.PROVISIONING_VLAN}]")
    push_segment(controller, vlans)
    deployment = controller.deploy(catalog="l2-segment", subnets=[])
    try:
        assert deployment["addresses"] == []
        for tor in plan.TORS:
            assert vlans_of(lab, tor) == {plan.FOREIGN_VLAN: flags}
            assert devices_on(lab, tor) == []
            shown = controller.port(tor)
            assert (shown["wished_mode"], shown["sync"], shown["sessions"]) == ("segment", "in-sync", [])
            assert foreign(lab, tor) == foreign_before[tor.name]
        bond = lab.json(SERVER, "ip -j -d link show bond0")[0]
        slaves = {link["ifname"] for link in lab.json(SERVER, "ip -j link show master bond0")}
        assert bond["linkinfo"]["info_data"]["mode"] == "active-backup" and slaves == set(plan.SERVER_LINKS)
        # The neighbours of the two ToRs are in networks of their own: each is reached by the NIC at its ToR.
        for nic, tor in plan.SERVER_LINKS.items():
            lab.run(SERVER, f"ip link set bond0 type bond active_slave {nic}")
            own = f"{plan.foreign_host(tor).rsplit('.', 1)[0]}.55/24"
            lab.run(SERVER, f"ip addr add {own} dev {device}")
            assert probe.once(lab, SERVER, plan.foreign_host(tor)) == 1.0
            lab.run(SERVER, f"ip addr del {own} dev {device}; ip addr add 172.16.100.55/24 dev bond0")
            assert probe.once(lab, SERVER, plan.PROVISIONING_HOST) == 0.0
            lab.run(SERVER, "ip addr del 172.16.100.55/24 dev bond0")
        # What is said in the provisioning VLAN, to everybody, on the controller's own leg of it.
        bridge = plan.cable_of(plan.PROVISIONING_PORT).bridge
        with frames.Listener(lab, (SERVER, plan.TOR1.name)) as listener:
            frames.send(lab, "", bridge, "provisioning", kind="plain")
            frames.send(lab, "", plan.cable_of(f"tor1.{plan.FOREIGN_PORT}").bridge, "segment", kind="plain")
            assert {sight.node for sight in listener.seen("segment")} == {SERVER, plan.TOR1.name}
            assert {sight.node for sight in listener.seen("provisioning")} == {plan.TOR1.name}
    finally:
        controller.release(deployment["id"])
    for tor in plan.TORS:
        assert vlans_of(lab, tor) == {plan.PROVISIONING_VLAN: {"PVID", "Egress Untagged"}}
        assert foreign(lab, tor) == foreign_before[tor.name]
    assert controller.in_sync("provisioning")
