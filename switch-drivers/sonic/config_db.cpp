#include "switch-drivers/sonic/config_db.h"

#include "switch-drivers/sonic/names.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace switchyard::switch_drivers::sonic {

namespace {

using nlohmann::json;

constexpr std::size_t kLongestText = 16U << 20U;
constexpr std::size_t kMostRows = 20'000;  // a table
constexpr std::size_t kMostFields = 64;    // a row of ours
constexpr std::size_t kLongestKey = 128;
constexpr std::size_t kLongestValue = 1024;

constexpr std::array<std::string_view, 3> kPortFields{"admin_status", "description", "mtu"};
constexpr std::array<std::string_view, 1> kVlanFields{"vlanid"};
constexpr std::array<std::string_view, 1> kVrfFields{"fallback"};
constexpr std::array<std::string_view, 2> kMetadataFields{"docker_routing_config_mode",
                                                          "frr_mgmt_framework_config"};

struct Table {
  std::string_view name;
  bool whole;  // every field of its rows counts
  std::span<const std::string_view> fields;
};

constexpr std::array kTables{
    Table{"DEVICE_METADATA", false, kMetadataFields},
    Table{"INTERFACE", true, {}},
    Table{"PORT", false, kPortFields},
    Table{"PORTCHANNEL_MEMBER", false, {}},
    Table{"PORT_STORM_CONTROL", true, {}},
    Table{"VLAN", false, kVlanFields},
    Table{"VLAN_MEMBER", true, {}},
    Table{"VLAN_SUB_INTERFACE", true, {}},
    Table{"VRF", false, kVrfFields},
};

bool is_key(std::string_view text) {
  constexpr std::string_view kOthers = "_-./:|@";
  return !text.empty() && text.size() <= kLongestKey &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  kOthers.find(c) != std::string_view::npos;
         });
}

// Text of a switch that goes into messages and back into commands: one line.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text;
}

std::optional<std::string> value_of(const json& value) {
  if (value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
  if (!value.is_string() || value.get_ref<const std::string&>().size() > kLongestValue)
    return std::nullopt;
  return one_line(value.get<std::string>());
}

tl::unexpected<Error> refuse(const Table& table, std::string_view key, std::string_view what) {
  return failure(Errc::Rejected,
                 fmt::format("CONFIG_DB {}|{}: {}", table.name,
                             one_line(std::string{key.substr(0, kLongestKey)}), what));
}

Result<Fields> fields_of(const Table& table, std::string_view key, const json& row) {
  if (!row.is_object()) return refuse(table, key, "is no row of fields");
  Fields fields;
  for (const auto& [name, value] : row.items()) {
    // How redis keeps a row without fields.
    if (name == "NULL") continue;
    const bool ours = table.whole || std::ranges::find(table.fields, name) != table.fields.end();
    if (!ours) continue;
    const auto text = value_of(value);
    if (!is_key(name) || !text || fields.size() >= kMostFields)
      return refuse(table, key, "has a field that no model of SONiC knows");
    // An empty description is none.
    if (!text->empty()) fields.emplace(name, *text);
  }
  return fields;
}

Status add_table(ConfigDb& db, const Table& table, const json& rows) {
  if (!rows.is_object() || rows.size() > kMostRows)
    return failure(Errc::Rejected, fmt::format("CONFIG_DB {} is no table", table.name));
  for (const auto& [key, row] : rows.items()) {
    if (!is_key(key)) return refuse(table, key, "is no key");
    auto fields = fields_of(table, key, row);
    if (!fields) return tl::unexpected(fields.error());
    db.emplace(RowKey{std::string{table.name}, key}, std::move(*fields));
  }
  return {};
}

std::string_view first_part(std::string_view key) { return key.substr(0, key.find('|')); }

std::string_view last_part(std::string_view key) {
  const std::size_t bar = key.rfind('|');
  return bar == std::string_view::npos ? std::string_view{} : key.substr(bar + 1);
}

bool is_of(const RowKey& row, std::string_view port) {
  if (row.table == "PORT") return row.key == port;
  if (row.table == "VLAN_MEMBER") return last_part(row.key) == port;
  if (row.table == "VLAN_SUB_INTERFACE") return parent_of(first_part(row.key)) == port;
  if (row.table == "PORT_STORM_CONTROL" || row.table == "INTERFACE")
    return first_part(row.key) == port;
  return false;
}

std::string as_text(const Fields& fields) {
  std::string text;
  for (const auto& [name, value] : fields)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, value);
  return text.empty() ? "present" : text;
}

void add_field_differences(std::vector<Difference>& found, const std::string& row,
                           const Fields& wished, const Fields& observed) {
  std::map<std::string, Difference> by_field;
  const auto at = [&](const std::string& name) -> Difference& {
    return by_field.try_emplace(name, Difference{row + " " + name, "", ""}).first->second;
  };
  for (const auto& [name, value] : wished)
    at(name).wished = value;
  for (const auto& [name, value] : observed)
    at(name).observed = value;
  for (auto& [name, line] : by_field)
    if (line.wished != line.observed) found.push_back(std::move(line));
}

}  // namespace

std::string to_string(const RowKey& key) { return key.table + "|" + key.key; }

Result<ConfigDb> parse_config_db(std::string_view json_text) {
  if (json_text.size() > kLongestText)
    return failure(Errc::Rejected, "CONFIG_DB is larger than any switch's");
  const json document = json::parse(json_text, nullptr, false);
  if (!document.is_object() || !document.contains("PORT"))
    return failure(Errc::Rejected, "the switch did not show its CONFIG_DB");
  ConfigDb db;
  for (const Table& table : kTables) {
    const auto rows = document.find(table.name);
    if (rows == document.end()) continue;
    if (auto status = add_table(db, table, *rows); !status) return tl::unexpected(status.error());
  }
  return db;
}

ConfigDb rows_of(const ConfigDb& db, std::string_view port) {
  ConfigDb rows;
  for (const auto& [key, fields] : db)
    if (is_of(key, port)) rows.emplace(key, fields);
  return rows;
}

std::vector<Difference> difference(const ConfigDb& wished, const ConfigDb& observed) {
  std::map<RowKey, std::pair<const Fields*, const Fields*>> rows;
  for (const auto& [key, fields] : wished)
    rows[key].first = &fields;
  for (const auto& [key, fields] : observed)
    rows[key].second = &fields;
  std::vector<Difference> found;
  for (const auto& [key, sides] : rows) {
    const std::string subject = "config_db " + to_string(key);
    if (sides.second == nullptr) {
      found.push_back({subject, as_text(*sides.first), ""});
    } else if (sides.first == nullptr) {
      found.push_back({subject, "", as_text(*sides.second)});
    } else {
      add_field_differences(found, subject, *sides.first, *sides.second);
    }
  }
  return found;
}

bool has_table(const ConfigDb& db, std::string_view table) {
  return std::ranges::any_of(db, [&](const auto& row) { return row.first.table == table; });
}

}  // namespace switchyard::switch_drivers::sonic
