#include "pxe/dhcp/v6/holder_store.h"

#include "core/db/query.h"
#include "core/db/transaction.h"

namespace switchyard::pxe::dhcp::v6 {
namespace {

using Row = std::tuple<std::string, std::string, std::string, std::string>;

Result<Given> given_of(const Row& row) {
  const auto& [address_text, switch_name, port, mac_text] = row;
  const std::string what = "stored holder of " + printable(address_text);
  const auto address = parse_ip(address_text);
  if (!address) return tl::unexpected(address.error().in(what));
  if (address->family != Family::V6) return failure(Errc::Invalid, what + ": not an IPv6 address");
  const auto mac = parse_mac(mac_text);
  if (!mac) return tl::unexpected(mac.error().in(what));
  return Given{.address = address->key,
               .holder = {.port = {.switch_name = switch_name, .port = port}, .mac = *mac}};
}

}  // namespace

Result<std::vector<Given>> MemoryHolderStore::load() {
  const std::lock_guard lock(mutex_);
  std::vector<Given> all;
  for (const auto& [address, holder] : holders_)
    all.push_back({.address = address, .holder = holder});
  return all;
}

Status MemoryHolderStore::commit(std::span<const Given> given) {
  const std::lock_guard lock(mutex_);
  for (const Given& one : given)
    holders_.insert_or_assign(one.address, one.holder);
  return {};
}

Result<std::vector<Given>> DatabaseHolderStore::load() {
  return db::read(
      *pool_, "load DHCPv6 holders", [](db::Session& session) -> Result<std::vector<Given>> {
        std::vector<Given> all;
        for (const Row& row : db::select<std::string, std::string, std::string, std::string>(
                 session,
                 "SELECT address, switch_name, port, mac FROM dhcp6_holders ORDER BY address")) {
          auto given = given_of(row);
          if (!given) return tl::unexpected(given.error());
          all.push_back(*std::move(given));
        }
        return all;
      });
}

// REPLACE means the same on both databases.
Status DatabaseHolderStore::commit(std::span<const Given> given) {
  return db::write(*pool_, "store DHCPv6 holders", [given](db::Session& session) -> Status {
    for (const Given& one : given)
      db::execute(session,
                  "REPLACE INTO dhcp6_holders (address, switch_name, port, mac) VALUES (:a, :s, "
                  ":p, :m)",
                  to_string(to_ip(one.address)), one.holder.port.switch_name, one.holder.port.port,
                  to_string(one.holder.mac));
    return {};
  });
}

}  // namespace switchyard::pxe::dhcp::v6
