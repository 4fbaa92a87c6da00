// switchyard switch drain | undrain | servers: before a switch is worked on, and after
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <chrono>
#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

struct Drain {
  std::string name{};
  std::string reason{};
  bool on{};
  bool lose_servers{};
  bool dry_run{};
  bool wait{};
};

constexpr auto kBetweenLooks = 500ms;
constexpr int kLooks = 600;  // five minutes

// Until every port shows its wish.
Outcome<void> wait_for_ports(Session& session, const std::string& name) {
  for (int looks = 0; looks < kLooks; ++looks) {
    const auto found = session.client.get(resource({"switches", name}));
    if (!found) return tl::unexpected(found.error());
    if (text_of(found->body, "changing_ports") == "0") return {};
    session.console.pause(kBetweenLooks);
  }
  return tl::unexpected(
      Failure{.exit = Exit::OperationFailed,
              .message = "ports of switch " + name + " still change after 5 minutes",
              .way_out = "switchyard switch ports " + name + " says which, and why"});
}

Outcome<void> set_drained(Session& session, const Drain& wanted) {
  const std::string path = resource({"switches", wanted.name});
  const auto found = session.client.get(path);
  if (!found) return tl::unexpected(found.error());
  json body{{"drained", wanted.on}};
  if (!wanted.reason.empty()) body["reason"] = wanted.reason;
  if (wanted.lose_servers) body["lose_servers"] = true;
  const auto changed = session.client.patch(
      with_query(path, {{"dry_run", wanted.dry_run ? "true" : ""}}), found->etag, body);
  if (!changed) return tl::unexpected(changed.error());
  if (wanted.wait && !wanted.dry_run)
    if (const auto waited = wait_for_ports(session, wanted.name); !waited) return waited;
  if (session.is_json()) {
    print_json(changed->body, session.console);
    return {};
  }
  const std::string name = printable(wanted.name);
  if (wanted.dry_run)
    session.console.out << "switch " << name << " can be "
                        << (wanted.on ? "drained: every server behind it has another path\n"
                                      : "used again\n");
  else if (wanted.wait)
    session.console.out << "switch " << name
                        << (wanted.on ? " is drained; its sessions are up, and say that any other "
                                        "path is better\n"
                                      : " is used again\n");
  else
    session.console.out << "switch " << name << (wanted.on ? " is being drained" : " comes back")
                        << "; 'switchyard switch show " << name << "' says how far it is\n";
  return {};
}

void add_one(CLI::App& group, Chosen& chosen, bool on) {
  const auto wanted = std::make_shared<Drain>(Drain{.on = on});
  auto& command =
      on ? add_command(group, chosen, "drain",
                       "Ask fabric and servers to use other paths, before a switch is worked on",
                       "  switchyard switch servers tor1\n"
                       "  switchyard switch drain tor1 --reason 'new fans' --wait",
                       [wanted](Session& session) { return set_drained(session, *wanted); })
         : add_command(group, chosen, "undrain", "Use a drained switch again",
                       "  switchyard switch undrain tor1 --wait",
                       [wanted](Session& session) { return set_drained(session, *wanted); });
  command.add_option("SWITCH", wanted->name, "Name of the switch")->required();
  if (on) {
    command.add_option("--reason", wanted->reason, "Why, for those who look at it");
    command.add_flag("--lose-servers", wanted->lose_servers,
                     "Although servers have no other path ('switch servers' names them)");
  }
  command.add_flag("--wait", wanted->wait, "Until every port shows it");
  command.add_flag("--dry-run", wanted->dry_run, "Only say whether it can be done");
}

}  // namespace

void add_drains(CLI::App& switch_group, Chosen& chosen) {
  const auto name = std::make_shared<std::string>();
  auto& servers = add_command(
      switch_group, chosen, "servers",
      "List the servers behind a switch, and who has no other path",
      "  switchyard switch servers tor1", [name](Session& session) {
        return show_list(session, {resource({"switches", *name, "servers"}),
                                   {column("SERVER", "server"), column("PROJECT", "project"),
                                    column("DEPLOYMENT", "deployment"), column("PORT", "port"),
                                    column("OTHER PATHS", "other_paths"), column("WHY", "why")},
                                   "no server with a tenant behind it"});
      });
  servers.add_option("SWITCH", *name, "Name of the switch")->required();
  add_one(switch_group, chosen, true);
  add_one(switch_group, chosen, false);
}

}  // namespace switchyard::web::cli
