#include "switch-drivers/sonic/exchange.h"

#include "switch-drivers/handle/deadman.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::sonic {

namespace {

// $1 is "field" with DATABASE ROW FIELD VALUE, or "unbridged" with PORT. The Lua runs inside redis,
// so that one look at any number of ports is one call.
constexpr std::string_view kAwait =
    R"sh(# Switchyard: waits until SONiC has done it. See exchange.h.
lua='local n = 0
for _, k in ipairs(redis.call("KEYS", "ASIC_STATE:SAI_OBJECT_TYPE_BRIDGE_PORT:*")) do
  if redis.call("HGET", k, "SAI_BRIDGE_PORT_ATTR_PORT_ID") == ARGV[1] then n = n + 1 end
end
return n'
n=0
until
  case $1 in
  field)
    w="$3 $4"
    [ "$(sonic-db-cli "$2" HGET "$3" "$4")" = "$5" ] ;;
  *)
    w="the ASIC's bridge port of $2"
    port=$(sonic-db-cli COUNTERS_DB HGET COUNTERS_PORT_NAME_MAP "$2")
    [ "$(sonic-db-cli ASIC_DB EVAL "$lua" 0 "$port")" = 0 ] ;;
  esac
do
  n=$((n+1))
  [ $n -lt 100 ] || { echo "waited in vain for $w"; exit 94; }
  sleep 0.2
done
)sh";

bool is_plain(std::string_view word) {
  constexpr std::string_view kOthers = "_-./:,=";
  return !word.empty() && std::all_of(word.begin(), word.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

std::string config_db(std::string_view verb, const RowKey& row) {
  return fmt::format("sonic-db-cli CONFIG_DB {} {}", verb, shell_word(to_string(row)));
}

Command vtysh(const std::string& arguments, std::string input) {
  return {"docker exec -i bgp vtysh " + arguments, std::move(input)};
}

std::string clear_of(const frr::BgpPeer& peer) {
  return fmt::format("clear bgp vrf {} {}", peer.vrf.value, peer.interface);
}

}  // namespace

std::string shell_word(std::string_view word) {
  if (is_plain(word)) return std::string{word};
  std::string text = "'";
  for (const char c : word)
    text += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return text + "'";
}

Command read_boot_id() { return {"cat /proc/sys/kernel/random/boot_id", {}}; }

Command read_hostname() { return {"cat /proc/sys/kernel/hostname", {}}; }

Command read_version() { return {"grep ^build_version /etc/sonic/sonic_version.yml", {}}; }

Command read_config_db() { return {"sonic-cfggen -d --print-data", {}}; }

Command read_saved_config_db() { return {"cat /etc/sonic/config_db.json", {}}; }

Command read_running_config() { return {std::string{kVtysh} + " -c 'show running-config'", {}}; }

Command read_saved_config() { return {"docker exec bgp cat /etc/frr/frr.conf", {}}; }

Command read_models() {
  return {"grep -s ipv6_use_link_local_only /usr/local/yang-models/sonic-vlan-sub-interface.yang",
          {}};
}

Command write_memory() { return {std::string{kVtysh} + " -c 'write memory'", {}}; }

Command flush_disk() { return {"sync -f /etc/sonic/config_db.json", {}}; }

Command set_fields(const RowKey& row, const Fields& fields) {
  std::string line = config_db("HSET", row);
  // Redis has no row without a field.
  if (fields.empty()) line += " NULL NULL";
  for (const auto& [name, value] : fields)
    line += " " + shell_word(name) + " " + shell_word(value);
  return {std::move(line), {}};
}

Command remove_fields(const RowKey& row, const std::vector<std::string>& fields) {
  std::string line = config_db("HDEL", row);
  for (const std::string& name : fields)
    line += " " + shell_word(name);
  return {std::move(line), {}};
}

Command remove_row(const RowKey& row) { return {config_db("DEL", row), {}}; }

Command frr_batch(std::string lines) { return vtysh("-f /dev/stdin", std::move(lines)); }

Command soft_clear(const frr::BgpPeer& peer) {
  return vtysh("-c " + shell_word(clear_of(peer) + " soft in"), {});
}

Command reset(const frr::BgpPeer& peer) { return vtysh("-c " + shell_word(clear_of(peer)), {}); }

std::string_view await_program() { return kAwait; }

Command store_await_program(std::string_view change) {
  return handle::store(handle::change_path(change, "await"), std::string{kAwait});
}

Command await_field(const Awaited& awaited) {
  return {
      fmt::format("sh await field {} {} {} {}", shell_word(awaited.database),
                  shell_word(awaited.row), shell_word(awaited.field), shell_word(awaited.value)),
      {}};
}

Command await_unbridged(std::string_view port) {
  return {"sh await unbridged " + shell_word(port), {}};
}

}  // namespace switchyard::switch_drivers::sonic
