// How records become what the API shows. Internal to the facade's files.
#pragma once

#include "core/db/pool.h"
#include "provisioner/service.h"
#include "provisioner/store/records.h"

namespace switchyard::provisioner {

[[nodiscard]] DeploymentView to_view(const DeploymentRecord& record);
// With steps and timeline.
[[nodiscard]] OperationView to_view(db::Session& session, const OperationRecord& record);

[[nodiscard]] inline bool may_see(const Viewer& viewer, const std::string& project) {
  return !viewer.project || *viewer.project == project;
}

// " AND project = :project" questions bind the viewer's project; '' in the query means all.
[[nodiscard]] inline std::string project_of(const Viewer& viewer) {
  return viewer.project.value_or("");
}

}  // namespace switchyard::provisioner
