// What the facade's files about free servers share. Internal to them.
#pragma once

#include "core/db/pool.h"
#include "core/result.h"
#include "provisioner/store/records.h"

#include <string>

namespace switchyard::provisioner {

// NotFound: there is none of that name.
[[nodiscard]] Result<ServerRecord> server_record(db::Session& session, const std::string& name);

[[nodiscard]] tl::unexpected<Error> changed_meanwhile(const std::string& name);

// The record says what the server was when it was read: nobody may have changed it since.
[[nodiscard]] Status show_as(db::Session& session, const ServerRecord& record,
                             const std::string& state, const std::string& reason);

}  // namespace switchyard::provisioner
