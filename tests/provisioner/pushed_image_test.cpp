// An OS image that was pushed: its versions, what an order gets, and which servers boot it.
#include "catalogs/shipped.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "tests/provisioner/life_fixture.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace switchyard::provisioner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class PushedImage : public LifeFixture {
 protected:
  static std::map<std::string, std::string> files(const std::string& description,
                                                  const std::string& firmware = "bios, uefi") {
    return {{"image.yaml", "name: debian-12\ndescription: " + description + "\nfirmware: [" +
                               firmware +
                               "]\nimage:\n  format: tar\n  file: {path: images/a.tar, bytes: 2, "
                               "sha256: \"" +
                               std::string(64, 'a') + "\"}\n"}};
  }

  Result<ImageView> push(const std::map<std::string, std::string>& all) {
    auto pushed = site_.service->push_image("eva", all, Mode::Real);
    if (!pushed) return pushed;
    return site_.service->publish_image("eva", pushed->name, pushed->version, Mode::Real);
  }

  ImageView listed() { return site_.service->list_images({.size = 10})->items.front(); }

  void set_server(const std::string& column, const std::string& value) {
    ASSERT_TRUE(db::write(*site_.pool, "test", [&](db::Session& session) -> Status {
      db::execute(session, "UPDATE servers SET " + column + " = :v", value);
      return {};
    }));
  }

  std::string refused() {
    const auto ordered = site_.service->deploy({}, site_.order());
    return ordered ? "" : ordered.error().message;
  }
};

TEST_P(PushedImage, IsWhatOrdersGetOnceItIsPublished) {
  EXPECT_EQ(listed().version, 0) << "the inventory's";
  const auto pushed = site_.service->push_image("eva", files("one"), Mode::Real);
  ASSERT_TRUE(pushed) << pushed.error().message;
  EXPECT_EQ(pushed->version, 1);
  EXPECT_EQ(listed().version, 0);
  EXPECT_EQ(site_.service->push_image("eva", files("one"), Mode::Real)->version, 1)
      << "the same files are no new version";
  ASSERT_TRUE(site_.service->publish_image("eva", "debian-12", 0, Mode::Real));
  EXPECT_EQ(listed().version, 1);
  EXPECT_EQ(listed().description, "one");
  EXPECT_EQ(listed().install, "image");
  EXPECT_THAT(listed().firmware, ElementsAre("bios", "uefi"));
  const DeploymentView ordered = deploy();
  EXPECT_EQ(ordered.image_version, 1);
  ASSERT_TRUE(push(files("two")));
  EXPECT_TRUE(ends(ordered.operation, "succeeded"));
  EXPECT_EQ(site_.server.ordered.image_version, 1) << "as it was when it was ordered";
  EXPECT_EQ(site_.service->find_deployment({}, ordered.id)->image_version, 1);
}

TEST_P(PushedImage, IsShownWithItsFilesAndVersions) {
  ASSERT_TRUE(push(files("one")));
  ASSERT_TRUE(push(files("two")));
  const auto newest = site_.service->find_image("debian-12", 0);
  ASSERT_TRUE(newest) << newest.error().message;
  EXPECT_EQ(newest->image.description, "two");
  EXPECT_EQ(newest->version.files, files("two"));
  EXPECT_EQ(newest->version.versions.size(), 2U);
  EXPECT_EQ(newest->version.author, "eva");
  EXPECT_EQ(site_.service->find_image("debian-12", 1)->image.description, "one");
  EXPECT_EQ(site_.service->find_image("debian-12", 3).error().code, Errc::NotFound);
  EXPECT_EQ(site_.service->find_image("none", 0).error().code, Errc::NotFound);
}

TEST_P(PushedImage, IsForNobodyWhenItIsDeprecated) {
  ASSERT_TRUE(push(files("one")));
  const auto gone = site_.service->deprecate_image("eva", "debian-12", 1, Mode::Real);
  ASSERT_TRUE(gone) << gone.error().message;
  EXPECT_EQ(gone->version.state, "deprecated");
  EXPECT_THAT(refused(), HasSubstr("image debian-12 version 1 is deprecated"));
  EXPECT_EQ(site_.service->publish_image("eva", "debian-12", 1, Mode::Real).error().code,
            Errc::Conflict);
  EXPECT_EQ(site_.service->publish_image("eva", "none", 0, Mode::Real).error().code,
            Errc::NotFound);
  ASSERT_TRUE(push(files("two")));
  EXPECT_EQ(refused(), "");
}

TEST_P(PushedImage, IsOnlyForServersThatBootIt) {
  ASSERT_TRUE(push(files("one", "uefi")));
  set_server("firmware", "bios");
  EXPECT_THAT(refused(), HasSubstr("boots by bios; image debian-12 version 1 boots by uefi only"));
  DeployRequest order = site_.order();
  order.server.clear();
  order.profile = site_.service->find_server({}, "srv1")->profile;
  EXPECT_THAT(site_.service->deploy({}, order).error().message,
              HasSubstr("is available that boots by uefi, as image debian-12 version 1 does"));
  set_server("firmware", "uefi");
  set_server("secure_boot", "on");
  EXPECT_THAT(refused(), HasSubstr("boots by secure-boot"));
  EXPECT_FALSE(site_.service->deploy({}, order));
  set_server("secure_boot", "off");
  EXPECT_TRUE(site_.service->deploy({}, order));
}

TEST_P(PushedImage, SaysWhatSetsUpItsNetwork) {
  auto image = files("one");
  image["image.yaml"] += "network: [netplan]\n";
  ASSERT_TRUE(push(image));
  EXPECT_EQ(refused(),
            "catalog l3-private has no files for what image debian-12 sets up its network "
            "with (netplan)");
  const auto pushed = site_.service->push_catalog(
      "eva", catalogs::shipped_as("l3-private", "l3-private"), Mode::Real);
  ASSERT_TRUE(pushed) << pushed.error().message;
  ASSERT_TRUE(site_.service->publish_catalog("eva", "l3-private", 0, Mode::Real));
  EXPECT_TRUE(ends(deploy().operation, "succeeded"));
  std::set<std::string> paths;
  for (const HostFile& file : site_.server.ordered.files)
    paths.insert(file.path);
  EXPECT_TRUE(paths.contains("/etc/netplan/10-switchyard.yaml"));
  EXPECT_FALSE(paths.contains("/etc/network/interfaces"));
}

TEST_P(PushedImage, IsTakenOutOfTheInventory) {
  ASSERT_TRUE(push(files("one")));
  const auto again = site_.service->import_inventory(
      "site.yaml", SimulatedSite::inventory_with("vrfs:", "vrfs:"), Mode::Real);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("image debian-12 was pushed as files"));
}

TEST_P(PushedImage, HasItsFilesInTheBootFolder) {
  const std::string folder = testing::TempDir() + "switchyard-push-" + std::to_string(::getpid());
  std::filesystem::create_directories(folder + "/images");
  site_.site.boot_folder = folder;
  const auto missing = site_.service->push_image("eva", files("one"), Mode::DryRun);
  EXPECT_EQ(missing.error().code, Errc::Invalid);
  EXPECT_THAT(missing.error().message, HasSubstr("image.yaml: images/a.tar is not in the boot"));
  std::ofstream(folder + "/images/a.tar") << "ab";
  const std::string said =
      site_.service->push_image("eva", files("one"), Mode::Real).error().message;
  EXPECT_THAT(said, HasSubstr("is bytes: 2, sha256: fb8e20fc2e4c3f248c60c39bd652f3c1347298bb97"));
  std::map<std::string, std::string> right = files("one");
  std::string& yaml = right["image.yaml"];
  yaml.replace(yaml.find(std::string(64, 'a')), 64, said.substr(said.find("fb8e"), 64));
  ASSERT_TRUE(push(right));
  std::ofstream(folder + "/images/a.tar") << "abc";
  EXPECT_THAT(site_.service->publish_image("eva", "debian-12", 1, Mode::Real).error().message,
              HasSubstr("is 3 bytes, not 2"));
  std::filesystem::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Backends, PushedImage, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
