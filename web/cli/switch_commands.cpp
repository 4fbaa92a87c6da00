// switchyard switch …
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

std::string contact_of(const json& device) { return time_text(text_of(device, "last_contact_at")); }

// "vrf-prv Established, vrf-pub Idle"
std::string sessions_of(const json& port) {
  std::string text;
  for (const json& session : list_of(port, "sessions"))
    text += (text.empty() ? "" : ", ") + text_of(session, "vrf") + " " + text_of(session, "state");
  return text;
}

std::string expressed(const json& capability) {
  return flag_of(capability, "supported") ? "yes" : "no";
}

// "yes: fan is loud (3 ports are changing)"
std::string drain_text(const json& device) {
  const bool drained = flag_of(device, "drained");
  const std::string reason = text_of(device, "drain_reason");
  const std::string changing = text_of(device, "changing_ports");
  return std::string(drained ? "yes" : "no") + (reason.empty() ? "" : ": " + reason) +
         (changing == "0" ? "" : " (" + changing + " ports are changing)");
}

void show_switch(const json& device, Console& console) {
  Sheet sheet;
  sheet.add("Switch", text_of(device, "name"));
  sheet.add("State", text_of(device, "state"));
  sheet.add("Error", text_of(device, "error"));
  sheet.add("NOS", text_of(device, "nos"));
  sheet.add("Address", text_of(device, "address"));
  sheet.add("ASN", text_of(device, "asn"));
  sheet.add("VRFs", joined(device, "vrfs"));
  sheet.add("Last contact", contact_of(device));
  sheet.add("Drained", drain_text(device));
  sheet.add("Problems", joined(device, "problems", "\n"));
  print(sheet, console);
  const json& capabilities = list_of(device, "capabilities");
  if (capabilities.empty()) return;
  console.out << '\n';
  print(to_table(capabilities, {column("CAPABILITY", "name"),
                                {"SUPPORTED", expressed},
                                column("LIMITATION", "limitation")}),
        "", console);
}

std::string refused_text(const json& session) {
  std::string text;
  for (const json& count : list_of(session, "refused"))
    text += (text.empty() ? "" : ", ") + text_of(count, "announcements") + " " +
            text_of(count, "family") + " " + text_of(count, "kind");
  return text;
}

void show_port(const json& port, Console& console) {
  Sheet sheet;
  sheet.add("Port", text_of(port, "switch") + " " + text_of(port, "name"));
  sheet.add("Role", text_of(port, "role"));
  sheet.add("Server", text_of(port, "server"));
  sheet.add("Mode", text_of(port, "wished_mode"));
  sheet.add("Wish", text_of(port, "wish"));
  sheet.add("Sync", text_of(port, "sync"));
  sheet.add("Error", text_of(port, "error"));
  sheet.add("Observed", time_text(text_of(port, "observed_at")));
  print(sheet, console);
  const auto list = [](const char* name) {
    return [name](const json& session) { return joined(session, name); };
  };
  if (const json& sessions = list_of(port, "sessions"); !sessions.empty()) {
    console.out << '\n';
    print(to_table(sessions, {column("VRF", "vrf"),
                              column("TAG", "tag"),
                              column("SESSION", "state"),
                              column("ASN", "remote_asn"),
                              {"EXPECTED", list("expected")},
                              {"ACCEPTED", list("accepted")},
                              {"REFUSED", refused_text}}),
          "", console);
  }
  if (const json& differences = list_of(port, "differences"); !differences.empty()) {
    console.out << '\n';
    print(to_table(differences, {column("WHERE", "where"), column("DIFFERENCE", "subject"),
                                 column("WISHED", "wished"), column("OBSERVED", "observed")}),
          "", console);
  }
}

Outcome<void> scan(Session& session, const std::string& name) {
  const auto asked =
      session.client.post(resource({"switches", name, "actions"}), {{"type", "scan"}});
  if (!asked) return tl::unexpected(asked.error());
  if (session.is_json())
    print_json(asked->body, session.console);
  else
    session.console.out << "switch " << printable(name)
                        << " will be looked at now; 'switchyard switch ports " << printable(name)
                        << "' shows what was found\n";
  return {};
}

void add_lists(CLI::App& group, Chosen& chosen) {
  add_command(
      group, chosen, "list", "List switches", "  switchyard switch list", [](Session& session) {
        return show_list(session, {resource({"switches"}),
                                   {column("NAME", "name"),
                                    column("STATE", "state"),
                                    column("NOS", "nos"),
                                    column("ADDRESS", "address"),
                                    column("ASN", "asn"),
                                    {"DRAINED", drain_text},
                                    {"LAST CONTACT", contact_of},
                                    column("ERROR", "error")},
                                   "no switches; 'switchyard inventory import FILE' brings them"});
      });
  const auto name = std::make_shared<std::string>();
  auto& ports =
      add_command(group, chosen, "ports", "List the ports of a switch with mode, sync and sessions",
                  "  switchyard switch ports tor1", [name](Session& session) {
                    return show_list(session, {resource({"switches", *name, "ports"}),
                                               {column("PORT", "name"),
                                                column("ROLE", "role"),
                                                column("SERVER", "server"),
                                                column("MODE", "wished_mode"),
                                                column("SYNC", "sync"),
                                                {"SESSIONS", sessions_of},
                                                column("ERROR", "error")},
                                               "no ports"});
                  });
  ports.add_option("SWITCH", *name, "Name of the switch")->required();
}

}  // namespace

void add_switch_commands(CLI::App& root, Chosen& chosen) {
  auto& group = add_group(root, "switch", "ToR switches, their ports and BGP sessions");
  add_lists(group, chosen);
  const auto name = std::make_shared<std::string>();
  const auto port = std::make_shared<std::string>();
  const auto show_one = [](Session& session, const std::string& path,
                           void (*show)(const json&, Console&)) -> Outcome<void> {
    const auto found = session.client.get(path);
    if (!found) return tl::unexpected(found.error());
    if (session.is_json())
      print_json(found->body, session.console);
    else
      show(found->body, session.console);
    return {};
  };
  auto& one = add_command(group, chosen, "show", "Show one switch and what its driver can express",
                          "  switchyard switch show tor1", [name, show_one](Session& session) {
                            return show_one(session, resource({"switches", *name}), &show_switch);
                          });
  one.add_option("SWITCH", *name, "Name of the switch")->required();

  auto& of_port = add_command(
      group, chosen, "port", "Show one port: wish, sessions, what was refused, what differs",
      "  switchyard switch port tor1 swp1", [name, port, show_one](Session& session) {
        return show_one(session, resource({"switches", *name, "ports", *port}), &show_port);
      });
  of_port.add_option("SWITCH", *name, "Name of the switch")->required();
  of_port.add_option("PORT", *port, "Name of the port")->required();

  add_drains(group, chosen);
  auto& look = add_command(group, chosen, "scan", "Compare a switch with its wishes now",
                           "  switchyard switch scan tor1",
                           [name](Session& session) { return scan(session, *name); });
  look.add_option("SWITCH", *name, "Name of the switch")->required();
}

}  // namespace switchyard::web::cli
