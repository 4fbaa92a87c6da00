#include "switch-drivers/sonic/live.h"

#include "switch-drivers/sonic/exchange.h"
#include "switch-drivers/sonic/names.h"

#include <nlohmann/json.hpp>

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace switchyard::switch_drivers::sonic {

namespace {

using nlohmann::json;

// Runs inside redis. Each argument is "PATTERN field"; "" stands for a field that is not there.
constexpr std::string_view kLook =
    R"lua(local t = {}; for _, a in ipairs(ARGV) do )lua"
    R"lua(local p, f = string.match(a, "(%S+) (%S+)"); )lua"
    R"lua(for _, k in ipairs(redis.call("KEYS", p)) do )lua"
    R"lua(local v = redis.call("HGET", k, f); t[k] = {[f] = v or ""} end end; )lua"
    R"lua(return cjson.encode(t))lua";

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kLooks{
    {{"PORT_TABLE|Ethernet*", "admin_status"},
     {"VLAN_MEMBER_TABLE|*", "state"},
     {"INTERFACE_TABLE|Eth*", "vrf"},
     {"BUM_STORM_CAPABILITY|broadcast", "supported"}}};

constexpr std::size_t kLongestText = 4U << 20U;

// Nothing: no row. A field that is not there is "".
std::optional<Fields> fields_of(const json& row) {
  if (!row.is_object()) return std::nullopt;
  Fields fields;
  for (const auto& [name, value] : row.items()) {
    if (!value.is_string()) return std::nullopt;
    const auto& said = value.get_ref<const std::string&>();
    if (!said.empty()) fields.emplace(name, said);
  }
  return fields;
}

std::string first_part(const std::string& key) { return key.substr(0, key.find('|')); }

}  // namespace

Command read_live() {
  std::string line = "sonic-db-cli STATE_DB EVAL " + shell_word(kLook) + " 0";
  for (const auto& [pattern, field] : kLooks)
    line += " " + shell_word(std::string{pattern} + " " + std::string{field});
  return {std::move(line), {}};
}

Result<ConfigDb> parse_live(std::string_view text) {
  const auto refused = [] {
    return failure(Errc::Rejected, "the switch did not show what it made of CONFIG_DB (STATE_DB)");
  };
  if (text.size() > kLongestText) return refused();
  const json document = json::parse(text, nullptr, false);
  // An empty table of Lua becomes an empty list.
  if (document.is_array() && document.empty()) return ConfigDb{};
  if (!document.is_object()) return refused();
  ConfigDb live;
  for (const auto& [key, row] : document.items()) {
    const std::size_t bar = key.find('|');
    auto fields = fields_of(row);
    if (bar == std::string::npos || !fields) return refused();
    if (!fields->empty())
      live.emplace(RowKey{key.substr(0, bar), key.substr(bar + 1)}, std::move(*fields));
  }
  return live;
}

ConfigDb live_of(const ConfigDb& live, std::string_view port) {
  ConfigDb rows;
  for (const auto& [key, fields] : live) {
    const bool is_of =
        (key.table == "PORT_TABLE" && key.key == port) ||
        (key.table == "VLAN_MEMBER_TABLE" && key.key.ends_with("|" + std::string{port})) ||
        (key.table == "INTERFACE_TABLE" && key.key.find('|') == std::string::npos &&
         (key.key == port || parent_of(key.key) == port));
    if (is_of) rows.emplace(key, fields);
  }
  return rows;
}

ConfigDb expected_live(const ConfigDb& rows) {
  ConfigDb live;
  for (const auto& [key, fields] : rows) {
    if (key.table == "PORT") {
      const auto status = fields.find("admin_status");
      live[{"PORT_TABLE", key.key}] = {
          {"admin_status", status == fields.end() ? "down" : status->second}};
    } else if (key.table == "VLAN_MEMBER") {
      live[{"VLAN_MEMBER_TABLE", key.key}] = {{"state", "ok"}};
    } else if (key.table == "VLAN_SUB_INTERFACE" && first_part(key.key) == key.key) {
      const auto vrf = fields.find("vrf_name");
      if (vrf != fields.end()) live[{"INTERFACE_TABLE", key.key}] = {{"vrf", vrf->second}};
    }
  }
  return live;
}

bool can_storm_control(const ConfigDb& live) {
  const auto row = live.find({"BUM_STORM_CAPABILITY", "broadcast"});
  return row != live.end() && row->second.contains("supported") &&
         row->second.at("supported") == "yes";
}

}  // namespace switchyard::switch_drivers::sonic
