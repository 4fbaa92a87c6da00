// What a simulated switch has on its disk when it is new, and what it makes of its disk when it
// boots.
#pragma once

#include "tests/fakes/switch/fake_switch.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace switchyard::fakes {

class SwitchBoot {
 public:
  explicit SwitchBoot(FakeSwitch& of) : of_(of) {}

  void install();  // writes the files of a new switch
  void run();      // power-on: kernel, ifupdown2, FRR; everything that ran before is gone
  [[nodiscard]] std::string base_frr() const;

 private:
  using Stanza = std::vector<std::pair<std::string, std::string>>;  // keyword, rest of the line

  void base_links();
  void fabric_links();
  void apply_snippets();
  void apply(const std::string& name, const Stanza& stanza);
  void hooks(const Stanza& stanza, const std::string& keyword);

  FakeSwitch& of_;
};

}  // namespace switchyard::fakes
