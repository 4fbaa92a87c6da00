#include "provisioner/frr_start_files.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace switchyard::provisioner {
namespace {

namespace fs = std::filesystem;

DeploymentRecord dual() {
  return {
      .id = "dep-1",
      .name = "srv1",
      .plan = {
          .vrfs = {{.vrf = {"vrf-prv"},
                    .tag = {101},
                    .addresses = {*parse_ip("10.1.0.5"), *parse_ip("fd10:1::5")}},
                   {.vrf = {"vrf-pub"}, .tag = {201}, .addresses = {*parse_ip("203.0.113.5")}}}}};
}

// A kernel of files: an address of a device is a file, its name without slashes. Time does not
// pass.
constexpr const char* kIp = R"(#!/bin/sh
case "$*" in
  "-o address show dev "*) [ -e "$HERE/$5-${7%/*}" ] && echo "$7" ;;
  "address replace "*) echo "$*" >>"$HERE/done"; [ -e "$HERE/broken" ] || : >"$HERE/$5-${3%/*}" ;;
  *) echo "$*" >>"$HERE/done" ;;
esac
exit 0
)";

class OwnAddresses : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "own-addresses-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    put("ip", kIp);
    put("sleep", "#!/bin/sh\necho x >>\"$HERE/slept\"\n");
    put("script", render_frr_start_files(dual()).front().content);
  }

  void TearDown() override { fs::remove_all(folder_); }

  void put(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name) << content;
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }

  int run() {
    const std::string here = folder_.string();
    return std::system(
        ("HERE=" + here + " PATH=" + here + ":$PATH " + here + "/script 2>" + here + "/said")
            .c_str());
  }

  std::string text(const std::string& name) {
    std::ostringstream all;
    all << std::ifstream(folder_ / name).rdbuf();
    return all.str();
  }

  fs::path folder_{};
};

TEST_F(OwnAddresses, ThatAreThereAreLeftAloneWithoutAWait) {
  for (const char* present : {"vni0-10.1.0.5", "vni0-fd10:1::5", "vni1-203.0.113.5"})
    put(present, "");
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(text("said") + text("done") + text("slept"), "");
}

TEST_F(OwnAddresses, ThatAreMissingArePutThereAndSaid) {
  for (const char* present : {"vni0-fd10:1::5", "vni1-203.0.113.5"})
    put(present, "");
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(text("said"), "own-addresses: 10.1.0.5/32 was not on vni0; put there now\n");
  EXPECT_EQ(text("done"),
            "link add vni0 type dummy\naddress replace 10.1.0.5/32 dev vni0\nlink set vni0 up\n");
}

TEST_F(OwnAddresses, AreWaitedForTwentySecondsInAll) {
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(text("slept").size(), 99U * 2);  // 0.2 s each
}

TEST_F(OwnAddresses, ThatCannotBePutThereKeepFrrFromStarting) {
  put("broken", "");
  EXPECT_NE(run(), 0);
  EXPECT_NE(text("said").find("10.1.0.5/32 cannot be put on vni0"), std::string::npos);
}

TEST(RenderFrrStartFiles, OrdersFrrBehindEitherNetworkServiceAndTheScript) {
  const auto files = render_frr_start_files(dual());
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].mode, "0755");
  EXPECT_TRUE(files[1].path.starts_with("/etc/systemd/system/frr.service.d/"));
  EXPECT_NE(files[1].content.find("After=networking.service systemd-networkd.service\n"),
            std::string::npos);
  EXPECT_NE(files[1].content.find("ExecStartPre=" + files[0].path + "\n"), std::string::npos);
}

}  // namespace
}  // namespace switchyard::provisioner
