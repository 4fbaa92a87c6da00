#include "core/yaml.h"

#include "core/net.h"

#include <gmock/gmock.h>

namespace switchyard::yaml {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> lines(const Problems& problems) {
  std::vector<std::string> list;
  for (const Problem& problem : problems.list())
    list.push_back(to_string(problem));
  return list;
}

TEST(Yaml, ReadsEveryKindOfValue) {
  Problems problems;
  const Node root =
      parse("f", "name: tor-1\nport: 22\non: true\nlist: [a, b]\nsub:\n- {x: 1}\n", problems);
  EXPECT_EQ(root.text("name"), "tor-1");
  EXPECT_EQ(root.integer("port", 1, 65535), 22);
  EXPECT_TRUE(root.flag_or("on", false));
  EXPECT_THAT(root.texts("list"), ElementsAre("a", "b"));
  EXPECT_EQ(root.items("sub")[0].integer("x", 0, 9), 1);
  root.done();
  root.items("sub")[0].done();
  EXPECT_THAT(lines(problems), IsEmpty());
}

TEST(Yaml, AnswersFallbacksForWhatIsAbsentOrEmpty) {
  Problems problems;
  const Node root = parse("f", "empty:\n", problems);
  EXPECT_EQ(root.text_or("empty", "x"), "x");
  EXPECT_EQ(root.integer_or("absent", 0, 9, 5), 5);
  EXPECT_FALSE(root.find("absent"));
  EXPECT_THAT(root.items("absent"), IsEmpty());
  root.done();
  EXPECT_THAT(lines(problems), IsEmpty());
}

TEST(Yaml, TakesAnEmptyFileForAnEmptyMapping) {
  Problems problems;
  parse("f", "", problems).done();
  parse("f", "# nothing but a comment\n", problems).done();
  EXPECT_THAT(lines(problems), IsEmpty());
}

TEST(Yaml, NamesThePlaceOfAnUnknownKeyAndTheNearestOne) {
  Problems problems;
  const Node root = parse("site.yaml", "servers:\n  - name: s1\n    nisc: 2\n", problems);
  const Node server = root.items("servers")[0];
  (void)server.text("name");
  (void)server.find("nics");
  server.done();
  EXPECT_THAT(lines(problems),
              ElementsAre("site.yaml:3:5: servers[0]: unknown key 'nisc'; did you mean 'nics'?"));
}

TEST(Yaml, ListsTheKnownKeysWhenNoneIsNear) {
  Problems problems;
  const Node root = parse("f", "zzzzzz: 1\n", problems);
  (void)root.find("name");
  (void)root.find("port");
  root.done();
  EXPECT_THAT(lines(problems), ElementsAre("f:1:1: unknown key 'zzzzzz'; known keys: name, port"));
}

TEST(Yaml, FindsEverythingInOnePass) {
  Problems problems;
  const Node root =
      parse("f", "port: 70000\nname: [1]\nmac: zz\nmore: \"7\"\nyes: yes\n", problems);
  (void)root.integer("port", 1, 65535);
  (void)root.text("name");
  (void)root.parsed<MacAddress>("mac", &parse_mac);
  (void)root.integer("more", 0, 9);
  (void)root.flag_or("yes", false);
  (void)root.text("gone");
  root.done();
  EXPECT_THAT(
      lines(problems),
      ElementsAre("f:1:7: port: must be in 1..65535: 70000",
                  "f:2:7: name: must be a single value, is a list",
                  "f:3:6: mac: not a MAC address: 'zz'", "f:4:7: more: must be a whole number: '7'",
                  "f:5:6: yes: must be true or false: 'yes'", "f:1:1: gone: is required"));
}

TEST(Yaml, ReportsAWrongKindOnce) {
  Problems problems;
  const Node root = parse("f", "server: 5\n", problems);
  const Node server = *root.find("server");
  (void)server.text("name");
  (void)server.integer("port", 1, 2);
  server.done();
  EXPECT_THAT(lines(problems), ElementsAre("f:1:9: server: must be a mapping, is a single value"));
}

struct Refusal {
  std::string name{};
  std::string text{};
  std::string problem{};
};

class YamlRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(YamlRefuses, WithTheReasonAndItsPlace) {
  Problems problems;
  const Node root = parse("f", GetParam().text, problems);
  ASSERT_FALSE(problems.empty());
  EXPECT_EQ(lines(problems).front(), GetParam().problem);
  EXPECT_TRUE(root.is_map());
}

const Refusal kRefusals[]{
    {"DuplicateKeys", "a: 1\nb: 2\na: 3\n", "f:3:1: key 'a' is there twice"},
    {"UnknownAliases", "a: [*x]\n", "f:1:5: the referenced anchor is not defined"},
    {"Anchors", "a: &x 1\n", "f:1:4: anchors (&name) are not accepted"},
    {"Tags", "a: !!binary aGk=\n", "f:1:4: tags (!name) are not accepted"},
    {"SecondDocument", "a: 1\n---\nb: 2\n", "f:2:1: a second document begins; one is expected"},
    {"MappingAsKey", "? {a: 1}\n: 2\n", "f:1:3: a key must be a plain text"},
    {"ControlCharacters", "a: \"x\\u0007\"\n", "f:1:4: a control character in a text"},
    {"SyntaxErrors", "a: [1, 2\n", "f:2:1: end of sequence flow not found"},
    {"DeepNesting", "a: " + std::string(40, '[') + std::string(40, ']'),
     "f:1:35: nested deeper than 32 levels"},
    {"HugeFiles", std::string((4U << 20U) + 1, ' '),
     "f:1:1: the file has 4194305 bytes, more than 4 MiB"},
};
INSTANTIATE_TEST_SUITE_P(Files, YamlRefuses, testing::ValuesIn(kRefusals),
                         [](const auto& row) { return row.param.name; });

TEST(YamlProblems, BecomeOneErrorWithALineEach) {
  Problems problems;
  problems.add({"a.yaml", 1, 2, "first"});
  problems.add({"b.yaml", 3, 4, "second"});
  EXPECT_EQ(problems.as_error(), (Error{Errc::Invalid, "a.yaml:1:2: first\nb.yaml:3:4: second"}));
}

}  // namespace
}  // namespace switchyard::yaml
