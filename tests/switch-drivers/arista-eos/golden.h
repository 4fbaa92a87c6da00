// Golden files of this folder, and a configuration of EOS as one port's lines.
#pragma once

#include "switch-drivers/arista-eos/wish.h"
#include "tests/switch-drivers/intents.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace switchyard::switch_drivers::arista_eos {

inline const SwitchContext kContext{.asn = Asn{65001}};
inline const std::string kPort = "Ethernet5";

inline PortLines wish(const PortIntent& intent) { return wished_lines(intent, kContext); }

inline PortIntent routed() { return routed_port(kPort); }

inline Config all_of(const PortLines& lines) {
  Config all = lines.own;
  all.insert(lines.shared.begin(), lines.shared.end());
  return all;
}

inline std::string as_text(const Config& config) {
  std::string text;
  for (const Line& line : config)
    text += to_text(line) + "\n";
  return text;
}

inline std::string read_file(const std::string& name) {
  std::ifstream file(SWITCHYARD_EOS_TESTS "/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Compares with golden/NAME; SWITCHYARD_UPDATE_GOLDEN=1 writes it instead.
inline void expect_golden(const std::string& name, const std::string& text) {
  if (std::getenv("SWITCHYARD_UPDATE_GOLDEN") != nullptr)
    std::ofstream(SWITCHYARD_EOS_TESTS "/golden/" + name) << text;
  EXPECT_EQ(text, read_file("golden/" + name)) << name;
}

}  // namespace switchyard::switch_drivers::arista_eos
