#include "pxe/files/boot_root.h"

#include "tests/pxe/temporary_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace switchyard::pxe {
namespace {

class BootRootTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder.write("root/kernel", "k");
    folder.write("root/grub/grub.cfg", "set");
    folder.write("secret", "s");
    const auto opened = BootRoot::open(folder.path("root"));
    ASSERT_TRUE(opened) << opened.error().message;
    root = *opened;
  }

  [[nodiscard]] std::string content(std::string_view name) const {
    const auto file = root->find(name);
    if (!file) return "error: " + file.error().message;
    std::string text((*file)->size(), 0);
    text.resize((*file)->read_at(0, text.data(), text.size()));
    return text;
  }

  [[nodiscard]] Errc error_of(std::string_view name) const { return root->find(name).error().code; }

  TemporaryFolder folder{};
  std::shared_ptr<const BootRoot> root{};
};

TEST_F(BootRootTest, FindsFilesByTheNamesThatFirmwareUses) {
  EXPECT_EQ(content("kernel"), "k");
  EXPECT_EQ(content("/kernel"), "k");
  EXPECT_EQ(content("//grub//grub.cfg"), "set");
  EXPECT_EQ(content("\\grub\\grub.cfg"), "set");
}

TEST_F(BootRootTest, RefusesNamesThatClimbOrHide) {
  for (const char* name : {"../secret", "/../secret", "grub/../../secret", "grub\\..\\..\\secret",
                           "..", ".", "./kernel", "grub/.hidden", ""})
    EXPECT_EQ(error_of(name), Errc::Invalid) << name;
  EXPECT_EQ(error_of(std::string_view("kernel\0x", 8)), Errc::Invalid);
  EXPECT_EQ(error_of("ker\nnel"), Errc::Invalid);
  EXPECT_EQ(error_of(std::string(1025, 'a')), Errc::Invalid);
  EXPECT_EQ(error_of(std::string(1024, 'a')), Errc::NotFound);
}

TEST_F(BootRootTest, FollowsASymbolicLinkInsideTheFolderOnly) {
  std::filesystem::create_symlink("grub/grub.cfg", folder.path("root/inside"));
  std::filesystem::create_symlink("../secret", folder.path("root/relative"));
  std::filesystem::create_symlink(folder.path("secret"), folder.path("root/absolute"));
  std::filesystem::create_symlink("..", folder.path("root/up"));
  EXPECT_EQ(content("inside"), "set");
  EXPECT_EQ(error_of("relative"), Errc::NotFound);
  EXPECT_EQ(error_of("absolute"), Errc::NotFound);
  EXPECT_EQ(error_of("up/secret"), Errc::NotFound);
}

TEST_F(BootRootTest, ServesRegularFilesOnly) {
  ASSERT_EQ(::mkfifo(folder.path("root/fifo").c_str(), 0600), 0);
  EXPECT_EQ(error_of("fifo"), Errc::NotFound);  // and does not wait for its writer
  EXPECT_EQ(error_of("grub"), Errc::NotFound);
  EXPECT_EQ(error_of("grub/"), Errc::Invalid);
  EXPECT_EQ(error_of("kernel/x"), Errc::NotFound);
}

TEST_F(BootRootTest, SaysWhatIsMissingWithoutTheFolderItIsIn) {
  EXPECT_EQ(root->find("/boot/vmlinuz").error().message, "no file boot/vmlinuz");
}

TEST_F(BootRootTest, GivesAChangedFileAnotherEntityTag) {
  const auto before = root->find("kernel");
  folder.write("root/kernel", "longer");
  const auto after = root->find("kernel");
  ASSERT_TRUE(before && after);
  EXPECT_NE((*before)->entity_tag(), (*after)->entity_tag());
  EXPECT_EQ((*after)->entity_tag(), (*root->find("kernel"))->entity_tag());
}

TEST_F(BootRootTest, KeepsReadingTheOldFileWhenANewOneTakesItsName) {
  const auto file = root->find("kernel");
  ASSERT_TRUE(file);
  folder.write("root/kernel.next", "new");
  std::filesystem::rename(folder.path("root/kernel.next"), folder.path("root/kernel"));
  char byte = 0;
  EXPECT_EQ((*file)->read_at(0, &byte, 1), 1U);
  EXPECT_EQ(byte, 'k');
}

TEST(BootRoot, NamesAFolderThatIsNotThere) {
  const auto root = BootRoot::open("/nowhere/at/all");
  ASSERT_FALSE(root);
  EXPECT_EQ(root.error().code, Errc::NotFound);
  EXPECT_NE(root.error().message.find("/nowhere/at/all"), std::string::npos);
}

}  // namespace
}  // namespace switchyard::pxe
