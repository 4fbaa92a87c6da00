#include "switch-drivers/linux-frr/linux_frr_driver.h"

#include "switch-drivers/call_check.h"
#include "switch-drivers/frr/instance.h"
#include "switch-drivers/frr/policy.h"
#include "switch-drivers/frr/sessions.h"
#include "switch-drivers/handle/change.h"
#include "switch-drivers/handle/outcome.h"
#include "switch-drivers/linux-frr/capabilities.h"
#include "switch-drivers/linux-frr/change.h"
#include "switch-drivers/linux-frr/difference.h"
#include "switch-drivers/linux-frr/exchange.h"
#include "switch-drivers/linux-frr/observation.h"
#include "switch-drivers/linux-frr/requirements.h"
#include "switch-drivers/linux-frr/wish.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace switchyard::switch_drivers::linux_frr {

namespace {

using handle::check_superseded;
using handle::complaint;
using handle::first_line;
using handle::judged;
using handle::names_of;

std::vector<std::string> subinterfaces_of(std::span<const PortIntent> ports) {
  std::vector<std::string> names;
  for (const PortIntent& port : ports) {
    for (const Attachment& attachment : port.attachments) {
      names.push_back(fmt::format("{}.{}", port.port, attachment.tag.value));
    }
  }
  return names;
}

bool is_about_opening(const Difference& difference) {
  return difference.subject.ends_with(" state") && difference.wished == "up" &&
         difference.observed == "down";
}

class LinuxFrrDriver final : public Driver {
 public:
  LinuxFrrDriver(const SwitchAccess& access, SwitchContext context, std::unique_ptr<Shell> shell)
      : name_(access.name),
        context_(std::move(context)),
        deadline_(access.exchange_deadline),
        shell_(std::move(shell)),
        observer_(*shell_, access.exchange_deadline) {}

  std::vector<Capability> capabilities() const override { return linux_frr::capabilities(); }

  Result<SwitchFacts> probe() override;
  Result<std::vector<PortReport>> compare(std::span<const PortIntent> wished) override;
  Result<std::vector<PortOutcome>> apply(std::span<const PortIntent> wished,
                                         const ApplyOptions& options) override;
  Result<std::vector<PortOutcome>> settle(std::string_view change_id,
                                          std::span<const Settlement> ports) override;
  Result<std::vector<SessionReport>> sessions(std::span<const PortIntent> ports) override;

 private:
  WishContext wish_context(const std::string& port, const SwitchState& observed) const;
  PortState wish_of(const PortIntent& intent, const SwitchState& observed);
  std::optional<PortChange> change_of(const PortIntent& intent, const SwitchState& observed,
                                      const ArmedChanges& all_armed, const std::string& change_id);
  Status carry_out(const std::vector<PortChange>& changes, const SwitchState& observed,
                   const ApplyOptions& options, std::vector<PortOutcome>& outcomes);
  Result<SwitchState> correct(const std::vector<PortChange>& changes, SwitchState observed,
                              const ApplyOptions& options);
  PortOutcome settled(const Settlement& port, const Answer& verdict, const Answer& record,
                      const SwitchState& observed);
  Status clear_away(const SwitchState& observed);

  tl::unexpected<Error> named(const Error& error) const {
    return tl::unexpected(error.in("switch " + name_));
  }

  std::string name_;
  SwitchContext context_;
  std::chrono::milliseconds deadline_;
  std::unique_ptr<Shell> shell_;
  Observer observer_;
  PolicyMemo policies_{};
};

Result<SwitchFacts> LinuxFrrDriver::probe() {
  auto observed = observer_.observe(
      {}, {}, {read_boot_id(), read_hostname(), read_frr_version(), read_sources()});
  if (!observed) return named(observed.error());
  const SwitchState& state = observed->state;
  SwitchFacts facts;
  facts.boot_id = first_line(observed->before[0].output);
  facts.hostname = first_line(observed->before[1].output);
  facts.nos_version = first_line(observed->before[2].output);
  facts.vrfs = usable_vrfs(state, context_.asn);
  facts.asn = frr::asn_of(*state.running);
  for (const auto& [name, link] : state.links) {
    if (is_port_kind(link.kind) && name != "lo" && parse_port_name(name))
      facts.ports.push_back(name);
  }
  facts.problems = problems_of(state, context_);
  if (observed->before[3].output.find("interfaces.d/*") == std::string::npos) {
    facts.problems.emplace_back(
        "/etc/network/interfaces has no \"source /etc/network/interfaces.d/*\", so ports do not "
        "come back");
  }
  return facts;
}

WishContext LinuxFrrDriver::wish_context(const std::string& port,
                                         const SwitchState& observed) const {
  WishContext wish{.asn = context_.asn,
                   .bridge = context_.bridge,
                   .quarantine = context_.quarantine,
                   .frr_version = observed.running->version};
  if (const auto link = observed.links.find(port); link != observed.links.end()) {
    wish.port_mtu = link->second.mtu;
    wish.port_max_mtu = link->second.max_mtu;
  }
  return wish;
}

PortState LinuxFrrDriver::wish_of(const PortIntent& intent, const SwitchState& observed) {
  return wished_state(intent, wish_context(intent.port, observed), policies_);
}

Result<std::vector<PortReport>> LinuxFrrDriver::compare(std::span<const PortIntent> wished) {
  if (auto status = check_all(wished, frr::check_policy); !status)
    return tl::unexpected(status.error());
  const auto observed = observer_.observe(names_of(wished), subinterfaces_of(wished));
  if (!observed) return named(observed.error());
  std::vector<PortReport> reports;
  for (const PortIntent& intent : wished) {
    reports.push_back(
        compare_states(wish_of(intent, observed->state), port_state(observed->state, intent.port)));
  }
  return reports;
}

std::optional<PortChange> LinuxFrrDriver::change_of(const PortIntent& intent,
                                                    const SwitchState& observed,
                                                    const ArmedChanges& all_armed,
                                                    const std::string& change_id) {
  PortChange change{.wish = intent,
                    .before = port_state(observed, intent.port),
                    .after = wish_of(intent, observed)};
  const bool runs = runs_as_wished(change.after, change.before);
  auto older = handle::takeover(
      intent, {.runs = runs, .saved = runs && is_saved_as_wished(change.after, change.before)},
      all_armed, change_id);
  if (!older) return std::nullopt;
  change.older = std::move(*older);
  return change;
}

Result<std::vector<PortOutcome>> LinuxFrrDriver::apply(std::span<const PortIntent> wished,
                                                       const ApplyOptions& options) {
  if (auto status = check_all(wished, frr::check_policy); !status)
    return tl::unexpected(status.error());
  if (auto status = check_options(options); !status) return tl::unexpected(status.error());
  const auto observed = observer_.observe(names_of(wished), subinterfaces_of(wished));
  if (!observed) return named(observed.error());
  const ArmedChanges armed = parse_armed(observed->armed);
  std::vector<PortOutcome> outcomes;
  std::vector<PortChange> changes;
  for (const PortIntent& intent : wished) {
    PortOutcome outcome{.port = intent.port};
    outcome.status = check_requirements(intent, observed->state, context_);
    std::optional<PortChange> change;
    if (outcome.status) change = change_of(intent, observed->state, armed, options.change_id);
    if (change)
      outcome.status = check_superseded(intent.port, change->older.superseded, options.change_id);
    if (change && outcome.status) changes.push_back(std::move(*change));
    outcomes.push_back(std::move(outcome));
  }
  if (changes.empty()) return outcomes;
  if (auto status = carry_out(changes, observed->state, options, outcomes); !status)
    return named(status.error());
  return outcomes;
}

Status LinuxFrrDriver::carry_out(const std::vector<PortChange>& changes,
                                 const SwitchState& observed, const ApplyOptions& options,
                                 std::vector<PortOutcome>& outcomes) {
  std::vector<std::string> ports;
  std::vector<std::string> subinterfaces;
  for (const PortChange& change : changes) {
    ports.push_back(change.wish.port);
    for (const auto& [name, sub] : change.after.subinterfaces)
      subinterfaces.push_back(name);
  }
  ChangeCommands built = change_commands(options, changes, observed, context_);
  auto read_back = observer_.observe(ports, subinterfaces, std::move(built.commands));
  if (!read_back) return tl::unexpected(read_back.error());
  const std::span<const Answer> answers{read_back->before};
  if (answers[built.arm].status != 0) {
    return failure(Errc::Rejected,
                   "the timer that would take the change back could not be started, so "
                   "nothing was changed: " +
                       first_line(answers[built.arm].output));
  }
  const std::string said_first = complaint(answers.subspan(built.arm));
  auto final_state = correct(changes, std::move(read_back->state), options);
  if (!final_state) return tl::unexpected(final_state.error());
  for (const PortChange& change : changes) {
    const auto outcome = std::find_if(outcomes.begin(), outcomes.end(), [&](const PortOutcome& o) {
      return o.port == change.wish.port;
    });
    // What is saved is settle()'s business.
    const std::string& port = change.wish.port;
    const PortState now = port_state(*final_state, port);
    const bool same_wish = wish_context(port, *final_state) == wish_context(port, observed);
    auto remaining = same_wish ? running_differences(change.after, now)
                               : running_differences(wish_of(change.wish, *final_state), now);
    *outcome = judged(change.wish.port, std::move(remaining), said_first);
  }
  return {};
}

// A complaint from any port keeps all ports of the change closed; those that read back well are
// opened now. One that took every line and still reads back wrong is closed.
Result<SwitchState> LinuxFrrDriver::correct(const std::vector<PortChange>& changes,
                                            SwitchState observed, const ApplyOptions& options) {
  std::vector<std::string> lines;
  std::vector<std::string> ports;
  const PlanContext plan_context{.shared_present = observed.running->shared,
                                 .quarantine = context_.quarantine};
  for (const PortChange& change : changes) {
    ports.push_back(change.wish.port);
    const PortState now = port_state(observed, change.wish.port);
    const auto remaining = running_differences(change.after, now);
    if (remaining.empty()) continue;
    const PortPlan plan = plan_port(change.before, change.after, plan_context);
    if (std::all_of(remaining.begin(), remaining.end(), is_about_opening)) {
      lines.insert(lines.end(), plan.open.begin(), plan.open.end());
    } else if (plan.through_shut && now.up) {
      lines.insert(lines.end(), plan.close.begin(), plan.close.end());
    }
  }
  if (lines.empty()) return observed;
  auto again = observer_.observe(ports, {}, correction_commands(options.change_id, lines));
  if (!again) return tl::unexpected(again.error());
  return std::move(again->state);
}

Result<std::vector<PortOutcome>> LinuxFrrDriver::settle(std::string_view change_id,
                                                        std::span<const Settlement> ports) {
  if (auto status = check_change_id(change_id); !status) return tl::unexpected(status.error());
  std::vector<std::string> names;
  std::vector<Command> verdicts, saving, records;
  for (const Settlement& port : ports) {
    if (auto name = parse_port_name(port.port); !name) return tl::unexpected(name.error());
    names.push_back(port.port);
    const bool keeps = port.verdict == Verdict::Keep;
    verdicts.push_back(keeps ? keep(change_id, port.port) : undo(change_id, port.port));
    records.push_back(keeps ? read_kept(change_id, port.port) : read_undone(change_id, port.port));
    if (keeps) saving.push_back(handle::save_port(change_id, port.port));
  }
  std::vector<Command> commands = verdicts;
  commands.insert(commands.end(), records.begin(), records.end());
  // FRR is saved before the snippets: a reboot in between brings a closed port and idle neighbours.
  commands.push_back(write_memory());
  commands.insert(commands.end(), saving.begin(), saving.end());
  commands.push_back(flush_disk());
  const auto observed =
      observer_.observe(names, {}, std::move(commands), {sweep(change_id), finish(change_id)});
  if (!observed) return named(observed.error());
  std::vector<PortOutcome> outcomes;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    outcomes.push_back(settled(ports[i], observed->before[i], observed->before[ports.size() + i],
                               observed->state));
  }
  if (auto status = clear_away(observed->state); !status) return named(status.error());
  return outcomes;
}

PortOutcome LinuxFrrDriver::settled(const Settlement& port, const Answer& verdict,
                                    const Answer& record, const SwitchState& observed) {
  PortOutcome outcome{.port = port.port, .changed = true};
  if (verdict.status != 0 || record.status != 0) return handle::unknown_change(port.port);
  const PortState now = port_state(observed, port.port);
  if (port.verdict == Verdict::Undo) {
    const auto parsed = parse_undo(record.output);
    if (parsed) return judged(port.port, difference(parsed->before, facts_to_restore(now)), {});
    outcome.status = tl::unexpected(parsed.error().in("port " + port.port));
    return outcome;
  }
  const auto wish = parse_undo_wish(record.output);
  if (!wish) {
    outcome.status = tl::unexpected(wish.error().in("port " + port.port));
    return outcome;
  }
  PortReport report = compare_states(wish_of(*wish, observed), now);
  report.running.insert(report.running.end(), report.saved.begin(), report.saved.end());
  return judged(port.port, std::move(report.running), {});
}

// An undo leaves shared objects behind, because it cannot know who else uses them by then.
Status LinuxFrrDriver::clear_away(const SwitchState& observed) {
  std::set<std::string> needs;
  for (const auto& [port, keys] : observed.running->needs_by_port)
    needs.insert(keys.begin(), keys.end());
  const std::string lines =
      render_frr(remove_objects(unused_objects(observed.running->objects, needs)));
  if (lines.empty()) return {};
  const std::vector<Command> commands{frr_batch(lines), write_memory()};
  const auto answers = shell_->run(commands, deadline_);
  if (!answers) return tl::unexpected(answers.error());
  return {};
}

Result<std::vector<SessionReport>> LinuxFrrDriver::sessions(std::span<const PortIntent> ports) {
  if (auto status = check_all(ports, frr::check_policy); !status)
    return tl::unexpected(status.error());
  std::vector<frr::AskedSession> asked;
  for (const PortIntent& port : ports) {
    for (const Attachment& one : port.attachments) {
      asked.push_back({.port = port.port,
                       .vrf = one.vrf,
                       .tag = one.tag,
                       .names = {.interface = fmt::format("{}.{}", port.port, one.tag.value),
                                 .vrf = one.vrf.value}});
    }
  }
  auto reports = frr::read_sessions(*shell_, deadline_, "vtysh", asked);
  if (!reports) return named(reports.error());
  return reports;
}

}  // namespace

std::unique_ptr<Driver> make_linux_frr_driver(const SwitchAccess& access, SwitchContext context,
                                              std::unique_ptr<Shell> shell) {
  return std::make_unique<LinuxFrrDriver>(access, std::move(context), std::move(shell));
}

}  // namespace switchyard::switch_drivers::linux_frr
