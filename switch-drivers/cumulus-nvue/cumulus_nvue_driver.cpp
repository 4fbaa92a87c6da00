// The shell round the pure half. NVUE has one handle for the whole switch, the revision that waits
// to be confirmed. What a change was is remembered here and not on the switch: a controller that
// starts anew finds a revision that waits and is not its own, and takes it back before it changes
// anything, unless it is of a person.
#include "switch-drivers/cumulus-nvue/cumulus_nvue_driver.h"

#include "switch-drivers/call_check.h"
#include "switch-drivers/cumulus-nvue/capabilities.h"
#include "switch-drivers/cumulus-nvue/change.h"
#include "switch-drivers/cumulus-nvue/comparison.h"
#include "switch-drivers/cumulus-nvue/policy.h"
#include "switch-drivers/cumulus-nvue/requirements.h"
#include "switch-drivers/cumulus-nvue/revisions.h"
#include "switch-drivers/cumulus-nvue/session_reading.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::cumulus_nvue {

namespace {

// For what an undo applies, until all of it is confirmed.
constexpr std::chrono::seconds kUndoing{120};

// A change that is in force and not settled.
struct Pending {
  std::string id{};
  std::string waiting{};  // the revision; "": nothing was applied, and there is only to save
  std::map<std::string, PortState> formers{};
  std::map<std::string, PortState> wished{};
};

class CumulusNvueDriver final : public Driver {
 public:
  CumulusNvueDriver(const SwitchAccess& access, SwitchContext context,
                    std::unique_ptr<HttpClient> client)
      : name_(access.name),
        context_(std::move(context)),
        client_(std::move(client)),
        revisions_(*client_, access.name, access.exchange_deadline) {}

  std::vector<Capability> capabilities() const override { return cumulus_nvue::capabilities(); }

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
                                              const ApplyOptions& options, bool others_wait);
  Result<View> without_foreign(View view);
  Result<std::vector<PortOutcome>> settle_pending(std::span<const Settlement> ports, View view);
  Status tidy(const View& view);

  tl::unexpected<Error> named(const Error& error) const {
    return tl::unexpected(error.in("switch " + name_));
  }

  std::string name_;
  SwitchContext context_;
  std::unique_ptr<HttpClient> client_;
  Revisions revisions_;
  std::optional<Pending> pending_{};
};

Result<SwitchFacts> CumulusNvueDriver::probe() {
  revisions_.begin();
  auto boot = revisions_.boot();
  if (!boot) return tl::unexpected(boot.error());
  const auto view = revisions_.look();
  if (!view) return tl::unexpected(view.error());
  SwitchFacts facts{.nos_version = "Cumulus Linux " + view->system.version,
                    .hostname = view->system.hostname,
                    .boot_id = std::move(*boot),
                    .vrfs = usable_vrfs(view->config),
                    .asn = asn_of(view->config)};
  for (const auto& [name, up] : view->interfaces)
    if (check_port(name)) facts.ports.push_back(name);
  facts.problems = problems_of(*view, context_);
  return facts;
}

Result<std::vector<PortReport>> CumulusNvueDriver::compare(std::span<const PortIntent> wished) {
  if (auto status = check_all(wished, check_policy); !status) return tl::unexpected(status.error());
  revisions_.begin();
  const auto view = revisions_.look();
  if (!view) return tl::unexpected(view.error());
  std::vector<PortReport> reports;
  for (const PortIntent& intent : wished) {
    const auto state = wished_state(intent, context_);
    if (!state) return named(state.error());
    reports.push_back({.port = intent.port,
                       .running = compare_with(*state, *view),
                       .saved = compare_saved(*state, *view)});
  }
  return reports;
}

// What waits to be confirmed and was not applied by this driver is of a controller that is gone,
// and goes back, when it changed nothing but ports of ours. Else a person is at work.
Result<View> CumulusNvueDriver::without_foreign(View view) {
  if (!view.waiting) pending_.reset();
  if (!view.waiting || (pending_ && pending_->waiting == *view.waiting)) return view;
  if (!unsaved_is_ours(view))
    return failure(Errc::Unavailable,
                   fmt::format("switch {}: revision {} of somebody else waits to be confirmed",
                               name_, *view.waiting));
  pending_.reset();
  if (auto status = revisions_.take_back_waiting(*view.waiting); !status)
    return tl::unexpected(status.error());
  return revisions_.look();
}

Result<std::optional<PortChange>> CumulusNvueDriver::change_of(const PortIntent& intent,
                                                               const View& view,
                                                               const ApplyOptions& options,
                                                               bool others_wait) {
  if (auto status = check_requirements(intent, view, context_); !status)
    return tl::unexpected(status.error());
  auto to = wished_state(intent, context_);
  if (!to) return tl::unexpected(to.error());
  const bool runs = compare_with(*to, view).empty();
  const bool is_same =
      pending_ && pending_->id == options.change_id && pending_->formers.contains(intent.port);
  if (runs && (is_same || compare_saved(*to, view).empty())) return std::optional<PortChange>{};
  const std::string where = "port " + intent.port;
  if (is_same)
    return failure(Errc::Conflict,
                   fmt::format("{}: change {} is under way for another wish; settle it first",
                               where, options.change_id));
  // NVUE has one handle. Ours of another change would be taken over with its ports.
  if (others_wait)
    return failure(Errc::Unavailable,
                   fmt::format("{}: change {} of other ports is not settled yet, and NVUE can have "
                               "one only",
                               where, pending_->id));
  return std::optional{change_between(state_in(view.config, intent.port), std::move(*to))};
}

Result<std::vector<PortOutcome>> CumulusNvueDriver::apply(std::span<const PortIntent> wished,
                                                          const ApplyOptions& options) {
  if (auto status = check_all(wished, check_policy); !status) return tl::unexpected(status.error());
  if (auto status = check_options(options); !status) return tl::unexpected(status.error());
  revisions_.begin();
  auto looked = revisions_.look();
  if (!looked) return tl::unexpected(looked.error());
  auto view = without_foreign(std::move(*looked));
  if (!view) return tl::unexpected(view.error());
  const bool others_wait =
      pending_ &&
      std::any_of(pending_->formers.begin(), pending_->formers.end(), [&](const auto& one) {
        return std::ranges::find(wished, one.first, &PortIntent::port) == wished.end();
      });
  std::vector<PortOutcome> outcomes;
  PortChanges changes;
  for (const PortIntent& intent : wished) {
    PortOutcome outcome{.port = intent.port};
    auto change = change_of(intent, *view, options, others_wait);
    if (!change)
      outcome.status = tl::unexpected(change.error());
    else if (*change)
      changes.emplace(intent.port, std::move(**change));
    outcomes.push_back(std::move(outcome));
  }
  if (changes.empty()) return outcomes;
  if (!pending_) pending_.emplace();
  pending_->id = options.change_id;
  for (const auto& [port, change] : changes) {
    pending_->formers.emplace(port, port_state(view->config, port));
    pending_->wished[port] = change.to;
  }
  if (auto status = carry_out(revisions_, changes, *view, options.undo_after, pending_->waiting);
      !status)
    return tl::unexpected(status.error());
  for (PortOutcome& outcome : outcomes) {
    const auto change = changes.find(outcome.port);
    if (change == changes.end()) continue;
    outcome = judged(outcome.port, compare_with(change->second.to, *view));
    if (change->second.refused)
      outcome.status = tl::unexpected(change->second.refused->in("port " + outcome.port));
  }
  return outcomes;
}

Result<std::vector<PortOutcome>> CumulusNvueDriver::settle(std::string_view change_id,
                                                           std::span<const Settlement> ports) {
  if (auto status = check_change_id(change_id); !status) return tl::unexpected(status.error());
  for (const Settlement& one : ports)
    if (auto name = parse_port_name(one.port); !name) return tl::unexpected(name.error());
  revisions_.begin();
  auto view = revisions_.look();
  if (!view) return tl::unexpected(view.error());
  std::vector<PortOutcome> settled;
  const bool is_known = pending_ && pending_->id == change_id &&
                        std::any_of(ports.begin(), ports.end(), [&](const Settlement& one) {
                          return pending_->formers.contains(one.port);
                        });
  if (is_known && pending_->waiting == view->waiting.value_or("")) {
    auto outcomes = settle_pending(ports, std::move(*view));
    if (!outcomes) return tl::unexpected(outcomes.error());
    settled = std::move(*outcomes);
  }
  if (is_known) pending_.reset();
  std::vector<PortOutcome> outcomes;
  for (const Settlement& one : ports) {
    const auto found = std::ranges::find(settled, one.port, &PortOutcome::port);
    if (found != settled.end()) {
      outcomes.push_back(*found);
      continue;
    }
    outcomes.push_back(
        {.port = one.port,
         .status = failure(Errc::NotFound,
                           fmt::format("port {}: the switch no longer knows this change; it was "
                                       "taken back, or settled with other ports of it",
                                       one.port))});
  }
  return outcomes;
}

// What nobody needs any more. Not before the change is confirmed: who is still told by it would be
// told nothing for a moment.
Status CumulusNvueDriver::tidy(const View& view) {
  Edits leftovers{.unset = unused_shared(view.config)};
  return leftovers.empty() ? Status{} : revisions_.apply_for_good(leftovers);
}

Result<std::vector<PortOutcome>> CumulusNvueDriver::settle_pending(
    std::span<const Settlement> ports, View view) {
  PortChanges undone;
  for (const auto& [port, former] : pending_->formers) {
    const auto said = std::ranges::find(ports, port, &Settlement::port);
    // What nobody speaks for is taken back: its handle goes with the others'.
    if (said == ports.end() || said->verdict == Verdict::Undo)
      undone.emplace(port, change_between(state_in(view.config, port), former));
  }
  if (auto status = carry_out(revisions_, undone, view, kUndoing, pending_->waiting); !status)
    return tl::unexpected(status.error());
  if (!pending_->waiting.empty())
    if (auto status = revisions_.confirm_waiting(pending_->waiting); !status)
      return tl::unexpected(status.error());
  if (auto status = tidy(view); !status) return tl::unexpected(status.error());
  if (auto status = revisions_.save_applied(); !status) return tl::unexpected(status.error());
  auto now = revisions_.look();
  if (!now) return tl::unexpected(now.error());
  std::vector<PortOutcome> outcomes;
  for (const auto& [port, former] : pending_->formers) {
    const auto change = undone.find(port);
    const PortState& wished =
        change == undone.end() ? pending_->wished.at(port) : change->second.to;
    std::vector<Difference> remaining = compare_with(wished, *now);
    for (Difference& one : compare_saved(wished, *now)) {
      one.subject = "saved " + one.subject;
      remaining.push_back(std::move(one));
    }
    outcomes.push_back(judged(port, std::move(remaining)));
    if (change != undone.end() && change->second.refused)
      outcomes.back().status = tl::unexpected(change->second.refused->in("port " + port));
  }
  return outcomes;
}

Result<std::vector<SessionReport>> CumulusNvueDriver::sessions(std::span<const PortIntent> ports) {
  if (auto status = check_all(ports, check_policy); !status) return tl::unexpected(status.error());
  revisions_.begin();
  std::vector<HttpAnswer> answers;
  for (const HttpRequest& query : session_queries(ports)) {
    auto answer = revisions_.ask(query);
    if (!answer) return tl::unexpected(answer.error());
    answers.push_back(std::move(*answer));
  }
  auto reports = session_reports(ports, answers);
  if (!reports) return named(reports.error());
  return reports;
}

}  // namespace

std::unique_ptr<Driver> make_cumulus_nvue_driver(const SwitchAccess& access, SwitchContext context,
                                                 std::unique_ptr<HttpClient> client) {
  return std::make_unique<CumulusNvueDriver>(access, std::move(context), std::move(client));
}

}  // namespace switchyard::switch_drivers::cumulus_nvue
