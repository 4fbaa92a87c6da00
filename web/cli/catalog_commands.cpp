// switchyard image …, catalog …, vrf …, inventory …
#include "web/cli/commands.h"
#include "web/cli/pushed.h"
#include "web/cli/text.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

std::string number(const json& vlan) {
  return vlan.is_number_integer() ? std::to_string(vlan.get<long long>()) : "";
}

// "VLAN 301, tagged 302 303"; empty when the catalog has none
std::string segment_of(const json& catalog) {
  const auto segment = catalog.find("segment");
  if (segment == catalog.end() || !segment->is_object()) return "";
  const std::string untagged = number(segment->value("untagged", json()));
  std::string tagged;
  for (const json& vlan : list_of(*segment, "tagged"))
    tagged += " " + number(vlan);
  if (untagged.empty()) return "tagged VLANs" + tagged;
  return "VLAN " + untagged + (tagged.empty() ? "" : ", tagged" + tagged);
}

// "vrf-prv v4 v6, vrf-pub v4"
std::string attachments_of(const json& catalog) {
  std::string text = segment_of(catalog);
  for (const json& attachment : list_of(catalog, "attachments")) {
    text += (text.empty() ? "" : ", ") + text_of(attachment, "vrf");
    if (flag_of(attachment, "ipv4")) text += " v4";
    if (flag_of(attachment, "ipv6")) text += " v6";
  }
  return text;
}

// One of the inventory has none.
std::string version_of(const json& catalog) {
  const auto version = static_cast<int>(number_of(catalog, "version"));
  return version == 0 ? "-" : std::to_string(version);
}

// "bios, uefi"; of the inventory's nobody said
std::string firmware_of(const json& image) {
  std::string text;
  for (const json& mode : list_of(image, "firmware"))
    if (mode.is_string()) text += (text.empty() ? "" : ", ") + mode.get<std::string>();
  return text.empty() ? "-" : text;
}

// What is left to do, so that nobody wonders why a new server cannot be ordered.
void show_wipes(const json& servers, Console& console) {
  if (servers.empty()) return;
  const bool is_one = servers.size() == 1;
  console.out << (is_one ? "1 server waits" : std::to_string(servers.size()) + " servers wait")
              << " in maintenance until a wipe proves it clean: switchyard server maintenance "
              << (is_one ? printable(servers.front().get<std::string>()) : "NAME") << " --off\n";
}

void show_report(const json& report, bool is_dry_run, Console& console) {
  const Paint paint{console.has_colour};
  const auto lines = [&](const char* name, const std::string& mark) {
    for (const json& item : list_of(report, name))
      if (item.is_string())
        console.out << mark << ' ' << printable(item.get<std::string>()) << '\n';
  };
  lines("created", paint.green("+"));
  lines("changed", paint.yellow("~"));
  lines("missing", paint.red("?"));
  console.out << (is_dry_run ? "would be: " : "") << list_of(report, "created").size()
              << " created, " << list_of(report, "changed").size() << " changed, "
              << list_of(report, "unchanged").size() << " unchanged";
  if (const auto count = list_of(report, "missing").size(); count > 0)
    console.out << "; " << count << " not in the file, left alone";
  console.out << '\n';
  show_wipes(list_of(report, "to_wipe"), console);
}

struct Import {
  std::string file{};
  bool dry_run{};
};

Outcome<void> import_file(Session& session, const Import& wanted) {
  const auto text = read_text_file(wanted.file);
  if (!text) return tl::unexpected(text.error());
  auto report = session.client.post_text(
      with_query(resource({"inventory"}), {{"dry_run", wanted.dry_run ? "true" : ""}}),
      "application/yaml", *text);
  if (!report) {
    // The service knows the file as "inventory"; the person knows it by its name.
    Failure failure = report.error();
    for (std::string& line : failure.details)
      if (line.starts_with("inventory:")) line.replace(0, 9, wanted.file);
    return tl::unexpected(std::move(failure));
  }
  if (session.is_json())
    print_json(report->body, session.console);
  else
    show_report(report->body, wanted.dry_run, session.console);
  return {};
}

}  // namespace

void add_catalog_commands(CLI::App& root, Chosen& chosen) {
  auto& images = add_group(root, "image", "OS images that can be installed");
  add_command(
      images, chosen, "list", "List OS images", "  switchyard image list", [](Session& session) {
        return show_list(session, {resource({"images"}),
                                   {column("NAME", "name"),
                                    {"VERSION", version_of},
                                    {"BOOTS BY", firmware_of},
                                    column("DESCRIPTION", "description")},
                                   "no images; push one, or name it in the inventory file"});
      });
  add_init(images, chosen, kImages);
  add_image_check(images, chosen);
  add_push(images, chosen, kImages);
  add_pull(images, chosen, kImages);
  add_diff(images, chosen, kImages);
  add_publish(images, chosen, kImages);
  auto& catalogs = add_group(root, "catalog", "Network catalogs: how a server is attached");
  add_command(catalogs, chosen, "list", "List network catalogs", "  switchyard catalog list",
              [](Session& session) {
                return show_list(session, {resource({"network-catalogs"}),
                                           {column("NAME", "name"),
                                            {"ATTACHES TO", attachments_of},
                                            {"VERSION", version_of},
                                            column("MTU", "mtu"),
                                            column("DESCRIPTION", "description")},
                                           "no network catalogs; the inventory file names them"});
              });
  add_init(catalogs, chosen, kCatalogs);
  add_catalog_check(catalogs, chosen);
  add_push(catalogs, chosen, kCatalogs);
  add_pull(catalogs, chosen, kCatalogs);
  add_diff(catalogs, chosen, kCatalogs);
  add_catalog_preview(catalogs, chosen);
  add_publish(catalogs, chosen, kCatalogs);
  add_catalog_rollout(catalogs, chosen);
  auto& vrfs = add_group(root, "vrf", "Routing domains of the fabric");
  add_command(vrfs, chosen, "list", "List VRFs and their tags on server ports",
              "  switchyard vrf list", [](Session& session) {
                return show_list(session, {resource({"vrfs"}),
                                           {column("NAME", "name"), column("TAG", "tag"),
                                            column("DESCRIPTION", "description")},
                                           "no VRFs; the inventory file names them"});
              });
  auto& inventory = add_group(root, "inventory", "The site as one file");
  const auto wanted = std::make_shared<Import>();
  auto& import = add_command(inventory, chosen, "import",
                             "Import a site file; all of it, or nothing and every error",
                             "  switchyard inventory import site.yaml --dry-run\n"
                             "  switchyard inventory import site.yaml",
                             [wanted](Session& session) { return import_file(session, *wanted); });
  import.add_option("FILE", wanted->file, "YAML file with switches, servers, subnets, …")
      ->required();
  import.add_flag("--dry-run", wanted->dry_run, "Check everything, change nothing");
}

}  // namespace switchyard::web::cli
