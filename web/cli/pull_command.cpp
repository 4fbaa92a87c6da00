// switchyard catalog show NAME, catalog pull NAME FOLDER: a version that was pushed, and its files;
// the same of images
#include "web/cli/commands.h"
#include "web/cli/pushed.h"
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

Outcome<void> show_version(Session& session, const PushedKind& kind, const Pull& wanted) {
  const auto found = find_version(session, kind, wanted.name, wanted.version);
  if (!found) return tl::unexpected(found.error());
  if (session.is_json()) {
    print_json(*found, session.console);
    return {};
  }
  std::string versions;
  for (const json& version : list_of(*found, "versions"))
    versions += (versions.empty() ? "" : "\n") +
                std::to_string(static_cast<int>(number_of(version, "version"))) + " " +
                text_of(version, "state") + ", " + time_text(text_of(version, "created_at")) +
                " by " + text_of(version, "author");
  Sheet sheet;
  sheet.add("Name", text_of(*found, "name"));
  sheet.add("Description", text_of(*found, "description"));
  sheet.add("Version", std::to_string(static_cast<int>(number_of(*found, "version"))) + ", " +
                           text_of(*found, "state"));
  sheet.add("All", versions);
  sheet.add("SHA-256", text_of(*found, "sha256"));
  std::string names;
  for (const auto& [name, text] : files_of(*found))
    names += (names.empty() ? "" : "\n") + name;
  sheet.add("Files", names);
  print(sheet, session.console);
  return {};
}

Outcome<void> pull_version(Session& session, const PushedKind& kind, const Pull& wanted) {
  const auto found = find_version(session, kind, wanted.name, wanted.version);
  if (!found) return tl::unexpected(found.error());
  if (const auto written = write_folder(wanted.folder, files_of(*found)); !written) return written;
  session.console.out << "version " << number_of(*found, "version") << " of " << kind.noun << ' '
                      << printable(wanted.name) << " is in " << wanted.folder << '\n';
  return {};
}

}  // namespace

void add_pull(CLI::App& group, Chosen& chosen, const PushedKind& kind) {
  const auto wanted = std::make_shared<Pull>();
  const std::string name = kind.sample;
  const std::string example = std::string("  switchyard ") + kind.noun + " ";
  const auto add = [&](const char* verb, const char* about, const std::string& examples,
                       Action action) {
    auto& command = add_command(group, chosen, verb, about, examples, std::move(action));
    command.add_option("NAME", wanted->name, std::string("Name of the ") + kind.noun)->required();
    command.add_option("--version", wanted->version, "Not the one orders get, but this one")
        ->check(CLI::Range(1, 1'000'000));
    return &command;
  };
  add("show", "Show a version that was pushed",
      example + "show " + name + "\n" + example + "show " + name + " --version 1 -o json",
      [wanted, &kind](Session& session) { return show_version(session, kind, *wanted); });
  add("pull", "Write the files of a version into a folder; pushing them makes it the newest again",
      example + "pull " + name + " --version 1 was\n" + example + "push was",
      [wanted, &kind](Session& session) { return pull_version(session, kind, *wanted); })
      ->add_option("FOLDER", wanted->folder, "A folder that is new or empty")
      ->required();
}

}  // namespace switchyard::web::cli
