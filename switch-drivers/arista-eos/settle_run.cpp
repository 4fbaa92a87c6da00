#include "switch-drivers/arista-eos/settle_run.h"

#include "switch-drivers/arista-eos/exchange.h"
#include "switch-drivers/arista-eos/outcome.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::arista_eos {

namespace {

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// Of the shared objects that `own` refers to, whatever is in `config`.
PortLines lines_of(const Config& config, const std::string& port) {
  PortLines lines{.own = own_lines(config, port)};
  for (const Line& line : config) {
    const std::string& top = line[0];
    const std::size_t at = top.find(" SWY-");
    if (at == std::string::npos || top.find(" SWY-P-") != std::string::npos) continue;
    const std::string name = top.substr(at + 1, top.find(' ', at + 1) - at - 1);
    const bool used = std::ranges::any_of(lines.own, [&](const Line& own) {
      return (own.back() + " ").find(" " + name + " ") != std::string::npos;
    });
    // The AS path list is what every inbound map refers to.
    if (used || top.starts_with("ip as-path")) lines.shared.insert(line);
  }
  return lines;
}

std::optional<ArmedChange> of_change(const std::optional<ArmedChange>& known, std::string_view id) {
  return known && known->id == id ? known : std::nullopt;
}

}  // namespace

SettleRun::SettleRun(SwitchSession& session, std::string_view change_id,
                     const std::optional<ArmedChange>& known)
    : switch_(session),
      known_(of_change(known, change_id)),
      session_(known_ ? known_->session : session_name(change_id)) {}

Result<std::vector<PortOutcome>> SettleRun::run(std::span<const Settlement> ports) {
  auto observed = switch_.run_and_observe({});
  if (!observed) return tl::unexpected(observed.error());
  observed_ = std::move(*observed);
  std::vector<PortOutcome> outcomes;
  if (observed_.sessions.timer != session_) {
    for (const Settlement& port : ports)
      outcomes.push_back(not_known(port.port));
    return outcomes;
  }
  if (auto status = read_before(); !status) return tl::unexpected(status.error());
  for (const Settlement& port : ports) {
    if (!before_) covered_.insert(port.port);
    if (port.verdict == Verdict::Keep && covered_.contains(port.port)) kept_.insert(port.port);
  }
  if (auto status = kept_.empty() ? take_all_back() : keep_some(); !status)
    return tl::unexpected(status.error());
  for (const Settlement& port : ports)
    outcomes.push_back(covered_.contains(port.port) ? outcome_of(port) : not_known(port.port));
  return outcomes;
}

Status SettleRun::read_before() {
  const auto shown = switch_.run({show_before()});
  if (!shown) return tl::unexpected(shown.error());
  if (shown->ok()) {
    auto before = parse_config(shown->outputs[0]);
    if (!before) return tl::unexpected(before.error().in("the state before the change"));
    before_ = std::move(*before);
    covered_ = changed_ports(*before_, observed_.running);
  }
  if (known_)
    for (const auto& [port, lines] : known_->wished)
      covered_.insert(port);
  return {};
}

Status SettleRun::take_all_back() {
  auto observed = switch_.run_and_observe({abort(session_)});
  if (!observed) return tl::unexpected(observed.error());
  observed_ = std::move(*observed);
  if (observed_.running == observed_.saved) return {};
  const std::vector<std::string> commands{save()};
  const auto answer = switch_.run(commands);
  if (!answer) return tl::unexpected(answer.error());
  if (!answer->ok()) complaint_ = rejected(*answer, commands).message;
  auto again = switch_.run_and_observe({});
  if (!again) return tl::unexpected(again.error());
  observed_ = std::move(*again);
  return {};
}

// What takes the ports back that are not kept, at once and for good.
std::vector<std::string> SettleRun::back_commands() const {
  std::vector<std::string> session, open;
  for (const std::string& port : covered_) {
    if (kept_.contains(port) || !before_) continue;
    const PortLines then = lines_of(*before_, port);
    const PortPlan plan =
        plan_port(port, observed_lines(observed_.running, port, then), then, observed_.running);
    append(session, plan.session);
    append(open, plan.open);
  }
  if (session.empty() && open.empty()) return {};
  const std::string name = session_ + "-back";
  std::vector<std::string> commands{enter_session(name)};
  append(commands, session);
  commands.push_back(commit(name));
  if (!open.empty()) commands.emplace_back("configure");
  append(commands, open);
  if (!open.empty()) commands.emplace_back("end");
  return commands;
}

// One request: once the switch has it, it does not matter what becomes of us.
Status SettleRun::keep_some() {
  std::vector<std::string> commands{commit(session_)};
  append(commands, back_commands());
  const std::size_t saving = commands.size();
  commands.push_back(save());
  const auto answer = switch_.run(commands);
  if (!answer) return tl::unexpected(answer.error());
  if (!answer->ok()) complaint_ = rejected(*answer, commands).message;
  if (answer->failed == 0U) {
    auto now = switch_.run_and_observe({});
    if (!now) return tl::unexpected(now.error());
    if (now->sessions.timer == session_) return failure(Errc::Rejected, complaint_);
    covered_.clear();  // the timer was faster
    return {};
  }
  if (!answer->ok() && *answer->failed < saving) {
    // They cannot go back, so they are closed.
    std::vector<std::string> closing{"configure"};
    for (const std::string& port : covered_)
      if (!kept_.contains(port)) append(closing, shut_lines(port));
    closing.emplace_back("end");
    closing.push_back(save());
    const auto closed = switch_.run(closing);
    if (!closed) return tl::unexpected(closed.error());
    const auto given_up = switch_.run({abort(session_ + "-back")});
    if (!given_up) return tl::unexpected(given_up.error());
  }
  auto observed = switch_.run_and_observe({});
  if (!observed) return tl::unexpected(observed.error());
  observed_ = std::move(*observed);
  return {};
}

PortOutcome SettleRun::outcome_of(const Settlement& port) const {
  const bool keeps = port.verdict == Verdict::Keep;
  PortLines wished;
  if (keeps && known_ && known_->wished.contains(port.port))
    wished = known_->wished.at(port.port);
  else
    wished = lines_of(keeps || !before_ ? observed_.running : *before_, port.port);
  auto remaining = differences(wished, observed_lines(observed_.running, port.port, wished));
  for (Difference& unsaved :
       differences(wished, observed_lines(observed_.saved, port.port, wished))) {
    unsaved.subject = "saved " + unsaved.subject;
    remaining.push_back(std::move(unsaved));
  }
  return judged(port.port, std::move(remaining), complaint_);
}

}  // namespace switchyard::switch_drivers::arista_eos
