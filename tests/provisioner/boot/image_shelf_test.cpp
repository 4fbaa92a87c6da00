#include "provisioner/boot/image_shelf.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace switchyard::provisioner {
namespace {

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

}  // namespace
}  // namespace switchyard::provisioner
