// The catalogs of catalogs/shipped, rendered for real servers: the files the lab proved.
#include "catalogs/catalog_folder.h"
#include "catalogs/render_server.h"
#include "provisioner/catalog_view.h"
#include "provisioner/host_files.h"

#include <gmock/gmock.h>

#include <map>
#include <ostream>

namespace switchyard::provisioner {
namespace {

using catalogs::RenderedServer;
using catalogs::TemplateEngine;
using testing::HasSubstr;
using testing::Not;

struct Shape {
  std::string name{};
  std::string catalog{};
  std::vector<PlannedVrf> vrfs{};
};

void PrintTo(const Shape& one, std::ostream* out) { *out << one.name; }

PlannedVrf private_vrf(std::vector<IpAddress> addresses, std::vector<IpAddress> anycast = {}) {
  return {.vrf = {"vrf-prv"},
          .tag = {101},
          .addresses = std::move(addresses),
          .anycast = std::move(anycast),
          .advertise = {*parse_prefix("10.0.0.0/8"), *parse_prefix("fd10::/16")}};
}

PlannedVrf public_vrf() {
  return {.vrf = {"vrf-pub"},
          .tag = {201},
          .addresses = {*parse_ip("203.0.113.5"), *parse_ip("2001:db8:113::5")},
          .advertise = {*parse_prefix("0.0.0.0/0"), *parse_prefix("::/0")}};
}

class ShippedCatalogs : public testing::TestWithParam<Shape> {
 protected:
  static DeploymentRecord deployment() {
    return {.id = "dep-1",
            .name = "web1",
            .server = "srv1",
            .image = "debian-12",
            .plan = {.vrfs = GetParam().vrfs},
            .asn = {4200000005U}};
  }

  static std::vector<NicRecord> nics() {
    return {{.server = "srv1",
             .name = "eth1",
             .mac = "02:00:00:00:00:01",
             .switch_name = "tor1",
             .port = "swp1",
             .switch_asn = 65001},
            {.server = "srv1",
             .name = "eth2",
             .mac = "02:00:00:00:00:02",
             .switch_name = "tor2",
             .port = "swp1",
             .switch_asn = 65002}};
  }

  static RenderedServer rendered() {
    TemplateEngine engine;
    const auto folder = catalogs::read_catalog_folder(std::string(SWITCHYARD_SOURCE_DIR) +
                                                      "/catalogs/shipped/" + GetParam().catalog);
    EXPECT_TRUE(folder) << folder.error().message;
    const auto parsed = catalogs::parse_catalog(folder->files);
    for (const auto* faults : {&folder->faults, &parsed.faults})
      for (const auto& fault : *faults)
        ADD_FAILURE() << to_string(fault);
    auto made =
        catalogs::render_server(engine, folder->files, parsed.definition,
                                catalog_view(deployment(), nics(), catalogs::ServerView{}.tools));
    EXPECT_TRUE(made) << made.error().message;
    for (const auto& fault : made->faults)
      ADD_FAILURE() << to_string(fault);
    return *made;
  }
};

// Until deployments are rendered by their catalog: both say the same, to the byte.
TEST_P(ShippedCatalogs, SayWhatTheRendererSays) {
  std::map<std::string, catalogs::RenderedFile> made, wanted;
  for (const auto& file : rendered().files)
    made[file.path] = file;
  const auto files = render_host_files(deployment(), nics());
  ASSERT_TRUE(files) << files.error().message;
  for (const HostFile& file : *files)
    wanted[file.path] = {file.path, file.mode, file.owner, file.content};
  for (const auto& [path, file] : wanted) {
    EXPECT_EQ(made[path].content, file.content) << path;
    EXPECT_EQ(made[path].mode, file.mode) << path;
    EXPECT_EQ(made[path].owner, file.owner) << path;
  }
  EXPECT_EQ(made.size(), wanted.size());
}

class AnycastCatalog : public ShippedCatalogs {};

TEST_P(AnycastCatalog, HoldsTheSharedAddressesOnlyWhereTheHealthCheckPutsThem) {
  for (const auto& file : rendered().files) {
    const bool names_it = file.content.find("10.1.9.1/32") != std::string::npos;
    const bool may =
        file.path == "/etc/frr/frr.conf" || file.path == "/usr/local/lib/switchyard/anycast-health";
    EXPECT_EQ(names_it, may) << file.path;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, AnycastCatalog,
    testing::Values(Shape{
        "One", "l3-anycast", {private_vrf({*parse_ip("10.1.0.5")}, {*parse_ip("10.1.9.1")})}}),
    [](const auto& one) { return one.param.name; });

class KubernetesCatalog : public ShippedCatalogs {
 protected:
  static std::string content(const std::string& path) {
    for (const auto& file : rendered().files)
      if (file.path == path) return file.content;
    return "no " + path;
  }
};

TEST_P(KubernetesCatalog, LeavesPort179AndUsesOneLinkAtATime) {
  EXPECT_THAT(content("/etc/frr/daemons"), HasSubstr(" -p 20179\""));
  const std::string frr = content("/etc/frr/frr.conf");
  EXPECT_THAT(frr, HasSubstr("\n bgp router-id 0.0.0.5\n"));
  EXPECT_THAT(frr, HasSubstr("\n bgp listen range 10.1.0.5/32 peer-group CNI\n"));
  EXPECT_THAT(frr, HasSubstr("\n  maximum-paths 1\n  neighbor eth1.101 weight 100\n"));
  EXPECT_THAT(frr, Not(HasSubstr("neighbor eth2.101 weight")));
}

INSTANTIATE_TEST_SUITE_P(Shapes, KubernetesCatalog,
                         testing::Values(Shape{
                             "One", "kubernetes", {private_vrf({*parse_ip("10.1.0.5")})}}),
                         [](const auto& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Shapes, ShippedCatalogs,
    testing::Values(Shape{"Dual",
                          "l3-dual",
                          {private_vrf({*parse_ip("10.1.0.5"), *parse_ip("fd10:1::5")}),
                           public_vrf()}},
                    Shape{"Private", "l3-private", {private_vrf({*parse_ip("10.1.0.5")})}},
                    Shape{"Ipv6Only", "l3-private", {private_vrf({*parse_ip("fd10:1::5")})}},
                    // What l3-anycast adds is not the renderer's; what it announces is.
                    Shape{"Anycast",
                          "l3-private",
                          {private_vrf({*parse_ip("10.1.0.5"), *parse_ip("fd10:1::5")},
                                       {*parse_ip("10.1.9.1"), *parse_ip("fd10:1::9:1")})}},
                    Shape{"Ipv6", "l3-ipv6", {private_vrf({*parse_ip("fd10:1::5")})}}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace switchyard::provisioner
