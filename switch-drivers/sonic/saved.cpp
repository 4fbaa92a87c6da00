#include "switch-drivers/sonic/saved.h"

#include "switch-drivers/handle/deadman.h"
#include "switch-drivers/sonic/exchange.h"

#include <nlohmann/json.hpp>

namespace switchyard::switch_drivers::sonic {

namespace {

// The lock keeps two changes that end at once from losing each other's rows.
constexpr std::string_view kProgram = R"(# Switchyard: what one port comes back as. See saved.h.
import fcntl, json, os, re, sys
wish = json.loads(sys.argv[1])
port, path = wish["port"], "/etc/sonic/config_db.json"
lock = open("/run/switchyard-save.lock", "w")
fcntl.flock(lock, fcntl.LOCK_EX)
with open(path) as file:
    db = json.load(file)

def is_of_port(table, key):
    parts = key.split("|")
    if table == "VLAN_MEMBER":
        return parts[-1] == port
    if table == "VLAN_SUB_INTERFACE":
        name = re.fullmatch("Eth(?:ernet)?([0-9]+)[.][0-9]+", parts[0])
        return name is not None and "Ethernet" + name[1] == port
    return table in ("INTERFACE", "PORT_STORM_CONTROL") and parts[0] == port

for table in list(db):
    rows = {key: row for key, row in db[table].items() if not is_of_port(table, key)}
    if len(rows) == len(db[table]):
        continue
    db[table] = rows
    if not rows:
        del db[table]
row = db["PORT"][port]
for field in ("admin_status", "description", "mtu"):
    row.pop(field, None)
row.update(wish["fields"])
for table, rows in wish["rows"].items():
    db.setdefault(table, {}).update(rows)
fresh = path + ".switchyard"
with open(fresh, "w") as file:
    json.dump(db, file, indent=4, sort_keys=True)
    file.flush()
    os.fsync(file.fileno())
os.chmod(fresh, os.stat(path).st_mode & 0o777)
os.rename(fresh, path)
)";

}  // namespace

std::string saved_document(std::string_view port, const ConfigDb& rows) {
  nlohmann::json document{
      {"port", port}, {"fields", nlohmann::json::object()}, {"rows", nlohmann::json::object()}};
  for (const auto& [key, fields] : rows) {
    if (key.table == "PORT")
      document["fields"] = fields;
    else
      document["rows"][key.table][key.key] =
          fields.empty() ? nlohmann::json::object() : nlohmann::json(fields);
  }
  return document.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string closed_document(const std::string& port) {
  return saved_document(port, {{{"PORT", port}, {{"admin_status", "down"}}}});
}

std::string_view save_program() { return kProgram; }

Command store_save_program(std::string_view change) {
  return handle::store(handle::change_path(change, "save.py"), std::string{kProgram});
}

Command save_document(std::string_view document) {
  return {"python3 - " + shell_word(document), std::string{kProgram}};
}

std::string save_line(std::string_view document) {
  return "python3 - " + shell_word(document) + " <save.py";
}

}  // namespace switchyard::switch_drivers::sonic
