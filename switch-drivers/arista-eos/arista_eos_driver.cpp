#include "switch-drivers/arista-eos/arista_eos_driver.h"

#include "switch-drivers/arista-eos/apply_run.h"
#include "switch-drivers/arista-eos/capabilities.h"
#include "switch-drivers/arista-eos/exchange.h"
#include "switch-drivers/arista-eos/policy.h"
#include "switch-drivers/arista-eos/requirements.h"
#include "switch-drivers/arista-eos/settle_run.h"
#include "switch-drivers/call_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace switchyard::switch_drivers::arista_eos {

namespace {

class AristaEosDriver final : public Driver {
 public:
  AristaEosDriver(const SwitchAccess& access, SwitchContext context,
                  std::unique_ptr<HttpClient> client)
      : name_(access.name),
        context_(std::move(context)),
        deadline_(access.exchange_deadline),
        client_(std::move(client)) {}

  std::vector<Capability> capabilities() const override { return arista_eos::capabilities(); }

  Result<SwitchFacts> probe() override;
  Result<std::vector<PortReport>> compare(std::span<const PortIntent> wished) override;
  Result<std::vector<PortOutcome>> apply(std::span<const PortIntent> wished,
                                         const ApplyOptions& options) override;
  Result<std::vector<PortOutcome>> settle(std::string_view change_id,
                                          std::span<const Settlement> ports) override;
  Result<std::vector<SessionReport>> sessions(std::span<const PortIntent> ports) override;

 private:
  struct Asked {
    std::size_t report{};
    std::string vrf{};
  };

  Status read_routes(SwitchSession& session, std::vector<SessionReport>& reports,
                     const std::vector<Asked>& asked, const std::vector<std::string>& commands);

  [[nodiscard]] SwitchSession begin() { return {*client_, deadline_}; }

  tl::unexpected<Error> named(const Error& error) const {
    return tl::unexpected(error.in("switch " + name_));
  }

  std::string name_;
  SwitchContext context_;
  std::chrono::milliseconds deadline_;
  std::unique_ptr<HttpClient> client_;
  std::optional<ArmedChange> armed_{};
};

Result<SwitchFacts> AristaEosDriver::probe() {
  SwitchSession session = begin();
  const auto observed = session.run_and_observe({show_version(), show_hostname()});
  if (!observed) return named(observed.error());
  auto identity = parse_version(observed->outputs[0]);
  if (!identity) return named(identity.error());
  auto hostname = parse_hostname(observed->outputs[1]);
  if (!hostname) return named(hostname.error());
  SwitchFacts facts{.nos_version = std::move(identity->version),
                    .hostname = std::move(*hostname),
                    .boot_id = std::move(identity->boot),
                    .vrfs = usable_vrfs(observed->running, context_.asn),
                    .ports = ports_of(observed->running),
                    .problems = problems_of(observed->running, context_)};
  if (observed->running.contains({fmt::format("router bgp {}", context_.asn.value)}))
    facts.asn = context_.asn;
  return facts;
}

Result<std::vector<PortReport>> AristaEosDriver::compare(std::span<const PortIntent> wished) {
  if (auto status = check_all(wished, check_policy); !status) return tl::unexpected(status.error());
  SwitchSession session = begin();
  const auto observed = session.run_and_observe({});
  if (!observed) return named(observed.error());
  std::vector<PortReport> reports;
  for (const PortIntent& intent : wished) {
    const PortLines lines = wished_lines(intent, context_);
    reports.push_back(
        {.port = intent.port,
         .running = differences(lines, observed_lines(observed->running, intent.port, lines)),
         .saved = differences(lines, observed_lines(observed->saved, intent.port, lines))});
  }
  return reports;
}

Result<std::vector<PortOutcome>> AristaEosDriver::apply(std::span<const PortIntent> wished,
                                                        const ApplyOptions& options) {
  if (auto status = check_all(wished, check_policy); !status) return tl::unexpected(status.error());
  if (auto status = check_options(options); !status) return tl::unexpected(status.error());
  SwitchSession session = begin();
  ApplyRun run(session, context_, options);
  auto outcomes = run.run(wished);
  if (run.armed()) armed_ = run.armed();
  if (!outcomes) return named(outcomes.error());
  return outcomes;
}

Result<std::vector<PortOutcome>> AristaEosDriver::settle(std::string_view change_id,
                                                         std::span<const Settlement> ports) {
  if (auto status = check_change_id(change_id); !status) return tl::unexpected(status.error());
  for (const Settlement& port : ports)
    if (auto name = parse_port_name(port.port); !name) return tl::unexpected(name.error());
  SwitchSession session = begin();
  auto outcomes = SettleRun(session, change_id, armed_).run(ports);
  if (!outcomes) return named(outcomes.error());
  if (armed_ && armed_->id == change_id) armed_.reset();
  return outcomes;
}

Result<std::vector<SessionReport>> AristaEosDriver::sessions(std::span<const PortIntent> ports) {
  if (auto status = check_all(ports, check_policy); !status) return tl::unexpected(status.error());
  SwitchSession session = begin();
  const std::vector<std::string> summary{show_bgp_summary()};
  const auto shown = session.run(summary);
  if (!shown) return named(shown.error());
  if (!shown->ok()) return named(rejected(*shown, summary));
  const auto peers = parse_bgp_summary(shown->outputs[0]);
  if (!peers) return named(peers.error());
  std::vector<SessionReport> reports;
  std::vector<Asked> asked;
  std::vector<std::string> commands;
  for (const PortIntent& port : ports) {
    for (const Attachment& attachment : port.attachments) {
      SessionReport report{.port = port.port, .vrf = attachment.vrf, .tag = attachment.tag};
      const auto found = peers->find(
          {attachment.vrf.value, fmt::format("{}.{}", port.port, attachment.tag.value)});
      if (found != peers->end()) {
        report.state = found->second.state;
        report.remote_asn = found->second.remote_asn;
        report.established_for = found->second.established_for;
      }
      if (report.state == "Established") {
        asked.push_back({reports.size(), attachment.vrf.value});
        for (const Family family : {Family::V4, Family::V6})
          for (const char* which : {"received-routes", "routes"})
            commands.push_back(
                show_bgp_routes(found->second.peer, family, which, attachment.vrf.value));
      }
      reports.push_back(std::move(report));
    }
  }
  if (auto status = read_routes(session, reports, asked, commands); !status)
    return named(status.error());
  return reports;
}

// Four commands a session: IPv4 received and accepted, IPv6 received and accepted.
Status AristaEosDriver::read_routes(SwitchSession& session, std::vector<SessionReport>& reports,
                                    const std::vector<Asked>& asked,
                                    const std::vector<std::string>& commands) {
  if (asked.empty()) return {};
  const auto shown = session.run(commands);
  if (!shown) return tl::unexpected(shown.error());
  if (!shown->ok()) return tl::unexpected(rejected(*shown, commands));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    std::array<std::vector<Prefix>, 2> routes;  // received, accepted
    for (std::size_t part = 0; part < 4; ++part) {
      auto some = parse_routes(shown->outputs[4 * i + part], asked[i].vrf);
      if (!some) return tl::unexpected(some.error());
      auto& all = routes.at(part % 2);
      all.insert(all.end(), some->begin(), some->end());
    }
    for (auto& all : routes)
      std::sort(all.begin(), all.end());
    SessionReport& report = reports[asked[i].report];
    report.refused = refused(routes[0], routes[1]);
    report.accepted = std::move(routes[1]);
  }
  return {};
}

}  // namespace

std::unique_ptr<Driver> make_arista_eos_driver(const SwitchAccess& access, SwitchContext context,
                                               std::unique_ptr<HttpClient> client) {
  return std::make_unique<AristaEosDriver>(access, std::move(context), std::move(client));
}

}  // namespace switchyard::switch_drivers::arista_eos
