// The part of SONiC's CONFIG_DB that decides what a port is, as values: rows of named fields, as
// redis has them. Rows of a wish, of an observation and of every state between are this one type.
#pragma once

#include "core/result.h"
#include "switch-drivers/driver.h"

#include <compare>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::sonic {

struct RowKey {
  std::string table{};  // "VLAN_MEMBER"
  std::string key{};    // "Vlan100|Ethernet4"
  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};

[[nodiscard]] std::string to_string(const RowKey& key);  // "VLAN_MEMBER|Vlan100|Ethernet4"

using Fields = std::map<std::string, std::string>;
using ConfigDb = std::map<RowKey, Fields>;

// `sonic-cfggen -d --print-data` or `show runningconfiguration all`. Of the tables we look at, and
// of their rows the fields that are ours to say (all of them in rows that are made for a port).
// Rejected: no such document, a key that is none, a row or a value that no model of SONiC knows.
[[nodiscard]] Result<ConfigDb> parse_config_db(std::string_view json_text);

// The rows that make this port what it is: its own, its memberships, subinterfaces with their
// addresses, storm limits, and the INTERFACE rows that would make it a router interface itself.
[[nodiscard]] ConfigDb rows_of(const ConfigDb& db, std::string_view port);

// One line a field; one line a row that is missing or too much.
[[nodiscard]] std::vector<Difference> difference(const ConfigDb& wished, const ConfigDb& observed);

// Whether any row is of this table.
[[nodiscard]] bool has_table(const ConfigDb& db, std::string_view table);

}  // namespace switchyard::switch_drivers::sonic
