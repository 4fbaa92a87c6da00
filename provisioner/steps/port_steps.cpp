// Steps that state wishes for the server's ports and wait until the switches show them.
#include "core/db/transaction.h"
#include "provisioner/reconcile/report_json.h"
#include "provisioner/steps/answer_gate.h"
#include "provisioner/steps/steps.h"
#include "provisioner/store/wishes.h"

#include <algorithm>
#include <set>

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
                                            const std::vector<PortWish>& wishes, const Plan& plan) {
  for (const PortWish& wish : wishes) {
    const auto observed = find_wish(session, wish.switch_name, wish.intent.port);
    auto reason = observed ? unverified(wish, *observed, plan) : wish.switch_name + ": no wish";
    if (reason) return reason;
  }
  return std::nullopt;
}

// Done when `find` finds nothing among what the switches were last seen to show. Until then the
// sessions of these ports are looked at often.
template <class Find>
StepOutcome watch_until_none(StepContext& context, const std::string& what,
                             const std::vector<PortWish>& wishes, const Find& find) {
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

std::set<std::string> anycast_of(const Plan& plan, const VrfName& vrf) {
  std::set<std::string> prefixes;
  for (const PlannedVrf& planned : plan.vrfs)
    for (const IpAddress& address : planned.anycast)
      if (planned.vrf == vrf) prefixes.insert(to_string(host_prefix(address)));
  return prefixes;
}

// The server's own host routes must all be accepted, its anycast ones may be, others may not.
std::optional<std::string> wrong_routes(const Attachment& attachment, const SessionView& session,
                                        const Plan& plan) {
  const std::set<std::string> anycast = anycast_of(plan, attachment.vrf);
  std::set<std::string> missing;
  for (const Prefix& prefix : attachment.accept)
    if (!anycast.contains(to_string(prefix))) missing.insert(to_string(prefix));
  const std::size_t own = missing.size();
  for (const std::string& prefix : session.accepted)
    if (missing.erase(prefix) == 0 && !anycast.contains(prefix))
      return "accepted " + prefix + ", which is not this server's";
  if (missing.empty()) return std::nullopt;
  return "accepted " + std::to_string(own - missing.size()) + " of " + std::to_string(own) +
         " host routes";
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
                         job.deployment.plan.segment
                             ? "put the ports of " + job.server.name + " into their VLANs"
                             : "turn the ports of " + job.server.name + " into routed ones");
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

std::optional<std::string> unverified(const PortWish& wish, const WishRecord& observed,
                                      const Plan& plan) {
  const std::string where = wish.switch_name + " " + wish.intent.port;
  if (!is_wish(observed, wish.intent) || observed.settled_version != observed.version)
    return where + (plan.segment ? " is not in its VLANs yet" : " is not routed yet");
  const std::vector<SessionView> sessions = parse_sessions(observed.sessions);
  for (const Attachment& attachment : wish.intent.attachments) {
    const std::string name = where + " " + attachment.vrf.value;
    const auto session = std::ranges::find(sessions, attachment.vrf.value, &SessionView::vrf);
    if (session == sessions.end()) return name + ": no session seen yet";
    if (session->state != "Established")
      return name + ": session is " + (session->state.empty() ? "absent" : session->state);
    if (session->remote_asn != attachment.server_asn.value)
      return name + ": the neighbour says AS " + std::to_string(session->remote_asn);
    if (auto reason = wrong_routes(attachment, *session, plan)) return name + ": " + *reason;
  }
  return std::nullopt;
}

StepOutcome verify_sessions(const Job& job, StepContext& context) {
  return watch_until_none(context, "verify " + job.server.name,
                          routed_wishes(job.nics, job.deployment),
                          [&](db::Session& session, const std::vector<PortWish>& wishes) {
                            auto reason = first_unverified(session, wishes, job.deployment.plan);
                            return reason ? reason : unanswered(session, job);
                          });
}

}  // namespace switchyard::provisioner
