// A network catalog with its templates: pushed, ordered, and what an install gets of it.
#include "catalogs/catalog_folder.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "tests/provisioner/life_fixture.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using testing::HasSubstr;

class PushedCatalog : public LifeFixture {
 protected:
  // The shipped l3-private, with one file more.
  static std::map<std::string, std::string> files(const std::string& motd) {
    const auto folder = catalogs::read_catalog_folder(std::string(SWITCHYARD_SOURCE_DIR) +
                                                      "/catalogs/shipped/l3-private");
    EXPECT_TRUE(folder) << folder.error().message;
    std::map<std::string, std::string> all = folder->files;
    all["catalog.yaml"] += "  - {path: /etc/motd, template: motd.j2}\n";
    all["motd.j2"] = motd;
    return all;
  }

  static std::map<std::string, std::string> with_policy() {
    auto all = files("one\n");
    all["catalog.yaml"] += "switch:\n  - {nos: linux-frr, template: tor.j2}\n";
    all["tor.j2"] = "route-map IN permit 10\n set community 65000:7\n";
    return all;
  }

  Result<CatalogView> push(const std::map<std::string, std::string>& all, Mode mode = Mode::Real) {
    auto pushed = site_.service->push_catalog("eva", all, mode);
    if (!pushed || mode == Mode::DryRun) return pushed;
    return site_.service->publish_catalog("eva", pushed->name, pushed->version, mode);
  }

  int version() { return site_.service->list_catalogs({.size = 10})->items.front().version; }

  // What the RAM system was told to put there.
  std::string installed(const std::string& path) {
    for (const HostFile& file : site_.server.ordered.files)
      if (file.path == path) return file.content;
    return "no " + path;
  }
};

TEST_P(PushedCatalog, GivesServersItsFiles) {
  EXPECT_EQ(version(), 0) << "the inventory's";
  const auto pushed = push(files("This is {{ hostname }}, AS {{ asn }}.\n"));
  ASSERT_TRUE(pushed) << pushed.error().message;
  EXPECT_EQ(pushed->version, 1);
  const DeploymentView ordered = deploy();
  EXPECT_EQ(ordered.catalog_version, 1);
  EXPECT_TRUE(ends(ordered.operation, "succeeded"));
  EXPECT_EQ(installed("/etc/motd"), "This is web1, AS " + std::to_string(ordered.asn) + ".\n");
  EXPECT_THAT(installed("/etc/frr/frr.conf"),
              HasSubstr("router bgp " + std::to_string(ordered.asn) + "\n"));
}

TEST_P(PushedCatalog, GivesItsTemplatesTheDefaultsOfItsVariables) {
  auto all = files("{{ vars.resolver }}\n");
  all["catalog.yaml"] += "variables: variables.json\n";
  all["variables.json"] = R"({"properties": {"resolver": {"default": "10.0.0.53"}}})";
  const auto pushed = push(all);
  ASSERT_TRUE(pushed) << pushed.error().message;
  EXPECT_TRUE(ends(deploy().operation, "succeeded"));
  EXPECT_EQ(installed("/etc/motd"), "10.0.0.53\n");
}

TEST_P(PushedCatalog, TakesVariablesFromTheOrder) {
  auto all = files("{{ vars.region }} {{ vars.resolver }}\n");
  all["catalog.yaml"] += "variables: variables.json\n";
  all["variables.json"] =
      R"({"additionalProperties": false, "properties": {"region": {"type": "integer", "default": 1},
          "resolver": {"default": "10.0.0.53"}}})";
  ASSERT_TRUE(push(all));
  DeployRequest order = site_.order();
  const auto refused = [&](const std::string& variables) {
    order.variables = variables;
    return site_.service->deploy({}, order).error().message;
  };
  EXPECT_THAT(refused(R"({"region": "north"})"), HasSubstr("'north' is not of type 'integer'"));
  EXPECT_THAT(refused(R"({"regoin": 3})"), HasSubstr("regoin"));
  order.variables = R"({"region": 3})";
  const auto ordered = site_.service->deploy({}, order);
  ASSERT_TRUE(ordered) << ordered.error().message;
  EXPECT_EQ(ordered->variables, R"({"region": 3})");
  EXPECT_TRUE(ends(ordered->operation, "succeeded"));
  EXPECT_EQ(installed("/etc/motd"), "3 10.0.0.53\n");
}

TEST_P(PushedCatalog, TakesNoVariablesWithoutAVersion) {
  DeployRequest order = site_.order();
  order.variables = R"({"region": 3})";
  EXPECT_EQ(site_.service->deploy({}, order).error().message,
            "catalog l3-private has no variables");
}

TEST_P(PushedCatalog, KeepsItsVersionsForWhoOrderedThem) {
  ASSERT_TRUE(push(files("one\n")));
  const DeploymentView ordered = deploy();
  const auto second = push(files("two\n"));
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->version, 2);
  EXPECT_TRUE(ends(ordered.operation, "succeeded"));
  EXPECT_EQ(installed("/etc/motd"), "one\n");
}

TEST_P(PushedCatalog, IsForNobodyBeforeItIsPublished) {
  ASSERT_TRUE(site_.service->push_catalog("eva", files("one\n"), Mode::Real));
  EXPECT_EQ(version(), 0);
  EXPECT_EQ(deploy().catalog_version, 0);
  const auto shown = site_.service->find_catalog("l3-private", 0);
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_EQ(shown->version.state, "checked");
}

TEST_P(PushedCatalog, IsForNobodyOnceItIsDeprecated) {
  ASSERT_TRUE(push(files("one\n")));
  const auto shown = site_.service->deprecate_catalog("eva", "l3-private", 1, Mode::Real);
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_EQ(shown->version.versions.front().state, "deprecated");
  const auto refused = site_.service->deploy({}, site_.order());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("l3-private version 1 is deprecated"));
  EXPECT_THAT(site_.service->publish_catalog("eva", "l3-private", 1, Mode::Real).error().message,
              HasSubstr("push its files again"));
  ASSERT_TRUE(push(files("two\n")));
  EXPECT_EQ(deploy().catalog_version, 2);
}

TEST_P(PushedCatalog, CanBeTakenBackForOrders) {
  ASSERT_TRUE(push(files("one\n")));
  ASSERT_TRUE(push(files("two\n")));
  ASSERT_TRUE(site_.service->publish_catalog("eva", "l3-private", 1, Mode::Real));
  EXPECT_EQ(deploy().catalog_version, 1);
}

TEST_P(PushedCatalog, IsNoNewVersionWhenItIsTheSame) {
  ASSERT_TRUE(push(files("one\n")));
  EXPECT_EQ(push(files("one\n"))->version, 1);
  EXPECT_EQ(version(), 1);
}

TEST_P(PushedCatalog, IsOnlyTriedInADryRun) {
  const auto tried = push(files("one\n"), Mode::DryRun);
  ASSERT_TRUE(tried) << tried.error().message;
  EXPECT_EQ(tried->version, 1);
  EXPECT_EQ(version(), 0);
}

TEST_P(PushedCatalog, IsRefusedWithEveryFault) {
  auto bad = files("{{ hostnmae }}\n");
  bad["server/sysctl.conf.j2"] += "{{ nothing }}\n";
  const auto refused = push(bad);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Invalid);
  EXPECT_THAT(refused.error().message, HasSubstr("motd.j2:1: 'hostnmae' is undefined"));
  EXPECT_THAT(refused.error().message,
              HasSubstr("server/sysctl.conf.j2:4: 'nothing' is undefined"));
  EXPECT_EQ(version(), 0);
}

TEST_P(PushedCatalog, IsRefusedForAFaultThatOnlyAServerInUseShows) {
  ASSERT_TRUE(push(files("one\n")));
  const DeploymentView ordered = deploy();
  EXPECT_TRUE(ends(ordered.operation, "succeeded"));
  const std::string text =
      "{% if asn == " + std::to_string(ordered.asn) + " %}{{ hostnmae }}{% endif %}\n";
  EXPECT_EQ(push(files(text)).error().message,
            "motd.j2:1: 'hostnmae' is undefined (server srv1, which uses it now)");
}

TEST_P(PushedCatalog, IsRefusedForAVrfTheSiteDoesNotHave) {
  auto other = files("one\n");
  std::string& yaml = other["catalog.yaml"];
  yaml.replace(yaml.find("vrf-prv"), 7, "vrf-xyz");
  EXPECT_THAT(push(other).error().message, HasSubstr("VRF vrf-xyz is not in the inventory"));
}

TEST_P(PushedCatalog, IsRefusedToOrdersOfAnImageItDoesNotFit) {
  auto other = files("one\n");
  std::string& yaml = other["catalog.yaml"];
  yaml.replace(yaml.find("debian-*"), 8, "ubuntu-*");
  ASSERT_TRUE(push(other));
  const auto refused = site_.service->deploy({}, site_.order());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "catalog l3-private version 1 fits images ubuntu-*, not debian-12");
}

TEST_P(PushedCatalog, IsRefusedWhenItForgetsANosOfTheSite) {
  EXPECT_THAT(
      push(with_policy()).error().message,
      HasSubstr("catalog.yaml: has templates for switches, but none for NOS scripted, which "
                "switch tor1 runs"));
}

TEST_P(PushedCatalog, AddsItsPolicyToTheSessionsOfItsServers) {
  ASSERT_TRUE(db::write(*site_.pool, "a NOS with a judge", [](db::Session& session) -> Status {
    db::execute(session, "UPDATE switches SET nos = 'linux-frr'");
    return {};
  }));
  ASSERT_TRUE(push(with_policy()));
  EXPECT_TRUE(ends(deploy().operation, "succeeded"));
  for (const char* name : {"tor1", "tor2"})
    EXPECT_THAT(site_.switches[name].ports["swp1"].attachments.front().policy.in,
                testing::ElementsAre("set community 65000:7"));
}

TEST_P(PushedCatalog, IsNotOverwrittenByAnInventoryFile) {
  ASSERT_TRUE(push(files("one\n")));
  const auto again = site_.service->import_inventory(
      "site.yaml", SimulatedSite::inventory_with("vrfs:", "vrfs:"), Mode::Real);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::Conflict);
  EXPECT_THAT(again.error().message, HasSubstr("take it out of the file"));
}

INSTANTIATE_TEST_SUITE_P(Databases, PushedCatalog, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
