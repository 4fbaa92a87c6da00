#include "tests/contract/driver_bench.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace switchyard::contract {

using switch_drivers::PortIntent;
using switch_drivers::PortMode;

namespace {

constexpr std::uint32_t kSwitchAsn = 65001;
constexpr std::uint32_t kFirstServerAsn = 4200000000;
constexpr const char* kPassword = "tor1-Pass-9";

switch_drivers::Attachment attachment(const std::string& vrf, int tag, int n) {
  const bool is_private = vrf == kPrivate;
  return {
      .vrf = {vrf},
      .tag = VlanId{static_cast<std::uint16_t>(tag)},
      .server_asn = Asn{kFirstServerAsn + static_cast<std::uint32_t>(n)},
      .accept = {prefix(
                     fmt::format(fmt::runtime(is_private ? "10.1.0.{}/32" : "203.0.113.{}/32"), n)),
                 prefix(fmt::format(
                     fmt::runtime(is_private ? "fd10:1::{:x}/128" : "2001:db8:113::{:x}/128"), n))},
      .advertise = {prefix(is_private ? "10.0.0.0/8" : "0.0.0.0/0"),
                    prefix(is_private ? "fd10::/16" : "::/0")}};
}

}  // namespace

std::string describe(const std::string& what,
                     const std::vector<switch_drivers::Difference>& differences) {
  constexpr std::size_t kShown = 4;
  std::string text = fmt::format("{}: {} differences\n", what, differences.size());
  for (std::size_t i = 0; i < std::min(kShown, differences.size()); ++i)
    text += fmt::format("  {} wished [{}] observed [{}]\n", differences[i].subject,
                        differences[i].wished, differences[i].observed);
  return text;
}

Prefix prefix(std::string_view text) {
  const auto parsed = parse_prefix(text);
  return parsed ? *parsed : throw std::logic_error("not a prefix: " + std::string(text));
}

PortIntent shut(const std::string& port) {
  return {.port = port, .mode = PortMode::Shut, .owner = "pool"};
}

PortIntent provisioning(const std::string& port) {
  return {.port = port,
          .mode = PortMode::Provisioning,
          .owner = "pool",
          .untagged = VlanId{100},
          .services = {*parse_ip("172.16.100.1"), *parse_ip("fd64::1")}};
}

PortIntent routed(const std::string& port, int n) {
  return {.port = port,
          .mode = PortMode::Routed,
          .owner = fmt::format("dep-{} 1", n),
          .attachments = {attachment(kPrivate, 101, n), attachment(kPublic, 201, n)}};
}

std::string frr_conf_of_server(int n) {
  return fmt::format(R"(ip prefix-list OWN-101 seq 5 permit 10.1.0.{0}/32
ipv6 prefix-list OWN-101 seq 5 permit fd10:1::{0:x}/128
ip prefix-list OWN-201 seq 5 permit 203.0.113.{0}/32
ipv6 prefix-list OWN-201 seq 5 permit 2001:db8:113::{0:x}/128
router bgp {1}
 no bgp default ipv4-unicast
 neighbor eth1.101 interface v6only remote-as {2}
 neighbor eth1.201 interface v6only remote-as {2}
 address-family ipv4 unicast
  network 10.1.0.{0}/32
  network 203.0.113.{0}/32
  neighbor eth1.101 activate
  neighbor eth1.101 prefix-list OWN-101 out
  neighbor eth1.201 activate
  neighbor eth1.201 prefix-list OWN-201 out
 exit-address-family
 address-family ipv6 unicast
  network fd10:1::{0:x}/128
  network 2001:db8:113::{0:x}/128
  neighbor eth1.101 activate
  neighbor eth1.101 prefix-list OWN-101 out
  neighbor eth1.201 activate
  neighbor eth1.201 prefix-list OWN-201 out
 exit-address-family
exit
)",
                     n, kFirstServerAsn + static_cast<std::uint32_t>(n), kSwitchAsn);
}

DriverBench::DriverBench(const std::string& nos, std::chrono::milliseconds deadline)
    : row_(fakes::tor_row(nos)) {
  switch_ = row_.make(ssh_, clock_, row_.plan("tor1", kSwitchAsn, kPorts, kPassword));
  server_ = std::make_unique<fakes::FakeServer>(
      clock_, fakes::ServerPlan{.name = "srv1",
                                .nics = {{.name = "eth1",
                                          .mac = "02:00:00:00:00:01",
                                          .cabled_to = switch_.get(),
                                          .port = port()}}});
  host_key_ = switch_->host_key();
  restart_controller(deadline);
}

std::string DriverBench::password() { return kPassword; }

switch_drivers::SwitchAccess DriverBench::access(std::chrono::milliseconds deadline) {
  return {.name = "tor1",
          .address = "127.0.0.1",
          .port = switch_->port(),
          .user = "root",
          .password = Secret(kPassword),
          .host_key = host_key_,
          .exchange_deadline = deadline};
}

void DriverBench::restart_controller(std::chrono::milliseconds deadline) {
  driver_.reset();
  auto made = switch_drivers::make_driver(row_.nos, access(deadline), {.asn = Asn{kSwitchAsn}});
  ASSERT_TRUE(made) << made.error().message;
  driver_ = std::move(*made);
}

void DriverBench::record(const switch_drivers::RecordingOptions& options) {
  driver_.reset();
  auto made = switch_drivers::make_recorded_driver(row_.nos, access(20s), {.asn = Asn{kSwitchAsn}},
                                                   options);
  ASSERT_TRUE(made) << made.error().message;
  driver_ = std::move(*made);
}

void DriverBench::advance(std::chrono::seconds by) {
  clock_.advance(by);
  switch_->run_due();
  server_->run_due();
}

void DriverBench::install_server(int n) {
  server_->set_boot_target("Pxe");
  server_->power(true);
  ASSERT_EQ(server_->state().phase, "provisioning");
  ASSERT_TRUE(server_->install({.operation = fmt::format("op-{}", n),
                                .image = "debian-12",
                                .hostname = "srv1",
                                .files = {{"/etc/frr/frr.conf", "0640", frr_conf_of_server(n)}}}));
  ASSERT_EQ(server_->state().phase, "installed");
  server_->power(false);
}

void DriverBench::make(const PortIntent& intent) {
  const std::string change = next_change();
  const auto applied =
      driver_->apply(std::vector{intent}, {.change_id = change, .undo_after = 60s});
  ASSERT_TRUE(applied) << applied.error().message;
  ASSERT_EQ(applied->size(), 1U);
  ASSERT_TRUE(applied->front().status) << applied->front().status.error().message;
  if (!applied->front().changed) return;
  const auto settled = driver_->settle(
      change, std::vector{switch_drivers::Settlement{intent.port, switch_drivers::Verdict::Keep}});
  ASSERT_TRUE(settled) << settled.error().message;
  ASSERT_EQ(settled->size(), 1U);
  ASSERT_TRUE(settled->front().status) << settled->front().status.error().message;
}

switch_drivers::PortReport DriverBench::compare(const PortIntent& intent) {
  const auto reports = driver_->compare(std::vector{intent});
  if (!reports) {
    ADD_FAILURE() << reports.error().message;
    return {.port = intent.port, .running = {{"compare", "an answer", reports.error().message}}};
  }
  return reports->front();
}

void DriverBench::expect_equal(const PortIntent& intent) {
  const auto report = compare(intent);
  EXPECT_TRUE(report.equal()) << describe("running", report.running)
                              << describe("saved", report.saved);
  expect_no_violation();
}

void DriverBench::expect_taken_back(const PortIntent& intent) {
  const auto capabilities = driver_->capabilities();
  const bool restores_saved = std::ranges::none_of(capabilities, [](const auto& one) {
    return one.name == "undo-restores-saved" && !one.supported;
  });
  if (!restores_saved) {
    const auto report = compare(intent);
    EXPECT_TRUE(report.running.empty()) << describe("running", report.running);
    make(intent);
  }
  expect_equal(intent);
}

void DriverBench::expect_no_violation() {
  const std::vector<std::string> violations = switch_->violations();
  EXPECT_TRUE(violations.empty()) << violations.size() << " violations, first: "
                                  << (violations.empty() ? "" : violations.front());
}

std::vector<std::string> DriverBench::sent() {
  std::vector<std::string> all;
  for (const fakes::SwitchLogEntry& entry : switch_->log())
    all.push_back(entry.command + "\n" + entry.input);
  return all;
}

}  // namespace switchyard::contract
