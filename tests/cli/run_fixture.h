// Runs one command line against a FakeApi, without a terminal and without time.
#pragma once

#include "tests/cli/fake_api.h"
#include "tests/fakes/fake_clock.h"
#include "web/cli/console.h"
#include "web/cli/run.h"

#include <gtest/gtest.h>

#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace switchyard::web::cli {

struct Ran {
  int status{};
  std::string out{};
  std::string err{};
};

class RunFixture : public ::testing::Test {
 protected:
  FakeApi api{};
  fakes::FakeClock clock{};
  std::string typed{};  // what the person types; empty: nobody is there
  bool has_terminal{false};
  bool has_colour{false};
  bool is_unicode{true};
  int columns{80};
  std::function<void()> on_pause{};  // what happens in the world while the command waits
  ServeHooks hooks{};

  // `words` without --url, which is the fake's.
  Ran run(std::vector<std::string> words) {
    words.insert(words.end(), {"--url", api.url()});
    return run_as_is(std::move(words));
  }

  Ran run_as_is(std::vector<std::string> words) {
    std::istringstream in(typed);
    std::ostringstream out;
    std::ostringstream err;
    Console console{.in = in,
                    .out = out,
                    .err = err,
                    .clock = clock,
                    .pause =
                        [this](std::chrono::milliseconds time) {
                          clock.advance(time);
                          if (on_pause) on_pause();
                        },
                    .in_is_terminal = !typed.empty(),
                    .out_is_terminal = has_terminal,
                    .is_unicode = is_unicode,
                    .has_colour = has_colour,
                    .columns = columns};
    const int status = cli::run(std::move(words), console, hooks);
    return {.status = status, .out = out.str(), .err = err.str()};
  }
};

// Compares with tests/cli/golden/NAME. With SWITCHYARD_WRITE_GOLDEN set the file is written
// instead.
void expect_golden(const std::string& name, const std::string& text);

}  // namespace switchyard::web::cli
