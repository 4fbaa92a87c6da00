// What the disks of a server are known by, in a row of its own that outlives every boot.
#pragma once

#include "core/db/pool.h"
#include "core/result.h"
#include "provisioner/boot/wipe_proof.h"

#include <string>
#include <vector>

namespace switchyard::provisioner {

struct ServerDisks {
  std::vector<KnownDisk> seen{};      // by any inspection since the last proved wipe
  std::vector<KnownDisk> declared{};  // by the inventory, if it says anything
};

// Nothing is known of a server without a row. Invalid: the row cannot be read.
[[nodiscard]] Result<ServerDisks> read_server_disks(db::Session& session,
                                                    const std::string& server);
void keep_seen_disks(db::Session& session, const std::string& server,
                     const std::vector<KnownDisk>& disks);
// Their serial numbers, as the inventory lists them; empty: it says nothing.
void declare_disks(db::Session& session, const std::string& server,
                   const std::vector<std::string>& serials);

}  // namespace switchyard::provisioner
