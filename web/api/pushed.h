// What is pushed as files and kept in versions: how network catalogs and OS images are spoken of.
#pragma once

#include "web/api/call.h"
#include "web/api/fields.h"

#include <map>
#include <string>

namespace switchyard::web::api {

[[nodiscard]] std::map<std::string, std::string> read_files(Fields& fields);

struct VersionAction {
  std::string type{};  // publish, deprecate
  int version{};       // 0: the newest, to publish
};

[[nodiscard]] VersionAction read_version_action(Fields& fields);

// ?version=N; 0: the one that is shown by itself.
[[nodiscard]] Checked<int> version_query(const Call& call);

}  // namespace switchyard::web::api
