#include "provisioner/frr_start_files.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

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

// FRR with a configuration that is in force only after it was loaded `loads` times.
constexpr const char* kVtysh = R"sh(#!/bin/sh
if [ "$1" = -b ]; then echo x >>"$HERE/loaded"; exit 0; fi
cat "$HERE/always"
[ "$(cat "$HERE/loaded" 2>/dev/null | wc -l)" -ge "$(cat "$HERE/loads")" ] && cat "$HERE/late"
exit 0
)sh";

class FrrComplete : public OwnAddresses {
 protected:
  void SetUp() override {
    OwnAddresses::SetUp();
    std::string script = render_frr_start_files(dual()).back().content;
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"/etc/frr/", "$HERE/"},
                                   std::pair<std::string, std::string>{"/run/", "$HERE/"}})
      for (auto at = script.find(from); at != std::string::npos; at = script.find(from))
        script.replace(at, from.size(), to);
    put("script", script);
    put("vtysh", kVtysh);
    put("frr.conf", "router bgp 1\n set src 10.1.0.5\nip protocol bgp route-map SRC4\n");
    put("always", "router bgp 1\n set src 10.1.0.55\n");
    put("late", " set src 10.1.0.5\nip protocol bgp route-map SRC4\n");
  }

  // As if FRR's own start were long over.
  int run_at_once() {
    const std::string here = folder_.string();
    return std::system(
        ("HERE=" + here + " PATH=" + here + ":$PATH " + here + "/script 0 2>" + here + "/said")
            .c_str());
  }
};

TEST_F(FrrComplete, LeavesAloneWhatIsInForce) {
  put("loads", "0\n");
  EXPECT_EQ(run_at_once(), 0);
  EXPECT_EQ(text("loaded") + text("said"), "");
}

TEST_F(FrrComplete, LoadsAgainWhatWasLostAndSaysSo) {
  put("loads", "2\n");
  EXPECT_EQ(run_at_once(), 0);
  EXPECT_EQ(text("loaded"), "x\nx\n");
  const std::string line =
      "frr-complete: frr.conf is loaded again, not in force were: set src 10.1.0.5; ip protocol "
      "bgp route-map SRC4; \n";
  EXPECT_EQ(text("said"), line + line);
}

TEST(RenderFrrStartFiles, OrdersFrrBehindEitherNetworkServiceAndTheScript) {
  const auto files = render_frr_start_files(dual());
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0].mode, "0755");
  EXPECT_TRUE(files[1].path.starts_with("/etc/systemd/system/frr.service.d/"));
  EXPECT_NE(files[1].content.find("After=networking.service systemd-networkd.service\n"),
            std::string::npos);
  EXPECT_NE(files[1].content.find("ExecStartPre=" + files[0].path + "\n"), std::string::npos);
  EXPECT_NE(files[1].content.find("ExecStartPost=-" + files[2].path + "\n"), std::string::npos);
}

}  // namespace
}  // namespace switchyard::provisioner
