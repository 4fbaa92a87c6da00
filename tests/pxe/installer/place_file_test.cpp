#include "pxe/installer/place_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace switchyard::pxe::installer {
namespace {

namespace fs = std::filesystem;

class PlaceFile : public testing::Test {
 protected:
  PlaceFile() {
    std::string pattern = testing::TempDir() + "place_file-XXXXXX";
    top_ = mkdtemp(pattern.data());
    root_ = top_ / "root";
    fs::create_directories(root_ / "etc");
    std::ofstream{root_ / "etc/passwd"} << "root:x:0:0::/:\nfrr:x:" << getuid() << ":1::/:\n";
    std::ofstream{root_ / "etc/group"} << "root:x:0:\nfrr:x:" << getgid() << ":\n";
  }

  ~PlaceFile() override { fs::remove_all(top_); }

  Status place(const TaskFile& file) { return place_file(root_.string(), file); }

  std::string content(const fs::path& path) {
    std::ifstream stream{path};
    return {std::istreambuf_iterator<char>{stream}, {}};
  }

  fs::path top_, root_;
};

const std::string kSelf{"frr:frr"};

TEST_F(PlaceFile, MakesParentsAndSetsTheMode) {
  const TaskFile file{.path = "/a/b/c", .mode = 0640, .owner = kSelf, .content = "x\n"};
  ASSERT_TRUE(place(file));
  EXPECT_EQ(content(root_ / "a/b/c"), "x\n");
  EXPECT_EQ(fs::status(root_ / "a/b/c").permissions(), static_cast<fs::perms>(0640));
  EXPECT_TRUE(has_content(root_.string(), file));
}

TEST_F(PlaceFile, NeverFollowsALinkOutOfTheRoot) {
  fs::create_directory(top_ / "outside");
  fs::create_directory_symlink(top_ / "outside", root_ / "absolute");
  fs::create_directory_symlink("../../outside", root_ / "etc/relative");
  fs::create_symlink(top_ / "outside/victim", root_ / "last");
  for (const char* path : {"/absolute/x", "/etc/relative/x", "/last"})
    (void)place({.path = path, .mode = 0600, .owner = kSelf, .content = "x"});
  EXPECT_TRUE(fs::is_empty(top_ / "outside"));
  EXPECT_EQ(content(root_ / "last"), "x") << "a link at the very path is replaced";
}

TEST_F(PlaceFile, FollowsALinkInsideTheRoot) {
  fs::create_directories(root_ / "usr/lib");
  fs::create_directory_symlink("/usr/lib", root_ / "lib");
  ASSERT_TRUE(place({.path = "/lib/x", .mode = 0600, .owner = kSelf, .content = "x"}));
  EXPECT_EQ(content(root_ / "usr/lib/x"), "x");
}

TEST_F(PlaceFile, NamesAnOwnerTheImageHasNot) {
  const auto placed = place({.path = "/x", .mode = 0600, .owner = "bird:bird", .content = ""});
  ASSERT_FALSE(placed);
  EXPECT_EQ(placed.error().message, "/x: the image has no bird:bird");
  EXPECT_FALSE(fs::exists(root_ / "x"));
}

TEST_F(PlaceFile, SeesThatAFileIsNotAsItShouldBe) {
  const TaskFile file{.path = "/x", .mode = 0600, .owner = kSelf, .content = "x"};
  ASSERT_TRUE(place(file));
  std::ofstream{root_ / "x"} << "y";
  EXPECT_EQ(has_content(root_.string(), file).error().message,
            "/x: read back with another content");
}

}  // namespace
}  // namespace switchyard::pxe::installer
