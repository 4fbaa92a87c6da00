#include "provisioner/boot/image_shelf.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace switchyard::provisioner {
namespace {

namespace os = catalogs::os;
using pxe::installer::Image;
using pxe::installer::ImageFormat;

const std::string kSum(64, 'a');
const std::string kManifest =
    R"({"name":"debian-12","format":"tar.zst","bytes":7,"sha256":")" + kSum + R"("})";

TEST(ImageShelf, ReadsWhatTheImageBuilderWrites) {
  const auto image = parse_manifest("debian-12", kManifest);
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->url, "/files/images/debian-12.tar.zst");
  EXPECT_EQ(image->format, ImageFormat::TarZst);
  EXPECT_EQ(image->bytes, 7U);
}

TEST(ImageShelf, KnowsAnImageThatCallsHome) {
  const auto says = [](const std::string& text) {
    const auto image = parse_manifest("debian-12", text);
    return image && image->phones_home;
  };
  EXPECT_FALSE(says(kManifest));
  EXPECT_TRUE(says(kManifest.substr(0, kManifest.size() - 1) + R"(,"phones_home":true})"));
}

TEST(ImageShelf, RefusesWhatIsNoManifest) {
  EXPECT_FALSE(parse_manifest("debian-13", kManifest));
  for (const char* text : {"", "[]", "{}", R"({"name":"debian-12"})",
                           R"({"name":"debian-12","format":"zip","bytes":7,"sha256":"a"})",
                           R"({"name":"debian-12","format":"tar","bytes":0,"sha256":"a"})",
                           R"({"name":"debian-12","format":"tar","bytes":-1,"sha256":"a"})",
                           R"({"name":"debian-12","format":"tar","bytes":7,"sha256":"a"})"})
    EXPECT_FALSE(parse_manifest("debian-12", text)) << text;
}

TEST(ImageShelf, NeedsTheFileItDescribes) {
  const std::string folder = testing::TempDir() + "switchyard-shelf-" + std::to_string(::getpid());
  std::filesystem::create_directories(folder + "/images");
  EXPECT_EQ(find_manifest(folder, "debian-12").error().code, Errc::NotFound);
  EXPECT_EQ(find_manifest(folder, "../images/debian-12").error().code, Errc::NotFound);
  std::ofstream(folder + "/images/debian-12.json") << kManifest;
  EXPECT_EQ(find_manifest(folder, "debian-12").error().code, Errc::Invalid);
  std::ofstream(folder + "/images/debian-12.tar.zst") << "1234567";
  EXPECT_TRUE(find_manifest(folder, "debian-12"));
  std::filesystem::remove_all(folder);
}

TEST(ImageShelf, FindsAPushedImage) {
  const std::string folder = testing::TempDir() + "switchyard-pushed-" + std::to_string(::getpid());
  std::filesystem::create_directories(folder + "/images");
  const os::ImageDefinition image{
      .name = "debian-12",
      .install = os::DiskImage{.format = "raw.zst",
                               .file = {.path = "images/a-7.raw.zst", .bytes = 7, .sha256 = kSum},
                               .has_cloud_init = true}};
  const auto missing = find_pushed(folder, image, {});
  EXPECT_EQ(missing.error().message,
            "image debian-12: images/a-7.raw.zst is not in the boot folder " + folder);
  std::ofstream(folder + "/images/a-7.raw.zst") << "12345678";
  EXPECT_EQ(find_pushed(folder, image, {}).error().message,
            "image debian-12: images/a-7.raw.zst is 8 bytes, not 7");
  std::ofstream(folder + "/images/a-7.raw.zst") << "1234567";
  const auto found = find_pushed(folder, image, {});
  ASSERT_TRUE(found) << found.error().message;
  const auto& work = std::get<Image>(*found);
  EXPECT_EQ(work.url, "/files/images/a-7.raw.zst");
  EXPECT_EQ(work.format, ImageFormat::RawZst);
  EXPECT_TRUE(work.has_cloud_init);
  EXPECT_FALSE(work.phones_home);
  std::filesystem::remove_all(folder);
}

TEST(ImageShelf, FindsADistributionsOwnInstaller) {
  const std::string folder = testing::TempDir() + "switchyard-native-" + std::to_string(::getpid());
  std::filesystem::create_directories(folder + "/d-i");
  const os::ImageDefinition image{
      .name = "native",
      .install = os::Installer{.kernel = {.path = "d-i/linux", .bytes = 3, .sha256 = kSum},
                               .initrd = {.path = "d-i/initrd", .bytes = 4, .sha256 = kSum}}};
  std::ofstream(folder + "/d-i/linux") << "123";
  EXPECT_EQ(find_pushed(folder, image, {}).error().code, Errc::Invalid) << "no initrd";
  std::ofstream(folder + "/d-i/initrd") << "1234";
  const auto found = find_pushed(folder, image, {{"a.j2", "x"}});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(std::get<NativeInstaller>(*found).files.size(), 1U);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace switchyard::provisioner
