// Every resource of the domain, from the fleet to tokens and events.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "provisioner/boot/discovery.h"
#include "provisioner/boot/wipe_record.h"
#include "provisioner/store/consoles.h"
#include "tests/web/domain_fixture.h"

namespace switchyard::web::test {
namespace {

TEST_F(Domain, ShowsTheFleet) {
  for (const auto* path : {"healthz",
                           "version",
                           "openapi.json",
                           "whoami",
                           "servers",
                           "servers/srv1",
                           "servers/srv1/wipe-records",
                           "signing-keys",
                           "discoveries",
                           "switches",
                           "switches/tor1",
                           "switches/tor1/ports",
                           "switches/tor1/ports/swp1",
                           "vantage-points",
                           "vrfs",
                           "subnets",
                           "subnets?vrf=vrf-prv",
                           "subnets/prv-a",
                           "subnets/prv-a/available-ips?limit=3",
                           "subnets/prv-a/addresses",
                           "network-catalogs",
                           "images",
                           "deployments",
                           "operations",
                           "events",
                           "tokens",
                           "servers?state=available&page_size=1"})
    EXPECT_EQ(ask("GET", std::string("/api/v1/") + path).status, 200) << path;
  for (const auto* path :
       {"servers/none", "servers/none/wipe-records", "switches/none", "switches/none/ports",
        "switches/tor1/ports/none", "subnets/none", "subnets/none/available-ips",
        "subnets/none/addresses", "deployments/none", "operations/none", "tokens/none"})
    EXPECT_EQ(ask("GET", std::string("/api/v1/") + path).status, 404) << path;
}

TEST_F(Domain, CarriesADeploymentFromOrderToRelease) {
  const auto plan = ask("POST", "/api/v1/deployments?dry_run=true", kOrder);
  ASSERT_EQ(plan.status, 200) << plan.body;
  EXPECT_EQ(plan.body["ports"].size(), 2U);
  EXPECT_EQ(ask("GET", "/api/v1/deployments").body["items"].size(), 0U);

  const auto ordered = order("Idempotency-Key: once\r\n");
  ASSERT_EQ(ordered.status, 202) << ordered.body;
  const auto again = order("Idempotency-Key: once\r\n");
  EXPECT_EQ(again.headers.at("idempotency-replayed"), "true");
  EXPECT_EQ(again.body["id"], ordered.body["id"]);
  EXPECT_EQ(order().status, 409);

  const std::string operation = ordered.headers.at("location");
  EXPECT_EQ(ask("GET", operation).headers.count("retry-after"), 1U);
  finish(ordered.body["operation"]);
  const auto done = ask("GET", operation + "?wait=5");
  EXPECT_EQ(done.body["status"], "succeeded") << done.body;
  const std::string deployment = "/api/v1/deployments/" + ordered.body["id"].get<std::string>();
  const auto active = ask("GET", deployment + "?wait=5");
  EXPECT_EQ(active.body["state"], "active");
  EXPECT_EQ(ask("GET", "/api/v1/switches/tor1/ports/swp1").body["wished_mode"], "routed");
  EXPECT_EQ(ask("GET", "/api/v1/subnets/prv-a/addresses").body["items"].size(), 1U);

  EXPECT_EQ(ask("DELETE", deployment).status, 428);
  EXPECT_EQ(ask("DELETE", deployment, nullptr, "If-Match: \"v999\"\r\n").status, 412);
  EXPECT_EQ(ask("DELETE", deployment + "?dry_run=true", nullptr, if_match(active)).status, 200);
  const auto released = ask("DELETE", deployment, nullptr, if_match(active));
  ASSERT_EQ(released.status, 202) << released.body;
  finish(released.body["id"]);
  EXPECT_EQ(ask("GET", deployment).body["state"], "released");
  EXPECT_EQ(ask("GET", "/api/v1/servers/srv1").body["state"], "available");
  EXPECT_GT(ask("GET", "/api/v1/events").body["items"].size(), 3U);
}

TEST_F(Domain, ServesWhatProvesAWipeAndTheKeyItIsCheckedWith) {
  const auto key = provisioner::ensure_site_key(*site.pool, *site.sealer);
  ASSERT_TRUE(key);
  ASSERT_TRUE(db::write(*site.pool, "record", [&](db::Session& session) -> Status {
    provisioner::keep_wipe_record(
        session,
        {.site = "pod-1", .server = "srv1", .operation = "op-1", .disks = {{.serial = "S1"}}},
        *key);
    return {};
  }));
  const auto records = ask("GET", "/api/v1/servers/srv1/wipe-records");
  ASSERT_EQ(records.body["items"].size(), 1U) << records.body;
  const json& record = records.body["items"][0];
  const json served = ask("GET", "/api/v1/signing-keys").body["items"][0];
  EXPECT_EQ(served["id"], record["key"]);
  EXPECT_TRUE(verify(served["public_key"].get<std::string>(), record["record"].get<std::string>(),
                     record["signature"].get<std::string>()));
}

TEST_F(Domain, TakesAPushedImage) {
  const std::string yaml =
      "name: debian-14\nfirmware: [uefi]\nimage:\n  format: tar\n  file: {path: images/a.tar, "
      "bytes: "
      "2, sha256: \"" +
      std::string(64, 'a') + "\"}\n";
  const json files{{"image.yaml", yaml}};
  EXPECT_EQ(ask("POST", "/api/v1/images?dry_run=true", {{"files", files}}).status, 200);
  const auto pushed = ask("POST", "/api/v1/images", {{"files", files}});
  ASSERT_EQ(pushed.status, 200) << pushed.body;
  EXPECT_EQ(pushed.body["version"], 1);
  EXPECT_EQ(pushed.body["firmware"], json({"uefi"}));
  const auto shown = ask("GET", "/api/v1/images/debian-14");
  EXPECT_EQ(shown.body["files"], files) << shown.body;
  EXPECT_EQ(shown.body["state"], "checked");
  const std::string actions = "/api/v1/images/debian-14/actions";
  EXPECT_EQ(ask("POST", actions, {{"type", "publish"}}).body["version"], 1);
  EXPECT_EQ(ask("GET", "/api/v1/images").body["items"].size(), 2U) << "and the inventory's";
  EXPECT_EQ(ask("POST", actions, {{"type", "publish"}, {"version", 7}}).status, 404);
  EXPECT_EQ(ask("POST", actions, {{"type", "burn"}}).status, 400);
  EXPECT_EQ(ask("POST", actions, {{"type", "deprecate"}, {"version", 1}}).body["state"],
            "deprecated");
  EXPECT_EQ(ask("POST", actions, {{"type", "publish"}, {"version", 1}}).status, 409);
  EXPECT_EQ(ask("GET", "/api/v1/images/debian-14?version=1").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/images/debian-14?version=2").status, 404);
  EXPECT_EQ(ask("GET", "/api/v1/images/debian-12").status, 404) << "the inventory's";
  EXPECT_EQ(ask("GET", "/api/v1/images/none").status, 404);
  const auto refused = ask("POST", "/api/v1/images", {{"files", {{"image.yaml", "name: 1 2\n"}}}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body["code"], "invalid_image");
  EXPECT_EQ(refused.body["errors"].size(), 2U) << refused.body;
  EXPECT_EQ(ask("POST", "/api/v1/images", {{"files", json::object()}}).status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/images", json::object()).status, 400);
}

TEST_F(Domain, TakesAPushedCatalog) {
  const json files{{"catalog.yaml",
                    "name: tiny\nattachments: [{vrf: vrf-prv}]\nimages: ['*']\n"
                    "server: [{path: /etc/motd, template: motd.j2}]\n"},
                   {"motd.j2", "{{ hostname }}\n"}};
  const auto tried = ask("POST", "/api/v1/network-catalogs?dry_run=true", {{"files", files}});
  EXPECT_EQ(tried.status, 200) << tried.body;
  const auto pushed = ask("POST", "/api/v1/network-catalogs", {{"files", files}});
  ASSERT_EQ(pushed.status, 200) << pushed.body;
  EXPECT_EQ(pushed.body["version"], 1);
  const auto shown = ask("GET", "/api/v1/network-catalogs/tiny");
  EXPECT_EQ(shown.body["files"], files) << shown.body;
  EXPECT_EQ(shown.body["state"], "checked");
  EXPECT_EQ(shown.body["versions"].size(), 1U);
  const std::string actions = "/api/v1/network-catalogs/tiny/actions";
  EXPECT_EQ(ask("POST", actions, {{"type", "publish"}}).body["version"], 1);
  EXPECT_EQ(ask("GET", "/api/v1/network-catalogs/tiny").body["state"], "published");
  EXPECT_EQ(ask("POST", actions, {{"type", "deprecate"}}).status, 400) << "which one?";
  EXPECT_EQ(ask("POST", actions, {{"type", "burn"}}).status, 400);
  EXPECT_EQ(ask("POST", actions, {{"type", "publish"}, {"version", 7}}).status, 404);
  EXPECT_EQ(ask("POST", actions, {{"type", "deprecate"}, {"version", 1}}).body["state"],
            "deprecated");
  EXPECT_EQ(ask("GET", "/api/v1/network-catalogs/tiny?version=1").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/network-catalogs/tiny?version=2").status, 404);
  EXPECT_EQ(ask("GET", "/api/v1/network-catalogs/l3-private").status, 404) << "the inventory's";
  EXPECT_EQ(ask("GET", "/api/v1/network-catalogs/none").status, 404);
  json bad = files;
  bad["motd.j2"] = "one\n{{ hostnmae }}\n";
  const auto refused = ask("POST", "/api/v1/network-catalogs", {{"files", bad}});
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body["code"], "invalid_catalog");
  EXPECT_EQ(refused.body["errors"].size(), 1U) << refused.body;
  bad = files;
  bad["../motd"] = "x";
  EXPECT_EQ(ask("POST", "/api/v1/network-catalogs", {{"files", bad}}).status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/network-catalogs", {{"files", json::object()}}).status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/network-catalogs", {{"files", {{"a", 1}}}}).status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/network-catalogs", json::object()).status, 400);
}

TEST_F(Domain, EnrolsAMachineThatBooted) {
  const json bmc{{"type", "simulated"}, {"url", "http://127.0.0.1:1/redfish/v1/Systems/srv9"}};
  const json wanted{{"name", "srv9"}, {"from", "new-020000000099"}, {"bmc", bmc}};
  EXPECT_EQ(ask("POST", "/api/v1/servers", wanted).status, 404);
  const std::string inspection = R"({"nics":[{"name":"eth0","mac":"02:00:00:00:00:99",)"
                                 R"("lldp":[{"chassis":"c","system":"tor1","port":"swp9"}]}]})";
  ASSERT_TRUE(db::write(*site.pool, "discover", [&](db::Session& session) -> Status {
    db::execute(session,
                "INSERT INTO ports (switch_name, name, role) VALUES ('tor1', 'swp9', 'server')");
    const auto noted =
        provisioner::note_discovery(session, {.mac = *parse_mac("02:00:00:00:00:99")});
    provisioner::keep_inspection(session, "new-020000000099", inspection);
    return noted;
  }));
  const auto waiting = ask("GET", "/api/v1/discoveries").body["items"];
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0]["state"], "enrolling");
  EXPECT_EQ(waiting[0]["nics"][0]["proof"], "lldp");
  json odd = wanted;
  odd["colour"] = "red";
  EXPECT_EQ(ask("POST", "/api/v1/servers", odd).status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/servers?dry_run=true", wanted).status, 200);
  const auto made = ask("POST", "/api/v1/servers", wanted);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.body["state"], "maintenance");
  EXPECT_EQ(made.body["nics"][0]["port"], "swp9");
  EXPECT_TRUE(ask("GET", "/api/v1/discoveries").body["items"].empty());
  EXPECT_EQ(ask("POST", "/api/v1/servers", wanted).status, 404);
}

TEST_F(Domain, ServesWhatWasKeptOfTheConsoleOfAFailedOperation) {
  const auto ordered = order();
  ASSERT_EQ(ordered.status, 202) << ordered.body;
  const std::string id = ordered.body["operation"];
  const std::string path = "/api/v1/operations/" + id + "/console";
  EXPECT_EQ(ask("GET", path).status, 404);
  EXPECT_EQ(ask("GET", "/api/v1/operations/none/console").status, 404);
  ASSERT_TRUE(db::write(*site.pool, "keep", [&](db::Session& session) -> Status {
    provisioner::keep_installer_lines(session, id, "srv1", {"no disk"});
    return {};
  }));
  EXPECT_EQ(ask("GET", path).body["at"], nullptr) << "it has not failed yet";
  ASSERT_TRUE(db::write(*site.pool, "keep", [&](db::Session& session) -> Status {
    provisioner::keep_console(session, id, "srv1", "installing", {.text = "Kernel panic\n"},
                              db::now(session));
    return {};
  }));
  const json kept = ask("GET", path).body;
  EXPECT_EQ(kept["console"], "Kernel panic\n");
  EXPECT_EQ(kept["installer"], "no disk\n");
  EXPECT_EQ(kept["step"], "installing");
}

TEST_F(Domain, CancelsAnOperationAndRefusesOddActions) {
  const auto ordered = order();
  ASSERT_EQ(ordered.status, 202) << ordered.body;
  const std::string actions = ordered.headers.at("location") + "/actions";
  EXPECT_EQ(ask("POST", actions, {{"type", "explode"}}).status, 400);
  EXPECT_EQ(ask("POST", actions, {{"type", "retry"}}).status, 409);
  EXPECT_EQ(ask("POST", actions + "?dry_run=true", {{"type", "cancel"}}).status, 200);
  EXPECT_EQ(ask("POST", actions, {{"type", "cancel"}}).status, 202);
  EXPECT_EQ(ask("POST", "/api/v1/operations/none/actions", {{"type", "cancel"}}).status, 404);
  EXPECT_EQ(ask("POST", "/api/v1/switches/tor1/actions", {{"type", "scan"}}).status, 202);
  EXPECT_EQ(ask("POST", "/api/v1/switches/none/actions", {{"type", "scan"}}).status, 404);
}

TEST_F(Domain, RefusesOrdersThatCanNeverConverge) {
  const auto with = [&](const std::string& field, const json& value) {
    json changed = kOrder;
    changed[field] = value;
    return ask("POST", "/api/v1/deployments", changed);
  };
  EXPECT_EQ(with("colour", "red").body["errors"][0]["pointer"], "/colour");
  EXPECT_EQ(with("server", {{"server", "srv1"}, {"profile", "small"}}).body["errors"][0]["pointer"],
            "/server");
  EXPECT_EQ(with("server", "srv1").status, 400);
  EXPECT_EQ(with("name", "").status, 400);
  const json nobody = {{"name", "eva"}, {"ssh_keys", json::array()}};
  EXPECT_EQ(with("users", json::array({nobody})).status, 400);
  EXPECT_EQ(
      with("users", json::array({{{"name", "eva"}, {"uid", 0}}})).body["errors"][0]["pointer"],
      "/users/0/uid");
  EXPECT_EQ(with("users", "eva").status, 400);
  EXPECT_EQ(with("user_data", std::string(40'000, 'x')).body["errors"][0]["pointer"], "/user_data");
  EXPECT_GE(with("image", "none").status, 400);
  EXPECT_GE(with("catalog", "none").status, 400);
  EXPECT_GE(with("subnets", {{"vrf-prv", {"none"}}}).status, 400);
  EXPECT_GE(with("server", {{"server", "none"}}).status, 400);
  EXPECT_EQ(ask_text("POST", "/api/v1/deployments", "{\"a\":", "Content-Type: application/json\r\n")
                .status,
            400);
  EXPECT_EQ(ask_text("POST", "/api/v1/deployments", "a=b",
                     "Content-Type: application/x-www-form-urlencoded\r\n")
                .status,
            415);
  EXPECT_EQ(ask("GET", "/api/v1/deployments").body["items"].size(), 0U);
}

TEST_F(Domain, TakesAndGivesBackAddresses) {
  const std::string free = "/api/v1/subnets/prv-a/available-ips";
  EXPECT_EQ(ask("POST", free + "?dry_run=true", {{"owner", "me"}}).status, 200);
  const auto one = ask("POST", free, {{"owner", "me"}, {"name", "printer"}});
  ASSERT_EQ(one.status, 201) << one.body;
  const auto two = ask(
      "POST", free, json::array({{{"owner", "me"}}, {{"address", "10.1.0.77"}, {"owner", "me"}}}));
  ASSERT_EQ(two.status, 201) << two.body;
  EXPECT_EQ(two.body["items"].size(), 2U);
  EXPECT_EQ(ask("POST", free, {{"address", "10.1.0.77"}, {"owner", "me"}}).status, 409);
  EXPECT_EQ(ask("POST", free, {{"address", "10.9.0.1"}, {"owner", "me"}}).status, 400);
  EXPECT_EQ(ask("POST", free, json::array()).status, 400);
  EXPECT_EQ(ask("DELETE", "/api/v1/subnets/prv-a/addresses/10.1.0.77").status, 204);
  EXPECT_EQ(ask("DELETE", "/api/v1/subnets/prv-a/addresses/10.1.0.99").status, 404);
}

TEST_F(Domain, GrantsAnycastAddressesToOrdersByCatalogsThatAllowIt) {
  const auto taken = ask("POST", "/api/v1/subnets/prv-a/available-ips",
                         {{"address", "10.1.0.77"}, {"owner", "me"}, {"anycast", true}});
  ASSERT_EQ(taken.status, 201) << taken.body;
  EXPECT_EQ(taken.body["items"][0]["anycast"], true);
  json sharing = kOrder;
  sharing["anycast"] = {{"vrf-prv", {"10.1.0.77"}}};
  const auto refused = ask("POST", "/api/v1/deployments", sharing);
  EXPECT_EQ(refused.status, 400) << refused.body;
  EXPECT_EQ(
      refused.body["detail"],
      "catalog l3-private allows no anycast addresses in VRF vrf-prv: order by one that does");
}

TEST_F(Domain, OrdersByACatalogWithVlansInsteadOfVrfs) {
  const json files{{"catalog.yaml",
                    "name: l2\nsegment: {tagged: [303, 302]}\nimages: ['*']\n"
                    "server: [{path: /etc/motd, template: motd.j2}]\n"},
                   {"motd.j2", "{{ segment.tagged }}\n"}};
  const auto pushed = ask("POST", "/api/v1/network-catalogs", {{"files", files}});
  ASSERT_EQ(pushed.status, 200) << pushed.body;
  EXPECT_EQ(pushed.body["segment"], (json{{"untagged", nullptr}, {"tagged", {302, 303}}}));
  EXPECT_TRUE(pushed.body["attachments"].empty());
  EXPECT_EQ(ask("GET", "/api/v1/network-catalogs/l2").body["segment"], pushed.body["segment"]);
  ask("POST", "/api/v1/network-catalogs/l2/actions", {{"type", "publish"}});
  for (const json& catalog : ask("GET", "/api/v1/network-catalogs").body["items"])
    EXPECT_EQ(catalog["segment"].is_null(), catalog["name"] != "l2");
  json wanted = kOrder;
  wanted["catalog"] = "l2";
  EXPECT_EQ(ask("POST", "/api/v1/deployments?dry_run=true", wanted).status, 400);
  wanted.erase("subnets");
  const auto planned = ask("POST", "/api/v1/deployments?dry_run=true", wanted);
  ASSERT_EQ(planned.status, 200) << planned.body;
  EXPECT_TRUE(planned.body["addresses"].empty());
  for (const json& port : planned.body["ports"])
    EXPECT_EQ(port["intent"]["mode"], "segment") << port;
}

TEST_F(Domain, MakesAndRemovesASubnet) {
  const json subnet{
      {"name", "prv-b"}, {"vrf", "vrf-prv"}, {"prefix", "10.2.0.0/24"}, {"project", "demo"}};
  EXPECT_EQ(ask("POST", "/api/v1/subnets?dry_run=true", subnet).status, 200);
  const auto made = ask("POST", "/api/v1/subnets", subnet);
  ASSERT_EQ(made.status, 201) << made.body;
  json overlapping = subnet;
  overlapping["name"] = "prv-c";
  EXPECT_EQ(ask("POST", "/api/v1/subnets", overlapping).status, 409);
  overlapping["prefix"] = "10.2.0.1/24";
  EXPECT_EQ(ask("POST", "/api/v1/subnets", overlapping).status, 400);
  EXPECT_EQ(ask("DELETE", "/api/v1/subnets/prv-b").status, 428);
  EXPECT_EQ(ask("DELETE", "/api/v1/subnets/prv-b", nullptr, if_match(made)).status, 204);
  EXPECT_EQ(ask("GET", "/api/v1/subnets/prv-b").status, 404);
}

TEST_F(Domain, ImportsTheInventoryOrNamesEveryMistake) {
  const std::string yaml = "Content-Type: application/yaml\r\n";
  const auto wrong =
      ask_text("PUT", "/api/v1/inventory", "vrfs:\n  - {name: vrf-x, tag: 9999}\nodd: 1\n", yaml);
  ASSERT_EQ(wrong.status, 400) << wrong.body;
  EXPECT_EQ(wrong.body["code"], "invalid_inventory");
  EXPECT_GE(wrong.body["errors"].size(), 2U);
  const std::string good = "vrfs:\n  - {name: vrf-x, tag: 300}\n";
  EXPECT_EQ(ask_text("PUT", "/api/v1/inventory?dry_run=true", good, yaml).body["created"].size(),
            1U);
  EXPECT_EQ(ask_text("POST", "/api/v1/inventory", good, yaml).status, 200);
  const json same{{"vrfs", {{{"name", "vrf-x"}, {"tag", 300}}}}};
  EXPECT_EQ(ask("PUT", "/api/v1/inventory", same).body["unchanged"].size(), 1U);
  EXPECT_EQ(ask_text("PUT", "/api/v1/inventory", good, "Content-Type: text/plain\r\n").status, 415);
}

TEST_F(Domain, ATokenOfAProjectSeesNothingOfAnother) {
  ASSERT_EQ(order().status, 202);
  const auto made = ask("POST", "/api/v1/tokens",
                        {{"name", "other"}, {"role", "developer"}, {"project", "other"}});
  const std::string id = ask("GET", "/api/v1/deployments").body["items"][0]["id"];
  token = made.body["secret"];
  EXPECT_EQ(ask("GET", "/api/v1/deployments").body["items"].size(), 0U);
  EXPECT_EQ(ask("GET", "/api/v1/deployments/" + id).status, 404);
  EXPECT_EQ(ask("GET", "/api/v1/operations").body["items"].size(), 0U);
  EXPECT_EQ(ask("GET", "/api/v1/subnets/prv-a").status, 404);
  EXPECT_EQ(ask("POST", "/api/v1/subnets/prv-a/available-ips", {{"owner", "me"}}).status, 404);
  EXPECT_EQ(order().status, 403);
  EXPECT_EQ(ask("GET", "/api/v1/events").body["items"].size(), 0U);
}

TEST_F(Domain, ManagesTokens) {
  const auto made =
      ask("POST", "/api/v1/tokens", {{"name", "ci"}, {"role", "developer"}, {"scopes", {"read"}}},
          "Idempotency-Key: t\r\n");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(ask("POST", "/api/v1/tokens?dry_run=true", {{"name", "ci"}, {"role", "viewer"}}).status,
            200);
  const std::string path = made.headers.at("location");
  const auto changed = ask("PATCH", path, {{"expires_at", "2040-01-01T00:00:00Z"}}, if_match(made));
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(ask("GET", path).status, 200);
  EXPECT_EQ(ask("DELETE", path, nullptr, if_match(changed)).status, 204);
  EXPECT_EQ(ask("POST", "/api/v1/tokens", {{"name", 1}}).status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/tokens?page_size=1").status, 200);
}

TEST_F(Domain, StreamsItsEvents) {
  RawClient client(server->port());
  client.send(get_text("/api/v1/events?after=0", token, "Accept: text/event-stream\r\n"));
  ASSERT_EQ(order().status, 202);
  EXPECT_TRUE(client.read_until("event: "));
}

}  // namespace
}  // namespace switchyard::web::test
