// switchyard server discovered|enrol: from a machine nobody knew to a server.
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

std::string links_of(const json& machine) {
  std::string text;
  for (const json& nic : list_of(machine, "nics")) {
    text += (text.empty() ? "" : ", ") + text_of(nic, "name") + " ";
    text += text_of(nic, "proof").empty() ? "?"
                                          : text_of(nic, "switch") + ":" + text_of(nic, "port") +
                                                " (" + text_of(nic, "proof") + ")";
  }
  return text;
}

std::string product_of(const json& machine) {
  const auto inspection = machine.find("inspection");
  if (inspection == machine.end() || !inspection->is_object()) return "";
  const auto product = inspection->find("product");
  if (product == inspection->end()) return "";
  const std::string text = text_of(*product, "vendor") + " " + text_of(*product, "name") + " " +
                           text_of(*product, "serial");
  return text.find_first_not_of(' ') == std::string::npos ? "" : text;
}

struct Enrolment {
  std::string name{};
  std::string from{};
  std::string profile{};
  std::string bmc_type{"redfish"};
  std::string bmc_url{};
  std::string bmc_user{};
  std::string bmc_password_file{};
  std::string bmc_certificate{};
  bool bmc_insecure{};
};

Outcome<void> enrol(Session& session, const Enrolment& wanted) {
  json bmc{{"type", wanted.bmc_type}, {"url", wanted.bmc_url}};
  if (!wanted.bmc_user.empty()) bmc["user"] = wanted.bmc_user;
  if (!wanted.bmc_certificate.empty()) bmc["certificate"] = wanted.bmc_certificate;
  if (wanted.bmc_insecure) bmc["insecure"] = true;
  if (!wanted.bmc_password_file.empty()) {
    auto password = read_text_file(wanted.bmc_password_file);
    if (!password) return tl::unexpected(password.error());
    bmc["password"] = password->substr(0, password->find('\n'));
  }
  json body{{"name", wanted.name}, {"from", wanted.from}, {"bmc", std::move(bmc)}};
  if (!wanted.profile.empty()) body["profile"] = wanted.profile;
  const auto made = session.client.post(resource({"servers"}), body);
  if (!made) return tl::unexpected(made.error());
  if (session.is_json())
    print_json(made->body, session.console);
  else
    session.console.out << "server " << printable(text_of(made->body, "name")) << " is in "
                        << printable(text_of(made->body, "state")) << ": "
                        << printable(text_of(made->body, "reason"))
                        << "\nwipe it into the pool: switchyard server maintenance "
                        << printable(text_of(made->body, "name")) << " --off --watch\n";
  return {};
}

void add_enrol(CLI::App& group, Chosen& chosen) {
  const auto wanted = std::make_shared<Enrolment>();
  auto& command = add_command(
      group, chosen, "enrol", "Take a discovered machine into the inventory",
      "  switchyard server enrol srv-0001 --from new-525400123456 --bmc-url https://192.0.2.1 \\\n"
      "      --bmc-user admin --bmc-password-file /etc/bmc-password",
      [wanted](Session& session) { return enrol(session, *wanted); });
  command.add_option("NAME", wanted->name, "Name the server gets")->required();
  command.add_option("--from", wanted->from, "Id of the machine, of 'server discovered'")
      ->required();
  command.add_option("--profile", wanted->profile, "Profile of the server; default");
  command.add_option("--bmc-type", wanted->bmc_type, "redfish or ipmi");
  command.add_option("--bmc-url", wanted->bmc_url, "Address of its BMC")->required();
  command.add_option("--bmc-user", wanted->bmc_user, "User at the BMC");
  command.add_option("--bmc-password-file", wanted->bmc_password_file, "First line: password");
  command.add_option("--bmc-certificate", wanted->bmc_certificate, "sha256:… of its certificate");
  command.add_flag("--bmc-insecure", wanted->bmc_insecure, "Take any certificate");
}

}  // namespace

void add_enrolment(CLI::App& group, Chosen& chosen) {
  add_command(group, chosen, "discovered", "List machines that wait to be enrolled",
              "  switchyard server discovered", [](Session& session) {
                return show_list(
                    session,
                    {resource({"discoveries"}),
                     {column("ID", "id"),
                      {"PRODUCT", product_of},
                      {"LINKS", links_of},
                      {"LAST SEEN",
                       [](const json& item) { return time_text(text_of(item, "last_seen_at")); }}},
                     "no unknown machine has booted; boot.unknown: discover in the "
                     "configuration makes them wait here"});
              });
  add_enrol(group, chosen);
}

}  // namespace switchyard::web::cli
