// switchyard operation …
#include "web/cli/commands.h"
#include "web/cli/operation_view.h"
#include "web/cli/text.h"
#include "web/cli/watch.h"

#include <istream>
#include <ostream>
#include <sstream>

namespace switchyard::web::cli {

using nlohmann::json;

void show_operation(const json& operation, Console& console) {
  Sheet sheet;
  sheet.add("Operation", text_of(operation, "id"));
  sheet.add("Kind", text_of(operation, "kind"));
  sheet.add("Status", text_of(operation, "status"));
  if (flag_of(operation, "cancel_requested") && !is_over(operation))
    sheet.add("Cancel", "asked for, honoured at the next step");
  sheet.add("Server", text_of(operation, "server"));
  sheet.add("Deployment", text_of(operation, "deployment"));
  sheet.add("Project", text_of(operation, "project"));
  if (!is_over(operation)) sheet.add("Now", text_of(operation, "message"));
  if (operation.contains("error")) sheet.add("Error", text_of(operation["error"], "detail"));
  sheet.add("Created", time_text(text_of(operation, "created_at")));
  sheet.add("Finished", time_text(text_of(operation, "finished_at")));
  print(sheet, console);
  console.out << '\n';
  const StepLines style{.columns = console.columns,
                        .is_unicode = console.is_unicode,
                        .has_colour = console.has_colour};
  for (const std::string& line : style.of(operation))
    console.out << line << '\n';
  const json& timeline = list_of(operation, "timeline");
  if (timeline.empty()) return;
  console.out << '\n';
  print(
      to_table(timeline, {{"TIME", [](const json& line) { return time_text(text_of(line, "at")); }},
                          column("STEP", "step"),
                          column("WHAT", "kind"),
                          column("MESSAGE", "message")}),
      "", console);
}

Outcome<json> watch_and_say(Session& session, const std::string& id) {
  Console& console = session.console;
  const auto began = console.clock.steady();
  auto ended = watch_operation(session, id, session.is_json() ? console.err : console.out);
  if (!ended || session.is_json()) return ended;
  const std::chrono::duration<double> took = console.clock.steady() - began;
  console.out << Paint{console.has_colour}.green("done:") << ' '
              << printable(text_of(*ended, "kind") + " of " + text_of(*ended, "server"))
              << " succeeded after " << duration_text(took.count()) << '\n';
  return ended;
}

Outcome<void> follow(Session& session, const json& operation, const Following& following) {
  Console& console = session.console;
  const std::string id = text_of(operation, "id");
  if (following.watch && !following.dry_run) {
    const auto ended = watch_and_say(session, id);
    if (!ended) return tl::unexpected(ended.error());
    if (session.is_json()) print_json(*ended, console);
    return {};
  }
  if (session.is_json())
    print_json(operation, console);
  else if (following.dry_run)
    console.out << "nothing is changed; " << printable(following.tried) << '\n';
  else
    console.out << "watch it: switchyard operation watch " << printable(id) << '\n';
  return {};
}

Outcome<void> confirm(Session& session, const Erasure& erasure) {
  Console& console = session.console;
  if (!console.in_is_terminal)
    return wrong_usage(erasure.purpose + ", and nobody is here to confirm it", "add --yes");
  console.err << printable(erasure.question) << " Type its name to confirm: " << std::flush;
  std::string answer;
  std::getline(console.in, answer);
  if (answer == erasure.name) return {};
  return wrong_usage("nothing was changed");
}

namespace {

Outcome<void> act(Session& session, const std::string& id, const std::string& type) {
  const auto changed =
      session.client.post(resource({"operations", id, "actions"}), {{"type", type}});
  if (!changed) return tl::unexpected(changed.error());
  if (session.is_json())
    print_json(changed->body, session.console);
  else
    session.console.out << "operation " << printable(id)
                        << (type == "cancel" ? ": will stop at its next step\n"
                                             : ": goes on where it failed\n");
  return {};
}

void show_console(const json& kept, Console& console) {
  const auto part = [&](const std::string& title, const std::string& text) {
    console.out << "== " << printable(title) << '\n';
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      console.out << printable(line) << '\n';
  };
  const std::string problem = text_of(kept, "problem");
  part("serial console of " + text_of(kept, "server") +
           (problem.empty() ? "" : " (" + problem + ")"),
       text_of(kept, "console"));
  part("what the RAM system logged", text_of(kept, "installer"));
}

void add_console(CLI::App& group, Chosen& chosen) {
  const auto id = std::make_shared<std::string>();
  auto& command = add_command(
      group, chosen, "console", "Show the serial log that was kept when an operation failed",
      "  switchyard operation console op-0k3v9x2m4t7qc1zr",
      [id](Session& session) -> Outcome<void> {
        const auto found = session.client.get(resource({"operations", *id, "console"}));
        if (!found) return tl::unexpected(found.error());
        if (session.is_json())
          print_json(found->body, session.console);
        else
          show_console(found->body, session.console);
        return {};
      });
  command.add_option("OPERATION", *id, "Id of the operation")->required();
}

void add_actions(CLI::App& group, Chosen& chosen) {
  const auto id = std::make_shared<std::string>();
  const auto watched = std::make_shared<bool>(false);
  auto& cancel = add_command(group, chosen, "cancel", "Stop an operation at its next step",
                             "  switchyard operation cancel op-0k3v9x2m4t7qc1zr",
                             [id](Session& session) { return act(session, *id, "cancel"); });
  cancel.add_option("OPERATION", *id, "Id of the operation")->required();
  auto& retry = add_command(group, chosen, "retry", "Let a failed operation try again",
                            "  switchyard operation retry op-0k3v9x2m4t7qc1zr --watch",
                            [id, watched](Session& session) -> Outcome<void> {
                              auto acted = act(session, *id, "retry");
                              if (!acted || !*watched) return acted;
                              const auto ended = watch_and_say(session, *id);
                              if (!ended) return tl::unexpected(ended.error());
                              return {};
                            });
  retry.add_option("OPERATION", *id, "Id of the operation")->required();
  retry.add_flag("--watch", *watched, "Stay and show each step");
}

}  // namespace

void add_operation_commands(CLI::App& root, Chosen& chosen) {
  auto& group = add_group(root, "operation", "Running work: look, watch, cancel, retry");
  const auto status = std::make_shared<std::string>();
  const auto created = [](const json& item) { return time_text(text_of(item, "created_at")); };
  auto& list = add_command(
      group, chosen, "list", "List operations", "  switchyard operation list --status running",
      [status, created](Session& session) {
        return show_list(session, {with_query(resource({"operations"}), {{"status", *status}}),
                                   {column("ID", "id"),
                                    column("KIND", "kind"),
                                    column("STATUS", "status"),
                                    column("STEP", "step"),
                                    column("SERVER", "server"),
                                    {"CREATED", created}},
                                   "no operations"});
      });
  list.add_option("--status", *status,
                  "Only these (queued, running, succeeded, failed, cancelled)");

  const auto id = std::make_shared<std::string>();
  auto& show = add_command(group, chosen, "show", "Show the steps and the timeline of an operation",
                           "  switchyard operation show op-0k3v9x2m4t7qc1zr",
                           [id](Session& session) -> Outcome<void> {
                             const auto found = session.client.get(resource({"operations", *id}));
                             if (!found) return tl::unexpected(found.error());
                             if (session.is_json())
                               print_json(found->body, session.console);
                             else
                               show_operation(found->body, session.console);
                             return {};
                           });
  show.add_option("OPERATION", *id, "Id of the operation")->required();

  auto& watch = add_command(
      group, chosen, "watch", "Show each step as it happens; exit status 4 if it fails",
      "  switchyard operation watch op-0k3v9x2m4t7qc1zr", [id](Session& session) -> Outcome<void> {
        const auto ended = watch_and_say(session, *id);
        if (!ended) return tl::unexpected(ended.error());
        if (session.is_json()) print_json(*ended, session.console);
        return {};
      });
  watch.add_option("OPERATION", *id, "Id of the operation")->required();
  add_console(group, chosen);
  add_actions(group, chosen);
}

}  // namespace switchyard::web::cli
