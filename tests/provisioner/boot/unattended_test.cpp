// A distribution's own installer: its order, and what it asks for over HTTP until it is done.
#include "provisioner/boot/unattended.h"

#include "catalogs/shipped.h"
#include "core/id.h"
#include "provisioner/boot/boot_site.h"
#include "provisioner/boot/files_tar.h"
#include "tests/provisioner/simulated_site.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace switchyard::provisioner {
namespace {

using pxe::http::Answer;
using pxe::installer::Inspection;
using testing::HasSubstr;

// The shipped debian-installer, with a source of the boot server.
NativeInstaller native() {
  catalogs::TemplateFiles files =
      catalogs::shipped_as("debian-installer", "debian-12-native", catalogs::Shipped::OsImages);
  std::string& yaml = files[catalogs::os::kImageFile];
  const std::string source = "http://deb.debian.org/debian";
  yaml.replace(yaml.find(source), source.size(), "/files/debian");
  const auto parsed = catalogs::os::parse_image(files);
  EXPECT_TRUE(parsed.faults.empty());
  return {.image = parsed.definition, .files = std::move(files)};
}

TEST(ChooseDisk, TakesTheSmallestThatIsLargeEnoughOrTheOneThatIsNamed) {
  constexpr std::uint64_t kGiB = 1ULL << 30U;
  const std::vector<KnownDisk> disks{{.name = "sdb", .bytes = 9 * kGiB},
                                     {.name = "sda", .bytes = 9 * kGiB},
                                     {.name = "sdc", .bytes = 1 * kGiB},
                                     {.serial = "pulled", .bytes = 5 * kGiB}};
  EXPECT_EQ(choose_disk({.disk = "auto"}, disks), "/dev/sda");
  EXPECT_EQ(choose_disk({.disk = "/dev/disk/by-id/x"}, disks), "/dev/disk/by-id/x");
  EXPECT_EQ(choose_disk({.disk = "auto"}, {disks[2]}).error().code, Errc::NotFound);
}

TEST(UnattendedOrder, ReadsBackAsItWasKept) {
  const UnattendedOrder order{.answers = {{.name = "ks.cfg", .content = "\"{session}\"\n"}},
                              .files = {{.path = "/etc/a", .mode = "0600", .content = "\n\"x\""}}};
  const auto read = parse_unattended_order(to_json_text(order));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->answers, order.answers);
  ASSERT_EQ(read->files.size(), 1U);
  EXPECT_EQ(read->files[0].content, order.files[0].content);
  EXPECT_EQ(read->files[0].mode, "0600");
  EXPECT_FALSE(parse_unattended_order(""));
  EXPECT_FALSE(parse_unattended_order("{}"));
}

TEST(WithSession, PutsItEverywhere) {
  EXPECT_EQ(with_session("a/{session}/b {session}", "{session}x"), "a/{session}x/b {session}x");
  EXPECT_EQ(with_session("{bootif}", "s"), "{bootif}");
}

// What GNU tar lists of it.
std::string listed(const std::string& tar) {
  const std::string path = testing::TempDir() + "switchyard-" + std::to_string(::getpid()) + ".tar";
  std::ofstream(path, std::ios::binary) << tar;
  std::FILE* pipe = ::popen(("LC_ALL=C TZ=UTC tar -tvf " + path + " 2>&1").c_str(), "r");
  std::string text;
  for (int sign = 0; (sign = std::fgetc(pipe)) != EOF;)
    text += static_cast<char>(sign);
  ::pclose(pipe);
  std::filesystem::remove(path);
  return text;
}

TEST(FilesTar, IsTakenByTar) {
  const std::string deep = "/" + std::string(90, 'a') + "/" + std::string(80, 'b');
  const auto tar = files_tar(
      {{.path = "/etc/frr/frr.conf", .mode = "0640", .owner = "frr:frr", .content = "12345\n"},
       {.path = "/etc/hostname", .content = ""},
       {.path = deep, .mode = "0755", .content = std::string(512, 'x')}});
  ASSERT_TRUE(tar) << tar.error().message;
  EXPECT_EQ(tar->size() % 512, 0U);
  const std::string text = listed(*tar);
  EXPECT_THAT(text, HasSubstr("-rw-r----- frr/frr"));
  EXPECT_THAT(text, HasSubstr(" 6 1970-01-01 00:00 etc/frr/frr.conf\n"));
  EXPECT_THAT(text, HasSubstr("-rw-r--r-- root/root"));
  EXPECT_THAT(text, HasSubstr(" 512 1970-01-01 00:00 " + deep.substr(1) + "\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("tar:"))) << text;
  EXPECT_FALSE(files_tar({{.path = "/" + std::string(300, 'a')}}));
}

class UnattendedTest : public testing::Test {
 protected:
  // The RAM system of srv1 waits for an order, with these disks; its session.
  std::string session() {
    EXPECT_TRUE(desk_.expect("srv1", BootDevice::Network));
    const auto ticket = desk_.open_boot("srv1");
    Inspection inspection;
    inspection.disks = {{.name = "vda", .path = "/dev/vda", .bytes = 8ULL << 30U, .serial = "S"}};
    const auto opened = desk_.open_session(
        "srv1",
        {.token = ticket->token, .session = Secret(random_hex(32)), .inspection = inspection},
        KnownBy::Port);
    EXPECT_TRUE(opened);
    return opened->session.reveal();
  }

  Answer ask(const std::string& method, const std::string& path, const std::string& body = "",
             const std::string& client = "172.16.100.100") {
    return site_.answer({.method = method, .path = path, .body = body, .client = client});
  }

  static InstallOrder order() {
    return {.operation = "op-1",
            .image = "debian-12-native",
            .hostname = "web1",
            .files = {{.path = "/etc/frr/frr.conf", .owner = "frr:frr", .content = "hello"}}};
  }

  SimulatedSite database_{db::Backend::Sqlite};
  Wakeup wakeup_;
  const SigningKey key_{SigningKey::make()};
  BootDesk desk_{{.pool = *database_.pool,
                  .wakeup = wakeup_,
                  .key = key_,
                  .site = "pod-1",
                  .find_image = [](const auto&...) -> Result<ShelfEntry> { return native(); },
                  .boot_url = "http://172.16.100.1:8080"}};
  BootSite site_{
      desk_,
      [](const std::string& address) -> std::optional<Asker> {
        if (address == "172.16.100.100") return Asker{.server = "srv1", .known_by = KnownBy::Port};
        if (address == "172.16.100.101") return Asker{.server = "srv2"};
        return std::nullopt;
      },
      [](const std::string&) {
        return BootAddress{
            .address = "172.16.100.1", .port = 8080, .tls_port = 8444, .pin = "sha256//AAAA"};
      }};
};

TEST_F(UnattendedTest, FromTheOrderToTheResult) {
  const std::string secret = session();
  ASSERT_TRUE(desk_.order_install("srv1", order()));
  EXPECT_EQ(desk_.read("srv1")->phase, "unattended");
  const auto task = nlohmann::json::parse(**desk_.find_task("srv1", Secret(secret)));
  EXPECT_EQ(task.at("kind"), "hand-over");
  EXPECT_THAT(task.at("arguments").get<std::string>(),
              HasSubstr("url=http://172.16.100.1:8080/boot/answer/{session}/preseed.cfg "));

  const std::string base = "/boot/answer/" + secret;
  const Answer preseed = ask("GET", base + "/preseed.cfg");
  EXPECT_EQ(preseed.status, 200);
  EXPECT_THAT(preseed.body, HasSubstr("d-i netcfg/get_hostname string web1\n"));
  EXPECT_THAT(preseed.body, HasSubstr("d-i partman-auto/disk string /dev/vda\n"));
  EXPECT_THAT(preseed.body, HasSubstr("d-i mirror/http/directory string /files/debian\n"));
  EXPECT_THAT(preseed.body, HasSubstr("http://172.16.100.1:8080" + base + "/switchyard.sh"));
  const std::string files = listed(ask("GET", base + "/files.tar").body);
  EXPECT_THAT(files, HasSubstr("etc/frr/frr.conf"));
  EXPECT_THAT(files, HasSubstr("etc/hostname"));

  EXPECT_EQ(ask("POST", base + "/progress", "base-installer\n").status, 200);
  EXPECT_EQ(desk_.read("srv1")->detail, "writing: base-installer");
  EXPECT_EQ(ask("POST", base + "/finished", "done").status, 200);
  EXPECT_EQ(desk_.read("srv1")->phase, "installed");
  EXPECT_EQ(ask("GET", base + "/preseed.cfg").status, 403) << "the session has nothing to say more";
}

TEST_F(UnattendedTest, AFailureIsToldWithItsReason) {
  const std::string base = "/boot/answer/" + session();
  ASSERT_TRUE(desk_.order_install("srv1", order()));
  EXPECT_EQ(ask("POST", base + "/failed", "Configuring 'base-installer'\x01 failed").status, 200);
  EXPECT_EQ(desk_.read("srv1")->phase, "failed");
  EXPECT_THAT(desk_.read("srv1")->detail, HasSubstr("Configuring 'base-installer'  failed"));
}

TEST_F(UnattendedTest, AnswersAreForThisServerThisBootAndThisWork) {
  const std::string base = "/boot/answer/" + session();
  EXPECT_EQ(ask("GET", base + "/preseed.cfg").status, 403) << "before anything was ordered";
  ASSERT_TRUE(desk_.order_install("srv1", order()));
  EXPECT_EQ(ask("GET", base + "/preseed.cfg").status, 200);
  EXPECT_EQ(ask("GET", base + "/preseed.cfg", "", "172.16.100.101").status, 403);
  EXPECT_EQ(ask("POST", base + "/finished", "", "172.16.100.101").status, 403);
  EXPECT_EQ(ask("GET", base + "/preseed.cfg", "", "172.16.100.200").status, 403);
  EXPECT_EQ(ask("GET", "/boot/answer/guess/preseed.cfg").status, 403);
  EXPECT_EQ(ask("GET", "/boot/answer//preseed.cfg").status, 403);
  EXPECT_EQ(ask("GET", "/boot/answer/").status, 403);
  EXPECT_EQ(ask("GET", base + "/user-data").status, 404);
  EXPECT_EQ(ask("GET", base).status, 404);
  EXPECT_EQ(ask("POST", base + "/preseed.cfg").status, 404);
  EXPECT_EQ(ask("DELETE", base + "/preseed.cfg").status, 405);
  static_cast<void>(session());  // it has booted again
  EXPECT_EQ(ask("GET", base + "/preseed.cfg").status, 403);
}

TEST_F(UnattendedTest, WhatCannotBeAnsweredIsRefusedBeforeItBegins) {
  static_cast<void>(session());
  InstallOrder hostile = order();
  hostile.hostname = "a b";
  EXPECT_EQ(desk_.order_install("srv1", hostile).error().code, Errc::Invalid);
  EXPECT_EQ(desk_.read("srv1")->phase, "provisioning");
}

}  // namespace
}  // namespace switchyard::provisioner
