#include "switch-drivers/sonic/sonic_driver.h"

#include "switch-drivers/call_check.h"
#include "switch-drivers/frr/instance.h"
#include "switch-drivers/frr/policy.h"
#include "switch-drivers/frr/sessions.h"
#include "switch-drivers/handle/outcome.h"
#include "switch-drivers/sonic/capabilities.h"
#include "switch-drivers/sonic/change.h"
#include "switch-drivers/sonic/exchange.h"
#include "switch-drivers/sonic/names.h"
#include "switch-drivers/sonic/observation.h"
#include "switch-drivers/sonic/requirements.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace switchyard::switch_drivers::sonic {

namespace {

class SonicDriver final : public Driver {
 public:
  SonicDriver(const SwitchAccess& access, const SwitchContext& context,
              std::unique_ptr<Shell> shell)
      : name_(access.name),
        asn_(context.asn),
        deadline_(access.exchange_deadline),
        shell_(std::move(shell)) {}

  std::vector<Capability> capabilities() const override { return sonic::capabilities(seen_); }

  Result<SwitchFacts> probe() override;
  Result<std::vector<PortReport>> compare(std::span<const PortIntent> wished) override;
  Result<std::vector<PortOutcome>> apply(std::span<const PortIntent> wished,
                                         const ApplyOptions& options) override;
  Result<std::vector<PortOutcome>> settle(std::string_view change_id,
                                          std::span<const Settlement> ports) override;
  Result<std::vector<SessionReport>> sessions(std::span<const PortIntent> ports) override;

 private:
  Result<Observation> look(std::vector<Command> before = {},
                           const std::vector<Command>& after = {});
  Result<PortState> wish_of(const PortIntent& intent, const SwitchState& observed);
  Result<std::optional<PortChange>> change_of(const PortIntent& intent, const SwitchState& observed,
                                              const handle::ArmedChanges& armed,
                                              const std::string& change_id);
  Status carry_out(const std::vector<PortChange>& changes, const SwitchState& observed,
                   const ApplyOptions& options, std::vector<PortOutcome>& outcomes);
  Result<Observation> open(const std::vector<PortChange>& changes, Observation read_back,
                           const std::string& change_id);
  PortOutcome settled(const Settlement& port, const Answer& verdict, const Answer& record,
                      const SwitchState& observed);
  Status clear_away(const SwitchState& observed);

  tl::unexpected<Error> named(const Error& error) const {
    return tl::unexpected(error.in("switch " + name_));
  }

  std::string name_;
  Asn asn_;
  std::chrono::milliseconds deadline_;
  std::unique_ptr<Shell> shell_;
  WishContext seen_{};  // what the image and the ASIC can, as last read
  frr::PolicyMemo policies_{};
};

Result<Observation> SonicDriver::look(std::vector<Command> before,
                                      const std::vector<Command>& after) {
  auto observed = observe(*shell_, deadline_, std::move(before), after);
  if (observed) seen_ = wish_context(observed->state, asn_);
  return observed;
}

Result<PortState> SonicDriver::wish_of(const PortIntent& intent, const SwitchState& observed) {
  return wished_state(intent, wish_context(observed, asn_), policies_);
}

Result<SwitchFacts> SonicDriver::probe() {
  auto observed = look({read_boot_id(), read_hostname(), read_version()});
  if (!observed) return named(observed.error());
  const SwitchState& state = observed->state;
  SwitchFacts facts;
  facts.boot_id = handle::first_line(observed->before[0].output);
  facts.hostname = handle::first_line(observed->before[1].output);
  facts.nos_version = handle::first_line(observed->before[2].output);
  facts.asn = frr::asn_of(*state.running);
  for (const auto& [key, fields] : state.db) {
    if (key.table == "PORT" && check_port(key.key)) facts.ports.push_back(key.key);
    if (key.table == "VRF" && frr::check_instance(*state.running, frr::instance_of(asn_, key.key)))
      facts.vrfs.push_back(intent_vrf(key.key));
  }
  facts.problems = problems_of({.db = state.db, .routing = *state.running, .asn = asn_});
  return facts;
}

Result<std::vector<PortReport>> SonicDriver::compare(std::span<const PortIntent> wished) {
  if (auto status = check_all(wished, frr::check_policy); !status)
    return tl::unexpected(status.error());
  const auto observed = look();
  if (!observed) return named(observed.error());
  std::vector<PortReport> reports;
  for (const PortIntent& intent : wished) {
    const auto wish = wish_of(intent, observed->state);
    if (!wish) return named(wish.error());
    reports.push_back(compare_states(*wish, port_state(observed->state, intent.port)));
  }
  return reports;
}

// Nothing when the port is as wished and nothing waits to take it back, or only this very change.
Result<std::optional<PortChange>> SonicDriver::change_of(const PortIntent& intent,
                                                         const SwitchState& observed,
                                                         const handle::ArmedChanges& armed,
                                                         const std::string& change_id) {
  if (auto status = check_requirements(
          intent, {.db = observed.db, .routing = *observed.running, .asn = asn_});
      !status)
    return tl::unexpected(status.error());
  auto wish = wish_of(intent, observed);
  if (!wish) return tl::unexpected(wish.error());
  PortChange change{
      .wish = intent, .before = port_state(observed, intent.port), .after = std::move(*wish)};
  const PortReport report = compare_states(change.after, change.before);
  auto older = handle::takeover(
      intent, {.runs = report.running.empty(), .saved = report.saved.empty()}, armed, change_id);
  if (!older) return std::optional<PortChange>{};
  if (auto status = handle::check_superseded(intent.port, older->superseded, change_id); !status)
    return tl::unexpected(status.error());
  change.older = std::move(*older);
  change.plan = plan_port(change.before, change.after, observed.running->shared);
  return std::optional{std::move(change)};
}

Result<std::vector<PortOutcome>> SonicDriver::apply(std::span<const PortIntent> wished,
                                                    const ApplyOptions& options) {
  if (auto status = check_all(wished, frr::check_policy); !status)
    return tl::unexpected(status.error());
  if (auto status = check_options(options); !status) return tl::unexpected(status.error());
  const auto observed = look();
  if (!observed) return named(observed.error());
  const handle::ArmedChanges armed = handle::parse_armed(observed->armed);
  std::vector<PortOutcome> outcomes;
  std::vector<PortChange> changes;
  for (const PortIntent& intent : wished) {
    PortOutcome outcome{.port = intent.port};
    auto change = change_of(intent, observed->state, armed, options.change_id);
    if (!change) outcome.status = tl::unexpected(change.error());
    if (change && *change) changes.push_back(std::move(**change));
    outcomes.push_back(std::move(outcome));
  }
  if (changes.empty()) return outcomes;
  if (auto status = carry_out(changes, observed->state, options, outcomes); !status)
    return named(status.error());
  return outcomes;
}

Status SonicDriver::carry_out(const std::vector<PortChange>& changes, const SwitchState& observed,
                              const ApplyOptions& options, std::vector<PortOutcome>& outcomes) {
  ChangeCommands built = change_commands(options, changes, observed);
  auto read_back = look(std::move(built.commands));
  if (!read_back) return tl::unexpected(read_back.error());
  const std::span<const Answer> answers{read_back->before};
  if (answers[built.arm].status != 0) {
    return failure(Errc::Rejected,
                   "the timer that would take the change back could not be started, so "
                   "nothing was changed: " +
                       handle::first_line(answers[built.arm].output));
  }
  std::string said_first = handle::complaint(answers.subspan(built.arm));
  auto opened = open(changes, std::move(*read_back), options.change_id);
  if (!opened) return tl::unexpected(opened.error());
  if (said_first.empty()) said_first = handle::complaint(opened->before);
  for (const PortChange& change : changes) {
    const std::string& port = change.wish.port;
    const auto outcome = std::ranges::find(outcomes, port, &PortOutcome::port);
    // What is saved is settle()'s business.
    *outcome = handle::judged(
        port, running_differences(change.after, port_state(opened->state, port)), said_first);
  }
  return {};
}

// Opens the ports that read back as they should but for that.
Result<Observation> SonicDriver::open(const std::vector<PortChange>& changes, Observation read_back,
                                      const std::string& change_id) {
  std::vector<const PortChange*> good;
  for (const PortChange& change : changes) {
    const PortState now = port_state(read_back.state, change.wish.port);
    if (only_lacks_opening(running_differences(change.after, now))) good.push_back(&change);
  }
  std::vector<Command> commands = opening_commands(change_id, good);
  read_back.before.clear();
  if (commands.empty()) return read_back;
  return look(std::move(commands));
}

Result<std::vector<PortOutcome>> SonicDriver::settle(std::string_view change_id,
                                                     std::span<const Settlement> ports) {
  if (auto status = check_change_id(change_id); !status) return tl::unexpected(status.error());
  std::vector<Command> verdicts, saving, records;
  for (const Settlement& port : ports) {
    if (auto status = check_port(port.port); !status) return tl::unexpected(status.error());
    const bool keeps = port.verdict == Verdict::Keep;
    verdicts.push_back(keeps ? handle::keep(change_id, port.port)
                             : handle::undo(change_id, port.port));
    records.push_back(keeps ? handle::read_kept(change_id, port.port)
                            : handle::read_undone(change_id, port.port));
    if (keeps) saving.push_back(handle::save_port(change_id, port.port));
  }
  std::vector<Command> commands = std::move(verdicts);
  commands.insert(commands.end(), records.begin(), records.end());
  // FRR is saved before the rows: a reboot in between brings a closed port and idle neighbours.
  commands.push_back(write_memory());
  commands.insert(commands.end(), saving.begin(), saving.end());
  commands.push_back(flush_disk());
  const auto observed =
      look(std::move(commands), {handle::sweep(change_id), handle::finish(change_id)});
  if (!observed) return named(observed.error());
  std::vector<PortOutcome> outcomes;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    outcomes.push_back(settled(ports[i], observed->before[i], observed->before[ports.size() + i],
                               observed->state));
  }
  if (auto status = clear_away(observed->state); !status) return named(status.error());
  return outcomes;
}

PortOutcome SonicDriver::settled(const Settlement& port, const Answer& verdict,
                                 const Answer& record, const SwitchState& observed) {
  if (verdict.status != 0 || record.status != 0) return handle::unknown_change(port.port);
  const PortState now = port_state(observed, port.port);
  PortOutcome outcome{.port = port.port, .changed = true};
  if (port.verdict == Verdict::Undo) {
    const auto parsed = handle::parse_undo(record.output);
    if (parsed)
      return handle::judged(port.port, handle::difference(parsed->before, facts_to_restore(now)),
                            handle::first_line(verdict.output));
    outcome.status = tl::unexpected(parsed.error().in("port " + port.port));
    return outcome;
  }
  const auto intent = handle::parse_undo_wish(record.output);
  const auto wish = intent ? wish_of(*intent, observed) : tl::unexpected(intent.error());
  if (!wish) {
    outcome.status = tl::unexpected(wish.error().in("port " + port.port));
    return outcome;
  }
  PortReport report = compare_states(*wish, now);
  report.running.insert(report.running.end(), report.saved.begin(), report.saved.end());
  return handle::judged(port.port, std::move(report.running), {});
}

// An undo leaves shared objects behind, because it cannot know who else uses them by then.
Status SonicDriver::clear_away(const SwitchState& observed) {
  const std::string lines = unused_frr(observed);
  if (lines.empty()) return {};
  const std::vector<Command> commands{frr_batch(lines), write_memory()};
  const auto answers = shell_->run(commands, deadline_);
  if (!answers) return tl::unexpected(answers.error());
  return {};
}

Result<std::vector<SessionReport>> SonicDriver::sessions(std::span<const PortIntent> ports) {
  if (auto status = check_all(ports, frr::check_policy); !status)
    return tl::unexpected(status.error());
  std::vector<frr::AskedSession> asked;
  for (const PortIntent& port : ports) {
    for (const Attachment& one : port.attachments) {
      const auto vrf = vrf_name(one.vrf);
      if (!vrf) return named(vrf.error());
      asked.push_back({.port = port.port,
                       .vrf = one.vrf,
                       .tag = one.tag,
                       .names = {.interface = subinterface_name(port.port, one.tag), .vrf = *vrf}});
    }
  }
  auto reports = frr::read_sessions(*shell_, deadline_, kVtysh, asked);
  if (!reports) return named(reports.error());
  return reports;
}

}  // namespace

std::unique_ptr<Driver> make_sonic_driver(const SwitchAccess& access, const SwitchContext& context,
                                          std::unique_ptr<Shell> shell) {
  return std::make_unique<SonicDriver>(access, context, std::move(shell));
}

}  // namespace switchyard::switch_drivers::sonic
