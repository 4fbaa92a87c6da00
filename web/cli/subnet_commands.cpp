// switchyard subnet …
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

std::string fill_of(const json& subnet) {
  return text_of(subnet, "used") + " of " + text_of(subnet, "total");
}

const std::vector<Column>& address_columns() {
  static const std::vector<Column> kColumns{
      column("ADDRESS", "address"),
      column("STATE", "state"),
      column("OWNER", "owner"),
      column("NAME", "name"),
      column("VRF", "vrf"),
      {"SHARED", [](const json& address) {
         return std::string(flag_of(address, "anycast") ? "anycast" : "");
       }}};
  return kColumns;
}

void show_subnet(Session& session, const json& subnet) {
  if (session.is_json()) return print_json(subnet, session.console);
  Sheet sheet;
  sheet.add("Subnet", text_of(subnet, "name"));
  sheet.add("VRF", text_of(subnet, "vrf"));
  sheet.add("Prefix", text_of(subnet, "prefix"));
  sheet.add("Project", text_of(subnet, "project"));
  sheet.add("In use", fill_of(subnet));
  sheet.add("On hold", text_of(subnet, "on_hold"));
  sheet.add("Hold-down", duration_text(number_of(subnet, "hold_down_seconds")));
  print(sheet, session.console);
}

struct NewSubnet {
  std::string name{};
  std::string vrf{};
  std::string prefix{};
  std::string project{};
  bool whole{};
  bool dry_run{};
  long long hold_down{3600};
};

void add_create(CLI::App& group, Chosen& chosen) {
  const auto wanted = std::make_shared<NewSubnet>();
  auto& command = add_command(
      group, chosen, "create", "Make a subnet",
      "  switchyard subnet create prv-b --vrf vrf-prv --prefix 10.1.1.0/24 --project demo",
      [wanted](Session& session) -> Outcome<void> {
        const json body{{"name", wanted->name},     {"vrf", wanted->vrf},
                        {"prefix", wanted->prefix}, {"project", wanted->project},
                        {"whole", wanted->whole},   {"hold_down_seconds", wanted->hold_down}};
        const auto made = session.client.post(
            with_query(resource({"subnets"}), {{"dry_run", wanted->dry_run ? "true" : ""}}), body);
        if (!made) return tl::unexpected(made.error());
        show_subnet(session, made->body);
        return {};
      });
  command.add_option("SUBNET", wanted->name, "Name of the new subnet")->required();
  command.add_option("--vrf", wanted->vrf, "VRF it is in")->required();
  command.add_option("--prefix", wanted->prefix, "IPv4 or IPv6 prefix, 10.1.1.0/24")->required();
  command.add_option("--project", wanted->project, "Project that owns it")->required();
  command.add_flag("--whole", wanted->whole, "Also give out its first and last IPv4 address");
  command.add_option("--hold-down", wanted->hold_down, "Seconds a released address rests")
      ->capture_default_str()
      ->check(CLI::Range(0LL, 31'536'000LL));
  command.add_flag("--dry-run", wanted->dry_run, "Check everything, change nothing");
}

struct Removal {
  std::string name{};
  bool dry_run{};
};

void add_remove(CLI::App& group, Chosen& chosen) {
  const auto wanted = std::make_shared<Removal>();
  auto& command = add_command(
      group, chosen, "remove", "Remove a subnet nobody uses", "  switchyard subnet remove prv-b",
      [wanted](Session& session) -> Outcome<void> {
        const std::string path = resource({"subnets", wanted->name});
        const auto found = session.client.get(path);
        if (!found) return tl::unexpected(found.error());
        const auto removed = session.client.remove(
            with_query(path, {{"dry_run", wanted->dry_run ? "true" : ""}}), found->etag);
        if (!removed) return tl::unexpected(removed.error());
        if (session.is_json()) return {};
        session.console.out << "subnet " << printable(wanted->name)
                            << (wanted->dry_run ? " can be removed\n" : " is removed\n");
        return {};
      });
  command.add_option("SUBNET", wanted->name, "Name of the subnet")->required();
  command.add_flag("--dry-run", wanted->dry_run, "Check everything, change nothing");
}

struct Take {
  std::string subnet{};
  std::vector<std::string> addresses{};
  int count{1};
  std::string owner{};
  std::string name{};
  bool anycast{};
  bool dry_run{};
};

json orders_of(const Take& wanted) {
  json one = json::object();
  if (!wanted.owner.empty()) one["owner"] = wanted.owner;
  if (!wanted.name.empty()) one["name"] = wanted.name;
  if (wanted.anycast) one["anycast"] = true;
  json orders = json::array();
  for (const std::string& address : wanted.addresses) {
    orders.push_back(one);
    orders.back()["address"] = address;
  }
  for (int i = 0; wanted.addresses.empty() && i < wanted.count; ++i)
    orders.push_back(one);
  return orders;
}

void add_take(CLI::App& group, Chosen& chosen) {
  const auto wanted = std::make_shared<Take>();
  auto& command =
      add_command(group, chosen, "take", "Take the next free addresses, or named ones; all or none",
                  "  switchyard subnet take prv-a --count 2 --owner load-balancer\n"
                  "  switchyard subnet take prv-a --address 10.1.0.9 --name vip",
                  [wanted](Session& session) -> Outcome<void> {
                    const auto taken = session.client.post(
                        with_query(resource({"subnets", wanted->subnet, "available-ips"}),
                                   {{"dry_run", wanted->dry_run ? "true" : ""}}),
                        orders_of(*wanted));
                    if (!taken) return tl::unexpected(taken.error());
                    if (session.is_json())
                      print_json(taken->body, session.console);
                    else
                      print(to_table(list_of(taken->body, "items"), address_columns()), "none",
                            session.console);
                    return {};
                  });
  command.add_option("SUBNET", wanted->subnet, "Name of the subnet")->required();
  auto* named =
      command.add_option("--address", wanted->addresses, "This address (repeatable)")->expected(1);
  named->take_all();
  command.add_option("--count", wanted->count, "So many free ones")
      ->capture_default_str()
      ->check(CLI::Range(1, 256))
      ->excludes(named);
  command.add_option("--owner", wanted->owner, "Who holds them (you, if not given)");
  command.add_option("--name", wanted->name, "What they are for");
  command.add_flag("--anycast", wanted->anycast,
                   "For several servers: 'switchyard deploy --anycast' grants them");
  command.add_flag("--dry-run", wanted->dry_run, "Check everything, change nothing");
}

void show_available(Session& session, const json& found) {
  if (session.is_json()) return print_json(found, session.console);
  const json& items = list_of(found, "items");
  for (const json& item : items)
    session.console.out << printable(text_of(item, "address")) << '\n';
  if (items.empty()) session.console.out << "the subnet is full\n";
}

void add_addresses(CLI::App& group, Chosen& chosen) {
  const auto name = std::make_shared<std::string>();
  const auto limit = std::make_shared<int>(10);
  auto& available = add_command(
      group, chosen, "available", "Show the next free addresses; reserves nothing",
      "  switchyard subnet available prv-a --limit 3",
      [name, limit](Session& session) -> Outcome<void> {
        const auto found = session.client.get(with_query(
            resource({"subnets", *name, "available-ips"}), {{"limit", std::to_string(*limit)}}));
        if (!found) return tl::unexpected(found.error());
        show_available(session, found->body);
        return {};
      });
  available.add_option("SUBNET", *name, "Name of the subnet")->required();
  available.add_option("--limit", *limit, "At most so many")
      ->capture_default_str()
      ->check(CLI::Range(1, 500));

  auto& taken =
      add_command(group, chosen, "addresses", "List the addresses that are not free",
                  "  switchyard subnet addresses prv-a", [name](Session& session) {
                    return show_list(session, {resource({"subnets", *name, "addresses"}),
                                               address_columns(), "every address is free"});
                  });
  taken.add_option("SUBNET", *name, "Name of the subnet")->required();

  const auto address = std::make_shared<std::string>();
  auto& free = add_command(group, chosen, "free", "Give back an address taken by hand",
                           "  switchyard subnet free prv-a 10.1.0.9",
                           [name, address](Session& session) -> Outcome<void> {
                             const auto gone = session.client.remove(
                                 resource({"subnets", *name, "addresses", *address}), "");
                             if (!gone) return tl::unexpected(gone.error());
                             if (!session.is_json())
                               session.console.out
                                   << "address " << printable(*address)
                                   << " is given back and rests for the subnet's hold-down\n";
                             return {};
                           });
  free.add_option("SUBNET", *name, "Name of the subnet")->required();
  free.add_option("ADDRESS", *address, "The address")->required();
}

}  // namespace

void add_subnet_commands(CLI::App& root, Chosen& chosen) {
  auto& group = add_group(root, "subnet", "Subnets and their addresses");
  const auto vrf = std::make_shared<std::string>();
  auto& list =
      add_command(group, chosen, "list", "List subnets", "  switchyard subnet list --vrf vrf-prv",
                  [vrf](Session& session) {
                    return show_list(session, {with_query(resource({"subnets"}), {{"vrf", *vrf}}),
                                               {column("NAME", "name"),
                                                column("VRF", "vrf"),
                                                column("PREFIX", "prefix"),
                                                column("PROJECT", "project"),
                                                {"IN USE", fill_of},
                                                column("ON HOLD", "on_hold")},
                                               "no subnets; 'switchyard subnet create' makes one"});
                  });
  list.add_option("--vrf", *vrf, "Only subnets of this VRF");

  const auto name = std::make_shared<std::string>();
  auto& one =
      add_command(group, chosen, "show", "Show one subnet", "  switchyard subnet show prv-a",
                  [name](Session& session) -> Outcome<void> {
                    const auto found = session.client.get(resource({"subnets", *name}));
                    if (!found) return tl::unexpected(found.error());
                    show_subnet(session, found->body);
                    return {};
                  });
  one.add_option("SUBNET", *name, "Name of the subnet")->required();
  add_create(group, chosen);
  add_remove(group, chosen);
  add_addresses(group, chosen);
  add_take(group, chosen);
}

}  // namespace switchyard::web::cli
