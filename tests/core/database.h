// The databases the contract tests run on: an SQLite file always, MariaDB when
// SWITCHYARD_TEST_MYSQL holds a mysql:// URL (scripts/mariadb-test.sh). Every test gets an empty
// one of its own.
#pragma once

#include "core/db/pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace switchyard::db {

std::vector<Backend> backends_under_test();
std::string name_of(const testing::TestParamInfo<Backend>& info);

// Owns the database and drops it at the end.
class TestDatabase {
 public:
  explicit TestDatabase(Backend backend);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }

  [[nodiscard]] std::unique_ptr<Pool> open(
      std::size_t size, std::chrono::milliseconds lease_timeout = std::chrono::seconds{30},
      const Clock* clock = nullptr) const;

 private:
  Backend backend_;
  std::string url_{};
  std::string place_{};  // the directory or the schema to remove
};

// A fixture with an empty database and a pool of eight on it.
class DatabaseTest : public testing::TestWithParam<Backend> {
 protected:
  // Runs statements in the dialect words of migrations.h, outside of any unit.
  void make_schema(const std::string& statements);
  long long number(const std::string& query);

  TestDatabase database_{GetParam()};
  std::unique_ptr<Pool> pool_{database_.open(8)};
};

}  // namespace switchyard::db
