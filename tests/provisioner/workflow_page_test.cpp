// docs/workflows.md is printed from the tables, so it cannot drift. SWITCHYARD_UPDATE=1 writes it
// anew.
#include "provisioner/workflow/workflow.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace switchyard::provisioner {
namespace {

std::string duration(std::chrono::seconds length) {
  const long long minutes = length.count() / 60;
  return minutes % 60 == 0 ? std::to_string(minutes / 60) + " h" : std::to_string(minutes) + " min";
}

std::string page_of(const std::string& title, std::span<const Row> table) {
  std::string text = "## " + title +
                     "\n\n| state | what happens | then | on failure | deadline | server is "
                     "|\n|---|---|---|---|---|---|\n";
  for (const Row& row : table)
    text += "| " + std::string(to_string(row.in)) + " | " + std::string(row.title) + " | " +
            std::string(to_string(row.then)) + " | " + std::string(to_string(row.on_failure)) +
            " | " + duration(row.deadline) + " | " + std::string(row.server_state) + " |\n";
  text += "\n```text\n" + std::string(to_string(table.front().in));
  for (const Row& row : table)
    if (!gives_up(row)) text += " -> " + std::string(to_string(row.then));
  return text + "\nany of them on failure or cancel -> " +
         std::string(to_string(table.front().on_failure)) + " -> failed\n```\n";
}

TEST(WorkflowPage, ShowsTheTablesAsTheyAre) {
  const std::string path = std::string(SWITCHYARD_SOURCE_DIR) + "/docs/workflows.md";
  const std::string page =
      "# Workflows\n\nPrinted from `provisioner/workflow/tables.cpp` by a test. A step is safe to "
      "run again from the top; an error "
      "that may pass is tried again\nwith growing, jittered delays until the deadline of its "
      "state.\n\n" +
      page_of("deploy", deploy_table()) + "\n" + page_of("release", release_table()) + "\n" +
      page_of("wipe", wipe_table()) + "\n" + page_of("rescue", rescue_table()) + "\n" +
      page_of("move", move_table()) + "\n" + page_of("rollout", rollout_table()) +
      "\nA wipe is a release without a deployment: the way out of maintenance, and the only one. A "
      "release cannot be cancelled; a wipe\nthat is cancelled leaves its server in maintenance, "
      "off "
      "and with its ports shut.\nA rescue has no deployment either and is for servers in "
      "maintenance, or failed (docs/decisions/0009-rescue.md): its server is in maintenance while "
      "it\nruns and however it ends, off and with its ports shut.\nA move gives the switch side of "
      "an active server another version of its catalog; a roll-out (of no server) moves many, in "
      "waves\n(docs/decisions/0012-roll-out.md). Where a vantage point serves a VRF, a leg counts "
      "as changed when the host routes that answered it before do so again, by as many\npaths "
      "(docs/decisions/0013-vantage-points.md).\n";
  if (std::getenv("SWITCHYARD_UPDATE") != nullptr) std::ofstream(path) << page;
  std::ostringstream stored;
  stored << std::ifstream(path).rdbuf();
  EXPECT_EQ(stored.str(), page) << "run it with SWITCHYARD_UPDATE=1 and commit docs/workflows.md";
}

}  // namespace
}  // namespace switchyard::provisioner
