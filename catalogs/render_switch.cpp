#include "catalogs/render_switch.h"

#include "catalogs/catalog_folder.h"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace switchyard::catalogs {
namespace {

using nlohmann::json;

// What the template of a switch sees, one row a name; printed into docs/catalogs.md.
struct Name {
  std::string_view name;
  json (*value)(const CatalogDefinition&, const SwitchTemplate&, const CatalogAttachment&);
  std::string_view means;
};

json advertised(const CatalogAttachment& attachment) {
  json list = json::array();
  for (const Prefix& prefix : attachment.advertise)
    list.push_back(
        {{"prefix", to_string(prefix)}, {"family", static_cast<int>(prefix.network.family)}});
  return list;
}

// clang-format off
constexpr std::array kNames{
    Name{"catalog", [](const auto& d, const auto&, const auto&) -> json { return d.network.name; }, "name of the catalog"},
    Name{"nos", [](const auto&, const auto& t, const auto&) -> json { return t.nos; }, "the NOS the template is for"},
    Name{"vrf", [](const auto&, const auto&, const auto& a) -> json { return a.vrf.value; }, "name of the VRF; the template is rendered once for each"},
    Name{"advertise", [](const auto&, const auto&, const auto& a) -> json { return advertised(a); }, "what the switches tell the server; each has `prefix` and `family`"},
    Name{"maximum_prefix", [](const auto&, const auto&, const auto& a) -> json { return a.maximum_prefix; }, "routes a family the switches accept before they end the session"},
};

// clang-format on

std::string trimmed(std::string_view line) {
  const std::size_t from = line.find_first_not_of(' ');
  if (from == std::string_view::npos) return {};
  return std::string(line.substr(from, line.find_last_not_of(" \r") - from + 1));
}

std::string line_of(std::string_view text, int number) {
  for (; number > 1 && !text.empty(); --number)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return trimmed(text.substr(0, text.find('\n')));
}

// The first line of the template that says `line` as it stands; 0 when a variable made it.
int source_line(std::string_view source, const std::string& line) {
  for (int number = 1; !source.empty(); ++number) {
    const std::size_t length = std::min(source.find('\n'), source.size());
    if (trimmed(source.substr(0, length)) == line) return number;
    source.remove_prefix(std::min(length + 1, source.size()));
  }
  return 0;
}

// A fault of a rendered line as one of the template that made it.
Fault in_template(const Fault& fault, const SwitchTemplate& made_by, const std::string& source,
                  const std::string& rendered, const VrfName& vrf) {
  const int line = source_line(source, line_of(rendered, fault.line));
  std::string message = fault.message + " (" + made_by.nos + ", VRF " + vrf.value;
  if (line == 0) message += ", line " + std::to_string(fault.line) + " of what it renders";
  return {made_by.name, line, message + ")"};
}

struct Wanted {
  const SwitchTemplate* made_by{};
  CatalogAttachment* attachment{};
};

}  // namespace

Result<RenderedPolicies> render_policies(TemplateEngine& engine, const JudgePolicy& judge,
                                         const TemplateFiles& files,
                                         const CatalogDefinition& definition) {
  RenderedPolicies made{.network = definition.network};
  if (definition.switches.empty()) return made;
  const auto values = engine.check_values(definition.schema, "{}");
  if (!values) return tl::unexpected(values.error());
  std::vector<Wanted> wanted;
  std::vector<RenderJob> jobs;
  for (const SwitchTemplate& one : definition.switches) {
    if (const auto known = judge(one.nos, ""); !known) {
      made.faults.push_back({kCatalogFile, 0, known.error().message});
      continue;
    }
    for (CatalogAttachment& attachment : made.network.attachments) {
      json seen{{"vars", json::parse(values->values)}};
      for (const Name& name : kNames)
        seen[std::string(name.name)] = name.value(definition, one, attachment);
      wanted.push_back({&one, &attachment});
      jobs.push_back({.name = one.name, .variables = seen.dump()});
    }
  }
  const auto rendered = engine.render(files, jobs);
  if (!rendered) return tl::unexpected(rendered.error());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto& [made_by, attachment] = wanted[i];
    if (!(*rendered)[i]) {
      made.faults.push_back((*rendered)[i].error());
      continue;
    }
    const std::string& text = *(*rendered)[i];
    auto judged = judge(made_by->nos, text);
    if (!judged) {
      made.faults.push_back({kCatalogFile, 0, judged.error().message});
      continue;
    }
    for (const Fault& fault : judged->faults)
      made.faults.push_back(
          in_template(fault, *made_by, files.at(made_by->name), text, attachment->vrf));
    attachment->policies[made_by->nos] = std::move(judged->policy);
  }
  return made;
}

std::string switch_variables_reference() {
  std::string text;
  for (const Name& name : kNames)
    text += "| `" + std::string(name.name) + "` | " + std::string(name.means) + " |\n";
  return text + "| `vars` | the catalog's own variables with their defaults |\n";
}

}  // namespace switchyard::catalogs
