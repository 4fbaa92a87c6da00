// switchyard server …
#include "web/cli/commands.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

std::string cabling_of(const json& server) {
  std::string text;
  for (const json& nic : list_of(server, "nics"))
    text += (text.empty() ? "" : ", ") + text_of(nic, "switch") + ":" + text_of(nic, "port");
  return text;
}

}  // namespace

void show_server(Session& session, const json& server) {
  Console& console = session.console;
  if (session.is_json()) return print_json(server, console);
  Sheet sheet;
  sheet.add("Server", text_of(server, "name"));
  sheet.add("State", text_of(server, "state"));
  sheet.add("Reason", text_of(server, "reason"));
  sheet.add("Profile", text_of(server, "profile"));
  sheet.add("Hardware", text_of(server, "hardware"));
  sheet.add("Secure Boot", text_of(server, "secure_boot"));
  sheet.add("Deployment", text_of(server, "deployment"));
  sheet.add("Project", text_of(server, "project"));
  print(sheet, console);
  console.out << '\n';
  print(to_table(list_of(server, "nics"), {column("NIC", "name"), column("MAC", "mac"),
                                           column("SWITCH", "switch"), column("PORT", "port")}),
        "no NICs", console);
}

void add_server_commands(CLI::App& root, Chosen& chosen) {
  auto& group = add_group(root, "server", "The fleet: what there is and in which state");
  const auto state = std::make_shared<std::string>();
  auto& list = add_command(
      group, chosen, "list", "List servers",
      "  switchyard server list --state available\n"
      "  switchyard server list -o json | jq -r '.items[].name'",
      [state](Session& session) {
        return show_list(session, {with_query(resource({"servers"}), {{"state", *state}}),
                                   {column("NAME", "name"),
                                    column("STATE", "state"),
                                    column("PROFILE", "profile"),
                                    column("PROJECT", "project"),
                                    column("DEPLOYMENT", "deployment"),
                                    {"PORTS", cabling_of}},
                                   "no servers; 'switchyard inventory import FILE' brings them"});
      });
  list.add_option("--state", *state, "Only servers in this state (available, active, …)");

  const auto name = std::make_shared<std::string>();
  auto& one =
      add_command(group, chosen, "show", "Show one server and where it is cabled",
                  "  switchyard server show srv-0001", [name](Session& session) -> Outcome<void> {
                    const auto found = session.client.get(resource({"servers", *name}));
                    if (!found) return tl::unexpected(found.error());
                    show_server(session, found->body);
                    return {};
                  });
  one.add_option("SERVER", *name, "Name of the server")->required();
  add_maintenance(group, chosen);
  add_rescue(group, chosen);
  add_enrolment(group, chosen);
  add_wipe_records(group, chosen);
}

}  // namespace switchyard::web::cli
