// The answer files against golden ones, and what is refused. SWITCHYARD_WRITE_GOLDEN=1 writes them
// anew; read the difference before committing it.
#include "catalogs/os/answers.h"

#include "tests/catalogs/os/orders.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace switchyard::catalogs::os {
namespace {

using testing::HasSubstr;

// The script of those that have curl is one.
std::filesystem::path golden(InstallerKind kind, const std::string& name) {
  if (name == "switchyard.sh" && kind != InstallerKind::Preseed) kind = InstallerKind::Kickstart;
  return std::filesystem::path(SWITCHYARD_SOURCE_DIR) / "tests/catalogs/os/golden" /
         to_string(kind) / name;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class Answers : public testing::TestWithParam<InstallerKind> {};

TEST_P(Answers, AreTheGoldenOnes) {
  const auto files = render_answers(order_of(GetParam()), kBase);
  ASSERT_TRUE(files) << files.error().message;
  for (const AnswerFile& file : *files) {
    const auto path = golden(GetParam(), file.name);
    if (std::getenv("SWITCHYARD_WRITE_GOLDEN") != nullptr) {
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path, std::ios::binary) << file.content;
    }
    EXPECT_EQ(file.content, content_of(path)) << path;
  }
}

TEST_P(Answers, RefuseWhatTheirFormatCouldTakeForMoreThanText) {
  const auto message = [](const AnswerOrder& order, const std::string& base = kBase) {
    const auto files = render_answers(order, base);
    return files ? std::string("accepted") : files.error().message;
  };
  const AnswerOrder good = order_of(GetParam());
  for (const char* hostile : {"", "a b", "a'b", "a\nb", "a$(b)", "a\"b", "a<b", "-a", "é"}) {
    AnswerOrder order = good;
    order.hostname = hostile;
    EXPECT_THAT(message(order), HasSubstr("host name")) << hostile;
    order = good;
    order.disk = std::string("/dev/") + hostile + "'";
    EXPECT_THAT(message(order), HasSubstr("disk")) << hostile;
    order = good;
    order.source = std::string("http://host/") + hostile + "'";
    EXPECT_THAT(message(order), HasSubstr("URL")) << hostile;
    order = good;
    order.packages.emplace_back(std::string("-") + hostile);
    EXPECT_THAT(message(order), HasSubstr("package")) << hostile;
    EXPECT_THAT(message(good, kBase + "'" + hostile), HasSubstr("URL")) << hostile;
  }
  for (const std::string hostile : {"", "a\nb", "a\tb", "a\x7f", "a\xff"}) {
    AnswerOrder order = good;
    order.ssh_keys.push_back(hostile);
    EXPECT_THAT(message(order), HasSubstr("SSH key"));
    order = good;
    order.lines.push_back(hostile);
    EXPECT_THAT(message(order), HasSubstr("line"));
  }
  AnswerOrder order = good;
  order.disk = "/dev/../etc/passwd";
  EXPECT_THAT(message(order), HasSubstr("disk"));
}

TEST_P(Answers, AreFoundByTheirKernel) {
  const std::string arguments = boot_arguments(order_of(GetParam()), kBase);
  EXPECT_THAT(arguments, HasSubstr(kBase));
  EXPECT_EQ(arguments.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(EveryKind, Answers, testing::ValuesIn(kEveryKind),
                         [](const auto& kind) { return std::string(to_string(kind.param)); });

TEST(AnswersOfAnOperator, AreTakenWhereTheFormatHasRoom) {
  AnswerOrder order = order_of(InstallerKind::Preseed);
  order.lines = {"d-i apt-setup/security_host string deb.example.net"};
  EXPECT_THAT(render_answers(order, kBase)->at(0).content, HasSubstr(order.lines[0] + "\n"));
  order.kind = InstallerKind::Autoyast;
  EXPECT_FALSE(render_answers(order, kBase));
  order = order_of(InstallerKind::Ignition);
  order.packages = {"frr"};
  EXPECT_FALSE(render_answers(order, kBase));
}

TEST(AnswersOfPreseed, TakeTheMirrorApart) {
  AnswerOrder order = order_of(InstallerKind::Preseed);
  order.source = "https://mirror.example.net";
  const std::string text = render_answers(order, kBase)->at(0).content;
  EXPECT_THAT(text, HasSubstr("d-i mirror/protocol string https\n"));
  EXPECT_THAT(text, HasSubstr("d-i mirror/https/hostname string mirror.example.net\n"));
  EXPECT_THAT(text, HasSubstr("d-i mirror/https/directory string /\n"));
}

TEST(InstallerKindName, ReadsBack) {
  for (const InstallerKind kind : kEveryKind)
    EXPECT_EQ(parse_installer_kind(to_string(kind)), kind);
  EXPECT_THAT(parse_installer_kind("jumpstart").error().message, HasSubstr("autoyast"));
}

}  // namespace
}  // namespace switchyard::catalogs::os
