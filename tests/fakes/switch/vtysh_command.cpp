// vtysh(1): batches that go on after an error, and the JSON the daemons show.
#include "tests/fakes/switch/vtysh.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::fakes {

namespace {

using Words = std::vector<std::string>;

std::string uptime(long long seconds) {
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

void append_peer(const VtyshWorld& world, const BgpInstance& instance, const Neighbour& of,
                 int family, std::string& out) {
  const Session* session = world.sessions.find(instance.vrf, of.name);
  const std::string state = world.sessions.state(instance.vrf, of.name);
  const bool up = state == "Established";
  std::size_t accepted = 0;
  if (session != nullptr)
    for (const auto& [prefix, verdict] : session->verdicts)
      accepted += verdict && (prefix.network.family == Family::V4) == (family == 0) ? 1 : 0;
  const auto since = up ? std::chrono::duration_cast<std::chrono::milliseconds>(
                              world.now - session->established_since)
                              .count()
                        : 0;
  const std::string remote_as = instance.effective_remote_as(of);
  const bool number =
      !remote_as.empty() && remote_as.find_first_not_of("0123456789") == std::string::npos;
  fmt::format_to(
      std::back_inserter(out),
      "    \"{}\":{{\n      \"remoteAs\":{},\n      \"localAs\":{},\n      \"version\":4,\n      "
      "\"msgRcvd\":{},\n      \"msgSent\":{},\n      \"tableVersion\":0,\n      \"outq\":0,\n      "
      "\"inq\":0,\n      \"peerUptime\":\"{}\",\n      \"peerUptimeMsec\":{},\n",
      of.name, number ? remote_as : "0", instance.asn, up ? 3 : 0, up ? 3 : 0,
      up ? uptime(since / 1000) : "never", since);
  const std::string description = instance.effective(of, -1, "description");
  fmt::format_to(
      std::back_inserter(out),
      "      \"pfxRcd\":{},\n      \"pfxSnt\":{},\n      \"state\":\"{}\",\n      "
      "\"peerState\":\"{}\",\n      \"connectionsEstablished\":{},\n      "
      "\"connectionsDropped\":{},\n{}      \"idType\":\"interface\"\n    }}",
      accepted, up ? 1 : 0, state,
      instance.shut_down(of)                                      ? "Admin"
      : world.frr.has_policy(instance, of, family, Direction::In) ? "OK"
                                                                  : "Policy",
      session == nullptr ? 0 : session->connections, session == nullptr ? 0 : session->drops,
      description.empty() ? "" : fmt::format("      \"desc\":\"{}\",\n", description.substr(12)));
}

void append_summary(const VtyshWorld& world, const BgpInstance& instance, int family,
                    std::string& out) {
  std::string peers;
  int count = 0;
  for (const auto& [name, of] : instance.neighbours) {
    if (!instance.active(of, family)) continue;
    peers += count++ == 0 ? "\n" : ",\n";
    append_peer(world, instance, of, family, peers);
  }
  const auto router_id = instance.lines.find("bgp router-id");
  fmt::format_to(
      std::back_inserter(out),
      "{{\n  \"routerId\":\"{}\",\n  \"as\":{},\n  \"vrfId\":1,\n  \"vrfName\":\"{}\",\n  "
      "\"tableVersion\":0,\n  \"ribCount\":0,\n  \"ribMemory\":0,\n  \"peerCount\":{},\n  "
      "\"peerMemory\":0,\n  \"peers\":{{{}\n  }},\n  \"failedPeers\":0,\n  "
      "\"displayedPeers\":{},\n  \"totalPeers\":{},\n  \"dynamicPeers\":0,\n  \"bestPath\":{{\n    "
      "\"multiPathRelax\":\"true\"\n  }}\n}}\n",
      router_id == instance.lines.end() ? "0.0.0.0" : router_id->second.substr(14), instance.asn,
      instance.vrf, count, peers, count, count);
}

// show bgp vrf all summary json
std::string all_summaries(const VtyshWorld& world) {
  std::string out = "{\n";
  bool first = true;
  for (const auto& [vrf, instance] : world.frr.instances()) {
    out += fmt::format("{}\"{}\":{{\n", first ? "" : ",\n", vrf);
    bool first_family = true;
    for (const int family : {0, 1}) {
      const bool any =
          std::any_of(instance.neighbours.begin(), instance.neighbours.end(),
                      [&](const auto& peer) { return instance.active(peer.second, family); });
      if (!any) continue;
      out += fmt::format("{}\"{}\":", first_family ? "" : ",\n",
                         family == 0 ? "ipv4Unicast" : "ipv6Unicast");
      append_summary(world, instance, family, out);
      first_family = false;
    }
    out += "}\n";
    first = false;
  }
  return out + "}\n";
}

// show bgp vrf V ipv4|ipv6 unicast neighbors I routes|received-routes|filtered-routes json
std::string neighbour_routes(const VtyshWorld& world, const Words& words) {
  const BgpInstance* instance = world.frr.instance(words[3]);
  if (instance == nullptr) return "{\n  \"warning\":\"View/Vrf is unknown\"\n}\n";
  const auto of = instance->neighbours.find(words[7]);
  if (of == instance->neighbours.end())
    return fmt::format("{{\n  \"malformedAddressOrName\":\"{}\"\n}}\n", words[7]);
  const int family = words[4] == "ipv6" ? 1 : 0;
  const Session* session = world.sessions.find(words[3], words[7]);
  const std::string remote_as = instance->effective_remote_as(of->second);
  const bool received = words[8] == "received-routes";
  if (words[8] != "routes" &&
      instance->effective(of->second, family, "soft-reconfiguration inbound").empty())
    return "{ \"warning\": \"Inbound soft reconfiguration not enabled\" }\n";
  std::string rows;
  int count = 0, filtered = 0;
  if (session != nullptr) {
    for (const auto& [prefix, verdict] : session->verdicts) {
      if ((prefix.network.family == Family::V4) != (family == 0)) continue;
      filtered += verdict ? 0 : 1;
      if (words[8] == "filtered-routes" ? verdict : !received && !verdict) continue;
      const std::string network = to_string(prefix);
      const std::string address = to_string(prefix.network);
      rows += count++ == 0 ? "" : ",";
      if (words[8] == "routes")
        rows += fmt::format(
            R"("{}": [{{"valid":true,"bestpath":true,"pathFrom":"external","prefix":"{}","prefixLen":{},"network":"{}","metric":0,"weight":0,"peerId":"{}","path":"{}","origin":"IGP","nexthops":[{{"ip":"fe80::1","afi":"ipv6","scope":"link-local","used":true}}]}}])",
            network, address, prefix.length, network, words[7], remote_as);
      else
        rows += fmt::format(
            R"("{}":{{"addrPrefix":"{}","prefixLen":{},"network":"{}","nextHop":"::","metric":0,"weight":0,"path":"{}","bgpOriginCode":"i","appliedStatusSymbols":{{"*":true,">":true}}}})",
            network, address, prefix.length, network, remote_as);
    }
  }
  if (words[8] == "routes")
    return fmt::format(
        "{{\n \"vrfId\": 1,\n \"vrfName\": \"{}\",\n \"tableVersion\": 0,\n \"routerId\": "
        "\"0.0.0.0\",\n \"defaultLocPrf\": 100,\n \"localAS\": {},\n \"routes\": {{ {} }}  }} \n",
        words[3], instance->asn, rows);
  return fmt::format(
      "{{\n  \"{}\":{{{}}},\n  \"totalPrefixCounter\":{},\n  \"filteredPrefixCounter\":{}\n}}\n",
      received ? "receivedRoutes" : "filteredRoutes", rows, count, filtered);
}

// How often each rule decided about what the servers announce now; a real bgpd never counts down.
std::map<int, int> hits_of(const VtyshWorld& world, const std::string& name, Family family) {
  std::map<int, int> hits;
  for (const auto& [vrf, instance] : world.frr.instances()) {
    for (const auto& [neighbour, of] : instance.neighbours) {
      const std::string line =
          instance.effective(of, family == Family::V4 ? 0 : 1, "prefix-list in");
      const Session* session = world.sessions.find(vrf, neighbour);
      if (line.empty() || policy_name(line) != name || session == nullptr) continue;
      for (const auto& [prefix, verdict] : session->verdicts)
        if (prefix.network.family == family) ++hits[world.frr.deciding_rule(name, prefix)];
    }
  }
  return hits;
}

std::string list_entry(int sequence, const PrefixRule& rule, Family family, int hits) {
  const std::string prefix =
      rule.any ? (family == Family::V4 ? "0.0.0.0/0" : "::/0") : to_string(rule.prefix);
  const int le = rule.any ? max_length(family) : rule.le;
  return fmt::format(
      R"({{"sequenceNumber":{},"type":"{}","prefix":"{}",{}{}"hitCount":{},"referenceCount":0}})",
      sequence, rule.permit ? "permit" : "deny", prefix,
      rule.ge == 0 ? "" : fmt::format(R"("minimumPrefixLength":{},)", rule.ge),
      le == 0 ? "" : fmt::format(R"("maximumPrefixLength":{},)", le), hits);
}

// Zebra answers first, with a copy that nothing is filtered by.
std::string list_detail(const VtyshWorld& world, const std::string& name, Family family) {
  const PrefixList* list = world.frr.find_list(name, family);
  if (list == nullptr)
    return "% Can't find specified prefix-list\n% Can't find specified prefix-list\n";
  std::string text;
  for (const char* daemon : {"ZEBRA", "BGP"}) {
    const auto hits = daemon[0] == 'B' ? hits_of(world, name, family) : std::map<int, int>{};
    std::string entries;
    for (const auto& [sequence, rule] : list->rules) {
      const auto hit = hits.find(sequence);
      entries += (entries.empty() ? "" : ",") +
                 list_entry(sequence, rule, family, hit == hits.end() ? 0 : hit->second);
    }
    text += fmt::format("{{\"{}\":{{\"{}\":{{\"addressFamily\":\"{}\",\"entries\":[{}]}}}}}}\n",
                        daemon, name, family == Family::V4 ? "IPv4" : "IPv6", entries);
  }
  return text;
}

std::string save_config(VtyshWorld& world, int& status) {
  const std::string problem = world.save(world.frr.render());
  std::string out =
      "Note: this version of vtysh never writes vtysh.conf\nBuilding Configuration...\n";
  if (problem.empty()) return out + "Integrated configuration saved to /etc/frr/frr.conf\n[OK]\n";
  status = 1;
  return out + "% Error: failed to open configuration file /etc/frr/frr.conf: " + problem + "\n";
}

// One -c. Answers in `out`; false: no such command.
bool execute(VtyshWorld& world, const std::string& line, std::string& out, int& status) {
  const Words words = batch_words(line);
  const auto is = [&](std::string_view text) { return line == text; };
  world.sessions.refresh(world.now);
  if (is("show running-config"))
    out += "Building configuration...\n\nCurrent configuration:\n!\n" + world.frr.render();
  else if (is("show version"))
    out += "FRRouting 8.4.4 (simulated) on Linux(6.1.0).\n";
  else if (is("show bgp vrf all summary json"))
    out += all_summaries(world);
  else if (is("write memory") || is("write") || is("copy running-config startup-config"))
    out += save_config(world, status);
  else if (words.size() == 10 && words[1] == "bgp" && words[6] == "neighbors" && words[9] == "json")
    out += neighbour_routes(world, words);
  else if (words.size() == 6 && words[2] == "prefix-list" && words[3] == "detail")
    out += list_detail(world, words[4], words[1] == "ip" ? Family::V4 : Family::V6);
  else if (words.size() >= 5 && words[0] == "clear" && words[1] == "bgp" && words[2] == "vrf") {
    if (world.frr.instance(words[3]) == nullptr)
      out += "Can't find BGP instance " + words[3] + "\n";
    else if (words.size() > 5)
      world.sessions.soft_clear(words[3], words[4]);
    else
      world.sessions.hard_clear(words[3], words[4]);
    world.sessions.refresh(world.now);
  } else {
    return false;
  }
  return true;
}

int apply_batch(VtyshWorld& world, const std::string& text, std::string& out) {
  int status = 0;
  int number = 0;
  world.frr.begin();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    FrrConfig::LineResult result;
    const std::string refusal = world.refuse_line ? world.refuse_line(line) : "";
    if (!refusal.empty())
      result = {FrrConfig::Outcome::Refused, refusal, "bgpd"};
    else
      result = world.frr.apply(line);
    if (result.outcome == FrrConfig::Outcome::Unknown) {
      out += fmt::format("line {}: % Unknown command[4]: {}\n", number, line);
      status = 2;
    } else if (result.outcome == FrrConfig::Outcome::Refused) {
      out += fmt::format("{}\nline {}: Failure to communicate[13] to {}, line: {}\n\n",
                         result.words, number, result.daemon, line);
      status = 13;
    }
  }
  world.sessions.refresh(world.now);
  return status;
}

}  // namespace

KernelAnswer run_vtysh(VtyshWorld& world, const Words& arguments, const std::string& input) {
  KernelAnswer answer;
  bool configuring = false;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "-f" && i + 1 < arguments.size()) {
      const std::string& path = arguments[++i];
      const auto text = path == "/dev/stdin" ? std::optional(input) : world.read_file(path);
      if (!text) return {1, "", "Configuration file[" + path + "] processing failure: 11\n"};
      answer.status = apply_batch(world, *text, answer.output);
    } else if (arguments[i] == "-c" && i + 1 < arguments.size()) {
      const std::string& line = arguments[++i];
      if (line.starts_with("conf")) {
        configuring = true;
        world.frr.begin();
        continue;
      }
      if (configuring) {
        const auto result = world.frr.apply(line);
        if (result.outcome == FrrConfig::Outcome::Done) continue;
        return {1, "", (result.words.empty() ? "% Unknown command: " + line : result.words) + "\n"};
      }
      int status = 0;
      if (!execute(world, line, answer.output, status))
        return {1, answer.output, "% Unknown command: " + line + "\n"};
      if (status != 0) answer.status = status;
    }
  }
  return answer;
}

}  // namespace switchyard::fakes
