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

void show_server(const json& server, Console& console) {
  Sheet sheet;
  sheet.add("Server", text_of(server, "name"));
  sheet.add("State", text_of(server, "state"));
  sheet.add("Reason", text_of(server, "reason"));
  sheet.add("Profile", text_of(server, "profile"));
  sheet.add("Deployment", text_of(server, "deployment"));
  sheet.add("Project", text_of(server, "project"));
  print(sheet, console);
  console.out << '\n';
  print(to_table(list_of(server, "nics"), {column("NIC", "name"), column("MAC", "mac"),
                                           column("SWITCH", "switch"), column("PORT", "port")}),
        "no NICs", console);
}

void show(Session& session, const json& server) {
  if (session.is_json())
    print_json(server, session.console);
  else
    show_server(server, session.console);
}

struct Maintenance {
  std::string name{};
  std::string reason{};
  bool on{};
  bool off{};
};

Outcome<void> set_maintenance(Session& session, const Maintenance& wanted) {
  const std::string path = resource({"servers", wanted.name});
  const auto found = session.client.get(path);
  if (!found) return tl::unexpected(found.error());
  json body{{"maintenance", wanted.on}};
  if (!wanted.reason.empty()) body["reason"] = wanted.reason;
  const auto changed = session.client.patch(path, found->etag, body);
  if (!changed) return tl::unexpected(changed.error());
  show(session, changed->body);
  return {};
}

void add_maintenance(CLI::App& group, Chosen& chosen) {
  const auto wanted = std::make_shared<Maintenance>();
  auto& command =
      add_command(group, chosen, "maintenance", "Take a server out of the pool, or let it back",
                  "  switchyard server maintenance srv-0001 --on --reason 'fan is loud'\n"
                  "  switchyard server maintenance srv-0001 --off   # it is wiped on its way back",
                  [wanted](Session& session) { return set_maintenance(session, *wanted); });
  command.add_option("SERVER", wanted->name, "Name of the server")->required();
  auto* way = command.add_option_group("way", "");
  way->add_flag("--on", wanted->on, "Out of the pool");
  way->add_flag("--off", wanted->off, "Back into the pool");
  way->require_option(1);
  command.add_option("--reason", wanted->reason, "Why, for the next person");
}

}  // namespace

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
                    show(session, found->body);
                    return {};
                  });
  one.add_option("SERVER", *name, "Name of the server")->required();
  add_maintenance(group, chosen);
  add_wipe_records(group, chosen);
}

}  // namespace switchyard::web::cli
