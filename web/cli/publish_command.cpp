// switchyard catalog publish NAME@VERSION, catalog deprecate NAME@VERSION; the same of images
#include "web/cli/commands.h"
#include "web/cli/pushed.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

struct Wanted {
  std::string what{};
  bool dry_run{};
};

Outcome<void> act(Session& session, const PushedKind& kind, const Wanted& wanted,
                  const std::string& type, const std::string& means) {
  const std::string group = std::string("switchyard ") + kind.noun + " ";
  const auto choice = choose_version(kind, wanted.what);
  if (!choice) return tl::unexpected(choice.error());
  if (choice->name.empty())
    return wrong_usage("a folder has no version yet", group + "push " + wanted.what);
  if (type == "deprecate" && choice->version == 0)
    return wrong_usage("say which version: " + choice->name + "@VERSION",
                       group + "show " + choice->name + " lists them");
  json body{{"type", type}};
  if (choice->version != 0) body["version"] = choice->version;
  const auto done =
      session.client.post(with_query(resource({kind.resource, choice->name, "actions"}),
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

void add_publish(CLI::App& group, Chosen& chosen, const PushedKind& kind) {
  const std::string example = std::string("  switchyard ") + kind.noun + " ";
  const auto add = [&](const std::string& verb, const char* about, const std::string& examples,
                       const std::string& means) {
    const auto wanted = std::make_shared<Wanted>();
    auto& command = add_command(group, chosen, verb, about, examples,
                                [wanted, verb, means, &kind](Session& session) {
                                  return act(session, kind, *wanted, verb, means);
                                });
    command.add_option("NAME@VERSION", wanted->what, "The version")->required();
    command.add_flag("--dry-run", wanted->dry_run, "Check everything, change nothing");
  };
  add("publish", "Make a version the one that orders get; without @VERSION the newest",
      example + "publish " + kind.sample + "\n" + example + "publish " + kind.sample + "@3",
      std::string("what orders get from now on; ") + kind.keeps);
  add("deprecate", "Let nobody get a version any more", example + "deprecate " + kind.sample + "@2",
      "deprecated; servers that have it keep it");
}

}  // namespace switchyard::web::cli
