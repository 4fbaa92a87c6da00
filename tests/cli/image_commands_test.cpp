// What the subcommands about OS images ask the service for, and how the answer reads.
#include "tests/cli/run_fixture.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace switchyard::web::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class ImageCommands : public RunFixture {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "image-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }

  void TearDown() override { fs::remove_all(folder_); }

  std::string folder_{};
};

TEST_F(ImageCommands, InitCheckAndPushAreOnePath) {
  const std::string image = folder_ + "/rocky-9";
  const Ran begun = run({"image", "init", image, "--from", "anaconda"});
  EXPECT_EQ(begun.status, 0) << begun.err;
  EXPECT_EQ(begun.out,
            "image rocky-9 is in " + image + "; what next: switchyard image check " + image + "\n");
  const Ran checked = run({"image", "check", image});
  EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("image rocky-9 is good: 2 answers rendered\n"));
  EXPECT_THAT(checked.out, HasSubstr("not looked at, say --boot-folder"));
  api.answer("POST /api/v1/images", {{"name", "rocky-9"}, {"version", 3}});
  const Ran pushed = run({"image", "push", image});
  EXPECT_EQ(pushed.out,
            "image rocky-9 is version 3; orders get it after: switchyard image publish rocky-9@3\n")
      << pushed.err;
  const json files = json::parse(api.requests().back().body)["files"];
  EXPECT_TRUE(files.contains("image.yaml"));
  EXPECT_TRUE(files.contains("settle.j2")) << "what the script includes comes along";
}

TEST_F(ImageCommands, CheckSaysWhatStandsInTheBootFolder) {
  const std::string image = folder_ + "/debian-12";
  EXPECT_EQ(run({"image", "init", image}).status, 0);
  fs::create_directories(folder_ + "/boot/images");
  std::ofstream(folder_ + "/boot/images/debian-12.tar.zst") << "ab";
  const Ran ran = run({"image", "check", image, "--boot-folder", folder_ + "/boot"});
  EXPECT_EQ(ran.status, 2);
  EXPECT_THAT(ran.out, HasSubstr("images/debian-12.tar.zst is bytes: 2, sha256: fb8e20fc2e4c3f24"));
  EXPECT_THAT(run({"-o", "json", "image", "check", image}).out, HasSubstr("\"faults\": []"));
  EXPECT_THAT(run({"image", "check", folder_}).err, HasSubstr("image.yaml"));
  EXPECT_THAT(run({"image", "init", folder_ + "/x", "--from", "solaris"}).err,
              HasSubstr("anaconda, debian-12, debian-installer, flatcar, ubuntu-installer, yast"));
}

TEST_F(ImageCommands, ListSaysWhatAnImageBootsBy) {
  api.list("GET /api/v1/images", {{{"name", "debian-12"},
                                   {"description", "Debian"},
                                   {"version", 2},
                                   {"install", "image"},
                                   {"firmware", {"bios", "uefi"}}},
                                  {{"name", "old"},
                                   {"description", ""},
                                   {"version", 0},
                                   {"install", ""},
                                   {"firmware", json::array()}}});
  const Ran ran = run({"image", "list"});
  EXPECT_THAT(ran.out, HasSubstr("BOOTS BY"));
  EXPECT_THAT(ran.out, HasSubstr("bios, uefi"));
}

TEST_F(ImageCommands, VersionsArePublishedShownAndPulled) {
  api.answer("POST /api/v1/images/debian-12/actions", {{"name", "debian-12"}, {"version", 2}});
  EXPECT_THAT(
      run({"image", "publish", "debian-12@2"}).out,
      HasSubstr("debian-12 version 2 is what orders get from now on; installed servers keep"));
  EXPECT_THAT(run({"image", "deprecate", "debian-12"}).err, HasSubstr("switchyard image show"));
  api.answer("GET /api/v1/images/debian-12", {{"name", "debian-12"},
                                              {"version", 2},
                                              {"state", "published"},
                                              {"files", {{"image.yaml", "name: debian-12\n"}}}});
  EXPECT_THAT(run({"image", "show", "debian-12"}).out, HasSubstr("2, published"));
  EXPECT_EQ(run({"image", "pull", "debian-12", folder_ + "/was"}).status, 0);
  EXPECT_TRUE(fs::exists(folder_ + "/was/image.yaml"));
  EXPECT_THAT(run({"image", "diff", "debian-12@2", folder_ + "/was"}).out,
              HasSubstr("they are the same"));
}

}  // namespace
}  // namespace switchyard::web::cli
