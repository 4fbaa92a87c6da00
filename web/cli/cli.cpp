// From words to one Action and its exit status.
#include "web/cli/cli.h"

#include "web/cli/commands.h"
#include "web/cli/run.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <ostream>

namespace switchyard::web::cli {
namespace {

struct Globals {
  std::string url{"http://127.0.0.1:8080"};
  std::string token_file{};
  std::string ca_file{};
  std::string format{"table"};
  bool no_color{};
};

constexpr const char* kFooter =
    "\nExit status: 0 done, 1 wrong usage, 2 the service refused, 3 not reachable or an error of "
    "the\nservice, 4 the watched operation failed.\n"
    "The variable SWITCHYARD_TOKEN holds a token, if --token-file does not name a file with one.\n"
    "\nExamples:\n"
    "  switchyard server list --state available\n"
    "  switchyard deploy web-1 --project demo --image debian-12 --catalog l3-dual \\\n"
    "    --subnet vrf-prv=prv-a --subnet vrf-pub=pub-a --watch\n"
    "  switchyard switch ports tor1\n"
    "  switchyard release web-1 --watch";

void add_globals(CLI::App& root, Globals& globals) {
  root.add_option("--url", globals.url, "Where the service is")
      ->capture_default_str()
      ->envname("SWITCHYARD_URL");
  root.add_option("--token-file", globals.token_file, "File with the API token");
  root.add_option("--ca", globals.ca_file, "PEM file of the authority to trust (https)");
  root.add_option("-o,--output", globals.format, "table or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"table", "json"}));
  root.add_flag("--no-color", globals.no_color, "No colours, also without NO_COLOR");
}

void add_hooks(CLI::App& root, Chosen& chosen, const ServeHooks& hooks, Console& console) {
  if (hooks.serve) {
    const auto file = std::make_shared<std::string>();
    CLI::App* serve = root.add_subcommand("serve", "Run the service");
    serve->footer("\nExamples:\n  switchyard serve --config /etc/switchyard/switchyard.yaml");
    serve->add_option("--config", *file, "Configuration file (switchyard config reference)")
        ->required();
    serve->callback([&chosen, &hooks, file] {
      chosen.no_service = [&hooks, file] { return hooks.serve(*file); };
    });
  }
  if (hooks.replay) {
    const auto file = std::make_shared<std::string>();
    CLI::App* replay = root.add_subcommand(
        "replay",
        "Play what was said to a switch back to this program's driver, without the switch");
    replay->footer(
        "\nStatus 2: it would say something else, or make something else of the answers. The "
        "service\n"
        "records to recordings/ of its data directory (reconcile.recording).\n"
        "\nExamples:\n  switchyard replay /var/lib/switchyard/recordings/tor1.jsonl");
    replay->add_option("FILE", *file, "The recording")->required();
    replay->callback([&chosen, &hooks, file] {
      chosen.no_service = [&hooks, file] { return hooks.replay(*file); };
    });
  }
  if (hooks.config_reference) {
    CLI::App& group = add_group(root, "config", "The configuration of the service");
    CLI::App* reference =
        group.add_subcommand("reference", "Print every key with its meaning and default");
    reference->footer("\nExamples:\n  switchyard config reference > switchyard.yaml");
    reference->callback([&chosen, &hooks, &console] {
      chosen.no_service = [&hooks, &console] {
        console.out << hooks.config_reference();
        return 0;
      };
    });
  }
}

void add_all(CLI::App& root, Chosen& chosen, const ServeHooks& hooks, Console& console) {
  root.require_subcommand(1);
  root.fallthrough();  // --url and the like may come last
  add_hooks(root, chosen, hooks, console);
  add_server_commands(root, chosen);
  add_switch_commands(root, chosen);
  add_vantage_commands(root, chosen);
  add_subnet_commands(root, chosen);
  add_catalog_commands(root, chosen);
  add_rollout_commands(root, chosen);
  add_deployment_commands(root, chosen);
  add_operation_commands(root, chosen);
  add_event_commands(root, chosen);
  add_token_commands(root, chosen);
  add_system_commands(root, chosen);
  add_completion_command(root, chosen, console);
}

Outcome<Secret> token_of(const Globals& globals) {
  std::string token;
  if (globals.token_file.empty()) {
    const char* value = std::getenv("SWITCHYARD_TOKEN");  // NOLINT(concurrency-mt-unsafe)
    token = value == nullptr ? "" : value;
  } else {
    auto text = read_text_file(globals.token_file);
    if (!text) return tl::unexpected(text.error());
    token = std::move(*text);
  }
  const auto first = token.find_first_not_of(" \t\r\n");
  const auto last = token.find_last_not_of(" \t\r\n");
  token = first == std::string::npos ? "" : token.substr(first, last - first + 1);
  const bool is_clean =
      std::all_of(token.begin(), token.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (!is_clean || (token.empty() && !globals.token_file.empty()))
    return wrong_usage((globals.token_file.empty() ? "SWITCHYARD_TOKEN" : globals.token_file) +
                           " does not hold a token",
                       "a token is one line that begins with swy_");
  return Secret{token};
}

Outcome<void> run_action(const Action& action, const Globals& globals, Console& console) {
  auto token = token_of(globals);
  if (!token) return tl::unexpected(token.error());
  const auto client =
      Client::open({.url = globals.url, .token = std::move(*token), .ca_file = globals.ca_file});
  if (!client) return tl::unexpected(client.error());
  Session session{.console = console,
                  .client = **client,
                  .format = globals.format == "json" ? Format::Json : Format::Table};
  return action(session);
}

// Help goes to stdout with 0, a mistake to stderr with 1.
int say(const CLI::App& root, const CLI::ParseError& thrown, Console& console) {
  const int status = root.exit(thrown, console.out, console.err);
  return status == 0 ? 0 : static_cast<int>(Exit::Usage);
}

}  // namespace

int run(std::vector<std::string> words, Console& console, const ServeHooks& hooks) {
  Globals globals;
  Chosen chosen;
  CLI::App root("Switchyard: bare-metal servers and the switch ports they are cabled to",
                "switchyard");
  root.footer(kFooter);
  try {
    add_globals(root, globals);
    add_all(root, chosen, hooks, console);
    std::reverse(words.begin(), words.end());  // as CLI11 takes a vector
    root.parse(std::move(words));
  } catch (const CLI::ParseError& thrown) {
    return say(root, thrown, console);
  }
  if (globals.no_color) console.has_colour = false;
  if (chosen.no_service) return chosen.no_service();
  const auto done = run_action(chosen.action, globals, console);
  console.out.flush();
  if (done) return 0;
  print(done.error(), console);
  return static_cast<int>(done.error().exit);
}

int run_cli(int argc, char** argv, const ServeHooks& hooks) {
  // Also a write to a connection the service has closed would end the program; that is an error to
  // report. A reader of stdout that went away is noticed by the stream.
  std::signal(SIGPIPE, SIG_IGN);
  const SystemClock clock;
  Console console = standard_console(clock);
  try {
    return run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc), console, hooks);
  } catch (const std::exception& thrown) {
    // A promise of our own was broken; nothing a user did may end here.
    console.err << "error: switchyard failed in a way it should not: " << thrown.what() << '\n';
    return static_cast<int>(Exit::Usage);
  }
}

}  // namespace switchyard::web::cli
