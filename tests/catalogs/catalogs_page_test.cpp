// docs/catalogs.md ends with the names templates see, printed from the code. SWITCHYARD_UPDATE=1
// writes them anew.
#include "catalogs/render_switch.h"
#include "catalogs/server_view.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace switchyard::catalogs {
namespace {

constexpr const char* kTitle = "# What a template sees\n";
constexpr const char* kOfSwitches =
    "\n## The template of a switch (once for each VRF)\n\n| name | what it is |\n|---|---|\n";

TEST(CatalogsPage, ShowsWhatTemplatesSee) {
  const std::string path = std::string(SWITCHYARD_SOURCE_DIR) + "/docs/catalogs.md";
  std::ostringstream stored;
  stored << std::ifstream(path).rdbuf();
  const std::string text = stored.str();
  const auto at = text.find(kTitle);
  ASSERT_NE(at, std::string::npos);
  const std::string page = text.substr(0, at) + kTitle + variables_reference() + kOfSwitches +
                           switch_variables_reference();
  if (std::getenv("SWITCHYARD_UPDATE") != nullptr) std::ofstream(path) << page;
  EXPECT_EQ(text, page) << "run it with SWITCHYARD_UPDATE=1 and commit docs/catalogs.md";
}

}  // namespace
}  // namespace switchyard::catalogs
