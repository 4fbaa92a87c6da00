# Switchyard: puts port swp1 back
# wish {"attachments":[{"accept":["10.1.0.5/32","fd10:1::5/128"],"advertise":["10.0.0.0/8","fd10::/16"],"hold":9,"keepalive":3,"maximum_prefix":8,"server_asn":4200000005,"tag":101,"vrf":"vrf-prv"},{"accept":["203.0.113.5/32"],"advertise":["0.0.0.0/0"],"hold":9,"keepalive":3,"maximum_prefix":8,"server_asn":4200000005,"tag":201,"vrf":"vrf-pub"}],"mode":"routed","mtu":1500,"owner":"dep-1 7","port":"swp1"}
# before [["bridge port swp1 guard","on"],["bridge port swp1 isolated","on"],["filter swp1 pref 10 handle 1","protocol 802.1Q flower  action drop"],["filter swp1 pref 11 handle 1","protocol 802.1ad flower  action drop"],["filter swp1 pref 12 handle 1","protocol ip flower ip_proto udp src_port 67 action drop"],["filter swp1 pref 13 handle 1","protocol ipv6 flower ip_proto udp src_port 547 action drop"],["filter swp1 pref 14 handle 1","protocol ipv6 flower ip_proto icmpv6 type 134 action drop"],["link swp1","present"],["link swp1 master","br0"],["link swp1 mtu","1504"],["link swp1 state","up"],["saved interfaces of swp1 line 1","# Written by Switchyard, which will write it again: do not edit."],["saved interfaces of swp1 line 10","iface br0"],["saved interfaces of swp1 line 11","    post-up ip link set dev swp1 master br0"],["saved interfaces of swp1 line 12","    post-up bridge vlan del dev swp1 vid 1"],["saved interfaces of swp1 line 13","    post-up bridge vlan add dev swp1 vid 100 pvid untagged"],["saved interfaces of swp1 line 14","    post-up bridge link set dev swp1 isolated on guard on"],["saved interfaces of swp1 line 2",""],["saved interfaces of swp1 line 3","auto swp1"],["saved interfaces of swp1 line 4","iface swp1"],["saved interfaces of swp1 line 5","    mtu 1504"],["saved interfaces of swp1 line 6","    pre-up tc qdisc replace dev swp1 clsact"],["saved interfaces of swp1 line 7","    pre-up { echo 'filter replace dev swp1 ingress pref 10 handle 1 protocol 802.1Q flower action drop'; echo 'filter replace dev swp1 ingress pref 11 handle 1 protocol 802.1ad flower action drop'; echo 'filter replace dev swp1 ingress pref 12 handle 1 protocol ip flower ip_proto udp src_port 67 action drop'; echo 'filter replace dev swp1 ingress pref 13 handle 1 protocol ipv6 flower ip_proto udp src_port 547 action drop'; echo 'filter replace dev swp1 ingress pref 14 handle 1 protocol ipv6 flower ip_proto icmpv6 type 134 action drop'; } | tc -force -batch -"],["saved interfaces of swp1 line 8",""],["saved interfaces of swp1 line 9","auto br0"],["vlan swp1 100","pvid untagged"]]
vtysh -f /dev/stdin <<'SWY-IN'
router bgp 65001 vrf vrf-prv
 no neighbor swp1.101 interface
exit
router bgp 65001 vrf vrf-pub
 no neighbor swp1.201 interface
exit
no ip prefix-list SWY-P-swp1.101
no ip prefix-list SWY-P-swp1.201
no ipv6 prefix-list SWY-P-swp1.101
no ipv6 prefix-list SWY-P-swp1.201
SWY-IN
ip -force -batch - <<'SWY-IN'
link set dev swp1 down
SWY-IN
ip -force -batch - <<'SWY-IN'
link set dev swp1.101 down
link set dev swp1.101 master vrf-quarantine
link delete dev swp1.101
link set dev swp1.201 down
link set dev swp1.201 master vrf-quarantine
link delete dev swp1.201
link set dev swp1 master br0
link set dev swp1 alias ""
SWY-IN
bridge -force -batch - <<'SWY-IN'
vlan del dev swp1 vid 1
vlan add dev swp1 vid 100 pvid untagged
link set dev swp1 isolated on
link set dev swp1 guard on
SWY-IN
tc -force -batch - <<'SWY-IN'
qdisc replace dev swp1 clsact
filter replace dev swp1 ingress pref 1 handle 1 protocol all flower action drop
filter del dev swp1 ingress pref 10 handle 101 protocol 802.1Q flower
filter del dev swp1 ingress pref 10 handle 201 protocol 802.1Q flower
filter del dev swp1 ingress pref 11 handle 1 protocol LLDP flower
filter del dev swp1 ingress pref 100 handle 1 protocol all flower
filter replace dev swp1 ingress pref 10 handle 1 protocol 802.1Q flower action drop
filter replace dev swp1 ingress pref 11 handle 1 protocol 802.1ad flower action drop
filter replace dev swp1 ingress pref 12 handle 1 protocol ip flower ip_proto udp src_port 67 action drop
filter replace dev swp1 ingress pref 13 handle 1 protocol ipv6 flower ip_proto udp src_port 547 action drop
filter replace dev swp1 ingress pref 14 handle 1 protocol ipv6 flower ip_proto icmpv6 type 134 action drop
filter del dev swp1 ingress pref 1 handle 1 protocol all flower
SWY-IN
vtysh -f /dev/stdin <<'SWY-IN'
no interface swp1.101
no interface swp1.201
SWY-IN
cat >/etc/network/switchyard/swp1.conf <<'SWY-IN'
# Written by Switchyard, which will write it again: do not edit.

auto swp1
iface swp1
    mtu 1504
    pre-up tc qdisc replace dev swp1 clsact
    pre-up { echo 'filter replace dev swp1 ingress pref 10 handle 1 protocol 802.1Q flower action drop'; echo 'filter replace dev swp1 ingress pref 11 handle 1 protocol 802.1ad flower action drop'; echo 'filter replace dev swp1 ingress pref 12 handle 1 protocol ip flower ip_proto udp src_port 67 action drop'; echo 'filter replace dev swp1 ingress pref 13 handle 1 protocol ipv6 flower ip_proto udp src_port 547 action drop'; echo 'filter replace dev swp1 ingress pref 14 handle 1 protocol ipv6 flower ip_proto icmpv6 type 134 action drop'; } | tc -force -batch -

auto br0
iface br0
    post-up ip link set dev swp1 master br0
    post-up bridge vlan del dev swp1 vid 1
    post-up bridge vlan add dev swp1 vid 100 pvid untagged
    post-up bridge link set dev swp1 isolated on guard on
SWY-IN
mv -f /etc/network/switchyard/swp1.conf /etc/network/interfaces.d/switchyard-swp1.conf
ip -force -batch - <<'SWY-IN'
link set dev swp1 up
SWY-IN
