// What each subcommand asks the service for, and how the answer reads.
#include "core/signing.h"
#include "tests/cli/run_fixture.h"
#include "tests/cli/samples.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

class Commands : public RunFixture {};

TEST_F(Commands, ListServersAsAnAlignedTable) {
  auto wide = sample_server("機架-2", "available");
  wide["profile"] = "größe";
  api.list("GET /api/v1/servers", {sample_server("srv1", "active"), wide});
  const Ran ran = run({"server", "list"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  expect_golden("server-list.txt", ran.out);
}

TEST_F(Commands, ReadAllPagesOfAList) {
  api.list("GET /api/v1/servers", json::array({sample_server("srv1", "active")}), "more");
  api.list("GET /api/v1/servers", json::array({sample_server("srv2", "available")}));
  const Ran ran = run({"server", "list", "--state", "active", "-o", "json"});
  EXPECT_EQ(json::parse(ran.out)["items"].size(), 2U);
  ASSERT_EQ(api.requests().size(), 2U);
  EXPECT_EQ(api.requests()[0].target, "/api/v1/servers?state=active&page_size=500");
  EXPECT_EQ(api.requests()[1].target, "/api/v1/servers?state=active&page_size=500&page_token=more");
}

TEST_F(Commands, SayWhatToDoAboutAnEmptyList) {
  api.list("GET /api/v1/servers", json::array());
  EXPECT_EQ(run({"server", "list"}).out,
            "no servers; 'switchyard inventory import FILE' brings them\n");
}

TEST_F(Commands, LetNoServerSteerTheTerminal) {
  auto evil = sample_server("srv1", "failed");
  evil["reason"] = "\x1b[2J\x07gone";
  api.answer("GET /api/v1/servers/srv1", evil);
  const Ran ran = run({"server", "show", "srv1"});
  EXPECT_EQ(ran.out.find('\x1b'), std::string::npos);
  EXPECT_NE(ran.out.find("?[2J?gone"), std::string::npos);
}

TEST_F(Commands, ShowAPortWithSessionsAndDifferences) {
  api.answer("GET /api/v1/switches/tor1/ports/swp1%2F1", sample_port("swp1/1", true));
  const Ran ran = run({"switch", "port", "tor1", "swp1/1"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  expect_golden("switch-port.txt", ran.out);
}

TEST_F(Commands, ListPortsWithTheirSessions) {
  api.list("GET /api/v1/switches/tor1/ports",
           {sample_port("swp1", true), sample_port("swp2", false)});
  expect_golden("switch-ports.txt", run({"switch", "ports", "tor1"}).out);
}

TEST_F(Commands, ListDiscoveredMachinesAndEnrolOne) {
  api.list("GET /api/v1/discoveries", json::array({json::parse(R"({
    "id": "new-020000000099", "inspection": {"product": {"vendor": "QEMU"}}, "nics": [
    {"name": "eth0", "switch": "tor1", "port": "swp9", "proof": "lldp"},
    {"name": "eth1", "switch": "", "port": "", "proof": ""}]})")}));
  const Ran listed = run({"server", "discovered"});
  EXPECT_EQ(listed.status, 0) << listed.err;
  EXPECT_NE(listed.out.find("eth0 tor1:swp9 (lldp), eth1 ?"), std::string::npos) << listed.out;
  api.answer("POST /api/v1/servers",
             json{{"name", "srv9"}, {"state", "maintenance"}, {"reason", "not proved clean yet"}},
             201);
  const Ran made = run({"server", "enrol", "srv9", "--from", "new-020000000099", "--bmc-url",
                        "https://192.0.2.1", "--bmc-user", "admin"});
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(made.out,
            "server srv9 is in maintenance: not proved clean yet\n"
            "wipe it into the pool: switchyard server maintenance srv9 --off --watch\n");
  EXPECT_EQ(json::parse(api.requests().back().body),
            json::parse(R"({"name": "srv9", "from": "new-020000000099", "bmc":
              {"type": "redfish", "url": "https://192.0.2.1", "user": "admin"}})"));
}

TEST_F(Commands, CheckTheSignatureOfEachWipeRecord) {
  const SigningKey key = SigningKey::make();
  const auto record = [&key](const std::string& server, const std::string& operation) {
    const std::string text =
        json{{"server", server},
             {"operation", operation},
             {"at", "2026-11-21T03:14:15.000000Z"},
             {"disks", {{{"disk", "sda"}, {"serial", "S1"}, {"method", "blkdiscard"}}}}}
            .dump();
    return json{{"operation", operation},
                {"record", text},
                {"signature", key.sign(text)},
                {"key", signing_key_id(key.public_key())}};
  };
  api.list(
      "GET /api/v1/signing-keys",
      json::array({{{"id", signing_key_id(key.public_key())}, {"public_key", key.public_key()}}}));
  api.list("GET /api/v1/servers/srv1/wipe-records", json::array({record("srv1", "op-1")}));
  const Ran good = run({"server", "wipe-records", "srv1"});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_NE(good.out.find("sda (S1) blkdiscard  valid"), std::string::npos) << good.out;

  json forged = record("srv1", "op-2");
  forged["record"] = json{{"server", "srv1"}, {"operation", "op-2"}}.dump();
  json unknown = record("srv1", "op-3");
  unknown["key"] = "0000000000000000";
  api.list("GET /api/v1/servers/srv2/wipe-records",
           json::array({forged, unknown, record("srv1", "op-4")}));
  const Ran bad = run({"server", "wipe-records", "srv2"});
  EXPECT_EQ(bad.status, 4);
  EXPECT_NE(bad.err.find("op-2: the signature is not that of this text"), std::string::npos)
      << bad.err;
  EXPECT_NE(bad.err.find("op-3: its key is not one of the site's"), std::string::npos);
  EXPECT_NE(bad.err.find("op-4: it is the record of another wipe"), std::string::npos);
}

TEST_F(Commands, ShowTheSerialLogOfAFailedOperation) {
  api.answer("GET /api/v1/operations/op-1/console",
             json{{"operation", "op-1"},
                  {"server", "srv1"},
                  {"step", "installing"},
                  {"at", "2026-11-21T03:14:15.000000Z"},
                  {"console", "Linux version 6.1\nKernel panic\x1b[2J\n"},
                  {"problem", ""},
                  {"installer", "writing vda\n"}});
  const Ran ran = run({"operation", "console", "op-1"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out.find('\x1b'), std::string::npos);
  EXPECT_TRUE(ran.out.starts_with("== serial console of srv1\nLinux version 6.1\nKernel panic"))
      << ran.out;
  EXPECT_TRUE(ran.out.ends_with("== what the RAM system logged\nwriting vda\n")) << ran.out;
}

TEST_F(Commands, ShowTheVlansOfACatalogWithoutVrfs) {
  const json both{{"untagged", 301}, {"tagged", {302, 303}}};
  const json trunk{{"untagged", nullptr}, {"tagged", {302}}};
  json items = json::array();
  for (const json& segment : {both, trunk})
    items.push_back({{"name", "l2"},
                     {"description", ""},
                     {"version", 1},
                     {"mtu", 1500},
                     {"attachments", json::array()},
                     {"segment", segment}});
  api.list("GET /api/v1/network-catalogs", items);
  const Ran ran = run({"catalog", "list"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_NE(ran.out.find("VLAN 301, tagged 302 303"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("tagged VLANs 302 "), std::string::npos) << ran.out;
}

TEST_F(Commands, PutAServerIntoMaintenanceAtTheVersionSeen) {
  api.answer("GET /api/v1/servers/srv1", sample_server("srv1", "available"), 200, "\"v3\"");
  api.answer("PATCH /api/v1/servers/srv1", sample_server("srv1", "maintenance"));
  const Ran ran = run({"server", "maintenance", "srv1", "--on", "--reason", "loud fan"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(api.requests().back().if_match, "\"v3\"");
  EXPECT_EQ(json::parse(api.requests().back().body),
            (json{{"maintenance", true}, {"reason", "loud fan"}}));
}

TEST_F(Commands, WipeAServerOutOfMaintenanceAfterItIsConfirmed) {
  const auto operation = [](const std::string& status) {
    auto wipe = sample_operation(3, status);
    wipe["kind"] = "wipe";
    return wipe;
  };
  api.answer("GET /api/v1/servers/srv1", sample_server("srv1", "maintenance"), 200, "\"v4\"");
  api.answer("PATCH /api/v1/servers/srv1", operation("running"), 202);
  api.answer("GET /api/v1/operations/op-1", operation("succeeded"));
  const Ran unasked = run({"server", "maintenance", "srv1", "--off"});
  EXPECT_EQ(unasked.status, 1);
  EXPECT_NE(unasked.err.find("erases the disks of srv1"), std::string::npos) << unasked.err;
  EXPECT_TRUE(api.requests().empty());

  typed = "srv1\n";
  const Ran ran = run({"server", "maintenance", "srv1", "--off"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_NE(ran.err.find("Erase every disk of srv1 and put it into the pool?"), std::string::npos);
  EXPECT_EQ(ran.out, "watch it: switchyard operation watch op-1\n");
  EXPECT_EQ(api.requests().back().if_match, "\"v4\"");
  EXPECT_EQ(json::parse(api.requests().back().body), (json{{"maintenance", false}}));

  const Ran watched = run({"server", "maintenance", "srv1", "--off", "--yes", "--watch"});
  EXPECT_EQ(watched.status, 0) << watched.err;
  EXPECT_NE(watched.out.find("done: wipe of srv1 succeeded"), std::string::npos) << watched.out;
}

TEST_F(Commands, TryWhetherAServerCanLeaveMaintenance) {
  api.answer("GET /api/v1/servers/srv1", sample_server("srv1", "maintenance"), 200, "\"v4\"");
  api.answer("PATCH /api/v1/servers/srv1", sample_operation(0, "running"));
  const Ran ran = run({"server", "maintenance", "srv1", "--off", "--dry-run"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out, "nothing is changed; srv1 can be wiped and leave maintenance\n");
  EXPECT_EQ(api.requests().back().target, "/api/v1/servers/srv1?dry_run=true");
}

class RescueCommand : public RunFixture {
 protected:
  RescueCommand() {
    std::ofstream(key_file_) << "# mine\nssh-ed25519 AAAA eva@desk\n";
    const auto operation = [](const std::string& status, const std::string& step) {
      json rescue{{"id", "op-9"}, {"kind", "rescue"}, {"server", "srv1"},      {"status", status},
                  {"step", step}, {"message", ""},    {"steps", json::array()}};
      return rescue;
    };
    api.answer("POST /api/v1/servers/srv1/rescue", operation("running", "powering-off"), 202);
    api.answer("DELETE /api/v1/servers/srv1/rescue", operation("running", "open"), 202);
    api.answer("GET /api/v1/operations/op-9", operation("running", "open"));
    api.answer("GET /api/v1/servers/srv1/rescue", json::parse(R"({"server": "srv1",
      "operation": "op-9", "state": "open", "ssh_keys": [], "access": {"user": "root", "port": 22,
      "address": "172.16.100.17", "host_key": "SHA256:abc", "opened_at": "2026-11-30T14:00:00.000000Z",
      "until": "2026-12-01T02:00:00.000000Z"}})"));
  }

  ~RescueCommand() override { std::filesystem::remove(key_file_); }

  const std::string key_file_ = testing::TempDir() + "sy-rescue-key.pub";
};

TEST_F(RescueCommand, EndsByPrintingHowToGetInAndHowToEndIt) {
  const Ran ran = run({"server", "rescue", "srv1", "--ssh-key", key_file_, "--watch"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  for (const char* part :
       {"ssh root@172.16.100.17", "22", "SHA256:abc", "2026-12-01 02:00:00 UTC",
        "ssh -J USER@SWITCHYARD root@172.16.100.17", "end it: switchyard server rescue srv1 --end"})
    EXPECT_NE(ran.out.find(part), std::string::npos) << part << " in " << ran.out;
  EXPECT_EQ(json::parse(api.requests().front().body),
            (json{{"ssh_keys", {"ssh-ed25519 AAAA eva@desk"}}}));
  EXPECT_EQ(api.requests().front().idempotency_key.size(), 32U);
}

TEST_F(RescueCommand, WithoutWatchSaysWhereToLook) {
  const Ran ran = run({"server", "rescue", "srv1", "--ssh-key", key_file_});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out,
            "watch it: switchyard operation watch op-9\n"
            "how to get in, once it is open: switchyard server rescue srv1\n");
  const Ran shown = run({"server", "rescue", "srv1", "-o", "json"});
  EXPECT_EQ(json::parse(shown.out)["access"]["host_key"], "SHA256:abc");
}

TEST_F(RescueCommand, IsEndedAndTried) {
  const Ran ended = run({"server", "rescue", "srv1", "--end"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(api.requests().back().target, "/api/v1/servers/srv1/rescue");
  api.answer("POST /api/v1/servers/srv1/rescue", sample_operation(0, "running"));
  const Ran tried = run({"server", "rescue", "srv1", "--ssh-key", key_file_, "--dry-run"});
  EXPECT_EQ(tried.out, "nothing is changed; srv1 can be booted into a rescue\n") << tried.err;
}

TEST_F(RescueCommand, WrongUsageAsksNothing) {
  EXPECT_EQ(run({"server", "rescue", "srv1", "--watch"}).status, 1);
  EXPECT_EQ(run({"server", "rescue", "srv1", "--end", "--ssh-key", key_file_}).status, 1);
  std::ofstream(key_file_) << "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  const Ran ran = run({"server", "rescue", "srv1", "--ssh-key", key_file_});
  EXPECT_EQ(ran.status, 1);
  EXPECT_NE(ran.err.find("is a private key, which must stay with you"), std::string::npos);
  EXPECT_TRUE(api.requests().empty());
}

TEST_F(Commands, DeployWithAllThatWasOrdered) {
  api.answer("POST /api/v1/deployments", sample_deployment("deploying"), 202);
  const Ran ran = run({"deploy", "web-1", "--project", "demo", "--image", "debian-12", "--catalog",
                       "l3-dual", "--subnet", "vrf-prv=prv-a", "--subnet", "vrf-prv=prv-a6",
                       "--subnet", "vrf-pub=pub-a", "--profile", "small"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(
      ran.out,
      "deployment dep-1 of web-1 on server srv1\nwatch it: switchyard operation watch op-1\n");
  const FakeRequest asked = api.requests().back();
  EXPECT_EQ(json::parse(asked.body),
            (json{{"name", "web-1"},
                  {"project", "demo"},
                  {"image", "debian-12"},
                  {"catalog", "l3-dual"},
                  {"server", {{"profile", "small"}}},
                  {"subnets", {{"vrf-prv", {"prv-a", "prv-a6"}}, {"vrf-pub", {"pub-a"}}}},
                  {"ssh_keys", json::array()}}));
  EXPECT_EQ(asked.idempotency_key.size(), 32U);
}

TEST_F(Commands, DeployWithAnycastAddresses) {
  api.answer("POST /api/v1/deployments", sample_deployment("deploying"), 202);
  const Ran ran = run({"deploy", "web-1", "--project", "demo", "--image", "debian-12", "--catalog",
                       "l3-anycast", "--subnet", "vrf-prv=prv-a", "--anycast", "vrf-prv=10.1.9.1",
                       "--anycast", "vrf-prv=10.1.9.2"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(json::parse(api.requests().back().body)["anycast"],
            (json{{"vrf-prv", {"10.1.9.1", "10.1.9.2"}}}));
}

TEST_F(Commands, DeployWithVariablesOfTheCatalog) {
  api.answer("POST /api/v1/deployments", sample_deployment("deploying"), 202);
  const Ran ran =
      run({"deploy", "web-1", "--project", "demo", "--image", "debian-12", "--catalog", "storage",
           "--subnet", "vrf-prv=prv-a", "--set", "region=3", "--set", "resolver=10.0.0.53"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(json::parse(api.requests().back().body)["variables"],
            (json{{"region", 3}, {"resolver", "10.0.0.53"}}));
}

TEST_F(Commands, DeployOverTwoDisks) {
  api.answer("POST /api/v1/deployments", sample_deployment("deploying"), 202);
  const Ran ran = run({"deploy", "web-1", "--project", "demo", "--image", "debian-12", "--catalog",
                       "l3-dual", "--subnet", "vrf-prv=prv-a", "--raid1"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(json::parse(api.requests().back().body)["layout"],
            (json{{"raid1", true}, {"lvm", false}}));
}

TEST_F(Commands, DeployWithUsers) {
  const std::string file = testing::TempDir() + "eva.pub";
  std::ofstream(file) << "ssh-ed25519 AAAA eva@desk\n";
  api.answer("POST /api/v1/deployments", sample_deployment("deploying"), 202);
  const std::vector<std::string> order{"deploy",   "web-1",         "--project",   "demo",
                                       "--image",  "debian-12",     "--catalog",   "l3-dual",
                                       "--subnet", "vrf-prv=prv-a", "--user-data", file};
  std::vector<std::string> words = order;
  words.insert(words.end(), {"--admin", "eva=" + file, "--user", "bob=" + file});
  const Ran ran = run(words);
  EXPECT_EQ(ran.status, 0) << ran.err;
  const json asked = json::parse(api.requests().back().body);
  EXPECT_EQ(asked["users"],
            json::parse(R"([{"name":"bob","ssh_keys":["ssh-ed25519 AAAA eva@desk"],"sudo":false},
                            {"name":"eva","ssh_keys":["ssh-ed25519 AAAA eva@desk"],"sudo":true}])"));
  EXPECT_EQ(asked["user_data"], "ssh-ed25519 AAAA eva@desk\n");
  words = order;
  words.insert(words.end(), {"--user", "eva"});
  EXPECT_EQ(run(words).status, 1);
}

TEST_F(Commands, ShowWhatADeploymentWouldChange) {
  api.answer("POST /api/v1/deployments",
             json{{"server", "srv1"},
                  {"asn", 4200000001},
                  {"addresses", sample_deployment("active")["addresses"]},
                  {"ports",
                   {{{"switch", "tor1"},
                     {"port", "swp1"},
                     {"from", "provisioning vlan 100"},
                     {"to", "routed 101 201"},
                     {"intent", json::object()}}}}});
  const Ran ran = run({"deploy", "web-1", "--project", "demo", "--image", "debian-12", "--catalog",
                       "l3-dual", "--subnet", "vrf-prv=prv-a", "--server", "srv1", "--dry-run"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(api.requests().back().target, "/api/v1/deployments?dry_run=true");
  expect_golden("deploy-dry-run.txt", ran.out);
}

TEST_F(Commands, ReleaseByNameAfterItIsConfirmed) {
  auto old = sample_deployment("released");
  old["id"] = "dep-0";
  api.list("GET /api/v1/deployments", {old, sample_deployment("active")});
  api.answer("GET /api/v1/deployments/dep-1", sample_deployment("active"), 200, "\"v2\"");
  api.answer("DELETE /api/v1/deployments/dep-1", sample_operation(0, "queued"), 202);
  typed = "web-1\n";
  const Ran ran = run({"release", "web-1"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(api.requests().back().if_match, "\"v2\"");
  EXPECT_NE(ran.err.find("Release web-1 and erase every disk of srv1?"), std::string::npos);
}

TEST_F(Commands, ReleaseNothingUnconfirmed) {
  api.answer("GET /api/v1/deployments/dep-1", sample_deployment("active"), 200, "\"v2\"");
  EXPECT_EQ(run({"release", "dep-1"}).status, 1);
  typed = "y\n";
  EXPECT_EQ(run({"release", "dep-1"}).status, 1);
  for (const FakeRequest& request : api.requests())
    EXPECT_NE(request.method, "DELETE");
}

TEST_F(Commands, TakeSeveralAddressesAtOnce) {
  api.answer(
      "POST /api/v1/subnets/prv-a/available-ips",
      json{{"items",
            {{{"address", "10.1.0.9"}, {"state", "in_use"}, {"owner", "lb"}, {"name", ""}}}}},
      201);
  const Ran ran = run({"subnet", "take", "prv-a", "--count", "2", "--owner", "lb"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(json::parse(api.requests().back().body), (json{{{"owner", "lb"}}, {{"owner", "lb"}}}));
  run({"subnet", "take", "prv-a", "--address", "10.1.0.9", "--anycast"});
  EXPECT_EQ(json::parse(api.requests().back().body),
            (json{{{"address", "10.1.0.9"}, {"anycast", true}}}));
}

TEST_F(Commands, ShowAnOperationWithItsTimeline) {
  api.answer("GET /api/v1/operations/op-1", sample_operation(1, "failed"));
  expect_golden("operation-show.txt", run({"operation", "show", "op-1"}).out);
}

TEST_F(Commands, FollowEventsAfterTheLastOneSeen) {
  const json event{{"id", 7},
                   {"at", "2026-11-21T03:14:15.000000Z"},
                   {"type", "server.state"},
                   {"subject", "servers/srv1"},
                   {"data", {{"server", "srv1"}, {"state", "active"}}}};
  api.answer(
      "GET /api/v1/events",
      FakeAnswer{.body = ": hello\n\nid: 7\nevent: server.state\ndata: " + event.dump() + "\n\n",
                 .type = "text/event-stream"});
  const Ran ran = run({"event", "watch", "--after", "6", "--count", "2"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  const std::string line =
      "7  2026-11-21 03:14:15     server.state       server=srv1 state=active\n";
  EXPECT_EQ(ran.out, line + line);
  EXPECT_EQ(api.requests()[0].last_event_id, "6");
  EXPECT_EQ(api.requests()[1].last_event_id, "7");
  EXPECT_EQ(json::parse(run({"event", "watch", "--count", "1", "-o", "json"}).out), event);
}

TEST_F(Commands, RunTheServiceByItsHook) {
  std::string file;
  hooks.serve = [&](const std::string& config) {
    file = config;
    return 7;
  };
  hooks.config_reference = [] { return std::string("site: pod-1\n"); };
  EXPECT_EQ(run_as_is({"serve", "--config", "a.yaml"}).status, 7);
  EXPECT_EQ(file, "a.yaml");
  EXPECT_EQ(run_as_is({"config", "reference"}).out, "site: pod-1\n");
}

}  // namespace
}  // namespace switchyard::web::cli
