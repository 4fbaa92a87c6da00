// Foreign XML -> statements -> XML, and what belongs to whom.
#include "switch-drivers/junos/statements.h"

#include "switch-drivers/junos/objects.h"

#include <gmock/gmock.h>

namespace switchyard::switch_drivers::junos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Statements read(const std::string& content) {
  return flatten(parse_xml("<configuration>" + content + "</configuration>").value());
}

std::vector<std::string> lines(const Statements& statements) {
  std::vector<std::string> text;
  for (const Statement& statement : statements)
    text.push_back(to_string(statement));
  return text;
}

TEST(JunosStatements, AreEachLeafWithItsWholeWay) {
  EXPECT_THAT(
      lines(read("<interfaces><interface><name> et-0/0/5 </name><mtu>1518</mtu><disable/>"
                 "<unit><name>0</name><family><inet/></family></unit></interface></interfaces>")),
      ElementsAre("interfaces interface et-0/0/5 disable", "interfaces interface et-0/0/5 mtu 1518",
                  "interfaces interface et-0/0/5 unit 0 family inet"));
  EXPECT_THAT(read(""), IsEmpty());
  EXPECT_THAT(lines(read("<vlans><vlan><name>a</name></vlan></vlans>")),
              ElementsAre("vlans vlan a"));
}

TEST(JunosStatements, PassOverRemarks) {
  EXPECT_THAT(lines(read("<vlans xmlns:junos=\"http://xml.juniper.net/junos/21.4R3/junos\">"
                         "<junos:comment>/* ours */</junos:comment><vlan><name>a</name></vlan>"
                         "</vlans>")),
              ElementsAre("vlans vlan a"));
}

TEST(JunosStatements, TellWhatIsDeactivatedAndInWhichOrderTermsAre) {
  EXPECT_THAT(lines(read("<policy-options><policy-statement><name>p</name>"
                         "<term inactive=\"inactive\"><name>b</name><then><accept/></then></term>"
                         "<term><name>a</name><then><reject/></then></term>"
                         "</policy-statement></policy-options>")),
              ElementsAre("policy-options policy-statement p @order b a",
                          "policy-options policy-statement p term a then reject",
                          "policy-options policy-statement p term b @inactive",
                          "policy-options policy-statement p term b then accept"));
}

TEST(JunosStatements, KnowTheCommunitiesOfAThenByTheirNames) {
  EXPECT_THAT(lines(read("<then><community><delete/><community-name>x</community-name></community>"
                         "<community><add/><community-name>a</community-name></community></then>")),
              ElementsAre("then @order x a", "then community a add", "then community x delete"));
}

TEST(JunosStatements, SurviveTheWayToXmlAndBack) {
  const std::string text =
      "<policy-options><community><name>c</name><members>1:1</members><members>2:2</members>"
      "</community><policy-statement><name>a&amp;b</name><term><name>1</name><then><community>"
      "<community-name>c</community-name><add/></community><accept/></then></term>"
      "</policy-statement></policy-options>";
  const Statements all = read(text);
  Edits edits;
  for (const Path& root : {policy_path("community", "c"), policy_path("policy-statement", "a&b")})
    edits.replaced.emplace(root, beneath(all, root));
  EXPECT_EQ(
      flatten(
          parse_xml("<r xmlns:nc=\"urn:n\">" + render(edits) + "</r>").value().children.front()),
      all);
}

// What is put back is as deactivated as it was.
TEST(JunosStatements, SayWhatIsDeactivated) {
  const Statements all = read(
      "<interfaces><interface inactive=\"inactive\"><name>et-0/0/5</name><unit><name>0</name>"
      "<family inactive=\"inactive\"><inet/></family></unit></interface></interfaces>");
  Edits edits;
  for (const char* element : {"@inactive", "unit"}) {
    Path root = port_path("et-0/0/5");
    root.push_back({element, element == std::string_view{"unit"} ? "0" : ""});
    edits.replaced.emplace(root, beneath(all, root));
  }
  EXPECT_EQ(
      flatten(
          parse_xml("<r xmlns:nc=\"urn:n\">" + render(edits) + "</r>").value().children.front()),
      all);
}

TEST(JunosStatements, AreSaidWithTheirOperations) {
  Edits edits;
  const Path mtu{{"interfaces", ""}, {"interface", "et-0/0/5"}, {"mtu", ""}};
  edits.replaced.emplace(mtu, Statements{{mtu, "1518"}});
  edits.deleted.insert(Path{{"interfaces", ""}, {"interface", "et-0/0/5"}, {"unit", "0"}});
  edits.deleted.insert(Path{{"interfaces", ""}, {"interface", "et-0/0/6"}, {"@inactive", ""}});
  EXPECT_EQ(render(edits),
            "<configuration xmlns=\"http://xml.juniper.net/xnm/1.1/xnm\">\n<interfaces>\n"
            "<interface>\n<name>et-0/0/5</name>\n<mtu nc:operation=\"replace\">1518</mtu>\n"
            "<unit nc:operation=\"delete\">\n<name>0</name>\n</unit>\n</interface>\n"
            "<interface active=\"active\">\n<name>et-0/0/6</name>\n</interface>\n</interfaces>\n"
            "</configuration>\n");
  EXPECT_EQ(render({}), "");
}

TEST(JunosObjects, BelongToAPortToAllOrToNobody) {
  const auto owner = [](const std::string& content) {
    return owner_of(read(content).begin()->path);
  };
  const auto interface = [](const std::string& content) {
    return "<interfaces><interface><name>et-0/0/5</name>" + content + "</interface></interfaces>";
  };
  EXPECT_EQ(owner(interface("<unit><name>7</name></unit>")).port, "et-0/0/5");
  EXPECT_EQ(owner(interface("<mtu>1</mtu>")).port, "et-0/0/5");
  EXPECT_THAT(owner(interface("<speed>100g</speed>")).root, IsEmpty());
  const auto instance = [](const std::string& content) {
    return "<routing-instances><instance><name>v</name>" + content +
           "</instance></routing-instances>";
  };
  EXPECT_EQ(owner(instance("<interface><name>et-0/0/5.7</name></interface>")).port, "et-0/0/5");
  EXPECT_THAT(owner(instance("<instance-type>vrf</instance-type>")).root, IsEmpty());
  const auto group = [&](const std::string& name) {
    return instance("<protocols><bgp><group><name>" + name +
                    "</name><type>external</type></group></bgp></protocols>");
  };
  EXPECT_EQ(owner(group("SWY-et-0/0/5.7")).port, "et-0/0/5");
  EXPECT_THAT(owner(group("uplinks")).root, IsEmpty());
  const auto list = [](const std::string& name) {
    return "<policy-options><prefix-list><name>" + name + "</name></prefix-list></policy-options>";
  };
  EXPECT_EQ(owner(list("SWY-P-et-0/0/5.7-4")).port, "et-0/0/5");
  EXPECT_EQ(owner(list("SWY-L-abc-4")).port, "");
  EXPECT_EQ(owner(list("SWY-L-abc-4")).root.size(), 2U);
  EXPECT_THAT(owner(list("mine")).root, IsEmpty());
}

TEST(JunosObjects, MarksAreNoStatementsOfThePort) {
  const Config config = sort_config(read(
      "<interfaces><interface><name>et-0/0/5</name><apply-macro><name>switchyard-change</name>"
      "<data><name>id</name><value>chg-7</value></data></apply-macro></interface></interfaces>"));
  EXPECT_EQ(config.marks, (std::map<std::string, std::string>{{"et-0/0/5", "chg-7"}}));
  EXPECT_THAT(config.by_port, IsEmpty());
}

TEST(JunosObjects, SharedOnesGoWhenNobodyNeedsThemAnyMore) {
  const std::string shared =
      "<prefix-list><name>SWY-L-1-4</name></prefix-list>"
      "<policy-statement><name>SWY-O-1</name><term><name>1</name><from><prefix-list><name>SWY-L-1-4"
      "</name></prefix-list></from></term></policy-statement>";
  const std::string user =
      "<routing-instances><instance><name>v</name><protocols><bgp><group><name>SWY-et-0/0/5.7"
      "</name><export>SWY-O-1</export></group></bgp></protocols></instance></routing-instances>";
  const Config used = sort_config(read("<policy-options>" + shared + "</policy-options>" + user));
  EXPECT_THAT(unused_shared(used), IsEmpty());
  EXPECT_EQ(needed_shared(used, used.by_port.at("et-0/0/5")).size(), 2U);
  const Config left = sort_config(read("<policy-options>" + shared + "</policy-options>"));
  EXPECT_EQ(unused_shared(left).size(), 2U);
}

}  // namespace
}  // namespace switchyard::switch_drivers::junos
