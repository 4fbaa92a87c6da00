#include "provisioner/setup_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace switchyard::provisioner {
namespace {

using testing::HasSubstr;

const std::string kKey = "ssh-ed25519 AAAA eva@desk";

DeploymentRecord deployment() { return {.id = "dep-1", .name = "web1"}; }

std::string content_of(const std::vector<HostFile>& files, const std::string& path) {
  const auto found = std::ranges::find(files, path, &HostFile::path);
  return found == files.end() ? "no such file" : found->content;
}

TEST(SetupFiles, AreNoneWhenNothingWasAskedFor) {
  EXPECT_TRUE(render_setup_files(deployment(), {}).empty());
}

TEST(SetupFiles, NameTheTimeServersForBothProgramsThatAskThem) {
  const auto files = render_setup_files(deployment(), {.ntp = {"ntp.example.net", "fd00::123"}});
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(content_of(files, "/etc/systemd/timesyncd.conf.d/switchyard.conf"),
            "[Time]\nNTP=ntp.example.net fd00::123\n");
  EXPECT_EQ(content_of(files, "/etc/chrony/sources.d/switchyard.sources"),
            "server ntp.example.net iburst\nserver fd00::123 iburst\n");
}

TEST(SetupFiles, MakeUsersAtTheFirstBoot) {
  DeploymentRecord record = deployment();
  record.plan.users = {{.name = "eva", .ssh_keys = {kKey}, .sudo = true},
                       {.name = "bob", .ssh_keys = {kKey}}};
  const auto files = render_setup_files(record, {});
  EXPECT_THAT(content_of(files, "/usr/local/lib/switchyard/first-boot"),
              testing::EndsWith("}\n\nuser eva\nuser bob\n"));
  EXPECT_EQ(content_of(files, "/etc/switchyard/users/bob"), kKey + "\n");
  EXPECT_EQ(content_of(files, "/etc/sudoers.d/switchyard-eva"), "eva ALL=(ALL) NOPASSWD: ALL\n");
  EXPECT_EQ(content_of(files, "/etc/sudoers.d/switchyard-bob"), "no such file");
}

TEST(SetupFiles, GiveCloudInitItsDataAndKeepItFromTheNetwork) {
  DeploymentRecord record = deployment();
  record.plan.user_data = "#cloud-config\nruncmd: [true]\n";
  const auto files = render_setup_files(record, {});
  EXPECT_EQ(content_of(files, "/var/lib/cloud/seed/nocloud/user-data"), record.plan.user_data);
  EXPECT_EQ(content_of(files, "/var/lib/cloud/seed/nocloud/meta-data"),
            "instance-id: dep-1\nlocal-hostname: web1\n");
  EXPECT_THAT(content_of(files, "/etc/cloud/cloud.cfg.d/90-switchyard.cfg"),
              HasSubstr("network: {config: disabled}"));
}

TEST(SetupFiles, RefuseLoginsThatAreNone) {
  for (const char* name : {"", "root", "Eva", "1eva", "-eva", "e va", "eva;id", "eva\nuser bob"})
    EXPECT_FALSE(check_user({.name = name, .ssh_keys = {kKey}})) << name;
  EXPECT_FALSE(check_user({.name = std::string(33, 'a'), .ssh_keys = {kKey}}));
  EXPECT_TRUE(check_user({.name = std::string(32, 'a'), .ssh_keys = {kKey}}));
  EXPECT_THAT(check_user({.name = "eva"}).error().message, HasSubstr("no SSH key"));
  EXPECT_THAT(check_user({.name = "eva", .ssh_keys = {"secret"}}).error().message,
              HasSubstr("user eva"));
}

TEST(SetupFiles, RefuseUserDataThatIsTooLong) {
  EXPECT_TRUE(check_user_data(std::string(32U << 10U, 'x')));
  EXPECT_FALSE(check_user_data(std::string((32U << 10U) + 1, 'x')));
  EXPECT_FALSE(check_user_data(std::string("a\0b", 3)));
}

}  // namespace
}  // namespace switchyard::provisioner
