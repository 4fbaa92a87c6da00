// switchyard vantage …
#include "web/cli/commands.h"
#include "web/cli/text.h"

namespace switchyard::web::cli {
namespace {

using nlohmann::json;

// "vrf-prv, vrf-pub by eth0"
std::string vrfs_of(const json& point) {
  std::string text;
  for (const json& served : list_of(point, "vrfs")) {
    const std::string vrf = text_of(served, "vrf"), device = text_of(served, "device");
    text += (text.empty() ? "" : ", ") + vrf;
    if (!device.empty() && device != vrf) text += " by " + device;
  }
  return text;
}

std::string gate_of(const json& point) { return flag_of(point, "gate") ? "yes" : "no"; }

}  // namespace

void add_vantage_commands(CLI::App& root, Chosen& chosen) {
  auto& group = add_group(root, "vantage", "Machines that probe host routes from inside the VRFs");
  add_command(group, chosen, "list", "List vantage points", "  switchyard vantage list",
              [](Session& session) {
                return show_list(
                    session,
                    {resource({"vantage-points"}),
                     {column("NAME", "name"),
                      column("STATE", "state"),
                      column("ADDRESS", "address"),
                      {"VRFS", vrfs_of},
                      {"GATE", gate_of},
                      column("WATCHED", "watched"),
                      {"LAST CONTACT",
                       [](const json& one) { return time_text(text_of(one, "last_contact_at")); }},
                      column("ERROR", "error")},
                     "no vantage points: nothing probes; 'vantage_points:' of the inventory file "
                     "brings them"});
              });
}

}  // namespace switchyard::web::cli
