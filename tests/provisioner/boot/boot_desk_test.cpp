// Who may speak for a server that boots, what it is told, and what counts as done.
#include "provisioner/boot/boot_desk.h"

#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/id.h"
#include "provisioner/boot/wipe_record.h"
#include "provisioner/store/server_disks.h"
#include "tests/provisioner/simulated_site.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using namespace pxe::installer;
using testing::HasSubstr;

constexpr const char* kServer = "srv1";
const MacAddress kMac = *parse_mac("02:00:00:00:00:01");

Result<Image> find_image(const std::string& name, int /*version*/) {
  if (name != "debian-12") return failure(Errc::NotFound, "there is no image " + name);
  return Image{.name = name,
               .url = "/files/images/debian-12.tar.zst",
               .format = ImageFormat::TarZst,
               .bytes = 7,
               .sha256 = std::string(64, 'a')};
}

class BootDeskTest : public testing::TestWithParam<db::Backend> {
 protected:
  // The server has booted our RAM system, which waits for an order.
  Secret session(const Inspection& inspection = {}) {
    EXPECT_TRUE(desk_.expect(kServer, BootDevice::Network));
    const auto ticket = desk_.open_boot(kServer);
    EXPECT_TRUE(ticket && ticket->choice == BootChoice::Installer);
    const auto opened = desk_.open_session(kServer,
                                           {.token = ticket->token,
                                            .session = Secret(random_hex(32)),
                                            .mac = kMac,
                                            .inspection = inspection},
                                           KnownBy::Port);
    EXPECT_TRUE(opened);
    return opened->session;
  }

  std::vector<std::tuple<std::string, std::string>> records() {
    return *db::read(*site_.pool, "records", [](db::Session& session) {
      return Result<std::vector<std::tuple<std::string, std::string>>>(
          db::select<std::string, std::string>(session,
                                               "SELECT body, signature FROM wipe_records"));
    });
  }

  std::string phase() { return desk_.read(kServer)->phase; }

  long long count(const std::string& question) {
    return *db::read(*site_.pool, "count", [&](db::Session& session) {
      return Result<long long>(std::get<0>(*db::select_one<long long>(session, question)));
    });
  }

  static TaskResult wiped(std::uint64_t samples, std::uint64_t nonzero) {
    return {.operation = "op-1",
            .outcome = Outcome::Succeeded,
            .wiped = {{.disk = "vda",
                       .serial = "S1",
                       .bytes = 8,
                       .method = "overwrite",
                       .samples = samples,
                       .nonzero_samples = nonzero}}};
  }

  // A boot that shows these disks of 8 bytes, whatever became of it.
  static Inspection with_disks(const std::vector<std::string>& serials) {
    Inspection inspection;
    for (const std::string& serial : serials)
      inspection.disks.push_back({.name = "d" + serial, .bytes = 8, .serial = serial});
    return inspection;
  }

  // Wipes these in a server that shows those; what the row says then.
  DeskEntry after_wipe_of(const std::vector<std::string>& wiped,
                          const std::vector<std::string>& shown) {
    const Secret secret = session(with_disks(shown));
    EXPECT_TRUE(desk_.order_wipe(kServer, "op-1"));
    TaskResult result{.operation = "op-1", .outcome = Outcome::Succeeded};
    for (const std::string& serial : wiped)
      result.wiped.push_back({.disk = "e" + serial,  // names change from boot to boot
                              .serial = serial,
                              .bytes = 8,
                              .method = "overwrite",
                              .samples = 4});
    EXPECT_TRUE(desk_.note_result(kServer, secret, result));
    return *desk_.read(kServer);
  }

  SimulatedSite site_{GetParam()};
  Wakeup wakeup_;
  const SigningKey key_{SigningKey::make()};
  std::vector<std::string> ordered_{};
  BootDesk desk_{{.pool = *site_.pool,
                  .wakeup = wakeup_,
                  .key = key_,
                  .site = "pod-1",
                  .find_image = find_image,
                  .ordered = [this](const std::string& server) { ordered_.push_back(server); }}};
};

TEST_P(BootDeskTest, HoldsAServerNobodyExpects) {
  EXPECT_EQ(desk_.open_boot(kServer)->choice, BootChoice::Hold);
  EXPECT_EQ(desk_.expect("srv-none", BootDevice::Network).error().code, Errc::NotFound);
}

TEST_P(BootDeskTest, SendsAServerToItsDiskWhenThatIsExpected) {
  ASSERT_TRUE(desk_.expect(kServer, BootDevice::Disk));
  EXPECT_EQ(desk_.open_boot(kServer)->choice, BootChoice::Disk);
  EXPECT_EQ(phase(), "running") << "nothing more will be heard of it here";
}

TEST_P(BootDeskTest, TellsHowLongNothingWasHeard) {
  ASSERT_TRUE(desk_.expect(kServer, BootDevice::Network));
  site_.clock.advance(90s);
  EXPECT_EQ(desk_.read(kServer)->quiet, 90s);
  ASSERT_TRUE(desk_.open_boot(kServer));
  EXPECT_EQ(desk_.read(kServer)->quiet, 0s);
}

TEST_P(BootDeskTest, ATokenOpensOneSession) {
  ASSERT_TRUE(desk_.expect(kServer, BootDevice::Network));
  const Secret token = desk_.open_boot(kServer)->token;
  EXPECT_FALSE(desk_.open_session(
      "srv2", {.token = token, .session = Secret(random_hex(32)), .mac = kMac}, KnownBy::Port));
  EXPECT_FALSE(desk_.open_session(
      kServer, {.token = Secret("guess"), .session = Secret(random_hex(32)), .mac = kMac},
      KnownBy::Port));
  EXPECT_FALSE(desk_.open_session(
      kServer, {.token = Secret(), .session = Secret(random_hex(32)), .mac = kMac}, KnownBy::Port));
  EXPECT_TRUE(desk_.open_session(
      kServer, {.token = token, .session = Secret(random_hex(32)), .mac = kMac}, KnownBy::Port));
  EXPECT_EQ(
      desk_
          .open_session(kServer, {.token = token, .session = Secret(random_hex(32)), .mac = kMac},
                        KnownBy::Port)
          .error()
          .code,
      Errc::Rejected);
}

// The answer to the first was lost on its way.
TEST_P(BootDeskTest, ASessionThatIsAskedForAgainIsTheSame) {
  ASSERT_TRUE(desk_.expect(kServer, BootDevice::Network));
  SessionRequest request{
      .token = desk_.open_boot(kServer)->token, .session = Secret(random_hex(32)), .mac = kMac};
  ASSERT_TRUE(desk_.open_session(kServer, request, KnownBy::Port));
  ASSERT_TRUE(desk_.order_wipe(kServer, "op-1"));
  const auto again = desk_.open_session(kServer, request, KnownBy::Port);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->session.reveal(), request.session.reveal());
  EXPECT_EQ(phase(), "wiping") << "what was ordered meanwhile stands";
  EXPECT_TRUE(desk_.find_task(kServer, request.session)->has_value());
  ASSERT_TRUE(desk_.open_boot(kServer));
  EXPECT_FALSE(desk_.open_session(kServer, request, KnownBy::Port)) << "it has booted again";
}

TEST_P(BootDeskTest, ATokenEndsWithItsTimeAndWithTheNextOne) {
  ASSERT_TRUE(desk_.expect(kServer, BootDevice::Network));
  const Secret first = desk_.open_boot(kServer)->token;
  const Secret second = desk_.open_boot(kServer)->token;
  EXPECT_FALSE(desk_.open_session(
      kServer, {.token = first, .session = Secret(random_hex(32)), .mac = kMac}, KnownBy::Port));
  site_.clock.advance(BootDesk::kTokenLife + 1s);
  EXPECT_FALSE(desk_.open_session(
      kServer, {.token = second, .session = Secret(random_hex(32)), .mac = kMac}, KnownBy::Port));
}

// Two machines with one MAC address, no relay that would tell their ports: the wrong one is told
// nothing, its disks are not taken for the server's, and people see why the server waits.
TEST_P(BootDeskTest, AMachineThatHasOnlyOneMacOfTheServerIsRefusedAndShown) {
  ASSERT_TRUE(desk_.expect(kServer, BootDevice::Network));
  const Secret token = desk_.open_boot(kServer)->token;
  Inspection inspection = with_disks({"S9"});
  inspection.nics = {{.name = "eth0", .mac = kMac}};
  const auto refused = desk_.open_session(
      kServer,
      {.token = token, .session = Secret(random_hex(32)), .mac = kMac, .inspection = inspection},
      KnownBy::Mac);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Rejected);
  EXPECT_THAT(refused.error().message, HasSubstr("does not have its NIC"));
  EXPECT_EQ(phase(), "");
  EXPECT_EQ(desk_.read(kServer)->detail, refused.error().message);
  EXPECT_FALSE(desk_.open_session(
      kServer, {.token = token, .session = Secret(random_hex(32)), .mac = kMac}, KnownBy::Port))
      << "the token is used up";
  EXPECT_EQ(count("SELECT COUNT(*) FROM events WHERE type = 'boot.contradiction' AND subject = "
                  "'servers/srv1'"),
            1);
  EXPECT_EQ(after_wipe_of({"S1"}, {"S1"}).phase, "wiped") << "S9 is not owed";
}

TEST_P(BootDeskTest, NoSecretOpensTheDoorOfAServerThatHasNone) {
  ASSERT_TRUE(desk_.expect(kServer, BootDevice::Network));
  EXPECT_EQ(desk_.find_task(kServer, Secret()).error().code, Errc::Rejected);
  EXPECT_FALSE(desk_.note_result(kServer, Secret(), wiped(1, 0)));
}

TEST_P(BootDeskTest, AnInstallIsOrderedReportedAndDone) {
  const Secret secret = session();
  EXPECT_EQ(phase(), "provisioning");
  EXPECT_FALSE(desk_.find_task(kServer, secret)->has_value());
  const InstallOrder order{.operation = "op-1",
                           .image = "debian-12",
                           .hostname = "web1",
                           .files = {{.path = "/etc/hosts", .mode = "0640", .content = "x\n"}}};
  ASSERT_TRUE(desk_.order_install(kServer, order));
  ASSERT_TRUE(desk_.order_install(kServer, order)) << "the same operation again is the same order";
  EXPECT_EQ(phase(), "installing");
  const auto task = parse_task(desk_.find_task(kServer, secret)->value());
  ASSERT_TRUE(task) << task.error().message;
  EXPECT_EQ(std::get<InstallWork>(task->work).files.at(0).mode, 0640U);

  ASSERT_EQ(desk_.note_progress(kServer, secret,
                                {.operation = "op-1", .phase = Phase::Writing, .percent = 40}),
            false);
  EXPECT_EQ(desk_.read(kServer)->progress, 40);
  EXPECT_EQ(desk_.note_progress(kServer, secret, {.operation = "op-2"}).error().code,
            Errc::Conflict);
  const TaskResult result{.operation = "op-1", .outcome = Outcome::Succeeded};
  ASSERT_TRUE(desk_.note_result(kServer, secret, result));
  ASSERT_TRUE(desk_.note_result(kServer, secret, result));
  EXPECT_EQ(phase(), "installed");
  EXPECT_FALSE(desk_.find_task(kServer, secret)->has_value())
      << "what is done is not ordered again";
}

TEST_P(BootDeskTest, AnUnknownImageIsRefusedBeforeAnythingIsOrdered) {
  (void)session();
  const auto ordered =
      desk_.order_install(kServer, {.operation = "op-1", .image = "minix", .hostname = "web1"});
  EXPECT_THAT(ordered.error().message, HasSubstr("minix"));
  EXPECT_EQ(phase(), "provisioning");
}

TEST_P(BootDeskTest, NobodyIsOrderedAboutBeforeTheInstallerWaits) {
  EXPECT_EQ(desk_.order_wipe(kServer, "op-1").error().code, Errc::Conflict);
  ASSERT_TRUE(desk_.expect(kServer, BootDevice::Network));
  EXPECT_EQ(desk_.order_wipe(kServer, "op-1").error().code, Errc::Conflict);
}

TEST_P(BootDeskTest, ANewBootEndsTheSessionAndWhatItWasDoing) {
  const Secret secret = session();
  ASSERT_TRUE(desk_.order_wipe(kServer, "op-1"));
  ASSERT_TRUE(desk_.open_boot(kServer));  // power was lost in the middle
  EXPECT_EQ(desk_.find_task(kServer, secret).error().code, Errc::Rejected);
  EXPECT_EQ(desk_.note_result(kServer, secret, wiped(9, 0)).error().code, Errc::Rejected);
  EXPECT_EQ(phase(), "");
}

TEST_P(BootDeskTest, AWipeCountsOnlyWhenEveryDiskReadBackAsZero) {
  for (const auto& [result, phase_after] :
       {std::pair{wiped(9, 0), "wiped"}, std::pair{wiped(9, 1), "failed"},
        std::pair{wiped(0, 0), "failed"},
        std::pair{TaskResult{.operation = "op-1", .outcome = Outcome::Succeeded}, "failed"},
        std::pair{TaskResult{.operation = "op-1", .outcome = Outcome::Failed, .detail = "vda: I/O"},
                  "failed"}}) {
    const Secret secret = session();
    ASSERT_TRUE(desk_.order_wipe(kServer, "op-1"));
    ASSERT_TRUE(desk_.note_result(kServer, secret, result));
    EXPECT_EQ(phase(), phase_after) << to_json_text(result);
  }
}

TEST_P(BootDeskTest, AWipeCountsOnlyWithEveryDiskThatIsInTheServer) {
  const DeskEntry after = after_wipe_of({"S1"}, {"S1", "S2"});
  EXPECT_EQ(after.phase, "failed");
  EXPECT_THAT(after.detail, HasSubstr("disk dS2 (S2)"));
  EXPECT_EQ(after_wipe_of({"S1", "S2"}, {"S1", "S2"}).phase, "wiped");
}

TEST_P(BootDeskTest, ADiskThatWasPulledIsOwedUntilTheInventorySaysOtherwise) {
  (void)session(with_disks({"S1", "S2"}));  // the boot of the install
  const DeskEntry after = after_wipe_of({"S1"}, {"S1"});
  EXPECT_EQ(after.phase, "failed");
  EXPECT_THAT(after.detail, HasSubstr("S2"));
  EXPECT_EQ(after_wipe_of({"S1"}, {"S1"}).phase, "failed") << "forgetting is not proof";
  const auto declared = db::write(*site_.pool, "declare", [](db::Session& session) -> Status {
    declare_disks(session, kServer, {"S1"});
    return {};
  });
  ASSERT_TRUE(declared);
  EXPECT_EQ(after_wipe_of({"S1"}, {"S1"}).phase, "wiped");
}

TEST_P(BootDeskTest, WhatIsCleanIsNotOwedAgain) {
  EXPECT_EQ(after_wipe_of({"S1", "S2"}, {"S1", "S2"}).phase, "wiped");
  EXPECT_EQ(after_wipe_of({"S1"}, {"S1"}).phase, "wiped");
}

TEST_P(BootDeskTest, ADiskTheInventoryNamesMustBeWipedEvenIfItNeverWasSeen) {
  ASSERT_TRUE(db::write(*site_.pool, "declare", [](db::Session& session) -> Status {
    declare_disks(session, kServer, {"S1", "S9"});
    return {};
  }));
  const DeskEntry after = after_wipe_of({"S1"}, {"S1"});
  EXPECT_EQ(after.phase, "failed");
  EXPECT_THAT(after.detail, HasSubstr("disk with serial number S9"));
}

TEST_P(BootDeskTest, AProvedWipeLeavesARecordAnybodyCanCheck) {
  EXPECT_EQ(after_wipe_of({"S1"}, {"S1", "S2"}).phase, "failed");
  EXPECT_TRUE(records().empty()) << "what is not proved is not signed";
  EXPECT_EQ(after_wipe_of({"S1", "S2"}, {"S1", "S2"}).phase, "wiped");
  const auto kept = records();
  ASSERT_EQ(kept.size(), 1U);
  const auto& [body, signature] = kept.front();
  EXPECT_TRUE(verify(key_.public_key(), body, signature));
  const auto record = nlohmann::json::parse(body);
  EXPECT_EQ(record["server"], kServer);
  EXPECT_EQ(record["operation"], "op-1");
  EXPECT_EQ(record["disks"][1]["serial"], "S2");
  EXPECT_EQ(record["disks"][1]["nonzero_samples"], 0);
}

TEST_P(BootDeskTest, TheSiteHasOneKeyWhoeverStartsFirst) {
  const auto first = ensure_site_key(*site_.pool, *site_.sealer);
  const auto second = ensure_site_key(*site_.pool, *site_.sealer);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->public_key(), second->public_key());
}

TEST_P(BootDeskTest, WhoWaitsForAnOrderIsToldOnce) {
  (void)session();
  EXPECT_TRUE(ordered_.empty());
  ASSERT_TRUE(desk_.order_wipe(kServer, "op-1"));
  ASSERT_TRUE(desk_.order_wipe(kServer, "op-1"));
  EXPECT_EQ(ordered_, std::vector<std::string>{kServer});
}

TEST_P(BootDeskTest, ASessionSpeaksForItsOwnServerOnly) {
  const Secret secret = session();
  ASSERT_TRUE(desk_.order_wipe(kServer, "op-1"));
  EXPECT_EQ(desk_.find_task("srv2", secret).error().code, Errc::Rejected);
  EXPECT_EQ(desk_.note_progress("srv2", secret, {.operation = "op-1"}).error().code,
            Errc::Rejected);
  EXPECT_EQ(desk_.note_result("srv2", secret, wiped(9, 0)).error().code, Errc::Rejected);
  EXPECT_EQ(phase(), "wiping");
}

TEST_P(BootDeskTest, ASessionOfAnOlderOperationChangesNothing) {
  const Secret old = session();
  ASSERT_TRUE(desk_.order_wipe(kServer, "op-1"));
  const Secret secret = session();  // booted again, for another operation
  ASSERT_TRUE(desk_.order_wipe(kServer, "op-2"));
  EXPECT_EQ(desk_.note_result(kServer, old, wiped(9, 0)).error().code, Errc::Rejected);
  EXPECT_EQ(desk_.note_result(kServer, secret, wiped(9, 0)).error().code, Errc::Conflict)
      << "the result of op-1 is not that of op-2";
  EXPECT_EQ(phase(), "wiping");
  EXPECT_TRUE(records().empty());
}

// Another controller, or this one after its death: what a desk knows is in the database alone.
TEST_P(BootDeskTest, AnotherDeskGoesOnAtEveryPhase) {
  const auto desk = [this] {
    return BootDesk({.pool = *site_.pool,
                     .wakeup = wakeup_,
                     .key = key_,
                     .site = "pod-1",
                     .find_image = find_image});
  };
  ASSERT_TRUE(desk().expect(kServer, BootDevice::Network));
  const auto ticket = desk().open_boot(kServer);
  ASSERT_TRUE(ticket);
  const auto opened = desk().open_session(kServer,
                                          {.token = ticket->token,
                                           .session = Secret(random_hex(32)),
                                           .mac = kMac,
                                           .inspection = with_disks({"S1"})},
                                          KnownBy::Port);
  ASSERT_TRUE(opened);
  EXPECT_EQ(desk().read(kServer)->phase, "provisioning");
  ASSERT_TRUE(desk().order_wipe(kServer, "op-1"));
  ASSERT_TRUE(desk().order_wipe(kServer, "op-1")) << "the step is run again after a death";
  EXPECT_TRUE(desk().find_task(kServer, opened->session)->has_value());
  ASSERT_TRUE(desk().note_progress(kServer, opened->session,
                                   {.operation = "op-1", .phase = Phase::Erasing, .percent = 9}));
  EXPECT_EQ(desk().read(kServer)->progress, 9);
  ASSERT_TRUE(desk().note_result(kServer, opened->session, wiped(9, 0)));
  ASSERT_TRUE(desk().note_result(kServer, opened->session, wiped(9, 0)))
      << "the answer was lost, so it is said again";
  EXPECT_EQ(desk().read(kServer)->phase, "wiped");
  EXPECT_EQ(records().size(), 1U);
}

TEST_P(BootDeskTest, TheProofOfAWipeIsKept) {
  const Secret secret = session();
  ASSERT_TRUE(desk_.order_wipe(kServer, "op-1"));
  ASSERT_TRUE(desk_.note_result(kServer, secret, wiped(9, 0)));
  const auto kept = db::read(*site_.pool, "proof", [](db::Session& session) {
    return Result<std::string>(std::get<0>(*db::select_one<std::string>(
        session, "SELECT method FROM wiped_disks WHERE operation = 'op-1' AND disk = 'vda'")));
  });
  EXPECT_EQ(*kept, "overwrite");
}

INSTANTIATE_TEST_SUITE_P(Databases, BootDeskTest, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
