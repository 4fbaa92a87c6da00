// Switches: how to reach them, whose turn it is to drive them, what was last seen.
#pragma once

#include "core/clock.h"
#include "core/db/pool.h"
#include "provisioner/store/records.h"
#include "provisioner/store/wishes.h"

#include <optional>
#include <string>
#include <vector>

namespace switchyard::provisioner {

[[nodiscard]] std::vector<std::string> list_switch_names(db::Session& session);
// Changes whenever the switch is to be reached in another way; cheaper than the record.
[[nodiscard]] std::optional<long long> find_switch_version(db::Session& session,
                                                           const std::string& name);
[[nodiscard]] long long scan_wanted_since(db::Session& session, const std::string& name);
[[nodiscard]] std::optional<SwitchRecord> find_switch_record(db::Session& session,
                                                             const std::string& name);

// Takes or renews the lease of a switch; see claim_row(). Nothing when another one holds it.
[[nodiscard]] std::optional<SwitchClaim> claim_switch(db::Session& session,
                                                      const SwitchClaim& claimant,
                                                      std::chrono::seconds how_long);
// Gives up every lease this controller held before it was restarted.
void drop_claims(db::Session& session, const std::string& holder);

void set_switch_contact(db::Session& session, const std::string& name, const std::string& state,
                        const std::string& error, Timestamp now);
void set_switch_facts(db::Session& session, const std::string& name, const std::string& boot_id,
                      const std::string& facts_json);
// A scan was asked for before `since` and is now done.
void clear_scan_wanted(db::Session& session, const std::string& name, long long since);

}  // namespace switchyard::provisioner
