#include "tests/switch-drivers/sonic/yang.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::sonic {

namespace {

using nlohmann::json;

// One list of a table: rows with as many key parts as it has keys.
struct List {
  std::string_view table;
  std::string_view module;
  std::string_view name;
  std::vector<std::string_view> keys;
};

const std::vector<List>& lists() {
  static const std::vector<List> kLists{
      {"INTERFACE", "sonic-interface", "INTERFACE_LIST", {"name"}},
      {"INTERFACE", "sonic-interface", "INTERFACE_IPPREFIX_LIST", {"name", "ip-prefix"}},
      {"PORT", "sonic-port", "PORT_LIST", {"name"}},
      {"PORT_STORM_CONTROL",
       "sonic-storm-control",
       "PORT_STORM_CONTROL_LIST",
       {"ifname", "storm_type"}},
      {"VLAN", "sonic-vlan", "VLAN_LIST", {"name"}},
      {"VLAN_MEMBER", "sonic-vlan", "VLAN_MEMBER_LIST", {"name", "port"}},
      {"VLAN_SUB_INTERFACE", "sonic-vlan-sub-interface", "VLAN_SUB_INTERFACE_LIST", {"name"}},
      {"VLAN_SUB_INTERFACE",
       "sonic-vlan-sub-interface",
       "VLAN_SUB_INTERFACE_IPPREFIX_LIST",
       {"name", "ip-prefix"}},
      {"VRF", "sonic-vrf", "VRF_LIST", {"name"}}};
  return kLists;
}

constexpr const char* kModules =
    "sonic-device_metadata sonic-interface sonic-port sonic-storm-control sonic-vlan "
    "sonic-vlan-sub-interface sonic-vrf";

std::vector<std::string> parts_of(std::string_view key) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t bar = key.find('|');
    parts.emplace_back(key.substr(0, bar));
    if (bar == std::string_view::npos) return parts;
    key.remove_prefix(bar + 1);
  }
}

// RFC 7951: numbers of up to 32 bits are numbers, those of 64 bits are strings.
json value_of(const std::string& field, const std::string& value) {
  static const std::set<std::string> kNumbers{"mtu", "speed", "vlan", "vlanid"};
  if (kNumbers.contains(field)) return std::stoul(value);
  if (field == "fallback") return value == "true";
  return value;
}

void add_row(json& document, const RowKey& key, const Fields& fields) {
  if (key.table == "DEVICE_METADATA") {
    json& row = document["sonic-device_metadata:sonic-device_metadata"][key.table][key.key];
    for (const auto& [name, value] : fields)
      row[name] = value;
    return;
  }
  const auto parts = parts_of(key.key);
  for (const List& list : lists()) {
    if (list.table != key.table || list.keys.size() != parts.size()) continue;
    json row = json::object();
    for (std::size_t i = 0; i < parts.size(); ++i)
      row[std::string{list.keys[i]}] = parts[i];
    for (const auto& [name, value] : fields)
      row[name] = value_of(name, value);
    document[fmt::format("{0}:{0}", list.module)][key.table][std::string{list.name}].push_back(row);
    return;
  }
  ADD_FAILURE() << to_string(key) << " is in no list of the models";
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>{file}, {}};
}

struct Ran {
  int status{};
  std::string output{};
};

Ran run(const std::string& command) {
  Ran ran;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {-1, "cannot run " + command};
  std::array<char, 4096> buffer{};
  while (const std::size_t got = fread(buffer.data(), 1, buffer.size(), pipe))
    ran.output.append(buffer.data(), got);
  ran.status = pclose(pipe);
  return ran;
}

// The judge's reason, without where it stands.
std::string reason_in(const std::string& output) {
  static const std::regex kReason{"libyang err : (.*) \\((Data|Schema|Path)"};
  std::smatch found;
  return std::regex_search(output, found, kReason) ? found[1].str() : output;
}

}  // namespace

std::string as_yang_json(const ConfigDb& db) {
  json document = json::object();
  for (const auto& [key, fields] : db)
    add_row(document, key, fields);
  return document.dump(1);
}

std::optional<YangJudge> YangJudge::find() {
  const char* named = std::getenv("SWITCHYARD_SONIC_YANG");
  std::string folder = named != nullptr ? named : "/work/shared/yang/sonic";
  if (!std::filesystem::exists(folder + "/sonic-vlan-sub-interface.yang")) return std::nullopt;
  return YangJudge(std::move(folder));
}

Judgement YangJudge::judge(const ConfigDb& db) const {
  const std::string path =
      fmt::format("{}/switchyard-config_db-{}.json", testing::TempDir(), getpid());
  std::ofstream(path) << as_yang_json(db);
  std::string modules;
  for (const std::string& module : parts_of(std::regex_replace(kModules, std::regex{" "}, "|")))
    modules += fmt::format(" '{}/{}.yang'", folder_, module);
  // -ii: a module that is only imported would skip its constraints.
  const Ran ran = run(fmt::format("yanglint -ii -t config -p '{}'{} '{}'", folder_, modules, path));
  std::filesystem::remove(path);
  return {.accepted = ran.status == 0, .said = ran.status == 0 ? "" : reason_in(ran.output)};
}

std::string YangJudge::commit() const {
  const std::string readme = read_file(folder_ + "/README.md");
  std::smatch found;
  return std::regex_search(readme, found, std::regex{"[0-9a-f]{40}"}) ? found[0].str()
                                                                      : "an unknown commit";
}

std::string YangJudge::version() {
  std::string text = run("yanglint -v").output;
  return text.substr(0, text.find('\n'));
}

}  // namespace switchyard::switch_drivers::sonic
