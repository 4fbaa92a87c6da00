#include "catalogs/catalog_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace switchyard::catalogs {
namespace {

using testing::HasSubstr;

constexpr const char* kGood = "name: tiny\nserver:\n  - {path: /etc/x, template: leg.j2}\n";

// What the folder itself can be wrong with.
class CatalogFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "catalogs-XXXXXX";
    root_ = ::mkdtemp(name.data());
    write("tiny/catalog.yaml", kGood);
    write("tiny/frr.j2", "end\n");
    write("tiny/leg.j2", "x\n");
  }

  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(root_ + "/" + name).parent_path());
    std::ofstream(root_ + "/" + name) << text;
  }

  [[nodiscard]] CatalogFolder read() const {
    auto folder = read_catalog_folder(root_ + "/tiny");
    EXPECT_TRUE(folder) << folder.error().message;
    return folder ? *folder : CatalogFolder{};
  }

  std::string root_{};
};

TEST_F(CatalogFolderTest, TakesWhatItIncludesButItsOwnFilesFirst) {
  write("tiny/catalog.yaml", std::string(kGood) + "include: [common]\n");
  write("common/leg.j2", "of all\n");
  write("common/more.j2", "more\n");
  const CatalogFolder folder = read();
  EXPECT_EQ(folder.files.at("leg.j2"), "x\n");
  EXPECT_EQ(folder.files.at("more.j2"), "more\n");
  EXPECT_TRUE(folder.faults.empty());
}

TEST_F(CatalogFolderTest, IncludesNothingFromElsewhere) {
  write("tiny/catalog.yaml", std::string(kGood) + "include: [../../etc, nowhere]\n");
  const auto faults = read().faults;
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(to_string(faults[0]),
            "catalog.yaml: include: there is no folder ../../etc beside this one");
}

TEST_F(CatalogFolderTest, LeavesOutWhatIsNotPartOfIt) {
  write("tiny/.git/HEAD", "ref");
  write("tiny/README.md", "words");
  EXPECT_EQ(read().files.size(), 3U);
}

TEST_F(CatalogFolderTest, FollowsNoLinks) {
  std::filesystem::create_symlink("/etc/passwd", root_ + "/tiny/users.j2");
  const auto faults = read().faults;
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(to_string(faults[0]), "users.j2: is no plain file");
}

TEST_F(CatalogFolderTest, RefusesWhatIsNoText) {
  write("tiny/logo.j2", "\xff\xfe");
  write("tiny/large.j2", std::string(200'000, 'x'));
  const auto faults = read().faults;
  ASSERT_EQ(faults.size(), 2U);
}

TEST_F(CatalogFolderTest, NamesAFolderThatIsNone) {
  EXPECT_EQ(read_catalog_folder(root_ + "/none").error().code, Errc::NotFound);
  EXPECT_THAT(read_catalog_folder(root_).error().message, HasSubstr("has no catalog.yaml"));
}

}  // namespace
}  // namespace switchyard::catalogs
