// switchyard catalog push FOLDER: a new version of a catalog
#include "catalogs/catalog_folder.h"
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

struct Push {
  std::string folder{};
  bool dry_run{};
};

Outcome<void> push_folder(Session& session, const Push& wanted) {
  const auto read = catalogs::read_catalog_folder(wanted.folder);
  if (!read)
    return wrong_usage(read.error().message,
                       "name the folder that has catalog.yaml (docs/catalogs.md)");
  if (!read->faults.empty()) {
    Failure failure{.exit = Exit::Usage, .message = wanted.folder + " cannot be pushed"};
    for (const catalogs::Fault& fault : read->faults)
      failure.details.push_back(to_string(fault));
    return tl::unexpected(std::move(failure));
  }
  const auto pushed = session.client.post(
      with_query(resource({"network-catalogs"}), {{"dry_run", wanted.dry_run ? "true" : ""}}),
      {{"files", read->files}});
  if (!pushed) return tl::unexpected(pushed.error());
  if (session.is_json()) {
    print_json(pushed->body, session.console);
    return {};
  }
  session.console.out << "catalog " << printable(text_of(pushed->body, "name"))
                      << (wanted.dry_run ? " would be version " : " is version ")
                      << number_of(pushed->body, "version")
                      << (wanted.dry_run ? "\n" : "; orders get it from now on\n");
  return {};
}

}  // namespace

void add_catalog_push(CLI::App& catalog_group, Chosen& chosen) {
  const auto wanted = std::make_shared<Push>();
  auto& command = add_command(catalog_group, chosen, "push",
                              "Make a folder's files the version that orders get",
                              "  switchyard catalog push catalogs/shipped/l3-private --dry-run\n"
                              "  switchyard catalog push catalogs/shipped/l3-private",
                              [wanted](Session& session) { return push_folder(session, *wanted); });
  command.add_option("FOLDER", wanted->folder, "The folder with catalog.yaml")->required();
  command.add_flag("--dry-run", wanted->dry_run, "Check everything, change nothing");
}

}  // namespace switchyard::web::cli
