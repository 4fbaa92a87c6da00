// switchyard catalog preview WHAT: what a version, or a folder, would change
#include "web/cli/commands.h"
#include "web/cli/pushed.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

struct Preview {
  std::string what{};
  std::string server{};
  std::string switch_name{};
};

std::string port_change(const json& port) {
  return "    " + text_of(port, "switch") + " " + text_of(port, "port") + "\n      - " +
         text_of(port, "from") + "\n      + " + text_of(port, "to");
}

void show_servers(const json& preview, Console& console) {
  const Paint paint{console.has_colour};
  for (const json& server : list_of(preview, "servers")) {
    const std::string why = text_of(server, "needs_install");
    if (why.empty() && list_of(server, "ports").empty()) continue;
    console.out << (why.empty() ? paint.yellow("~") : paint.red("!")) << ' '
                << printable(text_of(server, "server"))
                << (why.empty() ? "" : ": stays as it is: " + printable(why)) << '\n';
    for (const json& port : list_of(server, "ports"))
      console.out << printable_lines(port_change(port)) << '\n';
  }
}

void show_preview(const json& preview, Console& console) {
  show_servers(preview, console);
  for (const json& one : list_of(preview, "switches")) {
    console.out << "switch " << printable(text_of(one, "switch")) << ": " << number_of(one, "ports")
                << " ports, " << number_of(one, "bytes") << " bytes of commands, sha256 "
                << printable(text_of(one, "sha256").substr(0, 16)) << '\n';
    if (const std::string commands = text_of(one, "commands"); !commands.empty())
      console.out << printable_lines(commands);
  }
  console.out << number_of(preview, "changed") << " servers would change, "
              << number_of(preview, "unchanged") << " would not, "
              << number_of(preview, "needs_install")
              << " would have to be installed anew to get it\n";
}

Outcome<void> preview(Session& session, const Preview& wanted) {
  const auto choice = choose_version(kCatalogs, wanted.what);
  if (!choice) return tl::unexpected(choice.error());
  json body = json::object();
  if (choice->name.empty()) {
    body["files"] = choice->files;
  } else {
    int version = choice->version;
    if (version == 0) {
      const auto newest = find_version(session, kCatalogs, choice->name, 0);
      if (!newest) return tl::unexpected(newest.error());
      version = static_cast<int>(number_of(*newest, "version"));
    }
    body["catalog"] = choice->name;
    body["version"] = version;
  }
  if (!wanted.server.empty()) body["server"] = wanted.server;
  if (!wanted.switch_name.empty()) body["switch"] = wanted.switch_name;
  const auto made = session.client.post(resource({"catalog-previews"}), body);
  if (!made) return tl::unexpected(made.error());
  if (session.is_json())
    print_json(made->body, session.console);
  else
    show_preview(made->body, session.console);
  return {};
}

}  // namespace

void add_catalog_preview(CLI::App& catalog_group, Chosen& chosen) {
  const auto wanted = std::make_shared<Preview>();
  auto& command = add_command(
      catalog_group, chosen, "preview",
      "Show what a version, or a folder nobody has pushed, would change; changes nothing",
      "  switchyard catalog preview ./l3-private\n"
      "  switchyard catalog preview l3-private@4 --server srv1\n"
      "  switchyard catalog preview l3-private@4 --switch tor1",
      [wanted](Session& session) { return preview(session, *wanted); });
  command.add_option("WHAT", wanted->what, "NAME@VERSION, or the path of a folder")->required();
  command.add_option("--server", wanted->server, "Of this server, with every command");
  command.add_option("--switch", wanted->switch_name, "Of this switch, with every command");
}

}  // namespace switchyard::web::cli
