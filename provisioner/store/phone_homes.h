// The one-time tokens installed systems call home with.
#pragma once

#include "core/db/pool.h"
#include "core/secret.h"

#include <optional>
#include <string>

namespace switchyard::provisioner {

// A new token for the system this operation installs; an earlier one of it is void.
[[nodiscard]] Secret make_phone_home_token(db::Session& session, const std::string& operation);

// Whose it is, and from now on it is void. Nothing: it never was one, was used, or is too old.
[[nodiscard]] std::optional<std::string> use_phone_home_token(db::Session& session,
                                                              const Secret& token);

// A JSON object as text.
void keep_phone_home(db::Session& session, const std::string& operation, const std::string& report);

}  // namespace switchyard::provisioner
