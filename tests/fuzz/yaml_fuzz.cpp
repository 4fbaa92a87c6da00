// The strict YAML reader and the configuration file on top of it: never crashes, never hangs, and a
// document without problems has a root.
#include "core/config.h"
#include "core/yaml.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace switchyard;

void read_everything(const yaml::Node& node) {
  (void)node.text("site");
  (void)node.integer_or("port", 0, 65'535, 1);
  (void)node.flag_or("on", true);
  (void)node.texts("list");
  for (const yaml::Node& item : node.items("servers")) {
    (void)item.scalar();
    (void)item.find("name");
    item.done();
  }
  if (const auto inner = node.find("listen")) read_everything(*inner);
  node.done();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  yaml::Problems problems;
  read_everything(yaml::parse("fuzz", text, problems));
  for (const yaml::Problem& problem : problems.list())
    if (problem.line < 1 || problem.column < 1 || problem.message.empty()) std::abort();
  if (const auto config = parse_config("fuzz", text); !config && config.error().message.empty())
    std::abort();
  return 0;
}
