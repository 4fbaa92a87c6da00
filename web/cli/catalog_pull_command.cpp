// switchyard catalog show NAME, catalog pull NAME FOLDER: a version that was pushed, and its files
#include "web/cli/catalog_choice.h"
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

struct Pull {
  std::string name{};
  std::string folder{};
  int version{};
};

Outcome<void> show_version(Session& session, const Pull& wanted) {
  const auto catalog = find_version(session, wanted.name, wanted.version);
  if (!catalog) return tl::unexpected(catalog.error());
  if (session.is_json()) {
    print_json(*catalog, session.console);
    return {};
  }
  std::string versions;
  for (const json& version : list_of(*catalog, "versions"))
    versions += (versions.empty() ? "" : "\n") +
                std::to_string(static_cast<int>(number_of(version, "version"))) + " " +
                text_of(version, "state") + ", " + time_text(text_of(version, "created_at")) +
                " by " + text_of(version, "author");
  Sheet sheet;
  sheet.add("Catalog", text_of(*catalog, "name"));
  sheet.add("Description", text_of(*catalog, "description"));
  sheet.add("Version", std::to_string(static_cast<int>(number_of(*catalog, "version"))) + ", " +
                           text_of(*catalog, "state"));
  sheet.add("All", versions);
  sheet.add("SHA-256", text_of(*catalog, "sha256"));
  std::string names;
  for (const auto& [name, text] : files_of(*catalog))
    names += (names.empty() ? "" : "\n") + name;
  sheet.add("Files", names);
  print(sheet, session.console);
  return {};
}

Outcome<void> pull_version(Session& session, const Pull& wanted) {
  const auto catalog = find_version(session, wanted.name, wanted.version);
  if (!catalog) return tl::unexpected(catalog.error());
  if (const auto written = write_folder(wanted.folder, files_of(*catalog)); !written)
    return written;
  session.console.out << "version " << number_of(*catalog, "version") << " of catalog "
                      << printable(wanted.name) << " is in " << wanted.folder << '\n';
  return {};
}

}  // namespace

void add_catalog_pull(CLI::App& catalog_group, Chosen& chosen) {
  const auto wanted = std::make_shared<Pull>();
  const auto add = [&](const char* verb, const char* about, const char* examples, Action action) {
    auto& command = add_command(catalog_group, chosen, verb, about, examples, std::move(action));
    command.add_option("NAME", wanted->name, "Name of the catalog")->required();
    command.add_option("--version", wanted->version, "Not the one orders get, but this one")
        ->check(CLI::Range(1, 1'000'000));
    return &command;
  };
  add("show", "Show a version that was pushed",
      "  switchyard catalog show l3-private\n"
      "  switchyard catalog show l3-private --version 1 -o json",
      [wanted](Session& session) { return show_version(session, *wanted); });
  add("pull", "Write the files of a version into a folder; pushing them makes it the newest again",
      "  switchyard catalog pull l3-private --version 1 was\n"
      "  switchyard catalog push was",
      [wanted](Session& session) { return pull_version(session, *wanted); })
      ->add_option("FOLDER", wanted->folder, "A folder that is new or empty")
      ->required();
}

}  // namespace switchyard::web::cli
