// bridge(8): VLANs of ports and the flags of a bridge port.
#include "tests/fakes/switch/kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace switchyard::fakes {

namespace {

using Words = std::vector<std::string>;

KernelAnswer wrong(const std::string& words, int status = 1) { return {status, "", words + "\n"}; }

KernelAnswer answer_of(const std::string& problem) {
  return problem.empty() ? KernelAnswer{}
                         : KernelAnswer{problem.starts_with("Cannot") ? 1 : 2, "", problem + "\n"};
}

KernelAnswer show_vlans(const Kernel& kernel, const Words& words, std::size_t at) {
  const std::string only = at + 1 < words.size() && words[at] == "dev" ? words[at + 1] : "";
  std::string out = "[";
  for (const Link* link : kernel.by_index()) {
    if (link->vlans.empty() || (!only.empty() && link->name != only)) continue;
    fmt::format_to(std::back_inserter(out), R"({}{{"ifname":"{}","vlans":[)",
                   out.size() > 1 ? "," : "", link->name);
    bool first = true;
    for (const auto& [vid, flags] : link->vlans) {
      fmt::format_to(std::back_inserter(out), R"({}{{"vlan":{})", first ? "" : ",", vid);
      if (flags.pvid && flags.untagged)
        out += R"(,"flags":["PVID","Egress Untagged"])";
      else if (flags.pvid)
        out += R"(,"flags":["PVID"])";
      else if (flags.untagged)
        out += R"(,"flags":["Egress Untagged"])";
      out += '}';
      first = false;
    }
    out += "]}";
  }
  return {0, out + "]\n", ""};
}

KernelAnswer change_vlan(Kernel& kernel, const Words& words, std::size_t at, bool add) {
  std::string device;
  int first = 0, last = 0;
  BridgeVlan flags;
  for (; at < words.size(); ++at) {
    const bool more = at + 1 < words.size();
    if (words[at] == "dev" && more) {
      device = words[++at];
    } else if (words[at] == "vid" && more) {
      const std::string range = words[++at];
      const std::size_t dash = range.find('-');
      first = std::atoi(range.c_str());
      last = dash == std::string::npos ? first : std::atoi(range.substr(dash + 1).c_str());
    } else if (words[at] == "pvid") {
      flags.pvid = true;
    } else if (words[at] == "untagged") {
      flags.untagged = true;
    } else if (words[at] != "master" && words[at] != "self") {
      return wrong("Error: argument \"" + words[at] + "\" is wrong", 255);
    }
  }
  if (first < 1 || last > 4094 || last < first)
    return wrong("Invalid VLAN range \"" + std::to_string(first) + "\"", 255);
  return answer_of(add ? kernel.add_vlan(device, first, last, flags)
                       : kernel.remove_vlan(device, first, last));
}

bool is_port_of_bridge(const Kernel& kernel, const Link& link) {
  const Link* master = kernel.find(link.master);
  return master != nullptr && master->kind == Link::Kind::Bridge;
}

KernelAnswer show_ports(const Kernel& kernel) {
  std::string out = "[";
  for (const Link* link : kernel.by_index()) {
    if (!is_port_of_bridge(kernel, *link)) continue;
    const auto flag = [&](const std::string& name, bool usual) {
      const auto found = link->bridge_flags.find(name);
      return found == link->bridge_flags.end() ? usual : found->second == "on";
    };
    fmt::format_to(
        std::back_inserter(out),
        R"({}{{"ifindex":{},"ifname":"{}","flags":["BROADCAST","MULTICAST"{}],"mtu":{},"master":"{}","state":"{}","priority":32,"cost":100,"hairpin":{},"guard":{},"root_block":{},"fastleave":false,"learning":{},"flood":{},"mcast_flood":{},"bcast_flood":{},"mcast_router":1,"mcast_to_unicast":false,"neigh_suppress":{},"vlan_tunnel":false,"isolated":{},"locked":{}}})",
        out.size() > 1 ? "," : "", link->index, link->name, link->up ? R"(,"UP","LOWER_UP")" : "",
        link->mtu, link->master, kernel.running(*link) ? "forwarding" : "disabled",
        flag("hairpin", false), flag("guard", false), flag("root_block", false), link->learning,
        flag("flood", true), flag("mcast_flood", true), flag("bcast_flood", true),
        flag("neigh_suppress", false), link->isolated, flag("locked", false));
  }
  return {0, out + "]\n", ""};
}

KernelAnswer set_port(Kernel& kernel, const Words& words, std::size_t at) {
  static constexpr std::array<std::string_view, 8> kFlags{
      "hairpin",     "guard",       "root_block",     "flood",
      "mcast_flood", "bcast_flood", "neigh_suppress", "locked"};
  Link* link = nullptr;
  for (; at + 1 < words.size(); at += 2) {
    const std::string& name = words[at];
    const std::string& value = words[at + 1];
    if (name == "dev") {
      link = kernel.find(value);
      if (link == nullptr) return wrong("Cannot find device \"" + value + "\"");
      continue;
    }
    if (link == nullptr) return wrong("Device is a required argument.", 255);
    if (!is_port_of_bridge(kernel, *link))
      return wrong("RTNETLINK answers: Operation not supported", 2);
    if (name == "isolated")
      link->isolated = value == "on";
    else if (name == "learning")
      link->learning = value == "on";
    else if (std::find(kFlags.begin(), kFlags.end(), name) != kFlags.end())
      link->bridge_flags[name] = value;
    else
      return wrong("Error: argument \"" + name + "\" is wrong", 255);
    kernel.note_change(link->name);
  }
  return {};
}

KernelAnswer one_bridge(Kernel& kernel, const Words& words, std::size_t at) {
  const std::string object = at < words.size() ? words[at] : "";
  const std::string verb = at + 1 < words.size() ? words[at + 1] : "show";
  if (object == "vlan") {
    if (verb == "show") return show_vlans(kernel, words, at + 2);
    if (verb == "add" || verb == "del" || verb == "delete")
      return change_vlan(kernel, words, at + 2, verb == "add");
  }
  if (object == "link") {
    if (verb == "show") return show_ports(kernel);
    if (verb == "set") return set_port(kernel, words, at + 2);
  }
  if (object == "fdb") return {0, verb == "show" ? "[]\n" : "", ""};
  return wrong("Object \"" + object + "\" is unknown, try \"bridge help\".", 255);
}

}  // namespace

KernelAnswer run_bridge(Kernel& kernel, const Words& arguments, const std::string& input) {
  bool force = false, batch = false;
  std::size_t at = 1;
  for (; at < arguments.size() && arguments[at].starts_with('-') && arguments[at].size() > 1;
       ++at) {
    force = force || arguments[at] == "-force";
    if (arguments[at] == "-batch" || arguments[at] == "-b") {
      batch = true;
      ++at;
    }
  }
  if (!batch) return one_bridge(kernel, arguments, at);
  return run_batch(kernel, input, force, [&](Words words) { return one_bridge(kernel, words, 0); });
}

}  // namespace switchyard::fakes
