// switchyard catalog check FOLDER, image check FOLDER: what is wrong with it, before anybody else
// sees it
#include "catalogs/check_catalog.h"
#include "catalogs/os/check_image.h"
#include "provisioner/judge_policy.h"
#include "web/cli/commands.h"
#include "web/cli/pushed.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

// What a check came to, of either kind.
struct Checked {
  std::string folder{};
  std::string name{};
  std::vector<catalogs::Fault> faults{};
  std::vector<std::string> notes{};
  json figures{};         // for -o json
  std::string verdict{};  // when there is no fault
};

json faults_json(const std::vector<catalogs::Fault>& faults) {
  json list = json::array();
  for (const catalogs::Fault& fault : faults)
    list.push_back({{"file", fault.file}, {"line", fault.line}, {"message", fault.message}});
  return list;
}

void show_as_json(const Checked& checked, Console& console) {
  json shown = checked.figures;
  shown["name"] = checked.name;
  shown["faults"] = faults_json(checked.faults);
  shown["notes"] = checked.notes;
  print_json(shown, console);
}

void show_as_text(const Checked& checked, Console& console) {
  const Paint paint{console.has_colour};
  for (const catalogs::Fault& fault : checked.faults)
    console.out << paint.red("x") << ' '
                << printable((fault.file.starts_with('/') ? "" : checked.folder + "/") +
                             to_string(fault))
                << '\n';
  for (const std::string& note : checked.notes)
    console.out << paint.yellow("?") << ' ' << printable(note) << '\n';
  if (checked.faults.empty()) console.out << checked.verdict << '\n';
}

Outcome<void> show(Session& session, const Checked& checked) {
  if (session.is_json())
    show_as_json(checked, session.console);
  else
    show_as_text(checked, session.console);
  if (checked.faults.empty()) return {};
  const auto count = checked.faults.size();
  return tl::unexpected(Failure{.exit = Exit::Refused,
                                .message = checked.folder + ": " + std::to_string(count) +
                                           (count == 1 ? " fault" : " faults")});
}

Outcome<catalogs::CatalogFolder> read_any(const PushedKind& kind, const std::string& folder) {
  auto read = catalogs::read_catalog_folder(folder, kind.file);
  if (read) return std::move(*read);
  return wrong_usage(read.error().message,
                     std::string("name the folder that has ") + kind.file + " (" + kind.page + ")");
}

tl::unexpected<Failure> no_engine(const Error& error) {
  return tl::unexpected(Failure{.exit = Exit::Unreachable,
                                .message = error.message,
                                .way_out = "apt-get install python3-jinja2 python3-jsonschema"});
}

Outcome<void> check_network_catalog(Session& session, const std::string& folder) {
  const auto read = read_any(kCatalogs, folder);
  if (!read) return tl::unexpected(read.error());
  catalogs::TemplateEngine engine;
  const auto check = catalogs::check_catalog(engine, provisioner::judge_policy, *read);
  if (!check) return no_engine(check.error());
  const std::string files = std::to_string(check->files);
  const std::string servers = std::to_string(check->servers);
  return show(session, {.folder = folder,
                        .name = check->name,
                        .faults = check->faults,
                        .notes = check->notes,
                        .figures = {{"files", check->files}, {"servers", check->servers}},
                        .verdict = "catalog " + check->name + " is good: " + files +
                                   " files rendered for " + servers + " sample servers"});
}

struct Wanted {
  std::string folder{};
  std::string boot_folder{};
};

Outcome<void> check_os_image(Session& session, const Wanted& wanted) {
  const auto read = read_any(kImages, wanted.folder);
  if (!read) return tl::unexpected(read.error());
  catalogs::TemplateEngine engine;
  auto check = catalogs::os::check_image(engine, *read, wanted.boot_folder);
  if (!check) return no_engine(check.error());
  if (wanted.boot_folder.empty())
    check->notes.emplace_back("the files it needs: not looked at, say --boot-folder");
  const std::string& name = check->definition.name;
  const std::string files = std::to_string(check->files);
  return show(session, {.folder = wanted.folder,
                        .name = name,
                        .faults = check->faults,
                        .notes = check->notes,
                        .figures = {{"files", check->files}},
                        .verdict = "image " + name + " is good" +
                                   (check->files == 0 ? "" : ": " + files + " answers rendered")});
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
      [folder](Session& session) { return check_network_catalog(session, *folder); });
  command.add_option("FOLDER", *folder, "The folder with catalog.yaml")->required();
}

void add_image_check(CLI::App& image_group, Chosen& chosen) {
  const auto wanted = std::make_shared<Wanted>();
  auto& command = add_command(
      image_group, chosen, "check",
      "Read an image's folder, render its installer's answers, let real programs read them; needs "
      "no service",
      "  switchyard image check debian-12-native\n"
      "  switchyard image check debian-12-native --boot-folder /srv/boot",
      [wanted](Session& session) { return check_os_image(session, *wanted); });
  command.add_option("FOLDER", wanted->folder, "The folder with image.yaml")->required();
  command.add_option(
      "--boot-folder", wanted->boot_folder,
      "Where its files lie; sizes and SHA-256 are compared, and told when they differ");
}

}  // namespace switchyard::web::cli
