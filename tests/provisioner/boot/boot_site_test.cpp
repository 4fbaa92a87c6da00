// The boot server's dynamic routes, without a network.
#include "provisioner/boot/boot_site.h"

#include "core/id.h"
#include "tests/provisioner/simulated_site.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace switchyard::provisioner {
namespace {

using namespace pxe::installer;
using nlohmann::json;
using pxe::http::Answer;
using pxe::http::Request;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const MacAddress kStranger = *parse_mac("02:00:00:00:00:99");

class BootSiteTest : public testing::Test {
 protected:
  Answer ask(Request request) {
    if (request.client.empty()) request.client = "172.16.100.100";
    return site_.answer(request);
  }

  Answer say(const std::string& path, const std::string& body, const std::string& session = "") {
    Request request{.method = body.empty() ? "GET" : "POST",
                    .path = "/installer/v1/" + path,
                    .body = body,
                    .tls = true};
    if (!session.empty()) request.headers.push_back({"authorization", "Bearer " + session});
    return ask(std::move(request));
  }

  // The word after `key` in the script.
  std::string in_script(const std::string& key) {
    const std::string script = ask({.method = "GET", .path = "/boot/ipxe"}).body;
    const std::size_t at = script.find(key) + key.size();
    return script.substr(at, script.find_first_of(" \n", at) - at);
  }

  static std::string request_with(const std::string& token) {
    return to_json_text(SessionRequest{.token = Secret(token),
                                       .session = Secret(random_hex(32)),
                                       .mac = *parse_mac("02:00:00:00:00:01")});
  }

  SimulatedSite database_{db::Backend::Sqlite};
  Wakeup wakeup_;
  const SigningKey key_{SigningKey::make()};
  BootDesk desk_{{.pool = *database_.pool,
                  .wakeup = wakeup_,
                  .key = key_,
                  .site = "pod-1",
                  .find_image = [](const std::string& name, int) -> Result<Image> {
                    return failure(Errc::NotFound, "there is no image " + name);
                  }}};
  BootSite site_{
      desk_,
      [](const std::string& address) -> std::optional<Asker> {
        if (address == "172.16.100.100") return Asker{.server = "srv1", .known_by = KnownBy::Port};
        if (address == "172.16.100.150")
          return Asker{.server = discovery_id(kStranger), .stranger = Stranger{.mac = kStranger}};
        return std::nullopt;
      },
      [](const std::string&) {
        return BootAddress{
            .address = "172.16.100.1", .port = 8080, .tls_port = 8444, .pin = "sha256//AAAA"};
      }};
};

TEST_F(BootSiteTest, AnswersOnlyTheHolderOfALease) {
  const Answer answer = ask({.method = "GET", .path = "/boot/ipxe", .client = "172.16.100.200"});
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(answer.body, HasSubstr("172.16.100.200"));
}

TEST_F(BootSiteTest, TheScriptFollowsWhatIsExpected) {
  EXPECT_THAT(ask({.method = "GET", .path = "/boot/ipxe"}).body,
              HasSubstr("chain --replace http://172.16.100.1:8080/boot/ipxe"));
  ASSERT_TRUE(desk_.expect("srv1", BootDevice::Network));
  const std::string script = ask({.method = "GET", .path = "/boot/ipxe"}).body;
  EXPECT_THAT(script, StartsWith("#!ipxe\n"));
  EXPECT_THAT(script, HasSubstr("http://172.16.100.1:8080/files/installer/vmlinuz initrd=initrd "));
  EXPECT_THAT(script, HasSubstr(" switchyard.url=https://172.16.100.1:8444 "));
  EXPECT_THAT(script, HasSubstr(" switchyard.files=http://172.16.100.1:8080 "));
  EXPECT_THAT(script, HasSubstr(" switchyard.pin=sha256//AAAA "));
  EXPECT_THAT(script, HasSubstr(" switchyard.lost=poweroff ")) << "it must not fall to its disk";
  ASSERT_TRUE(desk_.expect("srv1", BootDevice::Disk));
  EXPECT_THAT(ask({.method = "GET", .path = "/boot/ipxe"}).body, HasSubstr("exit 1 || exit"));
}

TEST_F(BootSiteTest, TellsGrubTheSameDecisionInItsOwnLanguage) {
  const std::string client = "172.16.100.100";
  EXPECT_THAT(*site_.page("/boot/grub", client), StartsWith("echo 'Switchyard: nothing to do"));
  ASSERT_TRUE(desk_.expect("srv1", BootDevice::Network));
  const std::string script = *site_.page("boot/grub", client);
  EXPECT_THAT(script, StartsWith("if linux (tftp,172.16.100.1)/installer/vmlinuz console=ttyS0 "
                                 "switchyard.lost=poweroff switchyard.url=https://"
                                 "172.16.100.1:8444 switchyard.files=http://172.16.100.1:8080 "
                                 "switchyard.pin=sha256//AAAA switchyard.token="));
  EXPECT_THAT(script, HasSubstr(" switchyard.nic=$net_default_mac; then\n  if initrd "
                                "(tftp,172.16.100.1)/installer/initrd; then boot; fi\n"));
  EXPECT_THAT(ask({.method = "GET", .path = "/boot/grub"}).body,
              StartsWith("if linux (http,172.16.100.1:8080)/files/installer/vmlinuz "));
  ASSERT_TRUE(desk_.expect("srv1", BootDevice::Disk));
  EXPECT_THAT(*site_.page("boot/grub", client), HasSubstr("chainloader $loader"));
}

TEST_F(BootSiteTest, GivesGrubNothingByTftpButToTheHolderOfALease) {
  EXPECT_TRUE(BootSite::is_page("/grub/grub.cfg"));
  EXPECT_TRUE(BootSite::is_page("boot//grub"));
  EXPECT_FALSE(BootSite::is_page("grub/x86_64-efi/grub.cfg"));
  EXPECT_FALSE(site_.page("grub/grub.cfg", "172.16.100.200"));
  EXPECT_FALSE(site_.page("boot/grub", "172.16.100.200"));
  EXPECT_THAT(*site_.page("grub/grub.cfg", "172.16.100.100"),
              HasSubstr("source ($service)/boot/grub\n  sleep 30\n"));
}

TEST_F(BootSiteTest, AScriptThatComesTooLateIsOneThatAsksAgain) {
  const Request request{.method = "GET", .path = "/boot/ipxe", .client = "172.16.100.100"};
  const Answer late = site_.late(request);
  EXPECT_EQ(late.status, 200) << "iPXE gives up at an error";
  EXPECT_THAT(late.body, StartsWith("#!ipxe\n:again\n"));
  EXPECT_THAT(late.body,
              HasSubstr("chain --replace http://172.16.100.1:8080/boot/ipxe || goto again\n"));
  EXPECT_EQ(site_.late({.method = "GET", .path = "/installer/v1/task"}).status, 504);
}

TEST(BootScript, NamesIpv6AddressesAsTheirLoadersDo) {
  const BootAddress address{.address = "fd00::1", .port = 8080, .tls_port = 8444, .pin = "p"};
  const BootTicket ticket{
      .choice = BootChoice::Installer, .token = Secret("t"), .lent = "fd00::5/64"};
  EXPECT_THAT(
      ipxe_script(ticket, address),
      HasSubstr("kernel http://[fd00::1]:8080/files/installer/vmlinuz initrd=initrd "
                "console=ttyS0 switchyard.lost=poweroff switchyard.url=https://"
                "[fd00::1]:8444 switchyard.files=http://[fd00::1]:8080 "
                "switchyard.pin=p switchyard.token=t "
                "switchyard.address=fd00::5/64 switchyard.nic=${net0/mac} || goto again\n"));
  EXPECT_THAT(grub_script(ticket, address, GrubFetch::Http),
              HasSubstr("(http,[fd00::1]:8080)/files/installer/initrd"));
}

TEST_F(BootSiteTest, AWipeFromScriptToResult) {
  ASSERT_TRUE(desk_.expect("srv1", BootDevice::Network));
  const Answer opened = say("sessions", request_with(in_script("switchyard.token=")));
  ASSERT_EQ(opened.status, 201) << opened.body;
  const std::string session = json::parse(opened.body).at("session");
  const Answer nothing_yet = say("task", "", session);
  EXPECT_EQ(nothing_yet.status, 204);
  EXPECT_GT(nothing_yet.hold.count(), 0);
  EXPECT_EQ(nothing_yet.topic, task_topic("srv1"));
  ASSERT_TRUE(desk_.order_wipe("srv1", "op-1"));
  EXPECT_EQ(json::parse(say("task", "", session).body).at("kind"), "wipe");
  EXPECT_EQ(say("progress",
                to_json_text(pxe::installer::Progress{
                    .operation = "op-1", .phase = Phase::Erasing, .percent = 5}),
                session)
                .body,
            cancelled_text(false));
  const TaskResult result{.operation = "op-1",
                          .outcome = Outcome::Succeeded,
                          .wiped = {{.disk = "vda", .method = "overwrite", .samples = 4}}};
  EXPECT_EQ(say("result", to_json_text(result), session).status, 200);
  EXPECT_EQ(desk_.read("srv1")->phase, "wiped");
}

TEST_F(BootSiteTest, AMachineNobodyKnowsIsInspected) {
  const std::string client = "172.16.100.150";
  const std::string script = ask({.method = "GET", .path = "/boot/ipxe", .client = client}).body;
  const std::string key = "switchyard.token=";
  const std::size_t at = script.find(key);
  ASSERT_NE(at, std::string::npos) << script;
  EXPECT_THAT(script, Not(HasSubstr("poweroff"))) << "nobody would switch it on again";
  const std::string token = script.substr(at + key.size(), script.find(' ', at) - at - key.size());
  const Answer opened = ask({.method = "POST",
                             .path = "/installer/v1/sessions",
                             .body = request_with(token),
                             .client = client,
                             .tls = true});
  ASSERT_EQ(opened.status, 201) << opened.body;
  const std::string session = json::parse(opened.body).at("session");
  const Answer task = ask({.method = "GET",
                           .path = "/installer/v1/task",
                           .headers = {{"authorization", "Bearer " + session}},
                           .client = client,
                           .tls = true});
  EXPECT_EQ(json::parse(task.body).at("kind"), "inspect");
  EXPECT_EQ(say("task", "", session).status, 403) << "from the address of another server";
}

TEST_F(BootSiteTest, FilesAreForThoseWhoHoldALease) {
  EXPECT_TRUE(site_.may_fetch({.path = "/files/images/a", .client = "172.16.100.100"}));
  EXPECT_FALSE(site_.may_fetch({.path = "/files/images/a", .client = "172.16.100.200"}));
}

TEST_F(BootSiteTest, SecretsDoNotTravelInClearText) {
  Request request{.method = "POST", .path = "/installer/v1/sessions", .body = request_with("x")};
  EXPECT_EQ(ask(request).status, 403);
}

TEST_F(BootSiteTest, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(say("sessions", request_with("guess")).status, 403);
  EXPECT_EQ(say("sessions", "{").status, 400);
  EXPECT_EQ(say("task", "").status, 403);
  EXPECT_EQ(say("task", "", "guess").status, 403);
  EXPECT_EQ(say("secrets", "{}", "guess").status, 404);
  EXPECT_EQ(ask({.method = "GET", .path = "/"}).status, 404);
  EXPECT_EQ(ask({.method = "POST", .path = "/boot/ipxe"}).status, 405);
}

}  // namespace
}  // namespace switchyard::provisioner
