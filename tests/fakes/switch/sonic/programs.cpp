// The programs of a SONiC switch that a controller calls.
#include "tests/fakes/switch/sonic/fake_sonic.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::fakes {

namespace {

using nlohmann::json;

constexpr const char* kConfigFile = "/etc/sonic/config_db.json";

std::string joined(const Arguments& arguments) {
  std::string line;
  for (const std::string& argument : arguments)
    line += argument + " ";
  return line;
}

bool is_of_port(const std::string& table, const std::string& key, const std::string& port) {
  const std::string first = key.substr(0, key.find('|'));
  if (table == "VLAN_MEMBER") return key.substr(key.rfind('|') + 1) == port;
  if (table == "VLAN_SUB_INTERFACE") {
    const std::string name = first.substr(0, first.find('.'));
    return name == port || "Ethernet" + name.substr(std::min<std::size_t>(3, name.size())) == port;
  }
  return (table == "INTERFACE" || table == "PORT_STORM_CONTROL") && first == port;
}

}  // namespace

std::string saved_rows(const std::string& config_json, const std::string& document) {
  json db = json::parse(config_json, nullptr, false);
  const json wish = json::parse(document, nullptr, false);
  if (!db.is_object() || !wish.is_object()) return {};
  const std::string port = wish.value("port", "");
  if (!db.contains("PORT") || !db["PORT"].contains(port)) return {};
  std::vector<std::string> empty;
  for (auto& [table, rows] : db.items()) {
    const std::size_t before = rows.size();
    for (auto row = rows.begin(); row != rows.end();)
      row = is_of_port(table, row.key(), port) ? rows.erase(row) : std::next(row);
    if (rows.empty() && before > 0) empty.push_back(table);
  }
  for (const std::string& table : empty)
    db.erase(table);
  json& row = db["PORT"][port];
  for (const char* field : {"admin_status", "description", "mtu"})
    row.erase(field);
  row.update(wish["fields"]);
  for (const auto& [table, rows] : wish["rows"].items())
    db[table].update(rows);
  return db.dump(4) + "\n";
}

std::optional<int> FakeSonic::run(const Arguments& arguments, Streams& streams) {
  const std::string& name = arguments[0];
  if (name == "sonic-db-cli") return sonic_db_cli(arguments, streams);
  if (name == "sonic-cfggen") {
    *streams.out += config_json();
    return 0;
  }
  if (name == "docker") return docker(arguments, streams);
  if (name == "systemd-run") return systemd_run(arguments);
  if (name == "systemctl") return systemctl(arguments);
  if (name == "python3") return python(arguments, streams);
  // FRR is in its container, and ifupdown2 is nowhere.
  if (name == "vtysh" || name == "ifreload") return std::nullopt;
  return FakeSwitch::run(arguments, streams);
}

std::string FakeSonic::config_json() const {
  json db = json::object();
  for (const auto& [key, fields] : config_db_) {
    const std::size_t bar = key.find('|');
    json& row = db[key.substr(0, bar)][key.substr(bar + 1)];
    row = json::object();
    for (const auto& [name, value] : fields)
      if (name != "NULL") row[name] = value;
  }
  return db.dump(4) + "\n";
}

std::string FakeSonic::id_of(const std::string& port) const {
  const Link* link = kernel_.find(port);
  return link == nullptr ? "" : fmt::format("oid:0x1{:012x}", link->index);
}

std::string FakeSonic::field_of(const std::string& database, const std::string& row,
                                const std::string& field) const {
  const std::string table = row.substr(0, row.find('|'));
  const std::string key = row.substr(row.find('|') + 1);
  if (database == "CONFIG_DB") {
    const auto found = config_db_.find(row);
    if (found == config_db_.end()) return {};
    const auto value = found->second.find(field);
    return value == found->second.end() ? "" : value->second;
  }
  if (database == "COUNTERS_DB") {
    if (row == "COUNTERS_PORT_NAME_MAP") return id_of(field);
    return row == "COUNTERS_RIF_NAME_MAP" && routed_.contains(field) ? "oid:0x6" + field : "";
  }
  if (database != "STATE_DB") return {};
  const std::size_t bar = key.rfind('|');
  const Link* link = kernel_.find(bar == std::string::npos ? key : key.substr(bar + 1));
  if (link == nullptr) return {};
  if (table == "PORT_TABLE" && field == "admin_status") return link->up ? "up" : "down";
  if (table == "INTERFACE_TABLE" && field == "vrf")
    return link->kind == Link::Kind::Vlan ? link->master : "";
  if (table == "VLAN_MEMBER_TABLE" && field == "state")
    return std::any_of(link->vlans.begin(), link->vlans.end(),
                       [&](const auto& vlan) {
                         return key == fmt::format("Vlan{}|{}", vlan.first, link->name);
                       })
               ? "ok"
               : "";
  return {};
}

// The answer to the driver's look at STATE_DB (live.h there).
std::string FakeSonic::state_json() const {
  json rows = json::object();
  const auto add = [&](const std::string& row, const char* field) {
    if (const std::string value = field_of("STATE_DB", row, field); !value.empty())
      rows[row] = {{field, value}};
  };
  for (const auto& [name, link] : kernel_.links()) {
    if (link.kind == Link::Kind::Port && name != "eth0") add("PORT_TABLE|" + name, "admin_status");
    if (link.kind == Link::Kind::Vlan) add("INTERFACE_TABLE|" + name, "vrf");
    for (const auto& [vid, flags] : link.vlans)
      if (link.kind == Link::Kind::Port)
        add(fmt::format("VLAN_MEMBER_TABLE|Vlan{}|{}", vid, name), "state");
  }
  rows["BUM_STORM_CAPABILITY|broadcast"] = {{"supported", "yes"}};
  return rows.dump();
}

int FakeSonic::sonic_db_cli(const Arguments& arguments, Streams& streams) {
  if (arguments.size() < 4) return 2;
  const std::string& database = arguments[1];
  const std::string& verb = arguments[2];
  if (verb == "HGET" && arguments.size() == 5) {
    *streams.out += field_of(database, arguments[3], arguments[4]) + "\n";
    return 0;
  }
  if (verb == "EVAL" && database == "STATE_DB") {
    *streams.out += state_json() + "\n";
    return 0;
  }
  if (verb == "EVAL" && database == "ASIC_DB" && arguments.size() == 6) {
    *streams.out += std::to_string(std::count_if(
                        bridged_.begin(), bridged_.end(),
                        [&](const std::string& port) { return id_of(port) == arguments[5]; })) +
                    "\n";
    return 0;
  }
  return database == "CONFIG_DB" ? write_config_db(arguments, streams) : 2;
}

int FakeSonic::write_config_db(const Arguments& arguments, Streams& streams) {
  if (const std::string refusal = faults_.refusal_of(joined(arguments)); !refusal.empty()) {
    *streams.err += refusal + "\n";
    return 1;
  }
  const std::string& verb = arguments[2];
  const std::string& key = arguments[3];
  if (verb == "DEL") {
    *streams.out += config_db_.erase(key) > 0 ? "1\n" : "0\n";
  } else if (verb == "HSET" && arguments.size() >= 6 && arguments.size() % 2 == 0) {
    for (std::size_t i = 4; i < arguments.size(); i += 2)
      config_db_[key][arguments[i]] = arguments[i + 1];
    *streams.out += "1\n";
  } else if (verb == "HDEL" && arguments.size() >= 5) {
    const auto row = config_db_.find(key);
    for (std::size_t i = 4; row != config_db_.end() && i < arguments.size(); ++i)
      row->second.erase(arguments[i]);
    if (row != config_db_.end() && row->second.empty()) config_db_.erase(row);
    *streams.out += "1\n";
  } else {
    return 2;
  }
  changed(key);
  return 0;
}

// docker exec [-i] bgp PROGRAM …
std::optional<int> FakeSonic::docker(const Arguments& arguments, Streams& streams) {
  std::size_t at = 2;
  if (at < arguments.size() && arguments[at] == "-i") ++at;
  if (arguments.size() < at + 2 || arguments[1] != "exec" || arguments[at] != "bgp") return 1;
  const Arguments inner(arguments.begin() + static_cast<std::ptrdiff_t>(at) + 1, arguments.end());
  if (inner[0] == "vtysh") return FakeSwitch::run(inner, streams);
  if (inner[0] != "cat" || inner.size() != 2 || inner[1] != "/etc/frr/frr.conf") return 127;
  *streams.out += files_.read(nature_.frr_file).value_or("");
  return 0;
}

// systemd-run … --unit=U --on-active=SECONDS … PROGRAM…
int FakeSonic::systemd_run(const Arguments& arguments) {
  std::string unit;
  std::string script = "sleep ";
  std::size_t at = 1;
  for (; at < arguments.size() && arguments[at].starts_with("--"); ++at) {
    if (arguments[at].starts_with("--unit=")) unit = arguments[at].substr(7);
    if (arguments[at].starts_with("--on-active=")) script += arguments[at].substr(12) + "; exec";
  }
  for (; at < arguments.size(); ++at)
    script += " " + arguments[at];
  if (unit.empty() || units_.contains(unit + ".timer")) return 1;
  units_[unit + ".timer"] =
      spawn(std::make_unique<Process>(static_cast<Machine&>(*this), std::make_shared<Suspension>()),
            {"sh", "-c", script}, nullptr,
            {std::make_shared<Input>(), std::make_shared<std::string>(),
             std::make_shared<std::string>()});
  return 0;
}

int FakeSonic::systemctl(const Arguments& arguments) {
  const auto unit = arguments.size() == 3 ? units_.find(arguments[2]) : units_.end();
  if (unit == units_.end()) return 5;
  (void)kill(unit->second);
  units_.erase(unit);
  return 0;
}

// python3 - DOCUMENT with the driver's own program as its input.
int FakeSonic::python(const Arguments& arguments, Streams& streams) {
  const std::string program = streams.in->rest();
  if (arguments.size() != 3 || arguments[1] != "-" ||
      !program.starts_with("# Switchyard: what one port comes back as.")) {
    *streams.err += "SyntaxError: not a program that the simulator knows\n";
    return 1;
  }
  const std::string text = saved_rows(files_.read(kConfigFile).value_or(""), arguments[2]);
  const std::string fresh = std::string(kConfigFile) + ".switchyard";
  std::string problem = text.empty() ? "KeyError" : files_.write(fresh, text);
  if (problem.empty()) problem = files_.rename(fresh, kConfigFile);
  if (problem.empty()) return 0;
  *streams.err += "OSError: " + problem + "\n";
  return 1;
}

}  // namespace switchyard::fakes
