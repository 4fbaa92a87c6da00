// tc(8): clsact and flower filters at a port's ingress and egress.
#include "tests/fakes/switch/kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <tuple>

namespace switchyard::fakes {

namespace {

using Words = std::vector<std::string>;

KernelAnswer wrong(const std::string& words, int status = 1) { return {status, "", words + "\n"}; }

std::string shown_protocol(const std::string& typed) {
  if (typed == "0x88cc" || typed == "lldp" || typed == "LLDP") return "LLDP";
  if (typed == "802.1q") return "802.1Q";
  if (typed == "802.1AD") return "802.1ad";
  return typed;
}

bool is_number(const std::string& text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// One key of flower as `tc -j` prints it.
void add_key(TcFilter& filter, const std::string& name, const std::string& value) {
  const bool number = is_number(value) && name != "type" && name != "code";
  const std::string shown = name == "type" ? "icmp_type" : name == "code" ? "icmp_code" : name;
  filter.keys.emplace_back(shown, number ? value : "\"" + value + "\"");
}

// The keys a protocol implies; VLAN and "all" imply none.
void add_implied_keys(TcFilter& filter) {
  if (filter.protocol == "ip")
    filter.keys.emplace_back("eth_type", "\"ipv4\"");
  else if (filter.protocol == "ipv6")
    filter.keys.emplace_back("eth_type", "\"ipv6\"");
  else if (filter.protocol == "LLDP")
    filter.keys.emplace_back("eth_type", "\"88cc\"");
  else if (filter.protocol == "arp" || filter.protocol == "ARP")
    filter.keys.emplace_back("eth_type", "\"arp\"");
}

std::string without_host_length(const std::string& value) {
  if (value.ends_with("/32") && value.find(':') == std::string::npos)
    return value.substr(0, value.size() - 3);
  if (value.ends_with("/128")) return value.substr(0, value.size() - 4);
  return value;
}

struct FilterWords {
  std::string device{};
  TcFilter filter{};
  bool has_handle{};
  std::string problem{};
};

FilterWords read_filter(const Words& words, std::size_t at) {
  FilterWords read;
  bool in_flower = false;
  for (; at < words.size(); ++at) {
    const std::string& word = words[at];
    const bool more = at + 1 < words.size();
    if (word == "ingress" || word == "egress")
      read.filter.egress = word == "egress";
    else if (word == "flower")
      in_flower = true, add_implied_keys(read.filter);
    else if (!more)
      read.problem = "Command line is not complete. Try option \"help\"";
    else if (word == "dev")
      read.device = words[++at];
    else if (word == "pref" || word == "prio")
      read.filter.pref = std::atoi(words[++at].c_str());
    else if (word == "handle")
      read.filter.handle = std::atoi(words[++at].c_str()), read.has_handle = true;
    else if (word == "protocol")
      read.filter.protocol = shown_protocol(words[++at]);
    else if (word == "action")
      read.filter.action = words[++at];
    else if (in_flower)
      add_key(read.filter, word, without_host_length(words[at + 1])), ++at;
    else
      read.problem =
          "Unknown filter \"" + word + "\", hence option \"" + words[at + 1] + "\" is unparsable";
    if (!read.problem.empty()) return read;
  }
  return read;
}

void sort_filters(Link& link) {
  std::stable_sort(
      link.filters.begin(), link.filters.end(), [](const TcFilter& a, const TcFilter& b) {
        return std::tuple(a.egress, a.pref, a.handle) < std::tuple(b.egress, b.pref, b.handle);
      });
}

KernelAnswer change_filter(Kernel& kernel, const Words& words, std::size_t at,
                           const std::string& verb) {
  FilterWords read = read_filter(words, at);
  if (!read.problem.empty()) return wrong(read.problem);
  Link* link = kernel.find(read.device);
  if (link == nullptr) return wrong("Cannot find device \"" + read.device + "\"");
  if (!link->clsact)
    return wrong("Error: Parent Qdisc doesn't exists.\nWe have an error talking to the kernel", 2);
  const auto matches = [&](const TcFilter& one) {
    return one.egress == read.filter.egress &&
           (read.filter.pref == 0 || one.pref == read.filter.pref) &&
           (!read.has_handle || one.handle == read.filter.handle);
  };
  if (verb == "del" || verb == "delete") {
    const std::size_t gone = std::erase_if(link->filters, matches);
    if (gone == 0 && read.filter.pref != 0)
      return wrong(
          "Error: Filter with specified priority/protocol not found.\nWe have an error talking to "
          "the kernel",
          2);
    if (gone > 0) kernel.note_change(link->name);
    return {};
  }
  const auto same = std::find_if(link->filters.begin(), link->filters.end(), matches);
  if (same != link->filters.end() && verb == "add")
    return wrong("RTNETLINK answers: File exists\nWe have an error talking to the kernel", 2);
  for (const TcFilter& one : link->filters)
    if (one.egress == read.filter.egress && one.pref == read.filter.pref &&
        one.protocol != read.filter.protocol)
      return wrong(
          "Error: Specified filter kind does not match existing one.\nWe have an error talking to "
          "the kernel",
          2);
  if (same != link->filters.end())
    *same = read.filter;
  else
    link->filters.push_back(read.filter);
  sort_filters(*link);
  kernel.note_change(link->name);
  return {};
}

KernelAnswer show_filters(const Kernel& kernel, const Words& words, std::size_t at) {
  const FilterWords read = read_filter(words, at);
  const Link* link = kernel.find(read.device);
  if (link == nullptr) return wrong("Cannot find device \"" + read.device + "\"");
  std::string out = "[";
  int last_pref = -1;
  int index = 0;
  for (const TcFilter& filter : link->filters) {
    if (filter.egress != read.filter.egress) continue;
    // iproute2 first prints each priority by itself, then the filters in it.
    if (filter.pref != last_pref)
      fmt::format_to(std::back_inserter(out),
                     R"({}{{"protocol":"{}","pref":{},"kind":"flower","chain":0}})",
                     out.size() > 1 ? "," : "", filter.protocol, filter.pref);
    last_pref = filter.pref;
    std::string keys;
    for (const auto& [name, value] : filter.keys)
      fmt::format_to(std::back_inserter(keys), R"({}"{}":{})", keys.empty() ? "" : ",", name,
                     value);
    fmt::format_to(
        std::back_inserter(out),
        R"(,{{"protocol":"{}","pref":{},"kind":"flower","chain":0,"options":{{"handle":{},"keys":{{{}}},"not_in_hw":true,"actions":[{{"order":1,"kind":"gact","control_action":{{"type":"{}"}},"prob":{{"random_type":"none","control_action":{{"type":"pass"}},"val":0}},"index":{},"ref":1,"bind":1}}]}}}})",
        filter.protocol, filter.pref, filter.handle, keys, filter.action, ++index);
  }
  return {0, out + "]\n", ""};
}

KernelAnswer change_qdisc(Kernel& kernel, const Words& words, std::size_t at,
                          const std::string& verb) {
  std::string device;
  std::string kind;
  for (; at < words.size(); ++at) {
    if (words[at] == "dev" && at + 1 < words.size())
      device = words[++at];
    else
      kind = words[at];
  }
  Link* link = kernel.find(device);
  if (link == nullptr) return wrong("Cannot find device \"" + device + "\"");
  if (kind != "clsact") return wrong("Error: Specified qdisc kind is unknown.", 2);
  if (verb == "del" || verb == "delete") {
    if (!link->clsact) return wrong("Error: Cannot find specified qdisc on specified device.", 2);
    link->clsact = false;
    link->filters.clear();
    kernel.note_change(device);
    return {};
  }
  if (link->clsact)
    return verb == "add" ? wrong("Error: Exclusivity flag on, cannot modify.", 2) : KernelAnswer{};
  link->clsact = true;
  kernel.note_change(device);
  return {};
}

KernelAnswer one_tc(Kernel& kernel, const Words& words, std::size_t at) {
  const std::string object = at < words.size() ? words[at] : "";
  const std::string verb = at + 1 < words.size() ? words[at + 1] : "show";
  if (object == "qdisc" && verb != "show") return change_qdisc(kernel, words, at + 2, verb);
  if (object == "filter" && verb == "show") return show_filters(kernel, words, at + 2);
  if (object == "filter") return change_filter(kernel, words, at + 2, verb);
  return wrong("Object \"" + object + "\" is unknown, try \"tc help\".");
}

}  // namespace

KernelAnswer run_tc(Kernel& kernel, const Words& arguments, const std::string& input) {
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
  if (!batch) return one_tc(kernel, arguments, at);
  return run_batch(kernel, input, force, [&](Words words) { return one_tc(kernel, words, 0); });
}

}  // namespace switchyard::fakes
