#include "ipam/schema.h"

#include <array>

namespace switchyard::ipam {
namespace {

// No column is NULL, so that reading needs no indicators: "none" is '' or 0, and asns.owner, which
// is unique, holds "#" and the number while nobody owns it.
//
// addresses has as few keys as it can, because every allocation pays for each of them: what only
// some addresses have is in tables of its own, address_names (the key makes a name unique in its
// subnet) and hold_downs (in the order they end).
//
// subnet_usage spreads the counters of a subnet over several rows, so that allocators who commit at
// the same time do not wait for one row; one of them alone may fall below zero, their sum is right.
// version repeats subnets.version: the UPDATE that counts also proves that the definition an
// allocator has in memory is still the one in force, and keeps it in force until the commit.
constexpr std::string_view kAddressing = R"sql(
CREATE TABLE IF NOT EXISTS vrfs (
  name {name} NOT NULL PRIMARY KEY, version {big} NOT NULL
) {table}
;
CREATE TABLE IF NOT EXISTS subnets (
  name {name} NOT NULL PRIMARY KEY, vrf {name} NOT NULL, family INT NOT NULL,
  net_start {key16} NOT NULL, net_end {key16} NOT NULL, length INT NOT NULL,
  project {name} NOT NULL, whole INT NOT NULL, gateway {name} NOT NULL, hold_down {big} NOT NULL,
  shards INT NOT NULL, version {big} NOT NULL,
  UNIQUE (vrf, net_start), UNIQUE (vrf, net_end)
) {table}
;
CREATE TABLE IF NOT EXISTS subnet_ranges (
  subnet {name} NOT NULL, range_start {key16} NOT NULL, range_end {key16} NOT NULL,
  note {text} NOT NULL, PRIMARY KEY (subnet, range_start)
) {table}
;
CREATE TABLE IF NOT EXISTS subnet_usage (
  subnet {name} NOT NULL, shard INT NOT NULL, used {big} NOT NULL, held {big} NOT NULL,
  reserved {big} NOT NULL, version {big} NOT NULL, PRIMARY KEY (subnet, shard)
) {table}
;
CREATE TABLE IF NOT EXISTS addresses (
  vrf {name} NOT NULL, addr {key16} NOT NULL, subnet {name} NOT NULL, owner {name} NOT NULL,
  label {name} NOT NULL, state {name} NOT NULL, anycast INT NOT NULL,
  created {big} NOT NULL, released {big} NOT NULL, free_at {big} NOT NULL,
  PRIMARY KEY (vrf, addr)
) {table}
;
CREATE INDEX addresses_owner ON addresses (owner)
;
CREATE TABLE IF NOT EXISTS address_names (
  subnet {name} NOT NULL, label {name} NOT NULL, addr {key16} NOT NULL, PRIMARY KEY (subnet, label)
) {table}
;
CREATE TABLE IF NOT EXISTS hold_downs (
  subnet {name} NOT NULL, free_at {big} NOT NULL, addr {key16} NOT NULL,
  PRIMARY KEY (subnet, free_at, addr)
) {table}
;
CREATE TABLE IF NOT EXISTS anycast_grants (
  vrf {name} NOT NULL, addr {key16} NOT NULL, owner {name} NOT NULL, created {big} NOT NULL,
  PRIMARY KEY (vrf, addr, owner)
) {table}
;
CREATE INDEX anycast_grants_owner ON anycast_grants (owner)
;
CREATE TABLE IF NOT EXISTS asns (
  asn {big} NOT NULL PRIMARY KEY, owner {name} NOT NULL UNIQUE, last_owner {name} NOT NULL,
  state {name} NOT NULL, created {big} NOT NULL, free_at {big} NOT NULL
) {table}
;
CREATE INDEX asns_free_at ON asns (free_at)
)sql";

constexpr std::array kMigrations{db::Migration{100, "vrfs, subnets, addresses, ASNs", kAddressing}};

}  // namespace

std::span<const db::Migration> migrations() { return kMigrations; }

}  // namespace switchyard::ipam
