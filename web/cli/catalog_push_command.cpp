// switchyard catalog push FOLDER: a new version of a catalog
#include "web/cli/catalog_choice.h"
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

struct Push {
  std::string folder{};
  bool dry_run{};
  bool publish{};
};

Outcome<void> push_folder(Session& session, const Push& wanted) {
  const auto files = read_folder(wanted.folder);
  if (!files) return tl::unexpected(files.error());
  auto done = session.client.post(
      with_query(resource({"network-catalogs"}), {{"dry_run", wanted.dry_run ? "true" : ""}}),
      {{"files", *files}});
  if (!done) return tl::unexpected(done.error());
  const std::string name = text_of(done->body, "name");
  const auto version = static_cast<int>(number_of(done->body, "version"));
  const bool publish = wanted.publish && !wanted.dry_run;
  if (publish) {
    done = session.client.post(resource({"network-catalogs", name, "actions"}),
                               {{"type", "publish"}, {"version", version}});
    if (!done) return tl::unexpected(done.error());
  }
  if (session.is_json()) {
    print_json(done->body, session.console);
    return {};
  }
  session.console.out << "catalog " << printable(name)
                      << (wanted.dry_run ? " would be version " : " is version ") << version;
  if (publish)
    session.console.out << "; orders get it from now on\n";
  else if (wanted.dry_run)
    session.console.out << '\n';
  else
    session.console.out << "; orders get it after: switchyard catalog publish " << printable(name)
                        << '@' << version << '\n';
  return {};
}

}  // namespace

void add_catalog_push(CLI::App& catalog_group, Chosen& chosen) {
  const auto wanted = std::make_shared<Push>();
  auto& command = add_command(catalog_group, chosen, "push",
                              "Have a folder checked by the service and kept as a new version",
                              "  switchyard catalog push catalogs/shipped/l3-private --dry-run\n"
                              "  switchyard catalog push catalogs/shipped/l3-private --publish",
                              [wanted](Session& session) { return push_folder(session, *wanted); });
  command.add_option("FOLDER", wanted->folder, "The folder with catalog.yaml")->required();
  command.add_flag("--dry-run", wanted->dry_run, "Check everything, change nothing");
  command.add_flag("--publish", wanted->publish, "And make it the version that orders get");
}

}  // namespace switchyard::web::cli
