// switchyard server wipe-records: shows what proves that a server was clean, and checks it here.
#include "core/signing.h"
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <map>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

// "" when the record is what the key signed, and about this server; why not otherwise.
std::string problem_of(const json& item, const std::map<std::string, std::string>& keys,
                       const std::string& server) {
  const auto key = keys.find(text_of(item, "key"));
  if (key == keys.end()) return "its key is not one of the site's";
  const std::string text = text_of(item, "record");
  if (const Status good = verify(key->second, text, text_of(item, "signature")); !good)
    return good.error().message;
  const json record = json::parse(text, nullptr, false);
  if (text_of(record, "server") != server ||
      text_of(record, "operation") != text_of(item, "operation"))
    return "it is the record of another wipe";
  return "";
}

std::string disks_of(const json& record) {
  std::string text;
  for (const json& disk : list_of(record, "disks")) {
    const std::string serial = text_of(disk, "serial");
    text += (text.empty() ? "" : ", ") + text_of(disk, "disk") +
            (serial.empty() ? "" : " (" + serial + ")") + " " + text_of(disk, "method");
  }
  return text;
}

void show(const json& items, Console& console) {
  Table table{.columns = {"AT", "OPERATION", "DISKS", "SIGNATURE"}};
  for (const json& item : items) {
    // Only what was signed is shown, not what stands beside it.
    const json record = json::parse(text_of(item, "record"), nullptr, false);
    const std::string problem = text_of(item, "problem");
    table.rows.push_back({time_text(text_of(record, "at")), text_of(record, "operation"),
                          disks_of(record), problem.empty() ? "valid" : "NOT VALID: " + problem});
  }
  print(table, "no wipe of this server is on record", console);
}

Outcome<void> show_records(Session& session, const std::string& server) {
  auto items = session.client.get_all(resource({"servers", server, "wipe-records"}));
  if (!items) return tl::unexpected(items.error());
  const auto served = session.client.get_all(resource({"signing-keys"}));
  if (!served) return tl::unexpected(served.error());
  std::map<std::string, std::string> keys;
  for (const json& key : *served)
    keys[text_of(key, "id")] = text_of(key, "public_key");
  std::vector<std::string> bad;
  for (json& item : *items) {
    item["problem"] = problem_of(item, keys, server);
    if (item["problem"] != "")
      bad.push_back(text_of(item, "operation") + ": " + text_of(item, "problem"));
  }
  if (session.is_json())
    print_json_list(*items, session.console);
  else
    show(*items, session.console);
  if (bad.empty()) return {};
  return tl::unexpected(
      Failure{.exit = Exit::OperationFailed,
              .message = "server " + server + " has wipe records that are not valid",
              .details = std::move(bad)});
}

}  // namespace

void add_wipe_records(CLI::App& group, Chosen& chosen) {
  const auto name = std::make_shared<std::string>();
  auto& command = add_command(
      group, chosen, "wipe-records", "Show what proves that a server was clean, and check it",
      "  switchyard server wipe-records srv-0001\n"
      "  switchyard server wipe-records srv-0001 -o json | jq -r '.items[].record | fromjson'",
      [name](Session& session) { return show_records(session, *name); });
  command.add_option("SERVER", *name, "Name of the server")->required();
}

}  // namespace switchyard::web::cli
