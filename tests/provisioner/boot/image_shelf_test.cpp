#include "provisioner/boot/image_shelf.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace switchyard::provisioner {
namespace {

using pxe::installer::Image;
using pxe::installer::ImageFormat;

const std::string kSum(64, 'a');
const std::string kManifest =
    R"({"name":"debian-12","format":"tar.zst","bytes":7,"sha256":")" + kSum + R"("})";

TEST(ImageShelf, ReadsWhatTheImageBuilderWrites) {
  const auto entry = parse_manifest("debian-12", kManifest);
  ASSERT_TRUE(entry) << entry.error().message;
  const auto* image = std::get_if<Image>(&*entry);
  ASSERT_NE(image, nullptr);
  EXPECT_EQ(image->url, "/files/images/debian-12.tar.zst");
  EXPECT_EQ(image->format, ImageFormat::TarZst);
  EXPECT_EQ(image->bytes, 7U);
}

TEST(ImageShelf, KnowsAnImageThatCallsHome) {
  const auto says = [](const std::string& text) {
    const auto entry = parse_manifest("debian-12", text);
    return entry && std::get<Image>(*entry).phones_home;
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
  EXPECT_EQ(find_image(folder, "debian-12").error().code, Errc::NotFound);
  EXPECT_EQ(find_image(folder, "../images/debian-12").error().code, Errc::NotFound);
  std::ofstream(folder + "/images/debian-12.json") << kManifest;
  EXPECT_EQ(find_image(folder, "debian-12").error().code, Errc::Invalid);
  std::ofstream(folder + "/images/debian-12.tar.zst") << "1234567";
  EXPECT_TRUE(find_image(folder, "debian-12"));
  std::filesystem::remove_all(folder);
}

TEST(ImageShelf, FindsADistributionsOwnInstaller) {
  const std::string folder = testing::TempDir() + "switchyard-native-" + std::to_string(::getpid());
  std::filesystem::create_directories(folder + "/images");
  std::filesystem::create_directories(folder + "/d-i");
  const auto manifest = [](const std::string& kernel) {
    return R"({"name":"native","installer":"preseed","kernel":{"url":")" + kernel +
           R"(","bytes":3,"sha256":")" + kSum +
           R"("},"initrd":{"url":"/files/d-i/initrd","bytes":4,)" + R"("sha256":")" + kSum +
           R"("},"arguments":"","source":"http://x/","disk":"auto","packages":[],"lines":[]})";
  };
  std::ofstream(folder + "/images/native.json") << manifest("/files/d-i/linux");
  EXPECT_EQ(find_image(folder, "native").error().code, Errc::Invalid) << "no kernel";
  std::ofstream(folder + "/d-i/linux") << "123";
  std::ofstream(folder + "/d-i/initrd") << "1234";
  const auto found = find_image(folder, "native");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(std::holds_alternative<NativeInstaller>(*found));
  EXPECT_FALSE(parse_manifest("other", manifest("/files/d-i/linux")));
  EXPECT_FALSE(parse_manifest("native", manifest("/d-i/linux")));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace switchyard::provisioner
