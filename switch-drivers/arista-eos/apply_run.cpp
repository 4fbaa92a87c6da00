#include "switch-drivers/arista-eos/apply_run.h"

#include "switch-drivers/arista-eos/exchange.h"
#include "switch-drivers/arista-eos/outcome.h"
#include "switch-drivers/arista-eos/requirements.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::arista_eos {

namespace {

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

ApplyRun::ApplyRun(SwitchSession& session, const SwitchContext& context,
                   const ApplyOptions& options)
    : switch_(session),
      context_(context),
      options_(options),
      session_(session_name(options.change_id)) {}

PortOutcome& ApplyRun::outcome_of(const std::string& port) {
  return *std::ranges::find(outcomes_, port, &PortOutcome::port);
}

void ApplyRun::refuse(const std::string& port, Errc code, const std::string& why) {
  outcome_of(port).status = failure(code, fmt::format("port {}: {}", port, why));
  std::erase_if(changes_, [&](const Change& change) { return change.port == port; });
}

void ApplyRun::refuse_all(Errc code, const std::string& why) {
  while (!changes_.empty())
    refuse(std::string(changes_.front().port), code, why);
}

Result<std::vector<PortOutcome>> ApplyRun::run(std::span<const PortIntent> wished) {
  auto observed = switch_.run_and_observe({});
  if (!observed) return tl::unexpected(observed.error());
  observed_ = std::move(*observed);
  find_changes(wished);
  const auto goes_on = make_room(wished);
  if (!goes_on) return tl::unexpected(goes_on.error());
  if (!*goes_on) return std::move(outcomes_);
  for (const auto& step :
       {&ApplyRun::save_what_runs, &ApplyRun::stage, &ApplyRun::put_in_force, &ApplyRun::open})
    if (auto status = (this->*step)(); !status) return tl::unexpected(status.error());
  judge();
  return std::move(outcomes_);
}

void ApplyRun::find_changes(std::span<const PortIntent> wished) {
  outcomes_.clear();
  changes_.clear();
  unsaved_.clear();
  for (const PortIntent& intent : wished) {
    PortOutcome outcome{.port = intent.port};
    outcome.status = check_requirements(intent, observed_.running, context_);
    outcomes_.push_back(outcome);
    if (!outcome.status) continue;
    Change change{.port = intent.port, .after = wished_lines(intent, context_)};
    change.before = observed_lines(observed_.running, intent.port, change.after);
    if (change.before != change.after) {
      change.plan = plan_port(intent.port, change.before, change.after, observed_.running);
      changes_.push_back(std::move(change));
    } else if (observed_lines(observed_.saved, intent.port, change.after) != change.after) {
      unsaved_.push_back(intent.port);
    }
  }
}

// Nothing known of them: a pending change whose file is gone may be of any port.
Result<std::set<std::string>> ApplyRun::ports_of_pending() {
  std::set<std::string> all;
  for (std::string& port : ports_of(observed_.running))
    all.insert(std::move(port));
  if (!observed_.sessions.timer.starts_with(session_name(""))) return all;
  const auto shown = switch_.run({show_before()});
  if (!shown) return tl::unexpected(shown.error());
  if (!shown->ok()) return all;
  const auto before = parse_config(shown->outputs[0]);
  if (!before) return all;
  return changed_ports(*before, observed_.running);
}

// EOS has one commit timer. An older change of ours that nobody settled gives way to this one when
// it has no other ports: whoever asks now may not know that it exists. What it made already is only
// adopted. Otherwise this one waits: the switch takes the other one back by itself if need be.
Result<bool> ApplyRun::make_room(std::span<const PortIntent> wished) {
  const std::string timer = observed_.sessions.timer;
  if (timer.empty()) return true;
  const auto covered = ports_of_pending();
  if (!covered) return tl::unexpected(covered.error());
  const bool is_this = timer == session_;
  if (is_this && changes_.empty()) return false;  // asked twice
  const bool has_others = std::ranges::any_of(*covered, [&](const std::string& port) {
    return std::ranges::find(wished, port, &PortIntent::port) == wished.end();
  });
  if (is_this || has_others) {
    const auto why =
        is_this ? fmt::format("change {} is under way for another wish; settle it first",
                              options_.change_id)
                : fmt::format("session {} waits for its confirmation, and EOS has one commit timer",
                              timer);
    for (PortOutcome& outcome : outcomes_)
      if (outcome.status && covered->contains(outcome.port))
        refuse(outcome.port, is_this ? Errc::Conflict : Errc::Unavailable, why);
    refuse_all(is_this ? Errc::Conflict : Errc::Unavailable, why);
    return false;
  }
  if (changes_.empty()) {
    armed_ = ArmedChange{.id = options_.change_id, .session = timer};
    for (const PortIntent& intent : wished) {
      if (!covered->contains(intent.port)) continue;
      armed_->wished[intent.port] = wished_lines(intent, context_);
      outcome_of(intent.port).changed = true;
    }
    return false;
  }
  auto observed = switch_.run_and_observe({abort(timer)});
  if (!observed) return tl::unexpected(observed.error());
  observed_ = std::move(*observed);
  find_changes(wished);
  return true;
}

// Nothing in force changes, so there is nothing to undo.
Status ApplyRun::save_what_runs() {
  if (unsaved_.empty()) return {};
  const std::vector<std::string> commands{save()};
  const auto answer = switch_.run(commands);
  if (!answer) return tl::unexpected(answer.error());
  if (answer->ok()) return {};
  for (const std::string& port : unsaved_)
    refuse(port, Errc::Rejected, rejected(*answer, commands).message);
  return {};
}

// EOS gives a whole session up on an error, so a port it refuses is found and the session is made
// again without it.
Status ApplyRun::stage() {
  std::vector<std::string> aborts;
  for (const std::string& left : observed_.sessions.ours)
    aborts.push_back(abort(left));
  if (!aborts.empty() && !changes_.empty()) {
    const auto answer = switch_.run(aborts);
    if (!answer) return tl::unexpected(answer.error());
  }
  bool with_unused = true;
  while (!changes_.empty()) {
    const std::size_t before = changes_.size();
    const auto staged = staged_once(with_unused);
    if (!staged) return tl::unexpected(staged.error());
    if (*staged) return {};
    const auto answer = switch_.run({abort(session_)});
    if (!answer) return tl::unexpected(answer.error());
    if (changes_.size() == before) {
      if (!with_unused) refuse_all(Errc::Rejected, "the session cannot be shown");
      with_unused = false;  // leftovers are not worth a port
    }
  }
  return {};
}

// Whether the switch took it all. If not, the port it refused has its outcome and is out.
Result<bool> ApplyRun::staged_once(bool with_unused) {
  std::vector<std::string> commands{keep_before(), enter_session(session_)};
  const std::size_t prelude = commands.size();
  std::vector<std::size_t> ends;
  std::vector<LinesChange> lines;
  for (const Change& change : changes_) {
    append(commands, change.plan.session);
    ends.push_back(commands.size());
    lines.push_back({&change.before, &change.after});
  }
  if (with_unused) append(commands, plan_unused(observed_.running, lines));
  commands.push_back(session_diffs(session_));
  const auto answer = switch_.run(commands);
  if (!answer) return tl::unexpected(answer.error());
  if (answer->ok()) return true;
  const Error why = rejected(*answer, commands);
  if (*answer->failed == 0) {  // the flash is full
    refuse_all(Errc::Rejected, why.message);
  } else if (*answer->failed < prelude) {
    refuse_all(Errc::Unavailable, why.message);  // as many sessions as there may be
  } else {
    const auto end = std::ranges::upper_bound(ends, *answer->failed);
    if (end != ends.end())
      refuse(std::string(changes_[static_cast<std::size_t>(end - ends.begin())].port),
             Errc::Rejected, why.message);
  }
  return false;
}

// First what a reboot would bring is closed, then the change comes into force with its timer: from
// then on EOS takes it back by itself.
Status ApplyRun::put_in_force() {
  if (changes_.empty()) return {};
  std::vector<std::string> commands;
  const std::string closed = session_ + "-closed";
  for (const Change& change : changes_) {
    if (!change.plan.through_shut || is_shut(observed_.saved, change.port)) continue;
    if (commands.empty()) commands.push_back(enter_session(closed));
    append(commands, shut_lines(change.port));
  }
  if (!commands.empty()) {
    append(commands, save_session(closed));
    commands.push_back(abort(closed));
  }
  commands.push_back(commit_timer(session_, options_.undo_after));
  auto observed = switch_.run_and_observe(commands);
  if (observed) {
    observed_ = std::move(*observed);
    armed_ = ArmedChange{.id = options_.change_id, .session = session_};
    for (const Change& change : changes_)
      armed_->wished[change.port] = change.after;
    return {};
  }
  if (observed.error().code != Errc::Rejected) return tl::unexpected(observed.error());
  refuse_all(Errc::Rejected, observed.error().message);
  for (const std::string& left : {session_, closed}) {
    const auto answer = switch_.run({abort(left)});
    if (!answer) return tl::unexpected(answer.error());
  }
  return {};
}

// A port whose new state reads back well but for being shut is opened; any other one stays shut.
Status ApplyRun::open() {
  std::vector<const Change*> ready;
  for (const Change& change : changes_) {
    if (change.plan.open.empty()) continue;
    PortLines closed = change.after;
    closed.own.insert({"interface " + change.port, "shutdown"});
    if (observed_lines(observed_.running, change.port, closed) == closed) ready.push_back(&change);
  }
  while (!ready.empty()) {
    std::vector<std::string> commands{"configure"};
    std::vector<std::size_t> ends;
    for (const Change* change : ready) {
      append(commands, change->plan.open);
      ends.push_back(commands.size());
    }
    commands.emplace_back("end");
    const auto answer = switch_.run(commands);
    if (!answer) return tl::unexpected(answer.error());
    if (answer->ok()) break;
    const auto end = std::ranges::upper_bound(ends, *answer->failed);
    if (end == ends.end()) break;
    const auto at = ready.begin() + (end - ends.begin());
    complaints_[(*at)->port] = rejected(*answer, commands).message;
    ready.erase(at);
  }
  if (std::ranges::all_of(changes_, [](const Change& one) { return one.plan.open.empty(); }))
    return {};
  auto observed = switch_.run_and_observe({});
  if (!observed) return tl::unexpected(observed.error());
  observed_ = std::move(*observed);
  return {};
}

void ApplyRun::judge() {
  for (const Change& change : changes_)
    outcome_of(change.port) = judged(
        change.port,
        differences(change.after, observed_lines(observed_.running, change.port, change.after)),
        complaints_[change.port]);
}

}  // namespace switchyard::switch_drivers::arista_eos
