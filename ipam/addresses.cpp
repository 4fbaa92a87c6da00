// The addresses table. Its primary key (vrf, addr) is what makes an address unique; everything in
// memory only guesses.
#include "ipam/addresses.h"

#include "core/db/error.h"
#include "core/db/query.h"
#include "ipam/stored.h"
#include "ipam/vrfs.h"

#include <algorithm>

namespace switchyard::ipam {
namespace {

constexpr std::size_t kRowsALoad = 65'536;

const std::string kColumns =
    "SELECT vrf, addr, subnet, owner, label, state, anycast, created, released, free_at "
    "FROM addresses ";
using Row = std::tuple<std::string, std::string, std::string, std::string, std::string, std::string,
                       int, long long, long long, long long>;

AddressRecord to_record(const Row& row) {
  const auto& [vrf, addr, subnet, owner, label, state, anycast, created, released, free_at] = row;
  const IpAddress address = address_of_key(addr);
  return {.vrf = {vrf},
          .address = address,
          .subnet = subnet,
          .owner = owner,
          .name = label,
          .state = stored(parse_address_state(state)),
          .sharing = anycast != 0 ? Sharing::Anycast : Sharing::Exclusive,
          .created = from_micros(created),
          .released = from_micros(released),
          .free_at = from_micros(free_at)};
}

template <class... Parameters>
std::vector<AddressRecord> select_addresses(db::Session& session, const std::string& where,
                                            const Parameters&... parameters) {
  std::vector<AddressRecord> records;
  for (const auto& row :
       db::select<std::string, std::string, std::string, std::string, std::string, std::string, int,
                  long long, long long, long long>(session, kColumns + where, parameters...))
    records.push_back(to_record(row));
  return records;
}

const std::string kInsert =
    "INSERT INTO addresses (vrf, addr, subnet, owner, label, state, anycast, created, released, "
    "free_at) VALUES ";

// One statement for many rows that differ in nothing but the address. Numbers and words of ours are
// written into the text: every allocation runs this, and fewer parameters make it faster.
void insert_rows(db::Session& session, std::span<const AddressRecord> records) {
  const AddressRecord& common = records.front();
  const std::string rest = std::string{", '"} + to_string(common.state) + "', " +
                           (common.sharing == Sharing::Anycast ? "1, " : "0, ") +
                           std::to_string(to_micros(common.created)) + ", 0, 0)";
  std::vector<std::string> keys;
  for (const AddressRecord& record : records)
    keys.push_back(to_key(record.address));
  std::string sql = kInsert;
  soci::statement statement(session.sql());
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string n = std::to_string(i);
    sql += (i == 0 ? "(:vrf" : ", (:vrf") + n + ", " + session.key("addr" + n) + ", :subnet" + n +
           ", :owner" + n + ", :label" + n + rest;
    statement.exchange(soci::use(common.vrf.value));
    statement.exchange(soci::use(keys[i]));
    statement.exchange(soci::use(common.subnet));
    statement.exchange(soci::use(common.owner));
    statement.exchange(soci::use(common.name));
  }
  statement.alloc();
  statement.prepare(sql);
  statement.define_and_bind();
  statement.execute(true);
}

// False: the name is taken.
bool insert_name(db::Session& session, const AddressRecord& record) {
  try {
    db::execute(session,
                "INSERT INTO address_names (subnet, label, addr) VALUES (:subnet, :label, " +
                    session.key("addr") + ")",
                record.subnet, record.name, to_key(record.address));
    return true;
  } catch (const soci::soci_error& thrown) {
    if (!db::is_duplicate_key(thrown)) throw;
    return false;
  }
}

void delete_name(db::Session& session, const AddressRecord& record) {
  if (record.name.empty()) return;
  db::execute(session, "DELETE FROM address_names WHERE subnet = :subnet AND label = :label",
              record.subnet, record.name);
}

}  // namespace

std::optional<AddressRecord> find_address(db::Session& session, const VrfName& vrf,
                                          const IpAddress& address) {
  auto found = select_addresses(session, "WHERE vrf = :vrf AND addr = " + session.key("addr"),
                                vrf.value, to_key(address));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<AddressRecord> list_addresses(db::Session& session, const Subnet& subnet,
                                          const std::optional<IpAddress>& after,
                                          std::size_t limit) {
  const IpAddress first = subnet.prefix.network;
  return select_addresses(session,
                          "WHERE vrf = :vrf AND addr " + std::string{after ? ">" : ">="} + " " +
                              session.key("first") + " AND addr <= " + session.key("last") +
                              " ORDER BY addr LIMIT " + std::to_string(std::min(limit, kMaxPage)),
                          subnet.vrf.value, to_key(after.value_or(first)),
                          to_key(last_address(subnet.prefix)));
}

std::vector<AddressRecord> list_addresses_of(db::Session& session, std::string_view owner) {
  return select_addresses(session, "WHERE owner = :owner AND free_at = 0 ORDER BY vrf, addr",
                          std::string{owner});
}

std::optional<IpAddress> find_named(db::Session& session, std::string_view subnet,
                                    std::string_view name) {
  const auto row = db::select_one<std::string>(
      session, "SELECT addr FROM address_names WHERE subnet = :subnet AND label = :label",
      std::string{subnet}, std::string{name});
  if (!row) return std::nullopt;
  return address_of_key(std::get<0>(*row));
}

Inserted insert_address(db::Session& session, const AddressRecord& record) {
  if (!insert_addresses(session, {&record, 1})) return Inserted::AddressTaken;
  if (record.name.empty() || insert_name(session, record)) return Inserted::Yes;
  AddressRecord unnamed = record;
  unnamed.name.clear();  // the name is somebody else's
  delete_address(session, unnamed);
  return Inserted::NameTaken;
}

bool insert_addresses(db::Session& session, std::span<const AddressRecord> records) {
  try {
    insert_rows(session, records);
    return true;
  } catch (const soci::soci_error& thrown) {
    if (!db::is_duplicate_key(thrown)) throw;
    return false;
  }
}

void delete_address(db::Session& session, const AddressRecord& record) {
  db::execute(session, "DELETE FROM addresses WHERE vrf = :vrf AND addr = " + session.key("addr"),
              record.vrf.value, to_key(record.address));
  delete_name(session, record);
}

bool start_hold_down(db::Session& session, const AddressRecord& record, Timestamp now,
                     Timestamp free_at) {
  if (db::execute(session,
                  "UPDATE addresses SET state = 'hold_down', label = '', anycast = 0, "
                  "released = :released, free_at = :free_at WHERE vrf = :vrf AND addr = " +
                      session.key("addr") + " AND owner = :owner AND free_at = 0",
                  to_micros(now), to_micros(free_at), record.vrf.value, to_key(record.address),
                  record.owner) == 0)
    return false;
  db::execute(session,
              "INSERT INTO hold_downs (subnet, free_at, addr) VALUES (:subnet, :free_at, " +
                  session.key("addr") + ")",
              record.subnet, to_micros(free_at), to_key(record.address));
  delete_name(session, record);
  return true;
}

bool delete_unchanged(db::Session& session, const AddressRecord& record) {
  if (db::execute(session,
                  "DELETE FROM addresses WHERE vrf = :vrf AND addr = " + session.key("addr") +
                      " AND owner = :owner AND free_at = :free_at",
                  record.vrf.value, to_key(record.address), record.owner,
                  to_micros(record.free_at)) == 0)
    return false;
  if (record.state == AddressState::HoldDown)
    db::execute(session,
                "DELETE FROM hold_downs WHERE subnet = :subnet AND free_at = :free_at AND addr = " +
                    session.key("addr"),
                record.subnet, to_micros(record.free_at), to_key(record.address));
  delete_name(session, record);
  return true;
}

std::vector<AddressRecord> list_expired(db::Session& session, const Subnet& subnet, Timestamp now,
                                        std::size_t limit) {
  std::vector<AddressRecord> expired;
  for (const auto& [key] : db::select<std::string>(
           session,
           "SELECT addr FROM hold_downs WHERE subnet = :subnet AND free_at <= :now "
           "ORDER BY free_at, addr LIMIT " +
               std::to_string(limit),
           subnet.name, to_micros(now)))
    if (auto record = find_address(session, subnet.vrf, address_of_key(key));
        record && record->state == AddressState::HoldDown)
      expired.push_back(*std::move(record));
  return expired;
}

void delete_all_expired(db::Session& session, const Subnet& subnet, Timestamp now) {
  db::execute(session,
              "DELETE FROM addresses WHERE vrf = :vrf AND addr >= " + session.key("first") +
                  " AND addr <= " + session.key("last") + " AND free_at > 0 AND free_at <= :now",
              subnet.vrf.value, to_key(subnet.prefix.network), to_key(last_address(subnet.prefix)),
              to_micros(now));
  db::execute(session, "DELETE FROM hold_downs WHERE subnet = :subnet AND free_at <= :now",
              subnet.name, to_micros(now));
}

std::optional<Timestamp> next_expiry(db::Session& session, const Subnet& subnet) {
  const auto row = db::select_one<long long>(
      session, "SELECT free_at FROM hold_downs WHERE subnet = :subnet ORDER BY free_at LIMIT 1",
      subnet.name);
  if (!row) return std::nullopt;
  return from_micros(std::get<0>(*row));
}

FreeSpace load_free_space(db::Session& session, const Subnet& subnet) {
  FreeSpace space(size_of(subnet.prefix));
  const IpAddress& base = subnet.prefix.network;
  for (const AddressRange& range : withheld(subnet))
    space.take_run(offset_of(base, range.first), offset_of(base, range.last));
  Offset from = 0;
  while (true) {  // in pages, so that a million rows are never in memory at once
    const auto taken = taken_between(session, subnet, {from, space.size() - 1}, kRowsALoad);
    for (const Offset place : taken)
      space.take(place);
    if (taken.size() < kRowsALoad) return space;
    from = taken.back() + 1;
    if (from >= space.size()) return space;
  }
}

std::vector<Offset> taken_between(db::Session& session, const Subnet& subnet, const FreeRun& range,
                                  std::size_t limit) {
  const IpAddress& base = subnet.prefix.network;
  std::vector<Offset> taken;
  for (const auto& [key] : db::select<std::string>(
           session,
           "SELECT addr FROM addresses WHERE vrf = :vrf AND addr >= " + session.key("first") +
               " AND addr <= " + session.key("last") + " ORDER BY addr LIMIT " +
               std::to_string(limit),
           subnet.vrf.value, to_key(address_at(base, range.first)),
           to_key(address_at(base, range.last))))
    taken.push_back(offset_of(base, address_of_key(key)));
  return taken;
}

}  // namespace switchyard::ipam
