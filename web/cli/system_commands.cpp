// switchyard whoami, version
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

Outcome<void> whoami(Session& session) {
  const auto found = session.client.get(resource({"whoami"}));
  if (!found) return tl::unexpected(found.error());
  if (session.is_json()) {
    print_json(found->body, session.console);
    return {};
  }
  Sheet sheet;
  sheet.add("Name", text_of(found->body, "name"));
  sheet.add("Role", text_of(found->body, "role"));
  const std::string project = text_of(found->body, "project");
  sheet.add("Project", project.empty() ? "all" : project);
  sheet.add("May", joined(found->body, "scopes"));
  sheet.add("Token", text_of(found->body, "token_id"));
  print(sheet, session.console);
  return {};
}

// Says its own version even when nobody answers: that is when people ask for it.
Outcome<void> version(Session& session) {
  const auto found = session.client.get(resource({"version"}));
  if (session.is_json()) {
    print_json({{"client", SWITCHYARD_VERSION}, {"service", found ? found->body : json(nullptr)}},
               session.console);
    return {};
  }
  session.console.out << "switchyard " << SWITCHYARD_VERSION << "\nservice    "
                      << (found ? printable(text_of(found->body, "version") + " at " +
                                            session.client.url())
                                : "does not answer at " + session.client.url())
                      << '\n';
  return {};
}

}  // namespace

void add_system_commands(CLI::App& root, Chosen& chosen) {
  add_command(root, chosen, "whoami", "Show whose token this is and what it may do",
              "  switchyard whoami --token-file admin.token", &whoami);
  add_command(root, chosen, "version", "Show the version of this program and of the service",
              "  switchyard version", &version);
}

}  // namespace switchyard::web::cli
