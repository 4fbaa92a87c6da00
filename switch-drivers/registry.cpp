// Adding a NOS is one row here.
#include "switch-drivers/registry.h"

#include "switch-drivers/arista-eos/arista_eos_driver.h"
#include "switch-drivers/arista-eos/plan.h"
#include "switch-drivers/arista-eos/policy.h"
#include "switch-drivers/cumulus-nvue/cumulus_nvue_driver.h"
#include "switch-drivers/cumulus-nvue/describe.h"
#include "switch-drivers/cumulus-nvue/policy.h"
#include "switch-drivers/frr/policy.h"
#include "switch-drivers/junos/describe.h"
#include "switch-drivers/junos/junos_driver.h"
#include "switch-drivers/junos/policy.h"
#include "switch-drivers/linux-frr/describe.h"
#include "switch-drivers/linux-frr/linux_frr_driver.h"
#include "switch-drivers/sonic/change.h"
#include "switch-drivers/sonic/sonic_driver.h"
#include "switch-drivers/transport/http_client.h"
#include "switch-drivers/transport/netconf.h"
#include "switch-drivers/transport/shell.h"

#include <fmt/format.h>

#include <array>

namespace switchyard::switch_drivers {

namespace {

using Make = std::unique_ptr<Driver> (*)(SwitchAccess, SwitchContext);
using DescribeChange = std::string (*)(const SwitchContext&, std::span<const IntentChange>);
using JudgePolicy = JudgedPolicy (*)(std::string_view);

struct Row {
  std::string_view nos;
  Make make;
  JudgePolicy judge;
  DescribeChange describe;
};

std::unique_ptr<Driver> make_linux_frr(SwitchAccess access, SwitchContext context) {
  std::unique_ptr<Shell> shell = make_ssh_shell(access);
  return linux_frr::make_linux_frr_driver(access, std::move(context), std::move(shell));
}

// A wait in vain for SONiC's daemons takes 20 s, and is to be heard of.
constexpr std::chrono::minutes kSonicDeadline{1};

std::unique_ptr<Driver> make_sonic(SwitchAccess access, SwitchContext context) {
  if (access.exchange_deadline == SwitchAccess{}.exchange_deadline)
    access.exchange_deadline = kSonicDeadline;
  std::unique_ptr<Shell> shell = make_ssh_shell(access);
  return sonic::make_sonic_driver(access, context, std::move(shell));
}

std::unique_ptr<Driver> make_junos(SwitchAccess access, SwitchContext context) {
  std::unique_ptr<Netconf> netconf = make_netconf(access);
  return junos::make_junos_driver(access, std::move(context), std::move(netconf));
}

std::unique_ptr<Driver> make_arista_eos(SwitchAccess access, SwitchContext context) {
  std::unique_ptr<HttpClient> client = make_https_client(access);
  return arista_eos::make_arista_eos_driver(access, std::move(context), std::move(client));
}

std::unique_ptr<Driver> make_cumulus_nvue(SwitchAccess access, SwitchContext context) {
  std::unique_ptr<HttpClient> client = make_https_client(access);
  return cumulus_nvue::make_cumulus_nvue_driver(access, std::move(context), std::move(client));
}

constexpr std::array kRows{
    Row{"arista-eos", make_arista_eos, arista_eos::judge_policy, arista_eos::describe_change},
    Row{"cumulus-nvue", make_cumulus_nvue, cumulus_nvue::judge_policy,
        cumulus_nvue::describe_change},
    Row{"junos", make_junos, junos::judge_policy, junos::describe_change},
    Row{"linux-frr", make_linux_frr, frr::judge_policy, linux_frr::describe_change},
    Row{"sonic", make_sonic, frr::judge_policy, sonic::describe_change},
};

}  // namespace

Result<std::unique_ptr<Driver>> make_driver(std::string_view nos, SwitchAccess access,
                                            SwitchContext context) {
  for (const Row& row : kRows) {
    if (row.nos == nos) return row.make(std::move(access), std::move(context));
  }
  return failure(Errc::Invalid, fmt::format("switch {}: no driver for NOS \"{}\"; known are {}",
                                            access.name, nos, fmt::join(known_nos(), ", ")));
}

Result<std::string> describe_change(std::string_view nos, const SwitchContext& context,
                                    std::span<const IntentChange> ports) {
  for (const Row& row : kRows) {
    if (row.nos == nos) return row.describe(context, ports);
  }
  return failure(Errc::Invalid, fmt::format("there is no NOS \"{}\"; known are {}", nos,
                                            fmt::join(known_nos(), ", ")));
}

Result<JudgedPolicy> judge_policy(std::string_view nos, std::string_view text) {
  for (const Row& row : kRows) {
    if (row.nos == nos) return row.judge(text);
  }
  return failure(Errc::Invalid, fmt::format("there is no NOS \"{}\"; known are {}", nos,
                                            fmt::join(known_nos(), ", ")));
}

std::vector<std::string> known_nos() {
  std::vector<std::string> names;
  for (const Row& row : kRows)
    names.emplace_back(row.nos);
  return names;
}

}  // namespace switchyard::switch_drivers
