#include "provisioner/workflow/runner.h"

#include "catalogs/render/template_engine.h"
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/log.h"
#include "provisioner/store/consoles.h"
#include "provisioner/store/work.h"

#include <algorithm>

namespace switchyard::provisioner {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr int kTogether = 64;
constexpr milliseconds kIdle = 1s;  // another controller's wishes are only seen by looking
constexpr milliseconds kCountAgain = 1s;
// A look at what waits costs two commits and a question to a BMC. A thousand servers that boot at
// once need the database more than we need to know whether they have: who is heard is woken.
constexpr int kLooksASecond = 200;

// A wipe belongs to no deployment.
Result<DeploymentRecord> deployment_of(db::Session& session, const OperationRecord& operation) {
  if (operation.deployment.empty()) return DeploymentRecord{};
  auto found = find_deployment_record(session, operation.deployment);
  if (!found) return tl::unexpected(found.error());
  if (!*found)
    return failure(Errc::NotFound, "operation " + operation.id + ": its deployment is gone");
  return std::move(**found);
}

// A roll-out is of no server.
Result<ServerRecord> server_of(db::Session& session, const OperationRecord& operation) {
  if (operation.server.empty()) return ServerRecord{};
  auto found = find_server_record(session, operation.server);
  if (!found) return failure(Errc::NotFound, "operation " + operation.id + ": its server is gone");
  return std::move(*found);
}

// All a step needs to know, read in the transaction that claims it.
Result<std::optional<Job>> claim_job(StepContext& context, const std::string& id,
                                     const std::stop_token& stop) {
  const auto until = context.clock.steady() + context.site.claim * 3 / 4;
  return db::write(context.pool, "claim operation " + id,
                   [&](db::Session& session) -> Result<std::optional<Job>> {
                     auto operation =
                         claim_operation(session, id, context.site.controller, context.site.claim);
                     if (!operation) return std::optional<Job>{};
                     auto deployment = deployment_of(session, *operation);
                     if (!deployment) return tl::unexpected(deployment.error());
                     auto server = server_of(session, *operation);
                     if (!server) return tl::unexpected(server.error());
                     const std::string operation_server = operation->server;
                     const std::chrono::microseconds in_state{to_micros(db::now(session)) -
                                                              operation->state_since};
                     return std::optional(Job{.operation = std::move(*operation),
                                              .deployment = std::move(*deployment),
                                              .server = std::move(*server),
                                              .nics = list_nics(session, operation_server),
                                              .in_state = in_state,
                                              .limits = {.stop = stop, .until = until}});
                   });
}

bool is_failure(const Row& row, const Advance& next) {
  return next.next == row.on_failure && next.next != row.then && next.next != row.in;
}

// The console is let go where a workflow gives up or ends, and before a server is another's.
bool is_last_look(const Row& row, const Advance& next) {
  return next.next != row.in && (is_failure(row, next) || !watches_console(next.next));
}

}  // namespace

Runner::Runner(StepContext context)
    : context_(std::move(context)), random_(std::random_device{}()) {
  if (!context_.templates) context_.templates = std::make_shared<catalogs::TemplateEngine>();
}

Runner::~Runner() { request_stop(); }

void Runner::request_stop() {
  stop_.request_stop();
  for (std::jthread& thread : threads_)
    thread.request_stop();
}

void Runner::start() {
  threads_.emplace_back([this](const std::stop_token& stop) { dispatch(stop); });
  for (int i = 0; i < context_.site.runner_threads; ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

void Runner::dispatch(const std::stop_token& stop) {
  std::chrono::steady_clock::time_point counted{};
  while (!stop.stop_requested()) {
    const std::uint64_t seen = context_.wakeup.count(kRunnerTopic);
    milliseconds idle = kIdle;
    const auto due = db::read(context_.pool, "due operations",
                              [&](db::Session& session) -> Result<std::vector<std::string>> {
                                if (context_.clock.steady() - counted >= kCountAgain) {
                                  running_ = count_running_operations(session);
                                  counted = context_.clock.steady();
                                }
                                auto ids = due_operations(session, kTogether);
                                if (const auto next = until_next_due(session); ids.empty() && next)
                                  idle = std::clamp(std::chrono::duration_cast<milliseconds>(*next),
                                                    milliseconds(5), kIdle);
                                return ids;
                              });
    if (!due) log::error("cannot read due operations", {{"error", due.error().message}});
    {
      const std::lock_guard lock(mutex_);
      for (const std::string& id : due.value_or(std::vector<std::string>{}))
        if (std::ranges::find(queue_, id) == queue_.end()) queue_.push_back(id);
    }
    queued_.notify_all();
    context_.wakeup.wait(kRunnerTopic, seen, idle, stop);
  }
}

void Runner::work(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::string id;
    {
      std::unique_lock lock(mutex_);
      if (!queued_.wait(lock, stop, [this] { return !queue_.empty(); })) return;
      id = std::move(queue_.front());
      queue_.pop_front();
    }
    run_one(id);
  }
}

int Runner::run_due() {
  const auto due = db::read(context_.pool, "due operations",
                            [&](db::Session& session) -> Result<std::vector<std::string>> {
                              return due_operations(session, kTogether);
                            });
  int ran = 0;
  for (const std::string& id : due.value_or(std::vector<std::string>{}))
    ran += run_one(id) ? 1 : 0;
  return ran;
}

Timestamp Runner::due_after(const Advance& advance, Timestamp now) {
  if (!advance.is_retry)
    return now + std::max<milliseconds>(advance.retry_in, running_.load() * 1000ms / kLooksASecond);
  const std::lock_guard lock(random_mutex_);  // full jitter, but never at once
  std::uniform_int_distribution<long long> draw(advance.retry_in.count() / 4,
                                                advance.retry_in.count());
  return now + milliseconds(draw(random_));
}

void Runner::keep_console_of(db::Session& session, const Job& job, const Row& row,
                             const Advance& next, Timestamp now) {
  if (next.next == State::Succeeded) return forget_console(session, job.operation.id);
  if (!is_failure(row, next) || !watches_console(row.in) || context_.consoles == nullptr) return;
  keep_console(session, job.operation.id, job.server.name, std::string(to_string(row.in)),
               context_.consoles->seen(job.server.name), now);
}

bool Runner::run_one(const std::string& id) {
  const log::Context tag("operation", id);
  const auto claimed = claim_job(context_, id, stop_.get_token());
  if (!claimed) {
    log::error("cannot claim", {{"error", claimed.error().message}});
    return false;
  }
  if (!*claimed) return false;
  const Job& job = **claimed;
  const auto state = parse_state(job.operation.state);
  const Row* row = state ? find_row(table_of(job.operation.kind), *state) : nullptr;
  if (row == nullptr) {
    log::error("no row for this state",
               {{"kind", job.operation.kind}, {"state", job.operation.state}});
    return false;
  }
  if (context_.consoles != nullptr && watches_console(row->in))
    context_.consoles->watch(job.server.name, context_.follow_console(job.server));
  const Progress before{.cancel_requested = job.operation.cancel_requested};
  // A cancelled operation does not begin another step; advance() turns it away.
  StepOutcome outcome = before.cancel_requested && !gives_up(*row) ? StepOutcome{Wait{"cancelled"}}
                                                                   : row->run(job, context_);
  // What we broke off ourselves is no failed try; another controller may go on at once.
  const Error* error = std::get_if<Error>(&outcome);
  if (stop_.stop_requested() && error != nullptr && is_transient(error->code))
    outcome = Wait{"this controller ended"};
  Advance next;
  const Status recorded =
      db::write(context_.pool, "record operation " + id, [&](db::Session& session) -> Status {
        const Timestamp now = db::now(session);
        next = advance(*row, outcome,
                       {.in_state = std::chrono::duration_cast<milliseconds>(
                            std::chrono::microseconds(to_micros(now) - job.operation.state_since)),
                        .attempt = job.operation.attempt,
                        .cancel_requested = job.operation.cancel_requested});
        const Timestamp due = next.next == row->in ? due_after(next, now) : now;
        const Status written = record_advance(session, job, *row, next, now, due);
        if (written) keep_console_of(session, job, *row, next, now);
        return written;
      });
  if (context_.consoles != nullptr && recorded && is_last_look(*row, next))
    context_.consoles->end(job.server.name);
  if (!recorded) log::error("cannot record a step", {{"error", recorded.error().message}});
  if (next.next != row->in)
    log::info("step ended", {{"step", std::string(to_string(row->in))},
                             {"next", std::string(to_string(next.next))},
                             {"note", next.note}});
  context_.wakeup.poke(kEventTopic);
  context_.wakeup.poke(kRunnerTopic);
  return true;
}

}  // namespace switchyard::provisioner
