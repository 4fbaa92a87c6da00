#include "pxe/installer/plan.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace switchyard::pxe::installer {
namespace {

std::vector<std::string> paths_of(const std::vector<TaskFile>& files) {
  std::vector<std::string> paths;
  for (const TaskFile& file : files)
    paths.push_back(file.path);
  return paths;
}

TEST(Fstab, DoesNotWaitForABrokenEsp) {
  EXPECT_NE(fstab({.root = "r", .esp = "e"}).find("UUID=e /boot/efi vfat umask=0077,nofail"),
            std::string::npos);
}

TEST(ServerFiles, LeaveTheFstabOfARawImageAlone) {
  EXPECT_EQ(paths_of(server_files({.hostname = "web1"}, std::nullopt)),
            (std::vector<std::string>{"/etc/hostname", "/etc/machine-id", "/usr/lib/clock-epoch"}));
}

TEST(ServerFiles, OfTheTaskReplaceOurs) {
  const auto files = server_files(
      {.hostname = "web1", .files = {{.path = "/etc/hostname", .mode = 0600, .content = "x"}}},
      Uuids{"r", "e"});
  const auto paths = paths_of(files);
  EXPECT_EQ(std::count(paths.begin(), paths.end(), "/etc/hostname"), 1);
  EXPECT_EQ(files.back().content, "x");
}

TEST(ServerFiles, KeepThePhoneHomeTokenFromOtherUsers) {
  const auto files =
      server_files({.phone_home = PhoneHome{.url = "https://a", .pin = "p", .token = Secret{"t"}}},
                   std::nullopt);
  EXPECT_EQ(files.back().mode, 0600U);
  EXPECT_EQ(files.back().content, "https://a\np\nt\n");
}

TEST(BootloaderCommands, ForBiosGoToEveryDisk) {
  const auto commands =
      bootloader_commands(Firmware::Bios, false, {{.path = "/dev/vda"}, {.path = "/dev/vdb"}});
  ASSERT_EQ(commands.size(), 4U);
  EXPECT_EQ(commands[2].back(), "/dev/vda");
  EXPECT_EQ(commands[3].back(), "/dev/vdb");
}

TEST(GrubConfig, FindsTheRootByItsUuid) {
  const auto file = grub_config("web1", "abc", "/dev/g/root");
  EXPECT_NE(file.content.find("search --no-floppy --fs-uuid --set=root abc\n"), std::string::npos);
  EXPECT_NE(file.content.find("linux /vmlinuz root=/dev/g/root ro console=tty0"),
            std::string::npos);
}

TEST(BootloaderCommands, ForUefiLeaveTheFirmwaresMemoryAlone) {
  const auto commands = bootloader_commands(Firmware::Uefi, true, {{.path = "/dev/vda"}});
  EXPECT_EQ(commands.back().back(), "--no-nvram");
}

}  // namespace
}  // namespace switchyard::pxe::installer
