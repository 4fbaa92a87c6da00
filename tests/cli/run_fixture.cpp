#include "tests/cli/run_fixture.h"

#include <cstdlib>
#include <fstream>

namespace switchyard::web::cli {

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(SWITCHYARD_GOLDEN) + "/" + name;
  if (std::getenv("SWITCHYARD_WRITE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file.is_open()) << path << " is missing";
  std::ostringstream wanted;
  wanted << file.rdbuf();
  EXPECT_EQ(text, wanted.str()) << "differs from " << path;
}

}  // namespace switchyard::web::cli
