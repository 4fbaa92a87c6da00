// switchyard server maintenance: out of the pool at once, back through a wipe
#include "web/cli/commands.h"
#include "web/cli/operation_view.h"

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

struct Maintenance {
  std::string name{};
  std::string reason{};
  bool on{};
  bool off{};
  bool yes{};
  bool dry_run{};
  bool watch{};
};

// The wipe may meet what nobody has a copy of: a machine just enrolled may have come with data.
Outcome<void> confirm_wipe(Session& session, const std::string& name) {
  return confirm(session, {"Erase every disk of " + name + " and put it into the pool?",
                           "leaving maintenance erases the disks of " + name, name});
}

Outcome<void> set_maintenance(Session& session, const Maintenance& wanted) {
  if (wanted.off && !wanted.yes && !wanted.dry_run) {
    const auto confirmed = confirm_wipe(session, wanted.name);
    if (!confirmed) return confirmed;
  }
  const std::string path = resource({"servers", wanted.name});
  const auto found = session.client.get(path);
  if (!found) return tl::unexpected(found.error());
  json body{{"maintenance", wanted.on}};
  if (!wanted.reason.empty()) body["reason"] = wanted.reason;
  const auto changed = session.client.patch(
      with_query(path, {{"dry_run", wanted.dry_run ? "true" : ""}}), found->etag, body);
  if (!changed) return tl::unexpected(changed.error());
  if (wanted.off)
    return follow(session, changed->body,
                  {.watch = wanted.watch,
                   .dry_run = wanted.dry_run,
                   .tried = wanted.name + " can be wiped and leave maintenance"});
  show_server(session, changed->body);
  return {};
}

}  // namespace

void add_maintenance(CLI::App& server_group, Chosen& chosen) {
  const auto wanted = std::make_shared<Maintenance>();
  auto& command = add_command(
      server_group, chosen, "maintenance", "Take a server out of the pool, or wipe it back into it",
      "  switchyard server maintenance srv-0001 --on --reason 'fan is loud'\n"
      "  switchyard server maintenance srv-0001 --off --watch",
      [wanted](Session& session) { return set_maintenance(session, *wanted); });
  command.add_option("SERVER", wanted->name, "Name of the server")->required();
  auto* way = command.add_option_group("way", "");
  way->add_flag("--on", wanted->on, "Out of the pool");
  auto* off = way->add_flag("--off", wanted->off, "Erase every disk, prove it, into the pool");
  way->require_option(1);
  command.add_option("--reason", wanted->reason, "Why, for the next person")->excludes(off);
  command.add_flag("--yes", wanted->yes, "Do not ask")->needs(off);
  command.add_flag("--dry-run", wanted->dry_run, "Check whether it can be done");
  command.add_flag("--watch", wanted->watch, "Stay and show each step")->needs(off);
}

}  // namespace switchyard::web::cli
