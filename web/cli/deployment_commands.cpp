// switchyard deploy, release, deployment …
#include "web/cli/commands.h"
#include "web/cli/operation_view.h"
#include "web/cli/ssh_keys.h"
#include "web/cli/text.h"

#include <algorithm>
#include <optional>
#include <ostream>
#include <utility>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

struct Order {
  std::string name{};
  std::string project{};
  std::string image{};
  std::string catalog{};
  std::vector<std::string> subnets{};    // "VRF=SUBNET"
  std::vector<std::string> anycast{};    // "VRF=ADDRESS"
  std::vector<std::string> variables{};  // "NAME=VALUE"
  std::string server{};
  std::string profile{};
  std::vector<std::string> key_files{};
  std::vector<std::string> users{};   // "NAME=FILE"
  std::vector<std::string> admins{};  // the same, with sudo
  std::string user_data_file{};
  bool raid1{};
  bool lvm{};
  bool dry_run{};
  bool watch{};
};

// Of "NAME=VALUE", neither of them empty.
std::optional<std::pair<std::string, std::string>> both_sides(const std::string& text) {
  const auto at = text.find('=');
  if (at == 0 || at == std::string::npos || at + 1 == text.size()) return std::nullopt;
  return std::pair(text.substr(0, at), text.substr(at + 1));
}

struct PerVrfOption {
  std::string form{};     // "--subnet VRF=SUBNET"
  std::string example{};  // "--subnet vrf-prv=prv-a"
};

// {"vrf-prv": ["…", …], …}
Outcome<json> by_vrf(const std::vector<std::string>& pairs, const PerVrfOption& option) {
  json values = json::object();
  for (const std::string& text : pairs) {
    const auto pair = both_sides(text);
    if (!pair)
      return wrong_usage(text + " is not of the form " + option.form, "as in " + option.example);
    values[pair->first].push_back(pair->second);
  }
  return values;
}

Outcome<void> add_users(json& list, const std::vector<std::string>& pairs, bool sudo) {
  for (const std::string& text : pairs) {
    const auto pair = both_sides(text);
    if (!pair) return wrong_usage(text + " is not NAME=FILE", "as in --user eva=eva.pub");
    auto keys = ssh_keys_of({pair->second});
    if (!keys) return tl::unexpected(keys.error());
    list.push_back({{"name", pair->first}, {"ssh_keys", std::move(*keys)}, {"sudo", sudo}});
  }
  return {};
}

Outcome<void> add_accounts(json& body, const Order& order) {
  json users = json::array();
  if (auto added = add_users(users, order.users, false); !added) return added;
  if (auto added = add_users(users, order.admins, true); !added) return added;
  if (!users.empty()) body["users"] = std::move(users);
  if (order.user_data_file.empty()) return {};
  auto text = read_text_file(order.user_data_file);
  if (!text) return tl::unexpected(text.error());
  body["user_data"] = std::move(*text);
  return {};
}

// {"region": 3, "resolver": "10.0.0.53"}: what reads as JSON is that, all else a text.
Outcome<json> variables_of(const std::vector<std::string>& pairs) {
  json values = json::object();
  for (const std::string& text : pairs) {
    const auto pair = both_sides(text);
    if (!pair) return wrong_usage(text + " is not NAME=VALUE", "as in --set region=3");
    json value = json::parse(pair->second, nullptr, false);
    values[pair->first] = value.is_discarded() ? json(pair->second) : std::move(value);
  }
  return values;
}

Outcome<json> body_of(const Order& order) {
  auto subnets = by_vrf(order.subnets, {"--subnet VRF=SUBNET", "--subnet vrf-prv=prv-a"});
  if (!subnets) return tl::unexpected(subnets.error());
  auto anycast = by_vrf(order.anycast, {"--anycast VRF=ADDRESS", "--anycast vrf-prv=10.1.9.1"});
  if (!anycast) return tl::unexpected(anycast.error());
  auto keys = ssh_keys_of(order.key_files);
  if (!keys) return tl::unexpected(keys.error());
  const json server = order.server.empty()
                          ? json{{"profile", order.profile.empty() ? "default" : order.profile}}
                          : json{{"server", order.server}};
  json body{
      {"name", order.name},          {"project", order.project}, {"image", order.image},
      {"catalog", order.catalog},    {"server", server},         {"subnets", std::move(*subnets)},
      {"ssh_keys", std::move(*keys)}};
  if (auto added = add_accounts(body, order); !added) return tl::unexpected(added.error());
  if (!anycast->empty()) body["anycast"] = std::move(*anycast);
  auto variables = variables_of(order.variables);
  if (!variables) return tl::unexpected(variables.error());
  if (!variables->empty()) body["variables"] = std::move(*variables);
  if (order.raid1 || order.lvm) body["layout"] = {{"raid1", order.raid1}, {"lvm", order.lvm}};
  return body;
}

Outcome<void> watch_deployment(Session& session, const json& made) {
  const auto ended = watch_and_say(session, text_of(made, "operation"));
  if (!ended) return tl::unexpected(ended.error());
  const auto deployment = session.client.get(resource({"deployments", text_of(made, "id")}));
  if (!deployment) return tl::unexpected(deployment.error());
  if (session.is_json()) {
    print_json(deployment->body, session.console);
  } else {
    session.console.out << '\n';
    show_deployment(deployment->body, session.console);
  }
  return {};
}

Outcome<void> deploy(Session& session, const Order& order) {
  const auto body = body_of(order);
  if (!body) return tl::unexpected(body.error());
  const auto made = session.client.post(
      with_query(resource({"deployments"}), {{"dry_run", order.dry_run ? "true" : ""}}), *body);
  if (!made) return tl::unexpected(made.error());
  Console& console = session.console;
  if (order.dry_run && !session.is_json()) {
    show_plan(made->body, console);
    return {};
  }
  const bool watched = order.watch && !order.dry_run;
  if (!session.is_json())
    console.out << printable("deployment " + text_of(made->body, "id") + " of " + order.name +
                             " on server " + text_of(made->body, "server"))
                << '\n';
  if (watched) return watch_deployment(session, made->body);
  if (session.is_json())
    print_json(made->body, console);
  else
    console.out << "watch it: switchyard operation watch "
                << printable(text_of(made->body, "operation")) << '\n';
  return {};
}

struct Release {
  std::string deployment{};
  bool yes{};
  bool dry_run{};
  bool watch{};
};

Outcome<void> release(Session& session, const Release& wanted) {
  const auto deployment = find_deployment(session, wanted.deployment);
  if (!deployment) return tl::unexpected(deployment.error());
  const std::string path = resource({"deployments", text_of(*deployment, "id")});
  if (!wanted.yes && !wanted.dry_run) {
    const std::string name = text_of(*deployment, "name");
    const auto confirmed = confirm(session, {"Release " + name + " and erase every disk of " +
                                                 text_of(*deployment, "server") + "?",
                                             "releasing " + name + " erases its disks", name});
    if (!confirmed) return confirmed;
  }
  const auto found = session.client.get(path);
  if (!found) return tl::unexpected(found.error());
  const auto operation = session.client.remove(
      with_query(path, {{"dry_run", wanted.dry_run ? "true" : ""}}), found->etag);
  if (!operation) return tl::unexpected(operation.error());
  return follow(session, operation->body,
                {.watch = wanted.watch,
                 .dry_run = wanted.dry_run,
                 .tried = text_of(*deployment, "name") + " on server " +
                          text_of(*deployment, "server") + " can be released"});
}

void add_deploy(CLI::App& root, Chosen& chosen) {
  const auto order = std::make_shared<Order>();
  auto& command = add_command(
      root, chosen, "deploy", "Order a server",
      "  switchyard deploy web-1 --project demo --image debian-12 --catalog l3-dual \\\n"
      "    --subnet vrf-prv=prv-a --subnet vrf-pub=pub-a --ssh-key ~/.ssh/id_ed25519.pub --watch\n"
      "  switchyard deploy web-1 … --dry-run    # what would change, port by port",
      [order](Session& session) { return deploy(session, *order); });
  command.add_option("NAME", order->name, "Host name of the server")->required();
  command.add_option("--project", order->project, "Project that gets it")->required();
  command.add_option("--image", order->image, "OS image to install")->required();
  command.add_option("--catalog", order->catalog, "Network catalog to attach it by")->required();
  command
      .add_option(
          "--subnet", order->subnets,
          "VRF=SUBNET to take an address from (repeatable; one a VRF and family; none for a "
          "catalog with VLANs instead of VRFs)")
      ->expected(1)
      ->take_all();
  command
      .add_option("--anycast", order->anycast,
                  "VRF=ADDRESS it may announce like other servers (repeatable; taken before by "
                  "'subnet take --anycast')")
      ->expected(1)
      ->take_all();
  command
      .add_option("--set", order->variables,
                  "NAME=VALUE of a variable the catalog has (repeatable; VALUE may be JSON)")
      ->expected(1)
      ->take_all();
  auto* server = command.add_option("--server", order->server, "This server");
  command
      .add_option("--profile", order->profile,
                  "Any free server of this profile (\"default\" without --server)")
      ->excludes(server);
  command
      .add_option("--ssh-key", order->key_files, "File of SSH public keys to let in (repeatable)")
      ->expected(1)
      ->take_all();
  command.add_option("--user", order->users,
                     "NAME=FILE: an account, and the file of its SSH public keys (repeatable)");
  command.add_option("--admin", order->admins, "The same, and it may become root by sudo");
  command.add_option("--user-data", order->user_data_file,
                     "File for cloud-init, of an image that has it");
  command.add_flag("--raid1", order->raid1, "Software RAID1 over two disks, each of which boots");
  command.add_flag("--lvm", order->lvm, "The root is an LVM volume");
  command.add_flag("--dry-run", order->dry_run, "Show what would change, change nothing");
  command.add_flag("--watch", order->watch, "Stay and show each step");
}

void add_release(CLI::App& root, Chosen& chosen) {
  const auto wanted = std::make_shared<Release>();
  auto& command = add_command(root, chosen, "release",
                              "Give a server back: isolate it, erase it, free its addresses",
                              "  switchyard release web-1 --watch\n"
                              "  switchyard release dep-0k3v9x2m4t7qc1zr --yes",
                              [wanted](Session& session) { return release(session, *wanted); });
  command.add_option("DEPLOYMENT", wanted->deployment, "Id or name of the deployment")->required();
  command.add_flag("--yes", wanted->yes, "Do not ask");
  command.add_flag("--dry-run", wanted->dry_run, "Check whether it can be released");
  command.add_flag("--watch", wanted->watch, "Stay and show each step");
}

}  // namespace

void add_deployment_commands(CLI::App& root, Chosen& chosen) {
  add_deploy(root, chosen);
  add_release(root, chosen);
  auto& group = add_group(root, "deployment", "Orders for servers, also those that are over");
  const auto state = std::make_shared<std::string>();
  const auto addresses = [](const json& item) {
    std::string text;
    for (const json& address : list_of(item, "addresses"))
      text += (text.empty() ? "" : ", ") + text_of(address, "address");
    return text;
  };
  auto& list = add_command(
      group, chosen, "list", "List deployments", "  switchyard deployment list --state active",
      [state, addresses](Session& session) {
        return show_list(session, {with_query(resource({"deployments"}), {{"state", *state}}),
                                   {column("ID", "id"),
                                    column("NAME", "name"),
                                    column("STATE", "state"),
                                    column("SERVER", "server"),
                                    column("PROJECT", "project"),
                                    {"ADDRESSES", addresses}},
                                   "no deployments; 'switchyard deploy' makes one"});
      });
  list.add_option("--state", *state, "Only these (deploying, active, releasing, released, failed)");
  const auto name = std::make_shared<std::string>();
  auto& one =
      add_command(group, chosen, "show", "Show one deployment",
                  "  switchyard deployment show web-1", [name](Session& session) -> Outcome<void> {
                    const auto found = find_deployment(session, *name);
                    if (!found) return tl::unexpected(found.error());
                    if (session.is_json())
                      print_json(*found, session.console);
                    else
                      show_deployment(*found, session.console);
                    return {};
                  });
  one.add_option("DEPLOYMENT", *name, "Id or name of the deployment")->required();
}

}  // namespace switchyard::web::cli
