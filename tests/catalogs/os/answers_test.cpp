// The answers of shipped installers against golden ones, and what is refused.
// SWITCHYARD_WRITE_GOLDEN=1 writes them anew; read the difference before committing it.
#include "tests/catalogs/os/orders.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace switchyard::catalogs::os {
namespace {

using testing::HasSubstr;

// The script of those that have curl is one.
std::filesystem::path golden(std::string image, const std::string& name) {
  if (name == "switchyard.sh" && image != "debian-installer") image = "anaconda";
  return std::filesystem::path(SWITCHYARD_SOURCE_DIR) / "tests/catalogs/os/golden" / image / name;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string refusal(const ShippedImage& image, const InstallView& view) {
  const auto made = render(image, view);
  return made ? std::string("accepted") : made.error().message;
}

class Answers : public testing::TestWithParam<const char*> {};

TEST_P(Answers, AreTheGoldenOnes) {
  for (const auto& [name, content] : answers_of(GetParam())) {
    const auto path = golden(GetParam(), name);
    if (std::getenv("SWITCHYARD_WRITE_GOLDEN") != nullptr) {
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path, std::ios::binary) << content;
    }
    EXPECT_EQ(content, content_of(path)) << path;
  }
}

TEST_P(Answers, RefuseWhatAFormatCouldTakeForMoreThanText) {
  const ShippedImage image = shipped_image(GetParam());
  for (const std::string hostile : {"", "a b", "a'b", "a\nb", "a$(b)", "a\"b", "a<b", "-a", "é"}) {
    InstallView view = order_view();
    view.hostname = hostile;
    EXPECT_THAT(refusal(image, view), HasSubstr("host name")) << hostile;
    view = order_view();
    view.disk = "/dev/" + hostile + "'";
    EXPECT_THAT(refusal(image, view), HasSubstr("disk")) << hostile;
    view = order_view();
    view.source = "http://host/" + hostile + "'";
    EXPECT_THAT(refusal(image, view), HasSubstr("URL")) << hostile;
    ShippedImage more = image;
    more.installer().packages.push_back("-" + hostile);
    EXPECT_THAT(refusal(more, order_view()), HasSubstr("package")) << hostile;
  }
  for (const std::string hostile : {"", "a\nb", "a\tb", "a\x7f", "a\xff"}) {
    InstallView view = order_view();
    view.ssh_keys.push_back(hostile);
    EXPECT_THAT(refusal(image, view), HasSubstr("SSH key"));
    ShippedImage more = image;
    more.installer().lines.push_back(hostile);
    EXPECT_THAT(refusal(more, order_view()), HasSubstr("line"));
  }
  InstallView view = order_view();
  view.disk = "/dev/../etc/passwd";
  EXPECT_THAT(refusal(image, view), HasSubstr("disk"));
}

TEST_P(Answers, AreFoundByTheirKernel) {
  const auto made = render(shipped_image(GetParam()), order_view());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(made->arguments, HasSubstr(kBase));
  EXPECT_EQ(made->arguments.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(EveryInstaller, Answers, testing::ValuesIn(kEveryInstaller),
                         [](const auto& name) {
                           std::string word = name.param;
                           std::erase(word, '-');
                           return word;
                         });

TEST(AnswersOfAnOperator, AreTakenWhereTheTemplateHasRoom) {
  ShippedImage image = shipped_image("debian-installer");
  image.installer().lines = {"d-i apt-setup/security_host string deb.example.net"};
  EXPECT_THAT(render(image, order_view())->files.at(0).content,
              HasSubstr(image.installer().lines[0] + "\n"));
}

TEST(AnswersOfPreseed, TakeTheMirrorApart) {
  InstallView view = order_view();
  view.source = "https://mirror.example.net";
  const std::string text = render(shipped_image("debian-installer"), view)->files.at(0).content;
  EXPECT_THAT(text, HasSubstr("d-i mirror/protocol string https\n"));
  EXPECT_THAT(text, HasSubstr("d-i mirror/https/hostname string mirror.example.net\n"));
  EXPECT_THAT(text, HasSubstr("d-i mirror/https/directory string /\n"));
}

TEST(AnswersOfAHostNameOfDigits, StayText) {
  InstallView view = order_view();
  view.hostname = "007";
  const auto made = render(shipped_image("ubuntu-installer"), view);
  ASSERT_TRUE(made) << made.error().message;
  const auto meta = std::ranges::find(made->files, "meta-data", &AnswerFile::name);
  EXPECT_THAT(meta->content, HasSubstr("\"007\""));
}

TEST(AnswersWithFaults, NameFileAndLine) {
  ShippedImage image = shipped_image("flatcar");
  image.files["install.sh.j2"] = "one\n{{ hostnmae }}\n";
  image.installer().arguments = "x={{ nothing }}";
  const auto made = render(image, order_view());
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_EQ(made->faults.size(), 2U);
  EXPECT_THAT(to_string(made->faults[0]), HasSubstr("image.yaml: arguments: 'nothing'"));
  EXPECT_THAT(to_string(made->faults[1]), HasSubstr("install.sh.j2:2: 'hostnmae'"));
  image.installer().arguments = "a\nb";
  EXPECT_THAT(to_string(render(image, order_view())->faults[0]), HasSubstr("one line"));
}

}  // namespace
}  // namespace switchyard::catalogs::os
