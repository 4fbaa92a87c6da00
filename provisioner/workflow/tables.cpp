// The workflows: read them across. docs/workflows.md is printed from here by a test.
#include "provisioner/steps/steps.h"
#include "provisioner/workflow/workflow.h"

namespace switchyard::provisioner {

using namespace std::chrono_literals;

namespace {

// clang-format off
constexpr std::array kDeploy{
  //  in                  run                   then               on failure        deadline  server is    what a person reads
  Row{State::Preparing,  &prepare_ports,       State::Booting,    State::Isolating,  5min, "deploying", "Power off, put both ports into the provisioning VLAN"},
  Row{State::Booting,    &boot_from_network,   State::Installing, State::Isolating, 20min, "deploying", "Boot the installer from the network"},
  Row{State::Installing, &install_image,       State::Stopping,   State::Isolating, 60min, "deploying", "Install the operating system and its network files"},
  Row{State::Stopping,   &power_off,           State::Attaching,  State::Isolating,  5min, "deploying", "Power off, so that the tenant's system never sees the provisioning VLAN"},
  Row{State::Attaching,  &attach_ports,        State::Starting,   State::Isolating, 10min, "deploying", "Turn both ports into routed subinterfaces with their filters"},
  Row{State::Starting,   &boot_from_disk,      State::Verifying,  State::Isolating, 20min, "deploying", "Boot the installed system from disk"},
  Row{State::Verifying,  &verify_sessions,     State::Succeeded,  State::Isolating, 10min, "deploying", "Wait until both switches accept exactly the host routes, and look whether these answer vantage points"},
  Row{State::Isolating,  &isolate_server,      State::Failed,     State::Failed,    10min, "deploying", "Power off and shut both ports"},
};
constexpr std::array kRelease{
  Row{State::PoweringOff, &stop_tenant,        State::Closing,     State::Isolating,  5min, "releasing", "Power off, until neither BMC nor switches show that it runs"},
  Row{State::Closing,     &shut_ports,         State::Returning,   State::Isolating, 10min, "releasing", "Shut both ports and remove their sessions, filters and subinterfaces"},
  Row{State::Returning,   &return_ports,       State::WipeBooting, State::Isolating, 10min, "releasing", "Put both ports back into the provisioning VLAN"},
  Row{State::WipeBooting, &boot_from_network,  State::Wiping,      State::Isolating, 20min, "wiping",    "Boot the wiper from the network"},
  Row{State::Wiping,      &wipe_disks,         State::WipeStopping,State::Isolating,  6h,   "wiping",    "Erase every disk and prove it"},
  Row{State::WipeStopping,&power_off,          State::Freeing,     State::Isolating,  5min, "wiping",    "Power off"},
  Row{State::Freeing,     &free_addresses,     State::Succeeded,   State::Isolating,  5min, "wiping",    "Put addresses and AS number to rest"},
  Row{State::Isolating,   &isolate_server,     State::Failed,      State::Failed,    10min, "wiping",    "Power off and shut both ports"},
};
constexpr std::array kWipe{
  Row{State::PoweringOff, &power_off,          State::Returning,   State::Isolating,  5min, "wiping",    "Power off"},
  Row{State::Returning,   &return_ports,       State::WipeBooting, State::Isolating, 10min, "wiping",    "Put both ports into the provisioning VLAN"},
  Row{State::WipeBooting, &boot_from_network,  State::Wiping,      State::Isolating, 20min, "wiping",    "Boot the wiper from the network"},
  Row{State::Wiping,      &wipe_disks,         State::WipeStopping,State::Isolating,  6h,   "wiping",    "Erase every disk and prove it"},
  Row{State::WipeStopping,&power_off,          State::Succeeded,   State::Isolating,  5min, "wiping",    "Power off"},
  Row{State::Isolating,   &isolate_server,     State::Failed,      State::Failed,    10min, "wiping",    "Power off and shut both ports"},
};
constexpr std::array kRescue{
  Row{State::PoweringOff, &power_off,          State::Returning,   State::Isolating,  5min, "maintenance", "Power off"},
  Row{State::Returning,   &return_ports,       State::Booting,     State::Isolating, 10min, "maintenance", "Put both ports into the provisioning VLAN"},
  Row{State::Booting,     &boot_from_network,  State::Opening,     State::Isolating, 20min, "maintenance", "Boot the RAM system from the network"},
  Row{State::Opening,     &open_rescue,        State::Open,        State::Isolating,  5min, "maintenance", "Let the SSH keys of the order in"},
  Row{State::Open,        &keep_rescue,        State::Closing,     State::Isolating, kRescueTime, "maintenance", "Open, until somebody ends it or its time is over"},
  Row{State::Closing,     &isolate_server,     State::Succeeded,   State::Isolating, 10min, "maintenance", "Shut both ports and power off"},
  Row{State::Isolating,   &isolate_server,     State::Failed,      State::Failed,    10min, "maintenance", "Power off and shut both ports"},
};
constexpr std::array kMove{
  Row{State::FirstLeg,    &move_first_leg,     State::OtherLegs,   State::Reverting,  3min, "active",    "Change the first leg, and wait until its switch accepts exactly the host routes again"},
  Row{State::OtherLegs,   &move_other_legs,    State::Recording,   State::Reverting,  3min, "active",    "Change the other legs, one by one, in the same way"},
  Row{State::Recording,   &record_move,        State::Succeeded,   State::Reverting,  5min, "active",    "Record that the deployment has this version"},
  Row{State::Reverting,   &revert_legs,        State::Failed,      State::Failed,    30min, "active",    "Change the legs back, one by one"},
};
constexpr std::array kRollout{
  Row{State::Rolling,     &roll_waves,         State::Succeeded,   State::Halting,   168h,  "",          "Move the servers, wave by wave"},
  Row{State::Halting,     &halt_waves,         State::Failed,      State::Failed,     1h,   "",          "Let the servers that are on their way arrive or go back, and touch no other"},
};
// clang-format on
static_assert(one_row_per_state(kMove) && leads_only_to_known_states(kMove));
static_assert(one_row_per_state(kRollout) && leads_only_to_known_states(kRollout));
static_assert(one_row_per_state(kDeploy) && leads_only_to_known_states(kDeploy));
static_assert(one_row_per_state(kRelease) && leads_only_to_known_states(kRelease));
static_assert(one_row_per_state(kWipe) && leads_only_to_known_states(kWipe));
static_assert(one_row_per_state(kRescue) && leads_only_to_known_states(kRescue));

constexpr std::array<std::string_view, 25> kNames{
    "preparing",    "booting",   "installing",    "stopping",  "attaching",
    "starting",     "verifying", "powering-off",  "closing",   "returning",
    "wipe-booting", "wiping",    "wipe-stopping", "freeing",   "opening",
    "open",         "first-leg", "other-legs",    "recording", "reverting",
    "rolling",      "halting",   "isolating",     "succeeded", "failed"};

}  // namespace

std::span<const Row> deploy_table() { return kDeploy; }

std::span<const Row> release_table() { return kRelease; }

std::span<const Row> wipe_table() { return kWipe; }

std::span<const Row> rescue_table() { return kRescue; }

std::span<const Row> move_table() { return kMove; }

std::span<const Row> rollout_table() { return kRollout; }

std::span<const Row> table_of(std::string_view kind) {
  if (kind == "deploy") return kDeploy;
  if (kind == "release") return kRelease;
  if (kind == "wipe") return kWipe;
  if (kind == "rescue") return kRescue;
  if (kind == "move") return kMove;
  if (kind == "rollout") return kRollout;
  return {};
}

const Row* find_row(std::span<const Row> table, State state) {
  for (const Row& row : table)
    if (row.in == state) return &row;
  return nullptr;
}

bool watches_console(State state) {
  switch (state) {
    case State::Booting:
    case State::Installing:
    case State::Starting:
    case State::Verifying:
    case State::WipeBooting:
    case State::Wiping: return true;
    default: return false;
  }
}

std::string_view to_string(State state) { return kNames.at(static_cast<std::size_t>(state)); }

Result<State> parse_state(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == text) return static_cast<State>(i);
  return failure(Errc::Invalid, "no workflow state is called " + std::string(text));
}

}  // namespace switchyard::provisioner
