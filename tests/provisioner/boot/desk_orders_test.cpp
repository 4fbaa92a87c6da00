// What the boot desk makes of a rescue, of an order's layout and of the wish to hear from the
// installed system, and how that is heard.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/id.h"
#include "provisioner/boot/boot_desk.h"
#include "tests/provisioner/life_fixture.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using namespace pxe::installer;
using testing::HasSubstr;

const MacAddress kMac = *parse_mac("02:00:00:00:00:01");
const std::string kPin = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

Image image_of(const std::string& name) {
  return {.name = name,
          .url = "/files/images/" + name,
          .format = name == "whole-disk" ? ImageFormat::RawZst : ImageFormat::TarZst,
          .bytes = 7,
          .sha256 = std::string(64, 'a'),
          .phones_home = name == "debian-12"};
}

class DeskOrders : public LifeFixture {
 protected:
  // The server has booted our RAM system, which shows these disks of 8 bytes.
  Secret session(const std::vector<std::string>& disks = {}) {
    EXPECT_TRUE(desk_.expect("srv1", BootDevice::Network));
    const auto ticket = desk_.open_boot("srv1");
    Inspection inspection;
    for (const std::string& serial : disks)
      inspection.disks.push_back({.name = "d" + serial, .bytes = 8, .serial = serial});
    const auto opened = desk_.open_session("srv1",
                                           {.token = ticket->token,
                                            .session = Secret(random_hex(32)),
                                            .mac = kMac,
                                            .inspection = inspection},
                                           KnownBy::Port, "172.16.100.17");
    EXPECT_TRUE(opened);
    return opened->session;
  }

  // What the desk makes of a wipe that wiped S1 alone.
  std::string phase_after_wipe_of_s1() {
    const Secret secret = session({"S1"});
    EXPECT_TRUE(desk_.order_wipe("srv1", "op-wipe"));
    EXPECT_TRUE(desk_.note_result(
        "srv1", secret,
        {.operation = "op-wipe",
         .outcome = Outcome::Succeeded,
         .wiped = {
             {.disk = "dS1", .serial = "S1", .bytes = 8, .method = "overwrite", .samples = 4}}}));
    return desk_.read("srv1")->phase;
  }

  // What the RAM system is told when the order is given.
  Result<InstallWork> task_of(const InstallOrder& order) {
    const Secret secret = session();
    if (Status ordered = desk_.order_install("srv1", order); !ordered)
      return tl::unexpected(ordered.error());
    const auto task = parse_task(desk_.find_task("srv1", secret)->value());
    EXPECT_TRUE(task);
    return std::get<InstallWork>(task->work);
  }

  // The token the system installed by this operation gets.
  Secret token_for(const std::string& operation) {
    const auto work = task_of({.operation = operation, .image = "debian-12", .hostname = "web1"});
    EXPECT_TRUE(work && work->phone_home);
    return work->phone_home->token;
  }

  Status call(const Secret& token) {
    return site_.service->note_phone_home(token, {.hostname = "web1",
                                                  .uptime_seconds = 31,
                                                  .addresses = {"10.1.0.1/32"},
                                                  .bgp_established = 2,
                                                  .ssh = true});
  }

  int times_heard(const std::string& operation) {
    int times = 0;
    for (const TimelineView& line : site_.operation(operation).timeline)
      times += line.kind == "heard" ? 1 : 0;
    return times;
  }

  const SigningKey key_{SigningKey::make()};
  BootDesk desk_{{.pool = *site_.pool,
                  .wakeup = site_.wakeup,
                  .key = key_,
                  .site = "pod-1",
                  .find_image = [](const std::string& name,
                                   int) { return Result<ShelfEntry>(image_of(name)); },
                  .home = HomeAddress{.url = "https://192.0.2.1/api/v1/phone-home", .pin = kPin}}};
};

TEST_P(DeskOrders, ARescueIsOpenWithTheKeyAndAddressOfTheRamSystem) {
  const Secret secret = session();
  ASSERT_TRUE(desk_.order_rescue("srv1", {.operation = "op-2", .ssh_keys = {"ssh-ed25519 AAAA"}}));
  EXPECT_EQ(desk_.read("srv1")->phase, "rescuing");
  const auto task = parse_task(desk_.find_task("srv1", secret)->value());
  ASSERT_TRUE(task) << task.error().message;
  EXPECT_EQ(std::get<RescueWork>(task->work).ssh_keys,
            std::vector<std::string>{"ssh-ed25519 AAAA"});
  ASSERT_TRUE(desk_.note_result(
      "srv1", secret,
      {.operation = "op-2", .outcome = Outcome::Succeeded, .host_key = "SHA256:abc"}));
  const DeskEntry entry = *desk_.read("srv1");
  EXPECT_EQ(entry.phase, "rescue");
  EXPECT_EQ(entry.address, "172.16.100.17");
  EXPECT_EQ(entry.host_key, "SHA256:abc");
  EXPECT_FALSE(desk_.find_task("srv1", secret)->has_value());
  site_.clock.advance(3min);
  EXPECT_EQ(desk_.read("srv1")->quiet, 3min);
  ASSERT_TRUE(desk_.find_task("srv1", secret));
  EXPECT_EQ(desk_.read("srv1")->quiet, 0min) << "that it asks is its sign of life";
}

TEST_P(DeskOrders, ARescueThatDoesNotOpenFails) {
  const Secret secret = session();
  ASSERT_TRUE(desk_.order_rescue("srv1", {.operation = "op-1", .ssh_keys = {"k"}}));
  ASSERT_TRUE(desk_.note_result(
      "srv1", secret,
      {.operation = "op-1", .outcome = Outcome::Failed, .detail = "dropbear: no entropy"}));
  EXPECT_EQ(desk_.read("srv1")->phase, "failed");
  EXPECT_EQ(desk_.read("srv1")->detail, "dropbear: no entropy");
}

TEST_P(DeskOrders, WhatWasSeenInARescueIsOwedToTheNextWipe) {
  EXPECT_EQ(phase_after_wipe_of_s1(), "wiped");
  const Secret secret = session({"S1", "S2"});
  ASSERT_TRUE(desk_.order_rescue("srv1", {.operation = "op-1", .ssh_keys = {"k"}}));
  ASSERT_TRUE(
      desk_.note_result("srv1", secret, {.operation = "op-1", .outcome = Outcome::Succeeded}));
  EXPECT_EQ(phase_after_wipe_of_s1(), "failed") << "S2 was pulled, which does not make it clean";
}

TEST_P(DeskOrders, TheLayoutOfTheOrderReachesTheInstaller) {
  DeployRequest request = site_.order();
  request.layout = {.raid1 = true, .lvm = true};
  const auto deployed = site_.service->deploy({}, request);
  ASSERT_TRUE(deployed) << deployed.error().message;
  ASSERT_TRUE(ends(deployed->operation, "succeeded"));
  EXPECT_EQ(site_.server.ordered.layout, request.layout);
  EXPECT_EQ(site_.service->find_deployment({}, deployed->id)->layout, request.layout);
  const auto work = task_of(
      {.operation = "op-1", .image = "debian-12", .hostname = "web1", .layout = {.raid1 = true}});
  ASSERT_TRUE(work);
  EXPECT_TRUE(work->layout.raid1);
  EXPECT_FALSE(work->layout.lvm);
  EXPECT_EQ(work->layout.disk, "auto");
}

TEST_P(DeskOrders, AnImageOfAWholeDiskHasItsOwnLayout) {
  const InstallOrder order{.operation = "op-1", .image = "whole-disk", .hostname = "web1"};
  EXPECT_TRUE(task_of(order));
  InstallOrder mirrored = order;
  mirrored.layout.raid1 = true;
  EXPECT_THAT(task_of(mirrored).error().message, HasSubstr("order it without RAID1 and LVM"));
}

TEST_P(DeskOrders, UsersAndUserDataOfTheOrderReachTheInstaller) {
  const std::string key = "ssh-ed25519 AAAA eva@desk";
  DeployRequest request = site_.order();
  request.users = {{.name = "eva", .ssh_keys = {key}, .sudo = true}};
  request.user_data = "#cloud-config\n";
  const auto deployed = site_.service->deploy({}, request);
  ASSERT_TRUE(deployed) << deployed.error().message;
  ASSERT_TRUE(ends(deployed->operation, "succeeded"));
  const InstallOrder& ordered = site_.server.ordered;
  EXPECT_TRUE(ordered.needs_cloud_init);
  const auto keys = std::ranges::find(ordered.files, "/etc/switchyard/users/eva", &HostFile::path);
  ASSERT_NE(keys, ordered.files.end());
  EXPECT_EQ(keys->content, key + "\n");
}

TEST_P(DeskOrders, AnOrderWithUsersThatCannotBeIsRefused) {
  const std::string key = "ssh-ed25519 AAAA eva@desk";
  DeployRequest request = site_.order();
  request.users = {{.name = "eva", .ssh_keys = {key}}, {.name = "eva", .ssh_keys = {key}}};
  EXPECT_THAT(site_.service->deploy({}, request).error().message, HasSubstr("is there twice"));
  request.users = {{.name = "root", .ssh_keys = {key}}};
  EXPECT_EQ(site_.service->deploy({}, request).error().code, Errc::Invalid);
  EXPECT_EQ(site_.server_state(), "available");
}

TEST_P(DeskOrders, UserDataIsOnlyForAnImageThatReadsIt) {
  EXPECT_THAT(
      task_of(
          {.operation = "op-1", .image = "debian-12", .hostname = "web1", .needs_cloud_init = true})
          .error()
          .message,
      HasSubstr("cloud_init"));
}

TEST_P(DeskOrders, OnlyAnImageWithTheProgramIsToldToCallHome) {
  const auto with = task_of({.operation = "op-1", .image = "debian-12", .hostname = "web1"});
  ASSERT_TRUE(with && with->phone_home);
  EXPECT_EQ(with->phone_home->url, "https://192.0.2.1/api/v1/phone-home");
  EXPECT_EQ(with->phone_home->pin, kPin);
  const auto without =
      task_of({.operation = "op-2", .image = "somebody-elses", .hostname = "web1"});
  ASSERT_TRUE(without);
  EXPECT_FALSE(without->phone_home) << "its token would stay on the disk";
}

TEST_P(DeskOrders, ACallIsOnTheTimelineOnceAndInTheEvents) {
  const DeploymentView deployment = deploy();
  const Secret token = token_for(deployment.operation);
  ASSERT_TRUE(reaches(deployment.operation, "verifying"));
  ASSERT_TRUE(call(token));
  EXPECT_EQ(call(token).error().code, Errc::Rejected) << "it works once";
  EXPECT_EQ(times_heard(deployment.operation), 1);
  EXPECT_THAT(site_.operation(deployment.operation).timeline.back().message,
              HasSubstr("called home: web1, up 31 s, 10.1.0.1/32, 2 BGP sessions, ssh runs"));
  int heard = 0;
  const auto events = site_.service->events({.name = "x", .project = "demo"}, 0, 1000);
  ASSERT_TRUE(events) << events.error().message;
  for (const EventView& event : *events)
    heard += event.type == "server.phone_home" ? 1 : 0;
  EXPECT_EQ(heard, 1) << "it is the project's server";
  ASSERT_TRUE(ends(deployment.operation, "succeeded"));
}

TEST_P(DeskOrders, NothingWaitsForACallAndALateOneIsHeard) {
  const DeploymentView deployment = deploy();
  const Secret token = token_for(deployment.operation);
  ASSERT_TRUE(ends(deployment.operation, "succeeded"));
  EXPECT_EQ(site_.server_state(), "active");
  ASSERT_TRUE(call(token));
  EXPECT_EQ(times_heard(deployment.operation), 1);
  EXPECT_EQ(site_.server_state(), "active");
}

TEST_P(DeskOrders, TheTokenOfAnInstallThatBeganAnewIsVoid) {
  const DeploymentView deployment = deploy();
  const Secret first = token_for(deployment.operation);
  const Secret second = token_for(deployment.operation);
  EXPECT_EQ(call(first).error().code, Errc::Rejected);
  EXPECT_TRUE(call(second));
}

TEST_P(DeskOrders, ATokenEndsWithItsDeploymentAndWithTime) {
  EXPECT_EQ(call(Secret()).error().code, Errc::Rejected);
  EXPECT_EQ(call(Secret("guess")).error().code, Errc::Rejected);
  const DeploymentView deployment = deploy();
  const Secret late = token_for(deployment.operation);
  site_.clock.advance(3h + 1s);
  EXPECT_EQ(call(late).error().code, Errc::Rejected);
  const Secret token = token_for(deployment.operation);
  ASSERT_TRUE(ends(deployment.operation, "succeeded"));
  const auto release = site_.service->release({}, deployment.id, {}, Mode::Real);
  ASSERT_TRUE(release);
  EXPECT_EQ(call(token).error().code, Errc::Rejected) << "it is being released";
  ASSERT_TRUE(ends(release->id, "succeeded"));
  const DeploymentView next = deploy();
  EXPECT_EQ(call(token).error().code, Errc::Rejected) << "another one has the server";
  EXPECT_EQ(times_heard(next.operation), 0);
}

TEST_P(DeskOrders, TheTokenIsKeptAsADigestAndTheTaskThatHasItEndsWithTheNextBoot) {
  const Secret token = token_for("op-1");
  const auto with_it = [&](const std::string& question) {
    return *db::read(*site_.pool, "look", [&](db::Session& session) -> Result<bool> {
      for (const auto& [text] : db::select<std::string>(session, question))
        if (text.find(token.reveal()) != std::string::npos) return true;
      return false;
    });
  };
  EXPECT_FALSE(with_it("SELECT token_hash FROM phone_homes"));
  EXPECT_TRUE(with_it("SELECT task FROM boot_desk")) << "the RAM system asks for it";
  ASSERT_TRUE(desk_.expect("srv1", BootDevice::Disk));
  EXPECT_FALSE(with_it("SELECT task FROM boot_desk"));
}

INSTANTIATE_TEST_SUITE_P(Databases, DeskOrders, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
