// What is pushed as files and kept in versions: how network catalogs and OS images are spoken of.
#pragma once

#include "web/api/call.h"
#include "web/api/fields.h"
#include "web/api/resources.h"

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

// `push(author, files)` answers the view of the version.
template <class Push>
[[nodiscard]] Answer push_answer(const Call& call, const Findings& findings, Push push) {
  const auto files = read_body(call, &read_files);
  if (!files) return tl::unexpected(files.error());
  const auto pushed = push(viewer_of(call).name, *files);
  if (!pushed) return tl::unexpected(problem_of(pushed.error(), findings));
  return Reply{.body = to_json(*pushed)};
}

// `publish` and `deprecate` get author, name and version.
template <class Publish, class Deprecate>
[[nodiscard]] Answer action_answer(const Call& call, Publish publish, Deprecate deprecate) {
  const auto action = read_body(call, &read_version_action);
  if (!action) return tl::unexpected(action.error());
  const std::string name = call.parameter("name"), author = viewer_of(call).name;
  if (action->type == "publish") return shown_answer(publish(author, name, action->version));
  return shown_answer(deprecate(author, name, action->version));
}

// `find` gets name and version.
template <class Find> [[nodiscard]] Answer version_answer(const Call& call, Find find) {
  const auto version = version_query(call);
  if (!version) return tl::unexpected(version.error());
  return shown_answer(find(call.parameter("name"), *version));
}

}  // namespace switchyard::web::api
