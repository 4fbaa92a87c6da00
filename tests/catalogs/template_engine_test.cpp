#include "catalogs/render/template_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

namespace switchyard::catalogs {
namespace {

using namespace std::chrono_literals;

class TemplateEngineTest : public testing::Test {
 protected:
  // One helper for all tests, as in the service: what one did to it the next ones would feel.
  static TemplateEngine& engine() {
    static TemplateEngine one({.time = 1000ms, .bytes = 100'000});
    return one;
  }

  static Rendered render(const std::string& text, const std::string& variables = "{}") {
    const RenderJob job{.name = "a.j2", .variables = variables};
    const auto rendered = engine().render({{"a.j2", text}}, {&job, 1});
    if (!rendered) return tl::unexpected(Fault{.message = rendered.error().message});
    return rendered->front();
  }

  static std::string said(const Rendered& rendered) {
    return rendered ? *rendered : to_string(rendered.error());
  }
};

TEST_F(TemplateEngineTest, RendersJinja) {
  EXPECT_EQ(said(render("{% for one in list %}\n{{ one }}!\n{% endfor %}\nend\n",
                        R"({"list": ["a", "b"]})")),
            "a!\nb!\nend\n");
}

TEST_F(TemplateEngineTest, RendersManyInTheirOrder) {
  std::vector<RenderJob> jobs;
  for (int i = 0; i < 100; ++i)
    jobs.push_back({.text = "n{{ i }}", .variables = "{\"i\": " + std::to_string(i) + "}"});
  const auto rendered = engine().render({}, jobs);
  ASSERT_TRUE(rendered) << rendered.error().message;
  ASSERT_EQ(rendered->size(), 100U);
  for (std::size_t i = 0; i < 100; ++i)
    EXPECT_EQ(said((*rendered)[i]), "n" + std::to_string(i));
}

TEST_F(TemplateEngineTest, NamesFileAndLineOfWhatCannotBeRead) {
  const auto faults = engine().check({{"good.j2", "{{ a }}"},
                                      {"if.j2", "one\ntwo {% if %}"},
                                      {"filter.j2", "\n\n{{ a|nosuch }}"}});
  ASSERT_TRUE(faults) << faults.error().message;
  EXPECT_THAT(*faults,
              testing::ElementsAre(
                  Fault{"filter.j2", 3, "No filter named 'nosuch'."},
                  Fault{"if.j2", 2, "Expected an expression, got 'end of statement block'"}));
}

struct Case {
  std::string name{};
  std::string text{};
  std::string said{};
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class BadTemplate : public TemplateEngineTest, public testing::WithParamInterface<Case> {};

TEST_P(BadTemplate, IsNamedAndHarmsNobody) {
  EXPECT_THAT(said(render(GetParam().text, R"({"x": 1})")), testing::StartsWith(GetParam().said));
  EXPECT_EQ(said(render("{{ x }}", R"({"x": 1})")), "1");
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, BadTemplate,
    testing::Values(
        Case{"Undefined", "\n{{ nope }}", "a.j2:2: 'nope' is undefined"},
        Case{"UndefinedInUndefined", "\n{{ x.y.z }}", "a.j2:2: 'int object' has no attribute 'y'"},
        Case{"UndefinedInMacro", "{% macro m(a) %}\n{{ a.q }}\n{% endmacro %}\n{{ m(x) }}",
             "a.j2:2: "},
        Case{"DivisionByZero", "\n\n{{ 1 / 0 }}", "a.j2:3: division by zero"},
        Case{"MissingInclude", "\n{% include 'other' %}", "a.j2:2: there is no template other"},
        Case{"IncludesItself", "\n{% include 'a.j2' %}", "a.j2:2: calls itself for ever"},
        Case{"Class", "{{ ''.__class__.__mro__ }}", "a.j2:1: access to attribute '__class__'"},
        Case{"ClassByFilter", "{{ x|attr('__class__') }}",
             "a.j2:1: access to attribute '__class__'"},
        Case{"ClassByFormat", "{{ '{0.__class__}'.format(x) }}", "a.j2:1: access to attribute"},
        Case{"Globals", "{{ cycler.__init__.__globals__ }}", "a.j2:1: access to attribute"},
        Case{"EndlessLoop",
             "{% for a in range(99999) %}\n{% for b in range(99999) %}\n{% set c = b %}\n{% endfor "
             "%}\n"
             "{% endfor %}",
             "a.j2:3: takes too long"},
        Case{"TooMuchText", "{% for a in range(99999) %}\n0123456789\n{% endfor %}",
             "a.j2:1: makes too much text"},
        Case{"TwoGigabytes", "\n{{ 'a' * 2000000000 }}", "a.j2:2: 2000000000 times 1 is more than"},
        Case{"TwoGigabytesByFilter", "\n{{ 'a'|center(2000000000) }}",
             "a.j2:2: takes too much memory"},
        Case{"TwoGigabytesByFormat", "\n{{ '%02000000000d'|format(3) }}",
             "a.j2:2: takes too much memory"},
        // Much memory, or on a busy machine long.
        Case{"Doubling",
             "{% set n = namespace(s='0123456789') %}\n{% for i in range(99) %}\n"
             "{% set n.s = n.s ~ n.s %}\n{% endfor %}",
             "a.j2:3: takes too "},
        Case{"Power", "{{ 9 ** 9 ** 9 }}", "a.j2:1: powers are not for configuration"},
        Case{"Squaring",
             "{% set n = namespace(s=99999999999) %}\n{% for i in range(99) %}\n"
             "{% set n.s = n.s * n.s %}\n{% endfor %}",
             "a.j2:3: a product of more than 256 bits"},
        Case{"ChangesWhatIsNotItsOwn", "{% set l = [1] %}\n{{ l.append(2) }}",
             "a.j2:2: access to attribute 'append'"},
        Case{"Random", "{{ [1, 2]|random }}", "a.j2:1: No filter named 'random'."}),
    [](const auto& one) { return one.param.name; });

TEST_F(TemplateEngineTest, FillsInDefaultsAndChecksValues) {
  const std::string schema = R"({"type": "object", "additionalProperties": false, "properties": {
      "resolver": {"type": "string", "format": "ipv4"}, "level": {"type": "integer", "default": 3}}})";
  const auto good = engine().check_values(schema, R"({"resolver": "10.0.0.53"})");
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->values, R"({"level":3,"resolver":"10.0.0.53"})");
  EXPECT_TRUE(good->faults.empty());
  const auto bad = engine().check_values(schema, R"({"resolver": "10.0.0", "resolvre": 1})");
  ASSERT_TRUE(bad) << bad.error().message;
  ASSERT_EQ(bad->faults.size(), 2U);
  EXPECT_THAT(bad->faults[0].message, testing::HasSubstr("'resolvre' was unexpected"));
  EXPECT_EQ(bad->faults[1].message, "resolver: '10.0.0' is not a 'ipv4'");
}

TEST_F(TemplateEngineTest, RefusesASchemaThatIsNone) {
  const auto checked = engine().check_values(R"({"type": "objekt"})", "{}");
  ASSERT_TRUE(checked) << checked.error().message;
  ASSERT_EQ(checked->faults.size(), 1U);
  EXPECT_THAT(checked->faults[0].message, testing::StartsWith("the schema: "));
}

}  // namespace
}  // namespace switchyard::catalogs
