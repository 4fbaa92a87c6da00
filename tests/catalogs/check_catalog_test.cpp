#include "catalogs/check_catalog.h"

#include "provisioner/judge_policy.h"
#include "tests/catalogs/tool_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <regex>
#include <utility>

namespace switchyard::catalogs {
namespace {

using testing::HasSubstr;

constexpr const char* kGood = R"(name: tiny
attachments:
  - {vrf: vrf-prv, advertise: [10.0.0.0/8]}
images: ["debian-*"]
server:
  - {path: /etc/frr/frr.conf, template: frr.j2, mode: "0640", owner: "frr:frr"}
  - {path: "/etc/{{ leg.name }}.conf", template: leg.j2, for_each: leg}
)";

// A change of the catalog, and what is said of it.
struct Case {
  std::string name{};
  std::string file{};
  std::pair<std::string, std::string> change{};  // what is there, what stands there instead
  std::string said{};
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class CheckCatalog : public testing::Test {
 public:
  static TemplateEngine& engine() {
    static TemplateEngine one({.time = std::chrono::milliseconds(1000), .bytes = 100'000});
    return one;
  }

  static CatalogFolder good() {
    return {.files = {{"catalog.yaml", kGood},
                      {"frr.j2", "hostname {{ hostname }}\nrouter bgp {{ asn }}\nend\n"},
                      {"leg.j2",
                       "{{ leg.tag }}\n{% for own in vrfs[0].addresses %}\n"
                       "{{ own.prefix }}\n{% endfor %}\n"}}};
  }

  static std::vector<std::string> said(const CatalogFolder& folder) {
    const auto check = check_catalog(engine(), provisioner::judge_policy, folder);
    if (!check) return {check.error().message};
    std::vector<std::string> lines;
    for (const Fault& fault : check->faults)
      lines.push_back(to_string(fault));
    return lines;
  }
};

TEST_F(CheckCatalog, HasNothingAgainstAGoodOne) {
  const auto check = check_catalog(engine(), provisioner::judge_policy, good());
  ASSERT_TRUE(check) << check.error().message;
  EXPECT_THAT(said(good()), testing::IsEmpty());
  EXPECT_EQ(check->name, "tiny");
  EXPECT_EQ(check->servers, 3) << "both families, each alone";
  EXPECT_EQ(check->files, 9) << "two legs and frr.conf of each";
}

constexpr const char* kSwitch = "switch:\n  - {nos: linux-frr, template: tor.j2}\nserver:\n";

// good() with a template for switches.
CatalogFolder with_policy(const std::string& text) {
  CatalogFolder folder = CheckCatalog::good();
  std::string& yaml = folder.files["catalog.yaml"];
  yaml.replace(yaml.find("server:\n"), 8, kSwitch);
  folder.files["tor.j2"] = text;
  return folder;
}

TEST_F(CheckCatalog, RendersWhatItAddsToSwitchesOnceAVrf) {
  const auto check = check_catalog(engine(), provisioner::judge_policy,
                                   with_policy("route-map IN permit 10\n"
                                               " set community 65000:{{ vrf | length }}\n"));
  ASSERT_TRUE(check) << check.error().message;
  EXPECT_THAT(check->faults, testing::IsEmpty());
  const auto& policies = check->definition.network.attachments.front().policies;
  EXPECT_THAT(policies.at("linux-frr").in, testing::ElementsAre("set community 65000:7"));
}

struct BadPolicy {
  std::string name{};
  std::string text{};
  std::string said{};
};

void PrintTo(const BadPolicy& one, std::ostream* out) { *out << one.name; }

class BadSwitchTemplate : public CheckCatalog, public testing::WithParamInterface<BadPolicy> {};

TEST_P(BadSwitchTemplate, IsRefusedWithFileAndLine) {
  EXPECT_THAT(said(with_policy(GetParam().text)), testing::Contains(HasSubstr(GetParam().said)));
}

INSTANTIATE_TEST_SUITE_P(
    Policies, BadSwitchTemplate,
    testing::Values(
        BadPolicy{"AnotherPort", "{# #}\ninterface swp7.101\n", "tor.j2:2: \"interface\""},
        BadPolicy{"ASessionOfItsOwn", "router bgp 65001 vrf {{ vrf }}\n",
                  "tor.j2: \"router\" stands outside"},
        BadPolicy{"OpensTheFilter", "route-map IN permit 10\n match ip address prefix-list ALL\n",
                  "tor.j2:2: \"match ip address"},
        BadPolicy{"ASecondEntry",
                  "route-map IN permit 10\n{% if true %}\nroute-map IN permit "
                  "20\n{% endif %}\n",
                  "tor.j2:3: route map IN has one entry"},
        BadPolicy{"MadeByAVariable", "route-map IN permit 10\n {{ 'continue' }}\n",
                  "(linux-frr, VRF vrf-prv, line 2 of what it renders)"},
        BadPolicy{"Undefined", "route-map IN permit 10\n set metric {{ metric }}\n",
                  "tor.j2:2: 'metric' is undefined"},
        BadPolicy{"NamesAServer", "route-map IN permit 10\n{{ server }}\n",
                  "tor.j2:2: 'server' is undefined"},
        BadPolicy{"Loops",
                  "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% "
                  "endfor %}",
                  "tor.j2"}),
    [](const auto& one) { return one.param.name; });

class ShippedCatalog : public CheckCatalog, public testing::WithParamInterface<std::string> {};

TEST_P(ShippedCatalog, IsGood) {
  const auto folder =
      read_catalog_folder(std::string(SWITCHYARD_SOURCE_DIR) + "/catalogs/shipped/" + GetParam());
  ASSERT_TRUE(folder) << folder.error().message;
  use_unpacked_tools();
  const auto check = check_catalog(engine(), provisioner::judge_policy, *folder);
  ASSERT_TRUE(check) << check.error().message;
  for (const Fault& fault : check->faults)
    ADD_FAILURE() << to_string(fault);
  EXPECT_THAT(check->notes, testing::IsEmpty()) << "every tool has files, and a program read them";
}

TEST_F(CheckCatalog, NotesToolsThatTheCatalogHasNothingFor) {
  CatalogFolder folder = good();
  folder.files["catalog.yaml"] +=
      "  - {path: /etc/one, template: leg.j2, tools: [ifupdown2, netplan]}\n";
  folder.files["leg.j2"] = "\n";
  const auto check = check_catalog(engine(), provisioner::judge_policy, folder);
  ASSERT_TRUE(check) << check.error().message;
  EXPECT_EQ(check->servers, 15) << "each tool, and two together";
  EXPECT_THAT(check->notes, testing::ElementsAre(HasSubstr("no file is for systemd-networkd"),
                                                 HasSubstr("no file is for networkmanager")));
}

INSTANTIATE_TEST_SUITE_P(All, ShippedCatalog,
                         testing::Values("l3-private", "l3-dual", "l3-ipv6", "l3-anycast",
                                         "kubernetes", "l2-segment"),
                         [](const auto& one) {
                           return std::regex_replace(one.param, std::regex("[^a-z0-9]"), "");
                         });

// good() with this instead of its attachments, and a template a segment can do.
CatalogFolder with_segment(const std::string& yaml) {
  CatalogFolder folder = CheckCatalog::good();
  std::string& text = folder.files["catalog.yaml"];
  const auto at = text.find("attachments:");
  text.replace(at, text.find("images:") - at, yaml);
  text += "  - {path: \"/etc/{{ vlan }}.conf\", template: vlan.j2, for_each: vlan}\n";
  folder.files["leg.j2"] = "";
  folder.files["vlan.j2"] = "{{ vlan }} {{ segment.untagged }}\n";
  return folder;
}

TEST_F(CheckCatalog, TriesASegmentWithOneServerAnImage) {
  const auto check = check_catalog(engine(), provisioner::judge_policy,
                                   with_segment("segment: {untagged: 301, tagged: [303, 302]}\n"));
  ASSERT_TRUE(check) << check.error().message;
  EXPECT_THAT(check->faults, testing::IsEmpty());
  EXPECT_EQ(check->servers, 1);
  EXPECT_EQ(check->files, 3) << "frr.conf and one for each tag";
  EXPECT_THAT(check->definition.network.segment->tagged,
              testing::ElementsAre(VlanId{302}, VlanId{303}));
}

struct BadSegment {
  std::string name{};
  std::string yaml{};
  std::string said{};
};

void PrintTo(const BadSegment& one, std::ostream* out) { *out << one.name; }

class BadSegments : public CheckCatalog, public testing::WithParamInterface<BadSegment> {};

TEST_P(BadSegments, AreRefusedWithFileAndLine) {
  EXPECT_THAT(said(with_segment(GetParam().yaml)), testing::Contains(HasSubstr(GetParam().said)));
}

INSTANTIATE_TEST_SUITE_P(
    Definitions, BadSegments,
    testing::Values(
        BadSegment{"WithVrfsToo", "segment: {untagged: 301}\nattachments: [{vrf: vrf-prv}]\n",
                   "catalog.yaml:2: segment: stands instead of attachments"},
        BadSegment{"WithNoVrfToo", "segment: {untagged: 301}\nattachments: []\n",
                   "catalog.yaml:2: segment: stands instead of attachments"},
        BadSegment{"Neither", "", "attachments: needs at least one VRF, or segment"},
        BadSegment{"NoVlan", "segment: {}\n", "catalog.yaml:2: segment: needs an untagged VLAN"},
        BadSegment{"EmptyTrunk", "segment: {tagged: []}\n",
                   "catalog.yaml:2: segment: needs an untagged VLAN"},
        BadSegment{"Nothing", "segment:\n", "attachments: needs at least one VRF, or segment"},
        BadSegment{"NoSuchVlan", "segment: {untagged: 4095}\n",
                   "catalog.yaml:2: segment.untagged: is no VLAN (1 to 4094): 4095"},
        BadSegment{"VlanZero", "segment: {tagged: [302, 0]}\n",
                   "catalog.yaml:2: segment.tagged[1]: is no VLAN (1 to 4094): 0"},
        BadSegment{"NoNumber", "segment: {tagged: [302x]}\n",
                   "catalog.yaml:2: segment.tagged[0]: is no VLAN (1 to 4094): 302x"},
        BadSegment{"TagTwice", "segment: {tagged: [302, 303, 302]}\n",
                   "catalog.yaml:2: segment.tagged[2]: VLAN 302 is there twice"},
        BadSegment{"TaggedAndUntagged", "segment:\n  untagged: 301\n  tagged: [301]\n",
                   "catalog.yaml:4: segment.tagged[0]: VLAN 301 is there twice"},
        BadSegment{"UnknownKey", "segment: {untagged: 301, vlan: 5}\n",
                   "catalog.yaml:2: segment: unknown key 'vlan'"},
        BadSegment{"SwitchTemplates",
                   "segment: {untagged: 301}\nswitch:\n  - {nos: linux-frr, template: frr.j2}\n",
                   "catalog.yaml:4: switch: templates add to the policy of sessions"}),
    [](const auto& one) { return one.param.name; });

class BadCatalog : public CheckCatalog, public testing::WithParamInterface<Case> {};

TEST_P(BadCatalog, IsRefusedWithFileAndLine) {
  CatalogFolder folder = good();
  std::string& text = folder.files[GetParam().file];
  const auto& [there, instead] = GetParam().change;
  const auto at = text.find(there);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, there.size(), instead);
  EXPECT_THAT(said(folder), testing::Contains(HasSubstr(GetParam().said)));
}

INSTANTIATE_TEST_SUITE_P(
    Definitions, BadCatalog,
    testing::Values(
        Case{"YamlSyntax", "catalog.yaml", {"images: [", "images: [["}, "catalog.yaml:"},
        Case{"UnknownKey", "catalog.yaml", {"images:", "imagse:"}, "catalog.yaml:4: "},
        Case{"NoImages",
             "catalog.yaml",
             {"images: [\"debian-*\"]", ""},
             "images: needs at least one"},
        Case{"NoAttachment",
             "catalog.yaml",
             {"  - {vrf: vrf-prv, advertise: [10.0.0.0/8]}", "  []"},
             "needs at least one VRF"},
        Case{"VrfTwice",
             "catalog.yaml",
             {"images", "  - {vrf: vrf-prv}\nimages"},
             "VRF vrf-prv is there twice"},
        Case{"BadName",
             "catalog.yaml",
             {"name: tiny", "name: Tiny_One"},
             "catalog.yaml:1: name: not a name"},
        Case{"BadPrefix",
             "catalog.yaml",
             {"10.0.0.0/8", "10.0.0.0/33"},
             "catalog.yaml:3: attachments[0].advertise"},
        Case{"NoFamily",
             "catalog.yaml",
             {"vrf: vrf-prv,", "vrf: vrf-prv, ipv4: false, ipv6: false,"},
             "catalog.yaml:3: attachments[0]: needs ipv4 or ipv6"},
        Case{"HoldBelowKeepalive",
             "catalog.yaml",
             {"name: tiny", "name: tiny\nkeepalive: 10\nhold: 20"},
             "catalog.yaml:3: hold: must be at least three times"},
        Case{"MtuTooSmall",
             "catalog.yaml",
             {"name: tiny", "name: tiny\nmtu: 600"},
             "catalog.yaml:2: mtu"},
        Case{"NoSuchTemplate",
             "catalog.yaml",
             {"template: leg.j2", "template: legs.j2"},
             "catalog.yaml:7: server[1].template: there is no file legs.j2"},
        Case{"BadForEach",
             "catalog.yaml",
             {"for_each: leg", "for_each: port"},
             "catalog.yaml:7: server[1].for_each: is vrf, link, leg or vlan"},
        Case{"BadMode", "catalog.yaml", {"\"0640\"", "\"rw\""}, "catalog.yaml:6: server[0].mode"},
        Case{"BadOwner",
             "catalog.yaml",
             {"\"frr:frr\"", "\"frr\""},
             "catalog.yaml:6: server[0].owner"},
        Case{"RelativePath",
             "catalog.yaml",
             {"path: /etc/frr/frr.conf", "path: etc/frr.conf"},
             "catalog.yaml:6: server[0].path: must begin with /"},
        Case{"PathClimbs",
             "catalog.yaml",
             {"/etc/{{ leg.name }}", "/etc/../{{ leg.name }}"},
             "is not a path of a file"},
        Case{"PathWithLineBreak",
             "catalog.yaml",
             {"{{ leg.name }}.conf", "{{ leg.name ~ '\\n' }}.conf"},
             "is not a path of a file"},
        Case{"SamePathForEach",
             "catalog.yaml",
             {"{{ leg.name }}", "{{ leg.tag }}"},
             "/etc/101.conf is made twice"},
        Case{"UndefinedInPath",
             "catalog.yaml",
             {"{{ leg.name }}", "{{ leg.nmae }}"},
             "has no attribute 'nmae'"},
        Case{"NoSuchSchema",
             "catalog.yaml",
             {"name: tiny", "name: tiny\nvariables: vars.json"},
             "catalog.yaml:2: variables: there is no file vars.json"},
        Case{"TagTwice",
             "catalog.yaml",
             {"  - {vrf: vrf-prv, advertise: [10.0.0.0/8]}",
              "  - {vrf: vrf-prv, tag: 101}\n  - {vrf: vrf-pub, tag: 101}"},
             "tag 101 is there twice"},
        Case{"NoTag", "catalog.yaml", {"vrf: vrf-prv,", "vrf: vrf-prv, tag: 4095,"}, "tag"},
        Case{"UnknownNos",
             "catalog.yaml",
             {"server:", "switch:\n  - {nos: nx-os, template: leg.j2}\nserver:"},
             "there is no NOS \"nx-os\"; known are "},
        Case{"NosTwice",
             "catalog.yaml",
             {"server:",
              "switch:\n  - {nos: linux-frr, template: frr.j2}\n"
              "  - {nos: linux-frr, template: frr.j2}\nserver:"},
             "catalog.yaml:7: switch[1].nos: NOS linux-frr is there twice"},
        Case{"NoSuchSwitchTemplate",
             "catalog.yaml",
             {"server:", "switch:\n  - {nos: linux-frr, template: tor.j2}\nserver:"},
             "catalog.yaml:6: switch[0].template: there is no file tor.j2"},
        Case{"SchemaIsNoObject",
             "catalog.yaml",
             {"name: tiny", "name: tiny\nvariables: frr.j2"},
             "catalog.yaml:2: variables: frr.j2 is not a JSON object"}),
    [](const auto& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Templates, BadCatalog,
    testing::Values(Case{"Syntax",
                         "leg.j2",
                         {"{% endfor %}", "{% endfro %}"},
                         "leg.j2:4: Encountered unknown tag 'endfro'"},
                    Case{"Undefined",
                         "leg.j2",
                         {"{{ leg.tag }}", "{{ leg.tga }}"},
                         "leg.j2:1: 'dict object' has no attribute 'tga'"},
                    Case{"UndefinedVariable",
                         "leg.j2",
                         {"{{ leg.tag }}", "{{ vars.resolver }}"},
                         "leg.j2:1: 'dict object' has no attribute 'resolver'"},
                    Case{"UnknownFilter",
                         "leg.j2",
                         {"own.prefix", "own.prefix|cidr"},
                         "leg.j2:3: No filter named 'cidr'"},
                    Case{"OnlyWithOneFamily",
                         "leg.j2",
                         {"{{ leg.tag }}", "{{ vrfs[0].addresses[1].prefix }}"},
                         "leg.j2:1: "},
                    Case{"Escape",
                         "leg.j2",
                         {"{{ leg.tag }}", "{{ ''.__class__ }}"},
                         "leg.j2:1: access to attribute '__class__'"},
                    Case{"EndlessLoop",
                         "leg.j2",
                         {"{{ leg.tag }}",
                          "{% for a in range(99999) %}{% for b in range(99999) %}{% set c = a %}{% "
                          "endfor %}{% endfor %}"},
                         "leg.j2:1: takes too long"},
                    Case{"TwoGigabytes",
                         "leg.j2",
                         {"{{ leg.tag }}", "{{ 'a' * 2000000000 }}"},
                         "leg.j2:1: 2000000000 times 1"},
                    Case{"FrrDoesNotTakeIt",
                         "frr.j2",
                         {"router bgp", "rooter bgp"},
                         "/etc/frr/frr.conf:2: Unknown command"},
                    Case{"FrrDoesNotTakeItInside",
                         "frr.j2",
                         {"end", " bgp router-id nonsense\nend"},
                         "/etc/frr/frr.conf:3: "}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace switchyard::catalogs
