// Workflows as tables: one row a state, one column a question. State lives in the database; the
// runner finds the row and runs its step; advance() decides what follows.
#pragma once

#include "core/result.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace switchyard::provisioner {

enum class State : std::uint8_t {
  // deploy
  Preparing,
  Booting,
  Installing,
  Stopping,
  Attaching,
  Starting,
  Verifying,
  // release and wipe
  PoweringOff,
  Closing,
  Returning,
  WipeBooting,
  Wiping,
  WipeStopping,
  Freeing,
  // rescue, beside some of the above
  Opening,
  Open,
  // a move to another version of the catalog
  FirstLeg,
  OtherLegs,
  Recording,
  Reverting,
  // a roll-out of moves
  Rolling,
  Halting,
  // when a workflow cannot go on
  Isolating,
  // ends
  Succeeded,
  Failed,
};
[[nodiscard]] std::string_view to_string(State state);  // "wipe-booting"
[[nodiscard]] Result<State> parse_state(std::string_view text);

[[nodiscard]] constexpr bool is_end(State state) {
  return state == State::Succeeded || state == State::Failed;
}

// What a step answers. A step is safe to run again from the top.
struct Done {};

struct Wait {
  std::string reason{};  // "the installer of srv1 writes the disk, 40 %"
  std::chrono::milliseconds retry_in{1000};
};

using StepOutcome = std::variant<Done, Wait, Error>;

struct Job;
struct StepContext;
using Step = StepOutcome (*)(const Job&, StepContext&);

struct Row {
  State in{};
  Step run{};
  State then{};
  State on_failure{};
  std::chrono::seconds deadline{};
  std::string_view server_state{};  // what the server is shown as meanwhile
  std::string_view title{};         // for people
};

[[nodiscard]] std::span<const Row> deploy_table();
[[nodiscard]] std::span<const Row> release_table();
[[nodiscard]] std::span<const Row> wipe_table();     // out of maintenance, without a deployment
[[nodiscard]] std::span<const Row> rescue_table();   // people in the RAM system of a free server
[[nodiscard]] std::span<const Row> move_table();     // an active server, to another catalog version
[[nodiscard]] std::span<const Row> rollout_table();  // many of them, wave by wave; of no server
// The table of an operation's kind; empty for an unknown kind.
[[nodiscard]] std::span<const Row> table_of(std::string_view kind);
[[nodiscard]] const Row* find_row(std::span<const Row> table, State state);

// Whether a workflow that is in this row gives up already. It is not given up again: what was
// opened must be closed, what was changed must go back.
[[nodiscard]] constexpr bool gives_up(const Row& row) { return row.then == State::Failed; }

// Whether a state is about a server that boots or works alone: then its serial console is read.
[[nodiscard]] bool watches_console(State state);

// What follows a step, pure. `retry_in` is the longest wait; the runner draws below it for errors.
struct Advance {
  State next{};
  std::chrono::milliseconds retry_in{};  // when next == row.in
  bool is_retry{};                       // an error is being retried: jitter and count it
  std::string note{};
  Errc error{};  // when next is row.on_failure
};

struct Progress {
  std::chrono::milliseconds in_state{};
  int attempt{};  // errors in this state so far
  bool cancel_requested{};
};

[[nodiscard]] Advance advance(const Row& row, const StepOutcome& outcome, const Progress& progress);

constexpr bool one_row_per_state(std::span<const Row> table) {
  for (std::size_t i = 0; i < table.size(); ++i)
    for (std::size_t j = i + 1; j < table.size(); ++j)
      if (table[i].in == table[j].in) return false;
  return true;
}

constexpr bool leads_only_to_known_states(std::span<const Row> table) {
  const auto known = [&](State state) {
    if (is_end(state)) return true;
    for (const Row& row : table)
      if (row.in == state) return true;
    return false;
  };
  for (const Row& row : table)
    if (!known(row.then) || !known(row.on_failure)) return false;
  return true;
}

}  // namespace switchyard::provisioner
