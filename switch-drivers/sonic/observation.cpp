#include "switch-drivers/sonic/observation.h"

#include "switch-drivers/handle/deadman.h"
#include "switch-drivers/handle/outcome.h"
#include "switch-drivers/sonic/exchange.h"
#include "switch-drivers/sonic/live.h"

#include <algorithm>
#include <iterator>
#include <span>

namespace switchyard::switch_drivers::sonic {

namespace {

enum Part : std::size_t {
  kConfigDb,
  kLive,
  kSavedDb,
  kRunning,
  kSavedFrr,
  kModels,
  kArmed,
  kParts
};

std::vector<Command> reading() {
  return {read_config_db(),    read_live(),   read_saved_config_db(), read_running_config(),
          read_saved_config(), read_models(), handle::read_armed()};
}

// A command that failed explains itself better than the parser that finds nothing in its answer.
tl::unexpected<Error> explained(const Error& error, const Answer& answer) {
  if (answer.status == 0) return tl::unexpected(error);
  return failure(error.code, error.message + ": " + handle::first_line(answer.output));
}

Result<std::shared_ptr<const frr::FrrConfig>> parse_shared(std::string_view text) {
  return frr::parse_frr_config(text).map([](frr::FrrConfig&& config) {
    return std::make_shared<const frr::FrrConfig>(std::move(config));
  });
}

Status read_frr(SwitchState& state, std::span<const Answer> answers) {
  // vtysh ends with this line; without it some daemon's part may be missing.
  if (answers[kRunning].output.find("\nend\n") == std::string::npos) {
    return failure(Errc::Unavailable, "FRR did not show its whole configuration: " +
                                          handle::first_line(answers[kRunning].output));
  }
  auto running = parse_shared(answers[kRunning].output);
  if (!running) return explained(running.error(), answers[kRunning]);
  state.running = std::move(*running);
  // Nothing saved is a difference, not a failure.
  if (auto saved = parse_shared(answers[kSavedFrr].output)) state.saved_frr = std::move(*saved);
  return {};
}

Status read_databases(SwitchState& state, std::span<const Answer> answers) {
  auto db = parse_config_db(answers[kConfigDb].output);
  if (!db) return explained(db.error(), answers[kConfigDb]);
  state.db = std::move(*db);
  // Nothing saved is a difference, not a failure.
  if (auto saved = parse_config_db(answers[kSavedDb].output)) state.saved = std::move(*saved);
  auto live = parse_live(answers[kLive].output);
  if (!live) return explained(live.error(), answers[kLive]);
  state.live = std::move(*live);
  state.link_local_only = answers[kModels].status == 0;
  return {};
}

}  // namespace

Result<Observation> observe(Shell& shell, std::chrono::milliseconds deadline,
                            std::vector<Command> before, const std::vector<Command>& after) {
  const std::size_t ahead = before.size();
  std::vector<Command> commands = std::move(before);
  std::ranges::move(reading(), std::back_inserter(commands));
  commands.insert(commands.end(), after.begin(), after.end());
  auto answers = shell.run(commands, deadline);
  if (!answers) return tl::unexpected(answers.error());
  const std::span<const Answer> read{answers->begin() + static_cast<std::ptrdiff_t>(ahead), kParts};
  Observation observed{.armed = read[kArmed].output};
  if (auto status = read_databases(observed.state, read); !status)
    return tl::unexpected(status.error());
  if (auto status = read_frr(observed.state, read); !status) return tl::unexpected(status.error());
  answers->resize(ahead);
  observed.before = std::move(*answers);
  return observed;
}

}  // namespace switchyard::switch_drivers::sonic
