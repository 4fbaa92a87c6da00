// How deployments and the plans of them are shown, and how one is found by name.
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {

using nlohmann::json;

namespace {

void show_addresses(const json& holder, Console& console) {
  print(to_table(list_of(holder, "addresses"),
                 {column("VRF", "vrf"), column("TAG", "tag"), column("ADDRESS", "address"),
                  column("SUBNET", "subnet")}),
        "no addresses", console);
  const json& anycast = list_of(holder, "anycast");
  if (anycast.empty()) return;
  console.out << '\n';
  print(
      to_table(anycast, {column("VRF", "vrf"), column("TAG", "tag"), column("ANYCAST", "address")}),
      "", console);
}

std::string disks_of(const json& deployment) {
  const auto layout = deployment.find("layout");
  if (layout == deployment.end()) return "";
  std::string text = flag_of(*layout, "raid1") ? "RAID1" : "";
  if (flag_of(*layout, "lvm")) text += text.empty() ? "LVM" : ", LVM";
  return text;
}

// "l3-private version 3"; one of the inventory has no versions.
std::string versioned(const json& deployment, const char* name, const char* version) {
  const auto number = static_cast<int>(number_of(deployment, version));
  return text_of(deployment, name) + (number == 0 ? "" : " version " + std::to_string(number));
}

}  // namespace

void show_deployment(const json& deployment, Console& console) {
  Sheet sheet;
  sheet.add("Deployment", text_of(deployment, "id"));
  sheet.add("Name", text_of(deployment, "name"));
  sheet.add("State", text_of(deployment, "state"));
  sheet.add("Reason", text_of(deployment, "reason"));
  sheet.add("Server", text_of(deployment, "server"));
  sheet.add("Project", text_of(deployment, "project"));
  sheet.add("Image", versioned(deployment, "image", "image_version"));
  sheet.add("Catalog", versioned(deployment, "catalog", "catalog_version"));
  sheet.add("Disks", disks_of(deployment));
  sheet.add("ASN", text_of(deployment, "asn"));
  sheet.add("Operation", text_of(deployment, "operation"));
  sheet.add("Created", time_text(text_of(deployment, "created_at")));
  sheet.add("Ended", time_text(text_of(deployment, "ended_at")));
  print(sheet, console);
  console.out << '\n';
  show_addresses(deployment, console);
}

void show_plan(const json& plan, Console& console) {
  console.out << "nothing is changed; the deployment would get\n\n";
  Sheet sheet;
  sheet.add("Server", text_of(plan, "server"));
  sheet.add("ASN", text_of(plan, "asn"));
  print(sheet, console);
  console.out << '\n';
  show_addresses(plan, console);
  console.out << '\n';
  print(to_table(list_of(plan, "ports"), {column("SWITCH", "switch"), column("PORT", "port"),
                                          column("FROM", "from"), column("TO", "to")}),
        "no ports would change", console);
}

Outcome<json> find_deployment(Session& session, const std::string& wanted) {
  auto found = session.client.get(resource({"deployments", wanted}));
  if (found) return std::move(found->body);
  if (found.error().status != 404) return tl::unexpected(found.error());
  auto all = session.client.get_all(resource({"deployments"}));
  if (!all) return tl::unexpected(all.error());
  for (json& deployment : *all)
    if (text_of(deployment, "name") == wanted && text_of(deployment, "state") != "released")
      return std::move(deployment);
  Failure failure = found.error();
  failure.message = "there is no deployment with the id or the name '" + wanted + "'";
  return tl::unexpected(std::move(failure));
}

}  // namespace switchyard::web::cli
