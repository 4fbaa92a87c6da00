#include "pxe/dhcp/lease_store.h"

#include "core/db/query.h"
#include "core/db/transaction.h"

#include <algorithm>
#include <array>

namespace switchyard::pxe::dhcp {
namespace {

// address is the number of the IPv4 address; switch_name and port are '' where only the MAC is
// known; client_id is hex.
constexpr std::string_view kLeases = R"sql(
CREATE TABLE IF NOT EXISTS dhcp_leases (
  address {big} NOT NULL PRIMARY KEY, state {name} NOT NULL, switch_name {name} NOT NULL,
  port {name} NOT NULL, mac {name} NOT NULL, client_id {text} NOT NULL, expires {big} NOT NULL
) {table}
)sql";

// v6/holder_store.h. switch_name and port are '' where only the MAC is known.
constexpr std::string_view kHolders = R"sql(
CREATE TABLE IF NOT EXISTS dhcp6_holders (
  address {name} NOT NULL PRIMARY KEY, switch_name {name} NOT NULL, port {name} NOT NULL,
  mac {name} NOT NULL
) {table}
)sql";

constexpr std::array kMigrations{db::Migration{400, "DHCP leases", kLeases},
                                 db::Migration{401, "holders of IPv6 addresses", kHolders}};

constexpr std::array<std::string_view, 4> kStates{"offered", "bound", "free", "declined"};
constexpr std::size_t kRowsAStatement = 64;

Result<LeaseState> parse_state(std::string_view text) {
  const auto* const found = std::ranges::find(kStates, text);
  if (found == kStates.end())
    return failure(Errc::Invalid, "not the state of a DHCP lease: " + printable(text));
  return LeaseState{static_cast<std::uint8_t>(found - kStates.begin())};
}

using Row = std::tuple<long long, std::string, std::string, std::string, std::string, std::string,
                       long long>;

Result<Lease> lease_of(const Row& row) {
  const auto& [address, state_text, switch_name, port, mac_text, id_text, expires] = row;
  const Ipv4 ipv4{static_cast<std::uint32_t>(address)};
  const std::string what = "stored DHCP lease of " + to_string(ipv4);
  const auto state = parse_state(state_text);
  if (!state) return tl::unexpected(state.error().in(what));
  const auto mac = parse_mac(mac_text);
  if (!mac) return tl::unexpected(mac.error().in(what));
  auto id = unhex(id_text);
  if (!id) return tl::unexpected(id.error().in(what));
  return Lease{.address = ipv4,
               .state = *state,
               .port = {.switch_name = switch_name, .port = port},
               .mac = *mac,
               .client_id = *std::move(id),
               .expires = from_micros(expires)};
}

// Numbers and words of ours are written into the text: this runs for every acknowledgement, and
// fewer parameters make it faster. REPLACE means the same on both databases.
void replace_rows(db::Session& session, std::span<const Lease> leases) {
  std::string sql =
      "REPLACE INTO dhcp_leases (address, state, mac, client_id, expires, switch_name, port) "
      "VALUES ";
  soci::statement statement(session.sql());
  for (std::size_t i = 0; i < leases.size(); ++i) {
    const Lease& lease = leases[i];
    const std::string n = std::to_string(i);
    sql += (i == 0 ? "(" : ", (") + std::to_string(lease.address.value) + ", '";
    sql += kStates[static_cast<std::size_t>(lease.state)];
    sql += "', '" + to_string(lease.mac) + "', '" + hex(lease.client_id) + "', " +
           std::to_string(to_micros(lease.expires)) + ", :s" + n + ", :p" + n + ")";
    statement.exchange(soci::use(lease.port.switch_name));
    statement.exchange(soci::use(lease.port.port));
  }
  statement.alloc();
  statement.prepare(sql);
  statement.define_and_bind();
  statement.execute(true);
}

}  // namespace

std::span<const db::Migration> migrations() { return kMigrations; }

Result<std::vector<Lease>> MemoryLeaseStore::load() {
  const std::lock_guard lock(mutex_);
  std::vector<Lease> all;
  for (const auto& [address, lease] : leases_)
    all.push_back(lease);
  return all;
}

Status MemoryLeaseStore::commit(std::span<const Lease> leases) {
  const std::lock_guard lock(mutex_);
  for (const Lease& lease : leases)
    leases_.insert_or_assign(lease.address, lease);
  return {};
}

Result<std::vector<Lease>> DatabaseLeaseStore::load() {
  return db::read(
      *pool_, "load DHCP leases", [](db::Session& session) -> Result<std::vector<Lease>> {
        std::vector<Lease> leases;
        for (const auto& row :
             db::select<long long, std::string, std::string, std::string, std::string, std::string,
                        long long>(session,
                                   "SELECT address, state, switch_name, port, mac, client_id, "
                                   "expires FROM dhcp_leases "
                                   "ORDER BY address")) {
          auto lease = lease_of(row);
          if (!lease) return tl::unexpected(lease.error());
          leases.push_back(*std::move(lease));
        }
        return leases;
      });
}

Status DatabaseLeaseStore::commit(std::span<const Lease> leases) {
  return db::write(*pool_, "store DHCP leases", [leases](db::Session& session) -> Status {
    for (auto rest = leases; !rest.empty();) {
      const auto part = rest.first(std::min(rest.size(), kRowsAStatement));
      replace_rows(session, part);
      rest = rest.subspan(part.size());
    }
    return {};
  });
}

}  // namespace switchyard::pxe::dhcp
