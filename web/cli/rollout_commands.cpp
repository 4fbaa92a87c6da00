// switchyard catalog rollout …, catalog rollback …, rollout list, show and stop
#include "web/cli/commands.h"
#include "web/cli/operation_view.h"
#include "web/cli/pushed.h"
#include "web/cli/text.h"

#include <algorithm>
#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

struct Rollout {
  std::string what{};
  int canary{1};
  int batch{48};
  int pause{30};
  std::vector<std::string> servers{};
  bool dry_run{};
  bool watch{};
};

// "190 moved, 9 waiting, 1 failed"
std::string counts(const json& rollout) {
  std::string text;
  const auto servers = rollout.find("servers");
  if (servers == rollout.end() || !servers->is_object()) return text;
  for (const auto& [state, count] : servers->items())
    text += (text.empty() ? "" : ", ") + count.dump() + " " + state;
  return text;
}

// The longest that any vantage point saw, or that no leg carried.
std::string loss_of(const json& server) {
  double longest = number_of(server, "loss_ms");
  for (const json& probe : list_of(server, "probes"))
    for (const json& loss : list_of(probe, "losses"))
      longest = std::max(longest, number_of(loss, "ms"));
  const auto ms = static_cast<long long>(longest);
  return ms == 0 ? "-" : std::to_string(ms) + " ms";
}

// Why it is where it is, then what vantage points have to say: "10.1.0.5 lost 340 ms at spine1".
std::string notes_of(const json& server) {
  std::string text = text_of(server, "detail");
  const auto add = [&text](const std::string& more) { text += (text.empty() ? "" : "; ") + more; };
  for (const json& probe : list_of(server, "probes")) {
    if (const std::string why = text_of(probe, "why"); !why.empty()) add("not probed: " + why);
    for (const json& loss : list_of(probe, "losses"))
      add(text_of(probe, "address") + " lost " + text_of(loss, "ms") + " ms at " +
          text_of(probe, "vantage"));
  }
  return text;
}

std::string title(const json& rollout) {
  const std::string reverts = text_of(rollout, "reverts");
  return text_of(rollout, "catalog") +
         (reverts.empty() ? "@" + std::to_string(static_cast<int>(number_of(rollout, "version")))
                          : ", back from " + reverts);
}

Outcome<void> follow_rollout(Session& session, const json& rollout, const Rollout& wanted) {
  Console& console = session.console;
  const std::string id = text_of(rollout, "id");
  if (!session.is_json())
    console.out << printable(title(rollout)) << ": " << printable(counts(rollout)) << ", in "
                << number_of(rollout, "waves") << " waves\n";
  return follow(
      session, rollout,
      {.watch = wanted.watch, .dry_run = wanted.dry_run, .tried = "this is what it would do"});
}

Outcome<void> start(Session& session, const Rollout& wanted) {
  const auto choice = choose_version(kCatalogs, wanted.what);
  if (!choice) return tl::unexpected(choice.error());
  if (choice->name.empty())
    return wrong_usage("only a version can be rolled out",
                       "switchyard catalog push " + wanted.what);
  json body{{"catalog", choice->name},
            {"canary", wanted.canary},
            {"batch", wanted.batch},
            {"pause_seconds", wanted.pause},
            {"servers", wanted.servers}};
  if (choice->version != 0) body["version"] = choice->version;
  const auto started = session.client.post(
      with_query(resource({"rollouts"}), {{"dry_run", wanted.dry_run ? "true" : ""}}), body);
  if (!started) return tl::unexpected(started.error());
  return follow_rollout(session, started->body, wanted);
}

Outcome<void> act(Session& session, const Rollout& wanted, const char* type) {
  const auto done = session.client.post(with_query(resource({"rollouts", wanted.what, "actions"}),
                                                   {{"dry_run", wanted.dry_run ? "true" : ""}}),
                                        {{"type", type}});
  if (!done) return tl::unexpected(done.error());
  return follow_rollout(session, done->body, wanted);
}

Outcome<void> show(Session& session, const std::string& id) {
  const auto found = session.client.get(resource({"rollouts", id}));
  if (!found) return tl::unexpected(found.error());
  if (session.is_json()) {
    print_json(found->body, session.console);
    return {};
  }
  const json& rollout = found->body;
  Sheet sheet;
  sheet.add("Roll-out", text_of(rollout, "id"));
  sheet.add("Of", title(rollout));
  sheet.add("Status", text_of(rollout, "status"));
  sheet.add("Now", text_of(rollout, "message"));
  sheet.add("Stopped by", text_of(rollout, "error"));
  sheet.add("Servers", counts(rollout));
  sheet.add("Waves", std::to_string(static_cast<int>(number_of(rollout, "waves"))));
  sheet.add("Begun",
            time_text(text_of(rollout, "created_at")) + " by " + text_of(rollout, "author"));
  sheet.add("Finished", time_text(text_of(rollout, "finished_at")));
  print(sheet, session.console);
  session.console.out << '\n';
  return show_list(
      session,
      {resource({"rollouts", id, "servers"}),
       {column("SERVER", "server"),
        {"WAVE",
         [](const json& s) { return std::to_string(static_cast<int>(number_of(s, "wave"))); }},
        column("STATE", "state"),
        {"LOSS", loss_of},
        {"NOTES", notes_of}},
       "no servers"});
}

void add_watching(CLI::App& command, const std::shared_ptr<Rollout>& wanted) {
  command.add_flag("--dry-run", wanted->dry_run, "Show what it would do, change nothing");
  command.add_flag("--watch", wanted->watch, "Show its progress until it is over");
}

}  // namespace

void add_catalog_rollout(CLI::App& catalog_group, Chosen& chosen) {
  const auto wanted = std::make_shared<Rollout>();
  auto& command = add_command(
      catalog_group, chosen, "rollout",
      "Move active servers to a version, canary first, then rack by rack; stops by itself",
      "  switchyard catalog rollout l3-private@4 --dry-run\n"
      "  switchyard catalog rollout l3-private@4 --canary 2 --batch 20 --pause 60 --watch\n"
      "  switchyard catalog rollout l3-private@4 --server srv1",
      [wanted](Session& session) { return start(session, *wanted); });
  command
      .add_option("NAME@VERSION", wanted->what, "The version; without @VERSION the published one")
      ->required();
  command.add_option("--canary", wanted->canary, "Servers of the first wave")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command.add_option("--batch", wanted->batch, "Servers of each other wave, of one rack")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.add_option("--pause", wanted->pause, "Seconds after each wave")
      ->check(CLI::Range(0, 86400))
      ->capture_default_str();
  command.add_option("--server", wanted->servers, "Only this one; may be said again");
  add_watching(command, wanted);

  const auto back = std::make_shared<Rollout>();
  auto& rollback =
      add_command(catalog_group, chosen, "rollback",
                  "Give every server that a roll-out has moved the version back that it had",
                  "  switchyard catalog rollback op-… --watch",
                  [back](Session& session) { return act(session, *back, "rollback"); });
  rollback.add_option("ID", back->what, "Id of the roll-out")->required();
  add_watching(rollback, back);
}

void add_rollout_commands(CLI::App& root, Chosen& chosen) {
  auto& group = add_group(root, "rollout", "Versions of catalogs on their way to active servers");
  add_command(
      group, chosen, "list", "List roll-outs, newest first", "  switchyard rollout list",
      [](Session& session) {
        return show_list(
            session,
            {resource({"rollouts"}),
             {column("ID", "id"),
              {"OF", title},
              column("STATUS", "status"),
              {"SERVERS", counts},
              {"BEGUN", [](const json& one) { return time_text(text_of(one, "created_at")); }}},
             "no roll-outs; switchyard catalog rollout begins one"});
      });
  const auto id = std::make_shared<std::string>();
  add_command(group, chosen, "show", "Show a roll-out and what became of each server",
              "  switchyard rollout show op-…",
              [id](Session& session) { return show(session, *id); })
      .add_option("ID", *id, "Id of the roll-out")
      ->required();
  const auto stopped = std::make_shared<Rollout>();
  auto& stop =
      add_command(group, chosen, "stop", "Let the servers on their way arrive, and touch no other",
                  "  switchyard rollout stop op-…",
                  [stopped](Session& session) { return act(session, *stopped, "stop"); });
  stop.add_option("ID", stopped->what, "Id of the roll-out")->required();
  add_watching(stop, stopped);
}

}  // namespace switchyard::web::cli
