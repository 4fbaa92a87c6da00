// switchyard server rescue: into the RAM system of a server nobody rents, and out of it again
#include "web/cli/commands.h"
#include "web/cli/operation_view.h"
#include "web/cli/ssh_keys.h"
#include "web/cli/text.h"
#include "web/cli/watch.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

struct Rescue {
  std::string name{};
  std::vector<std::string> key_files{};
  bool end{};
  bool dry_run{};
  bool watch{};
};

std::string path_of(const Rescue& wanted) { return resource({"servers", wanted.name, "rescue"}); }

void show_access(const json& access, const std::string& name, Console& console) {
  const std::string address = printable(text_of(access, "address"));
  Sheet sheet;
  sheet.add("Command", "ssh root@" + text_of(access, "address"));
  sheet.add("Port", text_of(access, "port"));
  sheet.add("Host key", text_of(access, "host_key"));
  sheet.add("Open until", time_text(text_of(access, "until")) + " UTC");
  print(sheet, console);
  console.out
      << "\nOnly addresses of network.provisioning_services reach it. From elsewhere, over one "
         "of them:\n  ssh -J USER@SWITCHYARD root@"
      << address << "\nend it: switchyard server rescue " << printable(name) << " --end\n";
}

Outcome<void> show_rescue(Session& session, const Rescue& wanted) {
  const auto found = session.client.get(path_of(wanted));
  if (!found) return tl::unexpected(found.error());
  Console& console = session.console;
  if (session.is_json()) {
    print_json(found->body, console);
    return {};
  }
  const auto access = found->body.find("access");
  if (access != found->body.end() && access->is_object())
    show_access(*access, wanted.name, console);
  else
    console.out << "the rescue of " << printable(wanted.name) << " is "
                << printable(text_of(found->body, "state"))
                << "; watch it: switchyard operation watch "
                << printable(text_of(found->body, "operation")) << '\n';
  return {};
}

bool is_open(const json& operation) { return text_of(operation, "step") == "open"; }

Outcome<void> start_rescue(Session& session, const Rescue& wanted) {
  const auto keys = ssh_keys_of(wanted.key_files);
  if (!keys) return tl::unexpected(keys.error());
  const auto queued =
      session.client.post(with_query(path_of(wanted), {{"dry_run", wanted.dry_run ? "true" : ""}}),
                          {{"ssh_keys", *keys}});
  if (!queued) return tl::unexpected(queued.error());
  if (!wanted.watch || wanted.dry_run) {
    const auto followed =
        follow(session, queued->body,
               {.dry_run = wanted.dry_run, .tried = wanted.name + " can be booted into a rescue"});
    if (followed && !wanted.dry_run && !session.is_json())
      session.console.out << "how to get in, once it is open: switchyard server rescue "
                          << printable(wanted.name) << '\n';
    return followed;
  }
  Console& console = session.console;
  const auto reached = watch_operation(session, text_of(queued->body, "id"),
                                       session.is_json() ? console.err : console.out, is_open);
  if (!reached) return tl::unexpected(reached.error());
  return show_rescue(session, wanted);
}

Outcome<void> end_rescue(Session& session, const Rescue& wanted) {
  const auto ending = session.client.remove(
      with_query(path_of(wanted), {{"dry_run", wanted.dry_run ? "true" : ""}}), "");
  if (!ending) return tl::unexpected(ending.error());
  return follow(session, ending->body,
                {.watch = wanted.watch,
                 .dry_run = wanted.dry_run,
                 .tried = "the rescue of " + wanted.name + " can be ended"});
}

}  // namespace

void add_rescue(CLI::App& server_group, Chosen& chosen) {
  const auto wanted = std::make_shared<Rescue>();
  auto& command = add_command(
      server_group, chosen, "rescue", "Get into a server in maintenance, or failed, by SSH",
      "  switchyard server rescue srv-0001 --ssh-key ~/.ssh/id_ed25519.pub --watch\n"
      "  switchyard server rescue srv-0001          # how to get in, while it is open\n"
      "  switchyard server rescue srv-0001 --end --watch",
      [wanted](Session& session) -> Outcome<void> {
        if (wanted->end) return end_rescue(session, *wanted);
        if (!wanted->key_files.empty()) return start_rescue(session, *wanted);
        if (wanted->watch || wanted->dry_run)
          return wrong_usage("--watch and --dry-run need --ssh-key FILE or --end");
        return show_rescue(session, *wanted);
      });
  command.add_option("SERVER", wanted->name, "Name of the server")->required();
  auto* keys = command
                   .add_option("--ssh-key", wanted->key_files,
                               "Boot it into the RAM system; file of SSH public keys to let in "
                               "(repeatable)")
                   ->expected(1)
                   ->take_all();
  command.add_flag("--end", wanted->end, "End it: power off, shut both ports")->excludes(keys);
  command.add_flag("--dry-run", wanted->dry_run, "Check whether it can be done");
  command.add_flag("--watch", wanted->watch, "Stay and show each step, until it is open or ended");
}

}  // namespace switchyard::web::cli
