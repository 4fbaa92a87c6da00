#include "provisioner/probe/vantage_worker.h"

#include "core/backoff.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/log.h"
#include "provisioner/store/probes.h"

#include <algorithm>

namespace switchyard::provisioner {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using switch_drivers::Command;

namespace {

constexpr milliseconds kBetweenRounds{200};
constexpr milliseconds kIdleLook{500};
constexpr milliseconds kNotOurs{2000};
constexpr milliseconds kAccessLook{500};
constexpr milliseconds kExchange{10'000};  // the longest round is 2 s, and there is a login before
constexpr auto kLongestRetry = 30s;
constexpr auto kBetweenTidies = 60s;
constexpr int kMostTargets = 256;  // of one round; the others have their turn in the next
// From how many lost ones on a small probe says whether the path is gone or only narrower.
constexpr long long kDoubted = 2;

// The targets' own probes, and after them small ones of those that are in doubt.
struct Round {
  std::vector<Probe> probes{};
  std::vector<std::size_t> doubted{};  // targets, in the order of their small probes
};

Round round_of(const std::vector<ProbeTarget>& targets) {
  Round round;
  for (const ProbeTarget& target : targets)
    round.probes.push_back({target.device, target.address, target.bytes});
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const ProbeTarget& target = targets[i];
    if (target.lost_in_row < kDoubted || target.bytes <= kSmallProbe) continue;
    round.probes.push_back({target.device, target.address, kSmallProbe});
    round.doubted.push_back(i);
  }
  return round;
}

}  // namespace

VantageWorker::VantageWorker(ProbeContext& context, std::string name)
    : context_(context),
      name_(std::move(name)),
      permit_(std::make_shared<switch_drivers::Permit>(context.clock)),
      random_(std::random_device{}()) {}

void VantageWorker::run(const std::stop_token& stop) {
  const log::Context tag("vantage", name_);
  const std::stop_callback on_stop(stop, [this] { permit_->stop(); });
  while (!stop.stop_requested()) {
    const std::uint64_t seen = context_.wakeup.count(kProbeTopic);
    const milliseconds idle = tick();
    context_.wakeup.wait(kProbeTopic, seen, idle, stop);
  }
}

milliseconds VantageWorker::tick() {
  if (!claim()) return kNotOurs;
  notice_new_access();
  const auto begun = context_.clock.steady();
  if (begun < retry_contact_)
    return std::max<milliseconds>(10ms, std::chrono::ceil<milliseconds>(retry_contact_ - begun));
  if (const Status opened = open(); !opened) {
    note_contact(opened);
    return kBetweenRounds;
  }
  std::optional<Asked> asked = read_asked();
  if (!asked || asked->targets.empty()) {
    tidy();
    return kIdleLook;
  }
  const Status probed = probe(*asked);
  note_contact(probed);
  if (probed) record(*asked);
  const auto left = kBetweenRounds - (context_.clock.steady() - begun);
  return std::max<milliseconds>(1ms, std::chrono::ceil<milliseconds>(left));
}

// The permit ends before the lease does, on our own clock, as that of a switch (decision 0006).
bool VantageWorker::claim() {
  const auto steady = context_.clock.steady();
  if (claim_ && steady < claim_renewal_) return true;
  auto taken =
      db::write(context_.pool, "claim vantage point " + name_,
                [&](db::Session& session) -> Result<std::optional<VantageClaim>> {
                  return claim_vantage(session, {name_, context_.site.controller, last_fence_},
                                       context_.site.claim);
                });
  if (!taken && claim_ && permit_->holds()) return true;
  claim_ = taken ? *taken : std::nullopt;
  if (!claim_) {
    permit_->withdraw();
    shell_.reset();
    is_checked_ = false;
    return false;
  }
  last_fence_ = claim_->fence;
  claim_renewal_ = steady + context_.site.claim / 3;
  permit_->extend(steady + context_.site.claim * 3 / 4);
  return true;
}

void VantageWorker::notice_new_access() {
  const auto steady = context_.clock.steady();
  if (steady < next_access_look_) return;
  next_access_look_ = steady + kAccessLook;
  const auto version = db::read(context_.pool, "look at vantage point " + name_,
                                [&](db::Session& session) -> Result<std::optional<long long>> {
                                  return find_vantage_version(session, name_);
                                });
  if (!version || !*version || **version == version_) return;
  version_ = **version;
  shell_.reset();
  is_checked_ = false;
  retry_contact_ = {};
  contact_failures_ = 0;
}

// Once for each new way to reach it, also while nothing is watched: people want to know then
// whether it works.
Status VantageWorker::open() {
  if (shell_ && is_checked_) return {};
  const auto record = db::read(context_.pool, "read vantage point " + name_,
                               [&](db::Session& session) -> Result<std::optional<VantageRecord>> {
                                 return find_vantage_record(session, name_);
                               });
  if (!record) return tl::unexpected(record.error());
  if (!*record) return failure(Errc::NotFound, "vantage point " + name_ + " is not there");
  if (!shell_) {
    auto made = context_.make_shell(**record, permit_);
    if (!made) return tl::unexpected(made.error());
    shell_ = std::move(*made);
  }
  std::vector<std::string> devices;
  for (const VantageVrf& served : (*record)->vrfs)
    devices.push_back(served.device);
  const auto missing = run_line(check_line(devices));
  if (!missing) return tl::unexpected(missing.error());
  if (!missing->empty())
    return failure(Errc::Rejected,
                   "vantage point " + name_ + ": " + missing->substr(0, missing->find('\n')));
  is_checked_ = true;
  note_contact({});
  return {};
}

Result<std::string> VantageWorker::run_line(const std::string& line) {
  const std::vector<Command> commands{{.line = line}};
  auto answers = shell_->run(commands, kExchange);
  if (!answers) return tl::unexpected(answers.error());
  return std::move(answers->front().output);
}

std::optional<VantageWorker::Asked> VantageWorker::read_asked() {
  auto asked =
      db::read(context_.pool, "probes of " + name_, [&](db::Session& session) -> Result<Asked> {
        return Asked{list_watched_probes(session, name_, kMostTargets), db::now(session)};
      });
  if (!asked) {
    log::error("cannot read what to probe", {{"error", asked.error().message}});
    return std::nullopt;
  }
  // Those that keep a round waiting stand together, at its end.
  std::ranges::stable_partition(asked->targets,
                                [](const ProbeTarget& t) { return t.lost_in_row == 0; });
  return std::move(*asked);
}

Status VantageWorker::probe(Asked& asked) {
  const Round round = round_of(asked.targets);
  const auto output = run_line(round_line(round.probes));
  if (!output) return tl::unexpected(output.error());
  const std::vector<ProbeAnswer> answers = parse_round(*output, round.probes.size());
  const long long at = to_micros(asked.now);
  for (std::size_t i = 0; i < asked.targets.size(); ++i)
    note_answer(asked.targets[i], answers[i], at);
  for (std::size_t i = 0; i < round.doubted.size(); ++i) {
    ProbeTarget& target = asked.targets[round.doubted[i]];
    const bool answers_small =
        answers[asked.targets.size() + i].kind == ProbeAnswer::Kind::Answered;
    target.small_answers = target.lost_in_row > 0 && answers_small;
  }
  return {};
}

void VantageWorker::record(const Asked& asked) {
  const Status recorded =
      db::write(context_.pool, "what " + name_ + " saw", [&](db::Session& session) -> Status {
        if (!hold_vantage(session, *claim_, context_.clock.now()))
          return failure(Errc::Conflict, "the lease of vantage point " + name_ + " was lost");
        for (const ProbeTarget& target : asked.targets)
          record_probe(session, target);
        return {};
      });
  if (recorded) return;
  log::error("cannot record what was seen", {{"error", recorded.error().message}});
  claim_.reset();
}

void VantageWorker::note_contact(const Status& status) {
  if (permit_->is_stopped()) return;  // it was we who broke off
  std::string state = "reachable", error;
  if (status) {
    contact_failures_ = 0;
    retry_contact_ = {};
  } else {
    state = status.error().code == Errc::Rejected ? "refused" : "unreachable";
    error = status.error().message;
    is_checked_ = false;
    retry_contact_ =
        context_.clock.steady() + backoff(contact_failures_++, 250ms, kLongestRetry, random_);
  }
  if (contact_ == state + error) return;
  contact_ = state + error;
  if (!status) log::warning("vantage point does not answer", {{"error", error}});
  const Status stored = db::write(
      context_.pool, "contact of vantage point " + name_, [&](db::Session& session) -> Status {
        set_vantage_contact(session, name_, state, error, context_.clock.now());
        return {};
      });
  if (!stored) log::error("cannot store contact", {{"error", stored.error().message}});
}

void VantageWorker::tidy() {
  const auto steady = context_.clock.steady();
  if (steady < next_tidy_) return;
  next_tidy_ = steady + kBetweenTidies;
  static_cast<void>(
      db::write(context_.pool, "old probes of " + name_, [&](db::Session& session) -> Status {
        drop_old_probes(session, name_);
        return {};
      }));
}

}  // namespace switchyard::provisioner
