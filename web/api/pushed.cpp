#include "web/api/pushed.h"

#include "catalogs/catalog_folder.h"

namespace switchyard::web::api {
namespace {

constexpr int kMostVersion = 1'000'000;

}  // namespace

std::map<std::string, std::string> read_files(Fields& fields) {
  return fields.documents("files", catalogs::kMostFiles, catalogs::kMostBytes);
}

VersionAction read_version_action(Fields& fields) {
  VersionAction action{
      .type = fields.text("type"),
      .version = static_cast<int>(fields.integer_or("version", 1, kMostVersion, 0))};
  if (!action.type.empty() && action.type != "publish" && action.type != "deprecate")
    fields.report("type", "invalid", "must be publish or deprecate");
  if (action.type == "deprecate" && action.version == 0)
    fields.report("version", "missing", "is required");
  return action;
}

Checked<int> version_query(const Call& call) {
  return integer_query(call, "version", 1, kMostVersion, 0).map([](long long version) {
    return static_cast<int>(version);
  });
}

}  // namespace switchyard::web::api
