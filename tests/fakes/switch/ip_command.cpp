// ip(8): links, VRFs, VLAN devices and unreachable routes.
#include "tests/fakes/switch/kernel.h"

#include <fmt/format.h>

#include <cstdlib>

namespace switchyard::fakes {

namespace {

using Words = std::vector<std::string>;

KernelAnswer wrong(const std::string& words, int status = 1) { return {status, "", words + "\n"}; }

KernelAnswer answer_of(const std::string& problem) {
  if (problem.empty()) return {};
  return {problem.starts_with("Error")       ? 255
          : problem.starts_with("RTNETLINK") ? 2
                                             : 1,
          "", problem + "\n"};
}

std::string json_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string flags_of(const Kernel& kernel, const Link& link) {
  std::string flags;
  const auto add = [&](std::string_view flag) {
    flags += fmt::format("{}\"{}\"", flags.empty() ? "" : ",", flag);
  };
  if (link.up && !link.carrier && link.kind == Link::Kind::Port) add("NO-CARRIER");
  if (link.kind == Link::Kind::Loopback)
    add("LOOPBACK");
  else if (link.kind == Link::Kind::Vrf)
    add("NOARP"), add("MASTER");
  else
    add("BROADCAST"), add("MULTICAST");
  if (link.kind == Link::Kind::Vlan && !link.up) add("M-DOWN");
  if (link.up) add("UP");
  if (kernel.running(link)) add("LOWER_UP");
  return flags;
}

std::string info_of(const Kernel& kernel, const Link& link) {
  std::string info;
  switch (link.kind) {
    case Link::Kind::Vlan:
      info = fmt::format(
          R"("info_kind":"vlan","info_data":{{"protocol":"802.1Q","id":{},"flags":["REORDER_HDR"]}})",
          link.vlan);
      break;
    case Link::Kind::Vrf:
      info = fmt::format(R"("info_kind":"vrf","info_data":{{"table":{}}})", link.table);
      break;
    case Link::Kind::Bridge:
      info =
          R"("info_kind":"bridge","info_data":{"stp_state":0,"vlan_filtering":1,"vlan_protocol":"802.1Q","vlan_default_pvid":1})";
      break;
    default: break;
  }
  const Link* master = kernel.find(link.master);
  if (master != nullptr) {
    if (!info.empty()) info += ',';
    if (master->kind == Link::Kind::Vrf)
      info +=
          fmt::format(R"("info_slave_kind":"vrf","info_slave_data":{{"table":{}}})", master->table);
    else
      info += fmt::format(
          R"("info_slave_kind":"bridge","info_slave_data":{{"state":"{}","learning":{},"flood":true,"isolated":{},"locked":false}})",
          kernel.running(link) ? "forwarding" : "disabled", link.learning, link.isolated);
  }
  return info.empty() ? "" : fmt::format(R"("linkinfo":{{{}}},)", info);
}

std::string addresses_of(const Kernel& kernel, const Link& link) {
  std::string list;
  for (const std::string& address : link.addresses) {
    const std::size_t slash = address.find('/');
    list += fmt::format(R"({}{{"family":"{}","local":"{}","prefixlen":{},"scope":"global"}})",
                        list.empty() ? "" : ",",
                        address.find(':') == std::string::npos ? "inet" : "inet6",
                        address.substr(0, slash), address.substr(slash + 1));
  }
  const Link* master = kernel.find(link.master);
  const bool bridged = master != nullptr && master->kind == Link::Kind::Bridge;
  const bool has_link_local = kernel.running(link) && link.address_generation && !bridged &&
                              (link.kind == Link::Kind::Port || link.kind == Link::Kind::Vlan) &&
                              kernel.setting("net/ipv6/conf/" + link.name + "/disable_ipv6") == "0";
  if (has_link_local && link.mac.size() == 17) {
    const auto byte = [&](std::size_t i) {
      return static_cast<int>(std::strtol(link.mac.substr(i * 3, 2).c_str(), nullptr, 16));
    };
    list += fmt::format(
        R"({}{{"family":"inet6","local":"fe80::{:x}:{:x}ff:fe{:02x}:{:x}","prefixlen":64,"scope":"link"}})",
        list.empty() ? "" : ",", ((byte(0) ^ 2) << 8) | byte(1), byte(2), byte(3),
        (byte(4) << 8) | byte(5));
  }
  return list;
}

void append_link(const Kernel& kernel, const Link& link, bool with_addresses, std::string& out) {
  const bool running = kernel.running(link);
  fmt::format_to(std::back_inserter(out), R"({{"ifindex":{},)", link.index);
  if (!link.parent.empty()) fmt::format_to(std::back_inserter(out), R"("link":"{}",)", link.parent);
  fmt::format_to(std::back_inserter(out), R"("ifname":"{}","flags":[{}],"mtu":{},"qdisc":"{}",)",
                 link.name, flags_of(kernel, link), link.mtu, link.up ? "noqueue" : "noop");
  if (!link.master.empty())
    fmt::format_to(std::back_inserter(out), R"("master":"{}",)", link.master);
  fmt::format_to(
      std::back_inserter(out),
      R"("operstate":"{}","group":"default","txqlen":1000,"link_type":"{}","address":"{}",)",
      running                                    ? "UP"
      : link.up && link.kind == Link::Kind::Vlan ? "LOWERLAYERDOWN"
                                                 : "DOWN",
      link.kind == Link::Kind::Loopback ? "loopback" : "ether", link.mac);
  out += info_of(kernel, link);
  fmt::format_to(std::back_inserter(out),
                 R"("min_mtu":68,"max_mtu":{},"inet6_addr_gen_mode":"{}","num_tx_queues":1)",
                 link.kind == Link::Kind::Port ? 9216 : 65535,
                 link.address_generation ? "eui64" : "none");
  if (!link.alias.empty()) out += ",\"ifalias\":" + json_text(link.alias);
  if (with_addresses) out += ",\"addr_info\":[" + addresses_of(kernel, link) + "]";
  out += '}';
}

// ip [-j] link|address show [dev NAME] [type KIND] [master NAME]
KernelAnswer show_links(const Kernel& kernel, const Words& words, std::size_t at,
                        bool with_addresses) {
  std::string only, type, master;
  for (; at < words.size(); ++at) {
    const bool more = at + 1 < words.size();
    if (words[at] == "type" && more)
      type = words[++at];
    else if (words[at] == "master" && more)
      master = words[++at];
    else if (words[at] == "dev" && more)
      only = words[++at];
    else
      only = words[at];
  }
  if (!only.empty() && kernel.find(only) == nullptr)
    return wrong("Device \"" + only + "\" does not exist.");
  std::string out = "[";
  for (const Link* link : kernel.by_index()) {
    if (!only.empty() && link->name != only) continue;
    if (!master.empty() && link->master != master) continue;
    if ((type == "vlan" && link->kind != Link::Kind::Vlan) ||
        (type == "vrf" && link->kind != Link::Kind::Vrf) ||
        (type == "bridge" && link->kind != Link::Kind::Bridge))
      continue;
    if (out.size() > 1) out += ',';
    append_link(kernel, *link, with_addresses, out);
  }
  return {0, out + "]\n", ""};
}

KernelAnswer add_link(Kernel& kernel, const Words& words, std::size_t at) {
  Link link;
  link.mtu = 0;
  std::string type;
  for (; at < words.size(); ++at) {
    const bool more = at + 1 < words.size();
    if (words[at] == "link" && more)
      link.parent = words[++at];
    else if (words[at] == "name" && more)
      link.name = words[++at];
    else if (words[at] == "mtu" && more)
      link.mtu = std::atoi(words[++at].c_str());
    else if (words[at] == "type" && more)
      type = words[++at];
    else if (words[at] == "id" && more)
      link.vlan = std::atoi(words[++at].c_str());
    else if (words[at] == "table" && more)
      link.table = std::atoi(words[++at].c_str());
    else if (words[at] == "alias" && more)
      link.alias = words[++at];
    else if (words[at] == "master" && more)
      link.master = words[++at];
    else if (words[at] == "addrgenmode" && more)
      link.address_generation = words[++at] != "none";
    else if (words[at] == "vlan_filtering" && more)
      ++at;
    else if (words[at] == "protocol" && more)
      ++at;
    else if (words[at] == "up")
      link.up = true;
    else if (link.name.empty())
      link.name = words[at];
    else
      return wrong("Error: either \"dev\" is duplicate, or \"" + words[at] + "\" is a garbage.",
                   255);
  }
  if (type == "vlan") {
    if (link.vlan < 1 || link.vlan > 4094)
      return wrong("RTNETLINK answers: Numerical result out of range", 2);
    link.kind = Link::Kind::Vlan;
  } else if (type == "vrf") {
    link.kind = Link::Kind::Vrf;
    link.mtu = 65575;
  } else if (type == "bridge") {
    link.kind = Link::Kind::Bridge;
    link.mtu = 1500;
    link.vlans[1] = {.pvid = true, .untagged = true};
  } else {
    return wrong("Error: Unknown device type.", 2);
  }
  if (link.name.size() > 15)
    return wrong("Error: argument \"" + link.name + "\" is wrong: \"name\" not a valid ifname",
                 255);
  return answer_of(kernel.add(std::move(link)));
}

KernelAnswer set_link(Kernel& kernel, const Words& words, std::size_t at) {
  std::string name;
  std::string problem;
  if (at < words.size() && words[at] == "dev") ++at;
  if (at < words.size()) name = words[at++];
  Link* link = kernel.find(name);
  if (link == nullptr) return wrong("Cannot find device \"" + name + "\"");
  for (; at < words.size() && problem.empty(); ++at) {
    const bool more = at + 1 < words.size();
    if (words[at] == "up" || words[at] == "down")
      problem = kernel.set_up(name, words[at] == "up");
    else if (words[at] == "nomaster")
      problem = kernel.set_master(name, "");
    else if (words[at] == "master" && more)
      problem = kernel.set_master(name, words[++at]);
    else if (words[at] == "mtu" && more)
      problem = kernel.set_mtu(name, std::atoi(words[++at].c_str()));
    else if ((words[at] == "alias" || words[at] == "ifalias") && more)
      problem = kernel.set_alias(name, words[++at]);
    else if (words[at] == "addrgenmode" && more) {
      link->address_generation = words[++at] != "none";
      kernel.note_change(name);
    } else {
      problem = "Error: either \"dev\" is duplicate, or \"" + words[at] + "\" is a garbage.";
    }
  }
  return answer_of(problem);
}

KernelAnswer link_command(Kernel& kernel, const Words& words, std::size_t at) {
  const std::string verb = at < words.size() ? words[at] : "show";
  if (verb == "add") return add_link(kernel, words, at + 1);
  if (verb == "set") return set_link(kernel, words, at + 1);
  if (verb == "del" || verb == "delete") {
    std::size_t name = at + 1;
    if (name < words.size() && words[name] == "dev") ++name;
    return name < words.size()
               ? answer_of(kernel.remove(words[name]))
               : wrong("Not enough information: \"dev\" argument is required.", 255);
  }
  if (verb == "show" || verb == "list" || verb == "ls")
    return show_links(kernel, words, at + 1, false);
  return wrong("Command \"" + verb + "\" is unknown, try \"ip link help\".", 255);
}

struct RouteWords {
  UnreachableRoute route{};
  bool is_unreachable{};
  bool all_tables{};
  std::string problem{};
};

RouteWords read_route(const Kernel& kernel, const Words& words, std::size_t at, int family) {
  RouteWords read;
  read.route.family = family;
  for (; at < words.size(); ++at) {
    const bool more = at + 1 < words.size();
    if (words[at] == "unreachable") {
      read.is_unreachable = true;
    } else if ((words[at] == "vrf" || words[at] == "table") && more) {
      const Link* vrf = kernel.find(words[at + 1]);
      read.all_tables = read.all_tables || words[at + 1] == "all";
      if (vrf != nullptr && vrf->kind == Link::Kind::Vrf)
        read.route.table = vrf->table;
      else if (words[at] == "vrf")
        read.problem = "Error: argument \"" + words[at + 1] + "\" is wrong: Invalid VRF\n";
      else
        read.route.table = std::atoi(words[at + 1].c_str());
      ++at;
    } else if (words[at] == "metric" && more) {
      read.route.metric = std::atoll(words[++at].c_str());
    } else if (words[at] == "type" && more) {
      read.is_unreachable = words[++at] == "unreachable";
    } else if (words[at] == "default" || words[at] == "0.0.0.0/0" || words[at] == "::/0") {
      if (words[at] == "::/0") read.route.family = 6;
      read.route.destination = "default";
    } else {
      read.route.destination = words[at];
      if (words[at].find(':') != std::string::npos) read.route.family = 6;
    }
  }
  return read;
}

KernelAnswer route_command(Kernel& kernel, const Words& words, std::size_t at, int family) {
  const std::string verb = at < words.size() ? words[at] : "show";
  const RouteWords read = read_route(kernel, words, at + 1, family == 0 ? 4 : family);
  if (!read.problem.empty()) return answer_of(read.problem);
  if (verb == "show" || verb == "list") {
    std::string out = "[";
    for (const UnreachableRoute& route : kernel.unreachable()) {
      if (route.family != read.route.family ||
          (!read.all_tables && route.table != read.route.table))
        continue;
      const std::string vrf = kernel.vrf_of_table(route.table);
      fmt::format_to(
          std::back_inserter(out),
          R"({}{{"type":"unreachable","dst":"{}",{}"table":"{}","metric":{},"flags":[]}})",
          out.size() > 1 ? "," : "", route.destination, route.family == 6 ? "\"dev\":\"lo\"," : "",
          vrf.empty() ? std::to_string(route.table) : vrf, route.metric);
    }
    return {0, out + "]\n", ""};
  }
  if (!read.is_unreachable) return wrong("RTNETLINK answers: Operation not supported", 2);
  if (verb == "add" || verb == "replace")
    return answer_of(kernel.replace_route(read.route, verb == "add"));
  if (verb == "del" || verb == "delete") return answer_of(kernel.remove_route(read.route));
  return wrong("Command \"" + verb + "\" is unknown, try \"ip route help\".", 255);
}

KernelAnswer one_ip(Kernel& kernel, const Words& words, std::size_t at, int family) {
  if (at >= words.size()) return wrong("Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }", 255);
  const std::string& object = words[at];
  if (object == "link" || object == "l") return link_command(kernel, words, at + 1);
  if (object == "route" || object == "r") return route_command(kernel, words, at + 1, family);
  if (object == "address" || object == "addr" || object == "a") {
    if (at + 1 < words.size() && words[at + 1] == "flush") return {};
    return show_links(kernel, words,
                      at + (at + 1 < words.size() && words[at + 1] == "show" ? 2 : 1), true);
  }
  if (object == "neigh" || object == "neighbour") return {0, "[]\n", ""};
  return wrong("Object \"" + object + "\" is unknown, try \"ip help\".", 255);
}

}  // namespace

KernelAnswer run_ip(Kernel& kernel, const Words& arguments, const std::string& input) {
  bool force = false, batch = false;
  int family = 0;
  std::size_t at = 1;
  for (; at < arguments.size() && arguments[at].starts_with('-') && arguments[at].size() > 1;
       ++at) {
    force = force || arguments[at] == "-force";
    if (arguments[at] == "-4") family = 4;
    if (arguments[at] == "-6") family = 6;
    if (arguments[at] == "-batch" || arguments[at] == "-b") {
      batch = true;
      ++at;
    }
  }
  if (!batch) return one_ip(kernel, arguments, at, family);
  return run_batch(kernel, input, force,
                   [&](Words words) { return one_ip(kernel, words, 0, family); });
}

}  // namespace switchyard::fakes
