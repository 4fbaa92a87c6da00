// From a machine nobody knows to a server of the inventory.
#include "provisioner/boot/discovery.h"

#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/id.h"
#include "provisioner/boot/boot_desk.h"
#include "provisioner/store/server_disks.h"
#include "tests/provisioner/boot/desk_server.h"
#include "tests/provisioner/simulated_site.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using namespace pxe::installer;
using testing::HasSubstr;

const MacAddress kMac = *parse_mac("02:00:00:00:00:99");
const MacAddress kOther = *parse_mac("02:00:00:00:00:98");
constexpr const char* kId = "new-020000000099";

std::string nic(const std::string& mac, const std::string& lldp) {
  return R"({"nics":[{"name":"eth0","mac":")" + mac + R"(","lldp":[)" + lldp + "]}]}";
}

std::string told(const std::string& system, const std::string& port) {
  return R"({"chassis":"c","system":")" + system + R"(","port":")" + port + R"("})";
}

TEST(DiscoveryLinks, AreThoseThatLldpOrTheRelayProved) {
  const Stranger somewhere{.mac = kMac};
  const Stranger at_port{.mac = kMac, .switch_name = "tor1", .port = "swp9"};
  const auto proof = [](const std::string& inspection, const Stranger& seen) {
    const auto links = links_of(inspection, seen);
    return links ? links->at(0).proof + " " + links->at(0).switch_name + " " + links->at(0).port
                 : links.error().message;
  };
  EXPECT_EQ(proof(nic(to_string(kMac), told("tor1", "swp9")), somewhere), "lldp tor1 swp9");
  EXPECT_EQ(proof(nic(to_string(kMac), ""), at_port), "relay tor1 swp9");
  EXPECT_EQ(proof(nic(to_string(kMac), told("tor1", "swp9")), at_port), "relay tor1 swp9");
  EXPECT_EQ(proof(nic(to_string(kOther), ""), at_port), "  ") << "the relay saw another NIC";
  EXPECT_EQ(proof(nic(to_string(kMac), told("tor2", "swp1")), at_port), "  ") << "contradiction";
  EXPECT_EQ(
      proof(nic(to_string(kMac), told("tor1", "swp9") + "," + told("tor2", "swp9")), somewhere),
      "  ");
  EXPECT_THAT(proof("{", somewhere), HasSubstr("inspection"));
  EXPECT_FALSE(links_of(R"({"nics":[{"name":1}]})", somewhere));
}

class DiscoveryTest : public testing::TestWithParam<db::Backend> {
 protected:
  DiscoveryTest() {
    EXPECT_TRUE(db::write(*site_.pool, "ports", [](db::Session& session) -> Status {
      db::execute(session,
                  "INSERT INTO ports (switch_name, name, role) VALUES ('tor1', 'swp9', 'server')");
      db::execute(session,
                  "INSERT INTO ports (switch_name, name, role) VALUES ('tor1', 'up9', 'uplink')");
      return {};
    }));
  }

  // It boots, is inspected, and says that LLDP named this port.
  void boot(const std::string& port) {
    ASSERT_TRUE(desk_.discover({.mac = kMac}));
    const auto ticket = desk_.open_boot(kId);
    ASSERT_TRUE(ticket);
    ASSERT_EQ(ticket->choice, BootChoice::Installer);
    Inspection inspection{.disks = {{.name = "sda", .bytes = 8, .serial = "S1"}},
                          .nics = {{.name = "eth0", .mac = kMac}}};
    const auto opened = desk_.open_session(kId,
                                           {.token = ticket->token,
                                            .session = Secret(random_hex(32)),
                                            .mac = kMac,
                                            .inspection = inspection},
                                           KnownBy::Mac);
    ASSERT_TRUE(opened);
    const auto task = desk_.find_task(kId, opened->session);
    ASSERT_TRUE(task && *task);
    EXPECT_THAT(**task, HasSubstr("inspect"));
    inspection.nics[0].lldp = {{.chassis = "c", .port = port, .system = "tor1"}};
    ASSERT_TRUE(desk_.note_result(
        kId, opened->session,
        {.operation = kId, .outcome = Outcome::Succeeded, .inspection = inspection}));
    EXPECT_FALSE(desk_.find_task(kId, opened->session)->has_value());
  }

  static EnrolRequest request() {
    return {.name = "srv9",
            .from = kId,
            .profile = "small",
            .bmc = {.type = "simulated", .url = "http://127.0.0.1:1/redfish/v1/Systems/srv9"}};
  }

  SimulatedSite site_{GetParam()};
  Wakeup wakeup_;
  const SigningKey key_{SigningKey::make()};
  BootDesk desk_{{.pool = *site_.pool, .wakeup = wakeup_, .key = key_}};
};

TEST_P(DiscoveryTest, AMachineNobodyKnewBecomesAServerInMaintenance) {
  boot("swp9");
  const auto waiting = site_.service->list_discoveries({});
  ASSERT_EQ(waiting->items.size(), 1U);
  EXPECT_EQ(waiting->items[0].nics[0].proof, "lldp");
  const auto made = site_.service->enrol({.name = "eva"}, request(), Mode::Real);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->state, "maintenance");
  EXPECT_THAT(made->reason, HasSubstr("by eva"));
  EXPECT_EQ(made->nics[0].port, "swp9");
  EXPECT_TRUE(site_.service->list_discoveries({})->items.empty());
  EXPECT_EQ(desk_.open_boot(kId)->choice, BootChoice::Hold);
  const auto disks = db::read(*site_.pool, "disks", [](db::Session& session) {
    return read_server_disks(session, "srv9");
  });
  EXPECT_EQ(disks->seen.at(0).serial, "S1") << "what it came with is owed to its first wipe";
}

TEST_P(DiscoveryTest, ADryRunChangesNothing) {
  boot("swp9");
  EXPECT_TRUE(site_.service->enrol({}, request(), Mode::DryRun));
  EXPECT_EQ(site_.service->list_discoveries({})->items.size(), 1U);
  EXPECT_FALSE(site_.service->find_server({}, "srv9"));
}

TEST_P(DiscoveryTest, OnlyProvedLinksToFreePortsOfServersAreTaken) {
  ASSERT_TRUE(desk_.discover({.mac = kMac}));
  EXPECT_THAT(site_.service->enrol({}, request(), Mode::Real).error().message,
              HasSubstr("no link"));
  boot("up9");
  EXPECT_THAT(site_.service->enrol({}, request(), Mode::Real).error().message, HasSubstr("up9"));
  boot("swp1");
  EXPECT_THAT(site_.service->enrol({}, request(), Mode::Real).error().message,
              HasSubstr("server srv1"));
}

TEST_P(DiscoveryTest, RefusesWhatCouldNotBeAServer) {
  boot("swp9");
  EnrolRequest wrong = request();
  wrong.name = "No Name";
  EXPECT_EQ(site_.service->enrol({}, wrong, Mode::Real).error().code, Errc::Invalid);
  wrong = request();
  wrong.name = "srv1";
  EXPECT_EQ(site_.service->enrol({}, wrong, Mode::Real).error().code, Errc::Conflict);
  wrong = request();
  wrong.bmc.url = "nowhere";
  EXPECT_EQ(site_.service->enrol({}, wrong, Mode::Real).error().code, Errc::Invalid);
  wrong = request();
  wrong.from = "new-000000000000";
  EXPECT_EQ(site_.service->enrol({}, wrong, Mode::Real).error().code, Errc::NotFound);
}

// Nothing of what it came with is believed to be clean.
TEST_P(DiscoveryTest, AnEnrolledServerReachesThePoolByAProvedWipe) {
  boot("swp9");
  ASSERT_TRUE(site_.service->enrol({}, request(), Mode::Real));
  DeskServer server(site_, desk_, "srv9", kMac);
  server.disks = {"S1", "S2"};
  const auto wipe = site_.service->end_maintenance({}, "srv9", {}, Mode::Real);
  ASSERT_TRUE(wipe) << wipe.error().message;
  ASSERT_EQ(server.status_after(wipe->id), "succeeded") << site_.operation(wipe->id).error;
  EXPECT_EQ(site_.service->find_server({}, "srv9")->state, "available");
  EXPECT_EQ(server.power, Power::Off);
  const auto records = site_.service->list_wipe_records({}, "srv9", {});
  ASSERT_EQ(records->items.size(), 1U);
  EXPECT_EQ(records->items[0].operation, wipe->id);
  EXPECT_THAT(records->items[0].record, HasSubstr("S2"));
}

TEST_P(DiscoveryTest, ADiskItCameWithAndThatIsNotWipedKeepsItOutOfThePool) {
  boot("swp9");
  ASSERT_TRUE(site_.service->enrol({}, request(), Mode::Real));
  DeskServer server(site_, desk_, "srv9", kMac);
  server.disks = {"S2"};
  const auto wipe = site_.service->end_maintenance({}, "srv9", {}, Mode::Real);
  ASSERT_EQ(server.status_after(wipe->id), "failed");
  const auto seen = site_.service->find_server({}, "srv9");
  EXPECT_EQ(seen->state, "failed");
  EXPECT_THAT(seen->reason, HasSubstr("disk sda (S1) belongs to the server and was not wiped"));
  EXPECT_TRUE(site_.service->list_wipe_records({}, "srv9", {})->items.empty());
}

INSTANTIATE_TEST_SUITE_P(Databases, DiscoveryTest, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
