// Who may speak for a server that boots, what it is told, and what counts as done.
#include "provisioner/boot/boot_desk.h"

#include "core/db/query.h"
#include "core/db/transaction.h"
#include "tests/provisioner/simulated_site.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using namespace pxe::installer;
using testing::HasSubstr;

constexpr const char* kServer = "srv1";
const MacAddress kMac = *parse_mac("02:00:00:00:00:01");

Result<Image> find_image(const std::string& name) {
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
  Secret session() {
    EXPECT_TRUE(desk_.expect(kServer, BootDevice::Network));
    const auto ticket = desk_.open_boot(kServer);
    EXPECT_TRUE(ticket && ticket->choice == BootChoice::Installer);
    const auto opened = desk_.open_session(kServer, {.token = ticket->token, .mac = kMac});
    EXPECT_TRUE(opened);
    return opened->session;
  }

  std::string phase() { return desk_.read(kServer)->phase; }

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

  SimulatedSite site_{GetParam()};
  Wakeup wakeup_;
  BootDesk desk_{*site_.pool, wakeup_, find_image};
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
  EXPECT_FALSE(desk_.open_session("srv2", {.token = token, .mac = kMac}));
  EXPECT_FALSE(desk_.open_session(kServer, {.token = Secret("guess"), .mac = kMac}));
  EXPECT_FALSE(desk_.open_session(kServer, {.token = Secret(), .mac = kMac}));
  EXPECT_TRUE(desk_.open_session(kServer, {.token = token, .mac = kMac}));
  EXPECT_EQ(desk_.open_session(kServer, {.token = token, .mac = kMac}).error().code,
            Errc::Rejected);
}

TEST_P(BootDeskTest, ATokenEndsWithItsTimeAndWithTheNextOne) {
  ASSERT_TRUE(desk_.expect(kServer, BootDevice::Network));
  const Secret first = desk_.open_boot(kServer)->token;
  const Secret second = desk_.open_boot(kServer)->token;
  EXPECT_FALSE(desk_.open_session(kServer, {.token = first, .mac = kMac}));
  site_.clock.advance(BootDesk::kTokenLife + 1s);
  EXPECT_FALSE(desk_.open_session(kServer, {.token = second, .mac = kMac}));
}

TEST_P(BootDeskTest, NoSecretOpensTheDoorOfAServerThatHasNone) {
  ASSERT_TRUE(desk_.expect(kServer, BootDevice::Network));
  EXPECT_EQ(desk_.find_task(Secret()).error().code, Errc::Rejected);
  EXPECT_FALSE(desk_.note_result(Secret(), wiped(1, 0)));
}

TEST_P(BootDeskTest, AnInstallIsOrderedReportedAndDone) {
  const Secret secret = session();
  EXPECT_EQ(phase(), "provisioning");
  EXPECT_FALSE(desk_.find_task(secret)->has_value());
  const InstallOrder order{.operation = "op-1",
                           .image = "debian-12",
                           .hostname = "web1",
                           .files = {{.path = "/etc/hosts", .mode = "0640", .content = "x\n"}}};
  ASSERT_TRUE(desk_.order_install(kServer, order));
  ASSERT_TRUE(desk_.order_install(kServer, order)) << "the same operation again is the same order";
  EXPECT_EQ(phase(), "installing");
  const auto task = parse_task(desk_.find_task(secret)->value());
  ASSERT_TRUE(task) << task.error().message;
  EXPECT_EQ(std::get<InstallWork>(task->work).files.at(0).mode, 0640U);

  ASSERT_EQ(
      desk_.note_progress(secret, {.operation = "op-1", .phase = Phase::Writing, .percent = 40}),
      false);
  EXPECT_EQ(desk_.read(kServer)->progress, 40);
  EXPECT_EQ(desk_.note_progress(secret, {.operation = "op-2"}).error().code, Errc::Conflict);
  const TaskResult result{.operation = "op-1", .outcome = Outcome::Succeeded};
  ASSERT_TRUE(desk_.note_result(secret, result));
  ASSERT_TRUE(desk_.note_result(secret, result));
  EXPECT_EQ(phase(), "installed");
  EXPECT_FALSE(desk_.find_task(secret)->has_value()) << "what is done is not ordered again";
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
  EXPECT_EQ(desk_.find_task(secret).error().code, Errc::Rejected);
  EXPECT_EQ(desk_.note_result(secret, wiped(9, 0)).error().code, Errc::Rejected);
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
    ASSERT_TRUE(desk_.note_result(secret, result));
    EXPECT_EQ(phase(), phase_after) << to_json_text(result);
  }
}

TEST_P(BootDeskTest, TheProofOfAWipeIsKept) {
  const Secret secret = session();
  ASSERT_TRUE(desk_.order_wipe(kServer, "op-1"));
  ASSERT_TRUE(desk_.note_result(secret, wiped(9, 0)));
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
