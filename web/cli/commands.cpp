// What the subcommands have in common.
#include "web/cli/commands.h"

#include <fstream>
#include <sstream>
#include <system_error>

namespace switchyard::web::cli {

using nlohmann::json;

CLI::App& add_group(CLI::App& root, const std::string& name, const std::string& about) {
  CLI::App* group = root.add_subcommand(name, about);
  group->require_subcommand(1);
  return *group;
}

CLI::App& add_command(CLI::App& group, Chosen& chosen, const std::string& name,
                      const std::string& about, const std::string& examples, Action action) {
  CLI::App* command = group.add_subcommand(name, about);
  if (!examples.empty()) command->footer("\nExamples:\n" + examples);
  command->callback([&chosen, run = std::move(action)] { chosen.action = run; });
  return *command;
}

Column column(std::string title, const char* member) {
  return {std::move(title), [member](const json& item) { return text_of(item, member); }};
}

Table to_table(const json& items, const std::vector<Column>& columns) {
  Table table;
  for (const Column& one : columns)
    table.columns.push_back(one.title);
  for (const json& item : items) {
    std::vector<std::string> row;
    for (const Column& one : columns)
      row.push_back(one.cell(item));
    table.rows.push_back(std::move(row));
  }
  return table;
}

Outcome<void> show_list(Session& session, const Listing& listing) {
  const auto items = session.client.get_all(listing.path);
  if (!items) return tl::unexpected(items.error());
  if (session.is_json())
    print_json_list(*items, session.console);
  else
    print(to_table(*items, listing.columns), listing.none, session.console);
  return {};
}

Outcome<std::string> read_text_file(const std::string& path) {
  constexpr std::size_t kLargest = 4U << 20U;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  // An empty file would set failbit of `text`, so that is asked of the file instead.
  if (file) text << file.rdbuf();
  const bool is_directory = file && file.bad();
  if (!file.is_open() || is_directory)
    return wrong_usage("the file " + path + " cannot be read: " +
                       std::generic_category().message(errno == 0 ? EIO : errno));
  std::string content = text.str();
  if (content.size() > kLargest) return wrong_usage("the file " + path + " is larger than 4 MiB");
  return content;
}

}  // namespace switchyard::web::cli
