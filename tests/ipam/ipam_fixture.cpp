#include "tests/ipam/ipam_fixture.h"

#include "core/db/query.h"
#include "ipam/schema.h"

#include <stdexcept>

namespace switchyard::ipam {
namespace {

template <class T> T good(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

}  // namespace

IpAddress ip(std::string_view text) { return good(parse_ip(text)); }

Prefix net(std::string_view text) { return good(parse_prefix(text)); }

Subnet subnet(std::string name, std::string_view prefix, std::string vrf) {
  return {.name = std::move(name), .vrf = {std::move(vrf)}, .prefix = net(prefix)};
}

std::vector<std::string> texts(const std::vector<AddressRecord>& records) {
  std::vector<std::string> all;
  for (const AddressRecord& record : records)
    all.push_back(to_string(record.address));
  return all;
}

std::vector<std::string> texts(const std::vector<IpAddress>& addresses) {
  std::vector<std::string> all;
  for (const IpAddress& address : addresses)
    all.push_back(to_string(address));
  return all;
}

Counted recount(db::Pool& pool, const std::string& subnet) {
  return good(db::read(pool, "recount", [&](db::Session& session) -> Result<Counted> {
    Counted counted{.kept = find_utilisation(session, subnet).value()};
    counted.found.total = counted.kept.total;
    for (const auto& [state, rows] : db::select<std::string, long long>(
             session, "SELECT state, COUNT(*) FROM addresses WHERE subnet = :s GROUP BY state",
             subnet)) {
      if (state == "in_use") counted.found.used = rows;
      if (state == "hold_down") counted.found.held = rows;
      if (state == "reserved") counted.found.reserved = rows;
    }
    // The names and hold-downs kept beside the addresses are those of the addresses.
    const auto stray = db::select_one<long long, long long, long long>(
        session,
        "SELECT (SELECT COUNT(*) FROM hold_downs WHERE subnet = :a), "
        "(SELECT COUNT(*) FROM address_names WHERE subnet = :b), "
        "(SELECT COUNT(*) FROM addresses WHERE subnet = :c AND label <> '')",
        subnet, subnet, subnet);
    EXPECT_EQ(std::get<0>(*stray), counted.found.held);
    EXPECT_EQ(std::get<1>(*stray), std::get<2>(*stray));
    return counted;
  }));
}

IpamTest::IpamTest() {
  const Status done = db::migrate(*pool_, migrations());
  if (!done) throw std::runtime_error(done.error().message);
  const Status vrf = in_unit([](db::Session& session) -> Status {
    if (const Status prv = insert_vrf(session, {"prv"}); !prv) return prv;
    return insert_vrf(session, {"pub"});
  });
  if (!vrf) throw std::runtime_error(vrf.error().message);
}

void IpamTest::add_subnet(const Subnet& wanted) {
  good(in_unit([&](db::Session& session) { return insert_subnet(session, wanted, clock_.now()); }));
}

Result<AddressRecord> IpamTest::take(const AddressRequest& request) {
  return in_unit([&](db::Session& session) { return allocator_.take(session, request); });
}

std::string IpamTest::taken(const AddressRequest& request) {
  const auto record = take(request);
  return record ? to_string(record->address) : record.error().message;
}

void IpamTest::release(const std::string& owner) {
  good(in_unit([&](db::Session& session) { return allocator_.release(session, owner); }));
}

void IpamTest::expect_true_counters(const std::string& name) {
  const Counted counted = recount(*pool_, name);
  EXPECT_EQ(counted.kept, counted.found) << name;
}

}  // namespace switchyard::ipam
