// The control port of switchyard-sim: look at the site, set faults, pull cables, over HTTP with
// JSON.
//
// GET  /state                       everything, one object
// GET  /violations                  states that must never have been; [] is the only good answer
// GET  /switches/{s}/log            commands received; DELETE forgets them
// GET  /switches/{s}/fingerprint    all that matters about it, as text
// GET  /switches/{s}/running-config   of one with a shell: text
// POST /switches/{s}/console        of one with a shell: a line as text; answers its output
// POST /switches/{s}/fault          {"kind":"refuse|hang|drop-before|drop-after|late|power-cut",
//                                   "at":-1,"matching":"","times":1,"delay_ms":1000,
//                                   "rest":"lost|runs|runs-late"}
// POST /switches/{s}/settings       any of {"refuse_port":"swp1","refuse_lines":"…",
//                                   "full_disk":true,"unreachable":true,"commit_ms":0,"bgp_ms":0},
//                                   and of one with a shell {"max_startups":10,"max_sessions":10,
//                                   "max_connections":1000,"drop_after_bytes":-1,
//                                   "lies":[{"command","find","replace"}]}
// POST /switches/{s}/clear          no faults any more
// POST /switches/{s}/reboot, /factory-reset, /change-host-key
// POST /switches/{s}/ports/{p}/pull      {"out":true}
// POST /switches/{s}/ports/{p}/by-hand   {"vrf":"vrf-prv","tag":101,"name":"a filter widened"}:
//                                   what a person does at the console of a switch with a routed
//                                   port; answers all their names. Without a name nothing is done
// POST /servers/{s}/faults          {"ignores_power_on":true,…}: all that are not named are off
// POST /servers/{s}/announce        ["203.0.113.9/32"]: more than its configuration says
// POST /servers/{s}/rogue           {"asn":65000,"prefixes":[…]}
// POST /inventory                   answers the inventory (POST: it holds passwords)
#pragma once

#include "tests/fakes/sim/site.h"

#include <cstdint>
#include <memory>

namespace switchyard::fakes {

class SiteControl {
 public:
  SiteControl(SimulatedSite& site, std::uint16_t port);  // throws std::runtime_error
  ~SiteControl();
  SiteControl(const SiteControl&) = delete;
  SiteControl& operator=(const SiteControl&) = delete;
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace switchyard::fakes
