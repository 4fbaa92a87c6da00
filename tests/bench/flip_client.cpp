#include "tests/bench/flip_client.h"

#include "switch-drivers/registry.h"
#include "tests/fakes/tor_rows.h"

#include <fmt/format.h>

#include <stdexcept>

namespace switchyard::bench {

using namespace switch_drivers;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kFirstServerAsn = 4200000000U;
constexpr auto kDeadline = 120s;  // of one exchange: a bound for a hung run, not a bar

Prefix prefix(const std::string& text) {
  const auto parsed = parse_prefix(text);
  return parsed ? *parsed : throw std::logic_error("not a prefix: " + text);
}

Attachment attachment(const char* vrf, std::uint16_t tag, int server, bool is_private) {
  const int high = server / 250, low = server % 250 + 1;
  return {.vrf = {vrf},
          .tag = VlanId{tag},
          .server_asn = Asn{kFirstServerAsn + static_cast<std::uint32_t>(server)},
          .accept = {prefix(fmt::format("{}.{}.{}/32", is_private ? "10.1" : "198.18", high, low)),
                     prefix(fmt::format("{}::{:x}/128", is_private ? "fd10:1" : "2001:db8:113",
                                        server + 1))},
          .advertise = {prefix(is_private ? "10.0.0.0/8" : "0.0.0.0/0"),
                        prefix(is_private ? "fd10::/16" : "::/0")}};
}

[[noreturn]] void fail(const FarmSwitch& device, const Error& error) {
  throw std::runtime_error(device.name + ": " + error.message);
}

}  // namespace

PortIntent wish(const FarmSwitch& device, int port, int ports, Mode mode) {
  const int server = device.index / 2 * ports + port - 1;
  PortIntent intent{.port = fakes::tor_row(device.nos).port_name(port),
                    .owner = fmt::format("srv{} 1", server)};
  if (mode == Mode::Provisioning) {
    intent.mode = PortMode::Provisioning;
    intent.untagged = VlanId{100};
  } else {
    intent.mode = PortMode::Routed;
    intent.attachments = {attachment("vrf-prv", 101, server, true),
                          attachment("vrf-pub", 201, server, false)};
  }
  return intent;
}

std::vector<PortIntent> wishes_of_switch(const FarmSwitch& device, int ports, Mode mode) {
  std::vector<PortIntent> wished;
  for (int port = 1; port <= ports; ++port)
    wished.push_back(wish(device, port, ports, mode));
  return wished;
}

Driver& FlipClient::driver() {
  if (!driver_) {
    auto made = make_driver(device_.nos,
                            {.name = device_.name,
                             .address = "127.0.0.1",
                             .port = device_.port,
                             .password = Secret(kSwitchPassword),
                             .host_key = device_.host_key,
                             .exchange_deadline = kDeadline},
                            {.asn = Asn{device_.asn}});
    if (!made) fail(device_, made.error());
    driver_ = std::move(*made);
  }
  return *driver_;
}

void FlipClient::flip(const std::vector<PortIntent>& wished) {
  if (ensure(wished) != wished.size()) fail(device_, {Errc::Conflict, "a port was so already"});
}

std::size_t FlipClient::ensure(const std::vector<PortIntent>& wished) {
  const std::string change = fmt::format("bench-{}", ++changes_);
  const auto applied = driver().apply(wished, {.change_id = change, .undo_after = 600s});
  if (!applied) fail(device_, applied.error());
  std::vector<Settlement> verdicts;
  for (const PortOutcome& outcome : *applied) {
    if (!outcome.status) fail(device_, outcome.status.error());
    if (outcome.changed) verdicts.push_back({outcome.port, Verdict::Keep});
  }
  if (verdicts.empty()) return 0;
  const auto settled = driver().settle(change, verdicts);
  if (!settled) fail(device_, settled.error());
  for (const PortOutcome& outcome : *settled)
    if (!outcome.status) fail(device_, outcome.status.error());
  return verdicts.size();
}

void FlipClient::flip_but(const std::vector<PortIntent>& wished, std::string_view failing) {
  const std::string change = fmt::format("bench-{}", ++changes_);
  const auto applied = driver().apply(wished, {.change_id = change, .undo_after = 600s});
  if (!applied) fail(device_, applied.error());
  std::vector<Settlement> verdicts;
  for (const PortOutcome& outcome : *applied) {
    const bool fails = outcome.port == failing;
    if (fails && outcome.status) fail(device_, {Errc::Conflict, outcome.port + " did not fail"});
    if (!fails && !outcome.status) fail(device_, outcome.status.error());
    if (!fails) verdicts.push_back({outcome.port, Verdict::Keep});
    if (fails && outcome.changed) verdicts.push_back({outcome.port, Verdict::Undo});
  }
  const auto settled = driver().settle(change, verdicts);
  if (!settled) fail(device_, settled.error());
  for (const PortOutcome& outcome : *settled)
    if (outcome.port != failing && !outcome.status) fail(device_, outcome.status.error());
}

void FlipClient::confirm(const std::vector<PortIntent>& wished) {
  const auto reports = driver().compare(wished);
  if (!reports) fail(device_, reports.error());
  for (const PortReport& report : *reports)
    if (!report.equal()) fail(device_, {Errc::Conflict, report.port + " is not as wished"});
}

}  // namespace switchyard::bench
