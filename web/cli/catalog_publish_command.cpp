// switchyard catalog publish NAME@VERSION, catalog deprecate NAME@VERSION
#include "web/cli/catalog_choice.h"
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

struct Wanted {
  std::string what{};
  bool dry_run{};
};

Outcome<void> act(Session& session, const Wanted& wanted, const std::string& type,
                  const std::string& means) {
  const auto choice = choose_catalog(wanted.what);
  if (!choice) return tl::unexpected(choice.error());
  if (choice->name.empty())
    return wrong_usage("a folder has no version yet", "switchyard catalog push " + wanted.what);
  if (type == "deprecate" && choice->version == 0)
    return wrong_usage("say which version: " + choice->name + "@VERSION",
                       "switchyard catalog show " + choice->name + " lists them");
  json body{{"type", type}};
  if (choice->version != 0) body["version"] = choice->version;
  const auto done =
      session.client.post(with_query(resource({"network-catalogs", choice->name, "actions"}),
                                     {{"dry_run", wanted.dry_run ? "true" : ""}}),
                          body);
  if (!done) return tl::unexpected(done.error());
  if (session.is_json()) {
    print_json(done->body, session.console);
    return {};
  }
  session.console.out << printable(text_of(done->body, "name")) << " version "
                      << number_of(done->body, "version")
                      << (wanted.dry_run ? " would be " : " is ") << means << '\n';
  return {};
}

}  // namespace

void add_catalog_publish(CLI::App& catalog_group, Chosen& chosen) {
  const auto add = [&](const std::string& verb, const char* about, const char* examples,
                       const std::string& means) {
    const auto wanted = std::make_shared<Wanted>();
    auto& command = add_command(
        catalog_group, chosen, verb, about, examples,
        [wanted, verb, means](Session& session) { return act(session, *wanted, verb, means); });
    command.add_option("NAME@VERSION", wanted->what, "The version")->required();
    command.add_flag("--dry-run", wanted->dry_run, "Check everything, change nothing");
  };
  add("publish", "Make a version the one that orders get; without @VERSION the newest",
      "  switchyard catalog publish l3-private\n"
      "  switchyard catalog publish l3-private@3",
      "what orders get from now on; active servers keep theirs (switchyard catalog rollout)");
  add("deprecate", "Let nobody order or roll out a version any more",
      "  switchyard catalog deprecate l3-private@2", "deprecated; servers that have it keep it");
}

}  // namespace switchyard::web::cli
