// switchyard catalog check FOLDER: what is wrong with a catalog, before anybody else sees it
#include "catalogs/check_catalog.h"
#include "provisioner/judge_policy.h"
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

json faults_json(const std::vector<catalogs::Fault>& faults) {
  json list = json::array();
  for (const catalogs::Fault& fault : faults)
    list.push_back({{"file", fault.file}, {"line", fault.line}, {"message", fault.message}});
  return list;
}

void show_check(const catalogs::CatalogCheck& check, const std::string& folder, Console& console) {
  const Paint paint{console.has_colour};
  for (const catalogs::Fault& fault : check.faults)
    console.out << paint.red("x") << ' '
                << printable((fault.file.starts_with('/') ? "" : folder + "/") + to_string(fault))
                << '\n';
  for (const std::string& note : check.notes)
    console.out << paint.yellow("?") << ' ' << printable(note) << '\n';
  if (check.faults.empty())
    console.out << "catalog " << check.name << " is good: " << check.files << " files rendered for "
                << check.servers << " sample servers\n";
}

Outcome<void> check_folder(Session& session, const std::string& folder) {
  const auto read = catalogs::read_catalog_folder(folder);
  if (!read)
    return wrong_usage(read.error().message,
                       "name the folder that has catalog.yaml (docs/catalogs.md)");
  catalogs::TemplateEngine engine;
  const auto check = catalogs::check_catalog(engine, provisioner::judge_policy, *read);
  if (!check)
    return tl::unexpected(Failure{.exit = Exit::Unreachable,
                                  .message = check.error().message,
                                  .way_out = "apt-get install python3-jinja2 python3-jsonschema"});
  if (session.is_json())
    print_json({{"name", check->name},
                {"files", check->files},
                {"servers", check->servers},
                {"faults", faults_json(check->faults)},
                {"notes", check->notes}},
               session.console);
  else
    show_check(*check, folder, session.console);
  if (check->faults.empty()) return {};
  const auto count = check->faults.size();
  return tl::unexpected(Failure{
      .exit = Exit::Refused,
      .message = folder + ": " + std::to_string(count) + (count == 1 ? " fault" : " faults")});
}

}  // namespace

void add_catalog_check(CLI::App& catalog_group, Chosen& chosen) {
  const auto folder = std::make_shared<std::string>();
  auto& command = add_command(
      catalog_group, chosen, "check",
      "Read a catalog's folder, render it for sample servers, let FRR and network tools read what "
      "comes; needs no service",
      "  switchyard catalog check catalogs/shipped/l3-private\n"
      "  switchyard -o json catalog check .",
      [folder](Session& session) { return check_folder(session, *folder); });
  command.add_option("FOLDER", *folder, "The folder with catalog.yaml")->required();
}

}  // namespace switchyard::web::cli
