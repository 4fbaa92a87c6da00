#include "tests/core/database.h"

#include "core/db/migrations.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/id.h"

#include <soci/mysql/soci-mysql.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace switchyard::db {

namespace {

const char* mysql_url() { return std::getenv("SWITCHYARD_TEST_MYSQL"); }  // NOLINT: before threads

std::unique_ptr<Pool> opened(const PoolOptions& options) {
  auto pool = Pool::open(options);
  if (!pool) throw std::runtime_error(pool.error().message);
  return std::move(*pool);
}

void run_on_server(const std::string& statement) {
  const auto pool = opened({.url = mysql_url(), .size = 1});
  pool->lease()->sql() << statement;
}

}  // namespace

std::vector<Backend> backends_under_test() {
  if (mysql_url() == nullptr) return {Backend::Sqlite};
  return {Backend::Sqlite, Backend::Mysql};
}

std::string name_of(const testing::TestParamInfo<Backend>& info) {
  return info.param == Backend::Sqlite ? "Sqlite" : "Mysql";
}

TestDatabase::TestDatabase(Backend backend) : backend_(backend), place_("sy_" + random_hex(8)) {
  if (backend == Backend::Sqlite) {
    place_ = std::filesystem::temp_directory_path() / place_;
    std::filesystem::create_directory(place_);
    url_ = "sqlite://" + place_ + "/state.db";
    return;
  }
  run_on_server("CREATE DATABASE " + place_);
  const std::string url = mysql_url();
  const auto options = url.find('?');
  url_ = url.substr(0, url.rfind('/', options) + 1) + place_;
  if (options != std::string::npos) url_ += url.substr(options);
}

TestDatabase::~TestDatabase() {
  if (backend_ == Backend::Mysql) {
    run_on_server("DROP DATABASE " + place_);
    return;
  }
  std::error_code ignored;
  std::filesystem::remove_all(place_, ignored);
}

std::unique_ptr<Pool> TestDatabase::open(std::size_t size, std::chrono::milliseconds lease_timeout,
                                         const Clock* clock) const {
  return opened({.url = url_, .size = size, .lease_timeout = lease_timeout, .clock = clock});
}

void DatabaseTest::make_schema(const std::string& statements) {
  const std::vector<Migration> migrations{{.number = 1, .name = "test", .sql = statements}};
  const Status done = migrate(*pool_, migrations);
  if (!done) throw std::runtime_error(done.error().message);
}

long long DatabaseTest::number(const std::string& query) {
  const auto read_it = read(*pool_, "read a number", [&](Session& session) -> Result<long long> {
    return std::get<0>(*select_one<long long>(session, query));
  });
  if (!read_it) throw std::runtime_error(read_it.error().message);
  return *read_it;
}

}  // namespace switchyard::db
