// Which change of a port is not settled is written on the switch itself, as a macro of its
// interface: it comes and goes with the commit it is part of, so after a timer that ran out, a
// reboot, or a controller that ended, what is marked is what still waits, and nothing has to be
// remembered here.
#include "switch-drivers/junos/junos_driver.h"

#include "switch-drivers/call_check.h"
#include "switch-drivers/junos/candidate.h"
#include "switch-drivers/junos/capabilities.h"
#include "switch-drivers/junos/change.h"
#include "switch-drivers/junos/comparison.h"
#include "switch-drivers/junos/exchange.h"
#include "switch-drivers/junos/plan.h"
#include "switch-drivers/junos/policy.h"
#include "switch-drivers/junos/requirements.h"
#include "switch-drivers/junos/session_reading.h"
#include "switch-drivers/junos/wish.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace switchyard::switch_drivers::junos {

namespace {

// For the closing commit of an undo, which the one after it makes good.
constexpr std::chrono::seconds kUndoing{60};

class JunosDriver final : public Driver {
 public:
  JunosDriver(const SwitchAccess& access, SwitchContext context, std::unique_ptr<Netconf> netconf)
      : name_(access.name),
        context_(std::move(context)),
        deadline_(access.exchange_deadline),
        netconf_(std::move(netconf)),
        candidate_(*netconf_, access.name, access.exchange_deadline) {}

  std::vector<Capability> capabilities() const override { return junos::capabilities(); }

  Result<SwitchFacts> probe() override;
  Result<std::vector<PortReport>> compare(std::span<const PortIntent> wished) override;
  Result<std::vector<PortOutcome>> apply(std::span<const PortIntent> wished,
                                         const ApplyOptions& options) override;
  Result<std::vector<PortOutcome>> settle(std::string_view change_id,
                                          std::span<const Settlement> ports) override;
  Result<std::vector<SessionReport>> sessions(std::span<const PortIntent> ports) override;

 private:
  // A port and what becomes of it; no value: it is as it should be.
  Result<std::optional<PortChange>> change_of(const PortIntent& intent, const View& view,
                                              const ApplyOptions& options,
                                              const std::set<std::string>& others);
  Status carry_out(PortChanges& changes, View& view, const ApplyOptions& options);
  Result<PortChanges> changes_to_settle(const std::map<std::string, Verdict>& verdicts,
                                        const View& view);
  Result<std::vector<PortOutcome>> settle_marked(const std::map<std::string, Verdict>& verdicts,
                                                 View view);

  tl::unexpected<Error> named(const Error& error) const {
    return tl::unexpected(error.in("switch " + name_));
  }

  std::string name_;
  SwitchContext context_;
  std::chrono::milliseconds deadline_;
  std::unique_ptr<Netconf> netconf_;
  Candidate candidate_;
  std::set<std::string> waiting_{};  // changes made here and not settled, as far as is known
};

Result<SwitchFacts> JunosDriver::probe() {
  const std::vector<std::string> operations{read_software(), read_uptime()};
  const auto replies = netconf_->call(operations, deadline_);
  if (!replies) return tl::unexpected(replies.error());
  const auto software = parse_software((*replies)[0]);
  if (!software) return named(software.error());
  const auto booted = parse_boot_time((*replies)[1]);
  if (!booted) return named(booted.error());
  const auto view = candidate_.look();
  if (!view) return tl::unexpected(view.error());
  SwitchFacts facts{.nos_version = software->version,
                    .hostname = software->hostname,
                    .boot_id = *booted,
                    .vrfs = usable_vrfs(view->config),
                    .asn = asn_of(view->config)};
  for (const auto& [name, up] : view->interfaces)
    if (check_port(name)) facts.ports.push_back(name);
  facts.problems = problems_of({view->config, view->interfaces, context_.asn});
  return facts;
}

Result<std::vector<PortReport>> JunosDriver::compare(std::span<const PortIntent> wished) {
  if (auto status = check_all(wished, check_policy); !status) return tl::unexpected(status.error());
  const auto view = candidate_.look();
  if (!view) return tl::unexpected(view.error());
  std::vector<PortReport> reports;
  for (const PortIntent& intent : wished) {
    const auto state = wished_state(intent);
    if (!state) return named(state.error());
    PortReport report{.port = intent.port, .running = compare_with(*state, *view)};
    if (const auto mark = view->config.marks.find(intent.port); mark != view->config.marks.end())
      report.saved.push_back({"change of " + intent.port, "settled", mark->second});
    reports.push_back(std::move(report));
  }
  return reports;
}

Result<std::optional<PortChange>> JunosDriver::change_of(const PortIntent& intent, const View& view,
                                                         const ApplyOptions& options,
                                                         const std::set<std::string>& others) {
  if (auto status = check_requirements(intent, {view.config, view.interfaces, context_.asn});
      !status)
    return tl::unexpected(status.error());
  auto to = wished_state(intent);
  if (!to) return tl::unexpected(to.error());
  const bool runs = compare_with(*to, view).empty();
  const auto mark = view.config.marks.find(intent.port);
  const bool is_marked = mark != view.config.marks.end();
  if (runs && (!is_marked || mark->second == options.change_id)) return std::optional<PortChange>{};
  const std::string where = "port " + intent.port;
  if (is_marked && mark->second == options.change_id)
    return failure(Errc::Conflict,
                   fmt::format("{}: change {} is under way for another wish; settle "
                               "it first",
                               where, options.change_id));
  // Junos has one handle. Ours of another change would be taken over with its ports.
  if (!others.empty())
    return failure(
        Errc::Unavailable,
        fmt::format("{}: change {} of other ports is not settled yet, and Junos can have "
                    "one only",
                    where, *others.begin()));
  return std::optional{change_between(state_in(view, intent.port), std::move(*to))};
}

// Changes of ours on other ports than these that nobody has settled.
std::set<std::string> others_waiting(const Config& config, std::span<const PortIntent> wished,
                                     const std::set<std::string>& ours) {
  std::set<std::string> others;
  for (const auto& [port, id] : config.marks)
    if (ours.contains(id) && std::ranges::find(wished, port, &PortIntent::port) == wished.end())
      others.insert(id);
  return others;
}

Result<std::vector<PortOutcome>> JunosDriver::apply(std::span<const PortIntent> wished,
                                                    const ApplyOptions& options) {
  if (auto status = check_all(wished, check_policy); !status) return tl::unexpected(status.error());
  if (auto status = check_options(options); !status) return tl::unexpected(status.error());
  auto view = candidate_.lock();
  if (!view) return tl::unexpected(view.error());
  // Those that the switch has taken back.
  std::erase_if(waiting_, [&](const std::string& id) {
    return std::ranges::none_of(view->config.marks,
                                [&](const auto& mark) { return mark.second == id; });
  });
  const auto others = others_waiting(view->config, wished, waiting_);
  std::vector<PortOutcome> outcomes;
  PortChanges changes;
  for (const PortIntent& intent : wished) {
    PortOutcome outcome{.port = intent.port};
    auto change = change_of(intent, *view, options, others);
    if (!change)
      outcome.status = tl::unexpected(change.error());
    else if (*change)
      changes.emplace(intent.port, std::move(**change));
    outcomes.push_back(std::move(outcome));
  }
  Status done;
  if (!changes.empty()) done = carry_out(changes, *view, options);
  candidate_.unlock();
  if (!done) return tl::unexpected(done.error());
  for (PortOutcome& outcome : outcomes) {
    const auto change = changes.find(outcome.port);
    if (change == changes.end()) continue;
    outcome = judged(outcome.port, compare_with(change->second.to, *view));
    if (change->second.refused)
      outcome.status = tl::unexpected(change->second.refused->in("port " + outcome.port));
  }
  return outcomes;
}

Status JunosDriver::carry_out(PortChanges& changes, View& view, const ApplyOptions& options) {
  waiting_.insert(options.change_id);
  const Handle handle{options.change_id, options.undo_after};
  if (auto status = prepare(candidate_, changes, view, handle); !status) return status;
  std::vector<PortEdits> last;
  for (const auto& [port, change] : changes) {
    if (change.refused) continue;
    PortEdits one{port, edits_between(change.from, change.to)};
    if (one.edits.empty() && view.config.marks.contains(port) &&
        view.config.marks.at(port) == options.change_id)
      continue;  // it ends closed
    add_mark(one.edits, port, options.change_id);
    last.push_back(std::move(one));
  }
  auto committed = candidate_.commit(std::move(last), commit_for(options.undo_after));
  if (!committed) return tl::unexpected(committed.error());
  for (const auto& [port, error] : committed->refused)
    changes.at(port).refused = error;
  if (committed->view) view = std::move(*committed->view);
  return {};
}

// By port: what is asked of those that wait under this id, and, when any does, Undo for what nobody
// speaks for: its handle goes with the others'.
std::map<std::string, Verdict> verdicts_on(const Config& config, std::string_view change_id,
                                           std::span<const Settlement> ports) {
  std::map<std::string, Verdict> verdicts;
  for (const Settlement& one : ports) {
    const auto mark = config.marks.find(one.port);
    if (mark != config.marks.end() && mark->second == change_id) verdicts[one.port] = one.verdict;
  }
  if (verdicts.empty()) return verdicts;
  for (const auto& [port, id] : config.marks)
    verdicts.emplace(port, Verdict::Undo);
  return verdicts;
}

PortOutcome not_known(const std::string& port) {
  return {.port = port,
          .status = failure(Errc::NotFound,
                            fmt::format("port {}: the switch no longer knows this change; it was "
                                        "taken back, or settled with other ports of it",
                                        port))};
}

Result<std::vector<PortOutcome>> JunosDriver::settle(std::string_view change_id,
                                                     std::span<const Settlement> ports) {
  if (auto status = check_change_id(change_id); !status) return tl::unexpected(status.error());
  for (const Settlement& one : ports)
    if (auto name = parse_port_name(one.port); !name) return tl::unexpected(name.error());
  auto view = candidate_.lock();
  if (!view) return tl::unexpected(view.error());
  const auto verdicts = verdicts_on(view->config, change_id, ports);
  Result<std::vector<PortOutcome>> settled;
  if (!verdicts.empty()) settled = settle_marked(verdicts, std::move(*view));
  candidate_.unlock();
  if (!settled) return settled;
  waiting_.erase(std::string{change_id});
  std::vector<PortOutcome> outcomes;
  for (const Settlement& one : ports) {
    const auto found = std::ranges::find(*settled, one.port, &PortOutcome::port);
    outcomes.push_back(found == settled->end() ? not_known(one.port) : *found);
  }
  return outcomes;
}

// What each port was before all that is not settled; a kept one stays as it is.
Result<PortChanges> JunosDriver::changes_to_settle(const std::map<std::string, Verdict>& verdicts,
                                                   const View& view) {
  std::set<std::string> undone;
  for (const auto& [port, verdict] : verdicts)
    if (verdict == Verdict::Undo) undone.insert(port);
  std::map<std::string, PortState> formers;
  if (!undone.empty()) {
    auto found = candidate_.formers(undone);
    if (!found) return tl::unexpected(found.error());
    formers = std::move(*found);
  }
  PortChanges changes;
  for (const auto& [port, verdict] : verdicts) {
    const auto former = formers.find(port);
    const bool is_found = former != formers.end();
    PortChange change = change_between(state_in(view, port),
                                       is_found ? former->second : port_state(view.config, port));
    if (verdict == Verdict::Undo && !is_found)
      change.refused = Error{Errc::Rejected, "the switch has not kept what it was before"};
    changes.emplace(port, std::move(change));
  }
  return changes;
}

// The commit that confirms: ports as they shall stay, without their marks, and without what then
// nobody needs.
std::vector<PortEdits> last_edits(const PortChanges& changes, const Config& config) {
  std::vector<PortEdits> all;
  Config after = config;
  for (const auto& [port, change] : changes) {
    if (change.refused) continue;
    PortEdits one{port, edits_between(change.from, change.to)};
    remove_mark(one.edits, port);
    all.push_back(std::move(one));
    after.by_port[port] = change.to.own;
    after.shared.insert(change.to.shared.begin(), change.to.shared.end());
  }
  PortEdits leftovers;
  for (const Path& root : unused_shared(after))
    if (config.shared.contains(root)) leftovers.edits.deleted.insert(root);
  all.push_back(std::move(leftovers));
  return all;
}

Result<std::vector<PortOutcome>> JunosDriver::settle_marked(
    const std::map<std::string, Verdict>& verdicts, View view) {
  auto changes = changes_to_settle(verdicts, view);
  if (!changes) return tl::unexpected(changes.error());
  if (auto status = prepare(candidate_, *changes, view, {"", kUndoing}); !status)
    return tl::unexpected(status.error());
  auto committed = candidate_.commit(last_edits(*changes, view.config), commit_for_good());
  if (!committed) return tl::unexpected(committed.error());
  if (committed->view) view = std::move(*committed->view);
  std::vector<PortOutcome> outcomes;
  for (auto& [port, change] : *changes) {
    if (const auto refused = committed->refused.find(port); refused != committed->refused.end())
      change.refused = refused->second;
    PortOutcome outcome = judged(port, compare_with(change.to, view));
    if (view.config.marks.contains(port) && outcome.status)
      outcome.status = failure(Errc::Rejected, "port " + port + ": its change is not settled");
    if (change.refused) outcome.status = tl::unexpected(change.refused->in("port " + port));
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

Result<std::vector<SessionReport>> JunosDriver::sessions(std::span<const PortIntent> ports) {
  if (auto status = check_all(ports, check_policy); !status) return tl::unexpected(status.error());
  const auto replies = netconf_->call(session_queries(ports), deadline_);
  if (!replies) return tl::unexpected(replies.error());
  auto reports = session_reports(ports, *replies);
  if (!reports) return named(reports.error());
  return reports;
}

}  // namespace

std::unique_ptr<Driver> make_junos_driver(const SwitchAccess& access, SwitchContext context,
                                          std::unique_ptr<Netconf> netconf) {
  return std::make_unique<JunosDriver>(access, std::move(context), std::move(netconf));
}

}  // namespace switchyard::switch_drivers::junos
