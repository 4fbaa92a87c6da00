// docs/catalogs.md and docs/os-images.md end with the names templates see, printed from the code.
// SWITCHYARD_UPDATE=1 writes them anew.
#include "catalogs/os/answers.h"
#include "catalogs/render_switch.h"
#include "catalogs/server_view.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace switchyard::catalogs {
namespace {

constexpr const char* kOfSwitches =
    "\n## The template of a switch (once for each VRF)\n\n| name | what it is |\n|---|---|\n";

// What follows `title` in a page is `end`.
void expect_end(const std::string& page, const std::string& title, const std::string& end) {
  const std::string path = std::string(SWITCHYARD_SOURCE_DIR) + "/docs/" + page;
  std::ostringstream stored;
  stored << std::ifstream(path).rdbuf();
  const std::string text = stored.str();
  const auto at = text.find(title);
  ASSERT_NE(at, std::string::npos);
  const std::string wanted = text.substr(0, at) + title + end;
  if (std::getenv("SWITCHYARD_UPDATE") != nullptr) std::ofstream(path) << wanted;
  EXPECT_EQ(text, wanted) << "run it with SWITCHYARD_UPDATE=1 and commit docs/" << page;
}

TEST(CatalogsPage, ShowsWhatTemplatesSee) {
  expect_end("catalogs.md", "# What a template sees\n",
             variables_reference() + kOfSwitches + switch_variables_reference());
}

TEST(ImagesPage, ShowsWhatTemplatesSee) {
  expect_end("os-images.md", "# What an answer's template sees\n\n",
             os::answer_variables_reference());
}

}  // namespace
}  // namespace switchyard::catalogs
