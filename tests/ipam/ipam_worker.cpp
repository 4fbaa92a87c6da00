// A process that takes addresses beside others: ipam_worker URL SUBNET OWNER COUNT. Exit status 0
// when it got COUNT of them, each of which it finds stored under its name.
#include "core/db/transaction.h"
#include "ipam/addresses.h"
#include "ipam/allocator.h"

#include <cstdlib>
#include <iostream>
#include <set>
#include <string>

namespace {

using namespace switchyard;

int fail(const std::string& why) {
  std::cerr << "ipam_worker: " << why << '\n';
  return 1;
}

int run(const std::string& url, const std::string& subnet, const std::string& owner, int count) {
  const auto pool = db::Pool::open({.url = url, .size = 1});
  if (!pool) return fail(pool.error().message);
  const SystemClock clock;
  ipam::Allocator allocator{clock};
  std::set<IpAddress> mine;
  for (int i = 0; i < count; ++i) {
    const auto one = db::write(**pool, "take", [&](db::Session& session) {
      return allocator.take(session, {.subnet = subnet, .owner = owner});
    });
    if (!one) return fail(one.error().message);
    if (!mine.insert(one->address).second) return fail("twice: " + to_string(one->address));
  }
  std::set<IpAddress> stored;
  const auto read = db::read(**pool, "check", [&](db::Session& session) -> Status {
    for (const auto& record : ipam::list_addresses_of(session, owner))
      stored.insert(record.address);
    return {};
  });
  if (!read) return fail(read.error().message);
  return stored == mine ? 0 : fail("the database does not have what it said");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return fail("usage: ipam_worker URL SUBNET OWNER COUNT");
  return run(argv[1], argv[2], argv[3], std::atoi(argv[4]));  // NOLINT: our own test calls it
}
