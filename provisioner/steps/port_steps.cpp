// Steps that state wishes for the server's ports and wait until the switches show them.
#include "core/db/transaction.h"
#include "provisioner/reconcile/report_json.h"
#include "provisioner/steps/steps.h"
#include "provisioner/store/wishes.h"

#include <algorithm>

namespace switchyard::provisioner {

using namespace std::chrono_literals;
using switch_drivers::Attachment;

namespace {

constexpr auto kLook = 2s;  // the reconciler wakes the operation; this is only for lost wake-ups

void poke(StepContext& context, const GroupState& state) {
  for (const std::string& name : state.switches)
    context.wakeup.poke(switch_topic(name));
}

StepOutcome answer(const Result<GroupState>& state, const std::string& what, StepContext& context) {
  if (!state) return state.error().in(what);
  switch (state->progress) {
    case GroupProgress::Settled: return Done{};
    case GroupProgress::Pending:
      poke(context, *state);
      return Wait{state->detail.empty() ? what : what + ": " + state->detail, kLook};
    case GroupProgress::Aborted: break;
  }
  return Error{Errc::Unavailable,
               what + ": taken back on both switches because of " + state->detail};
}

StepOutcome both_or_neither(const Job& job, StepContext& context,
                            const std::vector<PortWish>& wishes, const std::string& what) {
  const auto state = db::write(context.pool, what, [&](db::Session& session) {
    return ensure_group(session, job.operation.id, wishes, context.clock.now());
  });
  return answer(state, what, context);
}

StepOutcome each_by_itself(StepContext& context, const std::vector<PortWish>& wishes,
                           const std::string& what) {
  const auto state = db::write(context.pool, what,
                               [&](db::Session& session) { return ensure_each(session, wishes); });
  return answer(state, what, context);
}

// The first session that was up when it was last looked for; nothing on ports that are not routed.
std::optional<std::string> session_still_up(db::Session& session,
                                            const std::vector<PortWish>& wishes) {
  for (const PortWish& wish : wishes) {
    const auto observed = find_wish(session, wish.switch_name, wish.intent.port);
    if (!observed || observed->wish.mode != switch_drivers::PortMode::Routed) continue;
    for (const SessionView& one : parse_sessions(observed->sessions))
      if (one.state == "Established")
        return "its session at " + wish.switch_name + " " + wish.intent.port + " " + one.vrf;
  }
  return std::nullopt;
}

// The first wish that is not on the switch as it should be, or has not the sessions it should.
std::optional<std::string> first_unverified(db::Session& session,
                                            const std::vector<PortWish>& wishes) {
  for (const PortWish& wish : wishes) {
    const auto observed = find_wish(session, wish.switch_name, wish.intent.port);
    auto reason = observed ? unverified(wish, *observed) : wish.switch_name + ": no wish";
    if (reason) return reason;
  }
  return std::nullopt;
}

// Done when `find` finds nothing among what the switches were last seen to show. Until then the
// sessions of these ports are looked at often.
StepOutcome watch_until_none(StepContext& context, const std::string& what,
                             const std::vector<PortWish>& wishes,
                             std::optional<std::string> (*find)(db::Session&,
                                                                const std::vector<PortWish>&)) {
  const auto found = db::write(context.pool, what,
                               [&](db::Session& session) -> Result<std::optional<std::string>> {
                                 auto first = find(session, wishes);
                                 watch_sessions(session, wishes, first ? 30s : 0s);
                                 return first;
                               });
  if (!found) return found.error();
  if (!*found) return Done{};
  for (const PortWish& wish : wishes)
    context.wakeup.poke(switch_topic(wish.switch_name));
  return Wait{**found, 1s};
}

}  // namespace

StepOutcome prepare_ports(const Job& job, StepContext& context) {
  StepOutcome off = power_off(job, context);
  if (!std::holds_alternative<Done>(off)) return off;
  return both_or_neither(job, context, provisioning_wishes(job.nics, context.site, ""),
                         "put the ports of " + job.server.name + " into the provisioning VLAN");
}

StepOutcome attach_ports(const Job& job, StepContext& context) {
  return both_or_neither(job, context, routed_wishes(job.nics, job.deployment),
                         "turn the ports of " + job.server.name + " into routed ones");
}

StepOutcome shut_ports(const Job& job, StepContext& context) {
  return each_by_itself(context, shut_wishes(job.nics, job.deployment.id),
                        "shut the ports of " + job.server.name);
}

StepOutcome return_ports(const Job& job, StepContext& context) {
  return both_or_neither(
      job, context, provisioning_wishes(job.nics, context.site, ""),
      "put the ports of " + job.server.name + " back into the provisioning VLAN");
}

// Closing does not wait for the power: a BMC that is down must not keep a tenant's port open.
StepOutcome isolate_server(const Job& job, StepContext& context) {
  StepOutcome shut = shut_ports(job, context);
  StepOutcome off = power_off(job, context);
  return std::holds_alternative<Done>(shut) ? off : shut;
}

// A routed port whose session is up has a living server behind it. What was seen before the power
// went says so, too, which is why the switches are asked again.
StepOutcome stop_tenant(const Job& job, StepContext& context) {
  StepOutcome off = power_off(job, context);
  if (!std::holds_alternative<Done>(off)) return off;
  const std::vector<PortWish> wishes = routed_wishes(job.nics, job.deployment);
  const StepOutcome heard =
      watch_until_none(context, "silence of " + job.server.name, wishes, session_still_up);
  const auto* wait = std::get_if<Wait>(&heard);
  if (wait == nullptr) return heard;
  return Wait{"the BMC says that " + job.server.name + " is off, but " + wait->reason + " is up",
              wait->retry_in};
}

std::optional<std::string> unverified(const PortWish& wish, const WishRecord& observed) {
  const std::string where = wish.switch_name + " " + wish.intent.port;
  if (observed.wish != wish.intent || observed.settled_version != observed.version)
    return where + " is not routed yet";
  const std::vector<SessionView> sessions = parse_sessions(observed.sessions);
  for (const Attachment& attachment : wish.intent.attachments) {
    const std::string name = where + " " + attachment.vrf.value;
    const auto session = std::ranges::find(sessions, attachment.vrf.value, &SessionView::vrf);
    if (session == sessions.end()) return name + ": no session seen yet";
    if (session->state != "Established")
      return name + ": session is " + (session->state.empty() ? "absent" : session->state);
    if (session->remote_asn != attachment.server_asn.value)
      return name + ": the neighbour says AS " + std::to_string(session->remote_asn);
    std::vector<std::string> expected;
    for (const Prefix& prefix : attachment.accept)
      expected.push_back(to_string(prefix));
    std::vector<std::string> accepted = session->accepted;
    std::ranges::sort(expected);
    std::ranges::sort(accepted);
    if (accepted != expected)
      return name + ": accepted " + std::to_string(accepted.size()) + " of " +
             std::to_string(expected.size()) + " host routes";
  }
  return std::nullopt;
}

StepOutcome verify_sessions(const Job& job, StepContext& context) {
  return watch_until_none(context, "verify " + job.server.name,
                          routed_wishes(job.nics, job.deployment), first_unverified);
}

}  // namespace switchyard::provisioner
