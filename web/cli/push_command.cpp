// switchyard catalog push FOLDER, image push FOLDER: a new version
#include "web/cli/commands.h"
#include "web/cli/pushed.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

struct Push {
  std::string folder{};
  bool dry_run{};
  bool publish{};
};

Outcome<void> push_folder(Session& session, const PushedKind& kind, const Push& wanted) {
  const auto files = read_folder(kind, wanted.folder);
  if (!files) return tl::unexpected(files.error());
  auto done = session.client.post(
      with_query(resource({kind.resource}), {{"dry_run", wanted.dry_run ? "true" : ""}}),
      {{"files", *files}});
  if (!done) return tl::unexpected(done.error());
  const std::string name = text_of(done->body, "name");
  const auto version = static_cast<int>(number_of(done->body, "version"));
  const bool publish = wanted.publish && !wanted.dry_run;
  if (publish) {
    done = session.client.post(resource({kind.resource, name, "actions"}),
                               {{"type", "publish"}, {"version", version}});
    if (!done) return tl::unexpected(done.error());
  }
  if (session.is_json()) {
    print_json(done->body, session.console);
    return {};
  }
  session.console.out << kind.noun << ' ' << printable(name)
                      << (wanted.dry_run ? " would be version " : " is version ") << version;
  if (publish)
    session.console.out << "; orders get it from now on\n";
  else if (wanted.dry_run)
    session.console.out << '\n';
  else
    session.console.out << "; orders get it after: switchyard " << kind.noun << " publish "
                        << printable(name) << '@' << version << '\n';
  return {};
}

}  // namespace

void add_push(CLI::App& group, Chosen& chosen, const PushedKind& kind) {
  const auto wanted = std::make_shared<Push>();
  const std::string example =
      std::string("  switchyard ") + kind.noun + " push " + kind.shipped + " --";
  auto& command = add_command(
      group, chosen, "push", "Have a folder checked by the service and kept as a new version",
      example + "dry-run\n" + example + "publish",
      [wanted, &kind](Session& session) { return push_folder(session, kind, *wanted); });
  command.add_option("FOLDER", wanted->folder, std::string("The folder with ") + kind.file)
      ->required();
  command.add_flag("--dry-run", wanted->dry_run, "Check everything, change nothing");
  command.add_flag("--publish", wanted->publish, "And make it the version that orders get");
}

}  // namespace switchyard::web::cli
