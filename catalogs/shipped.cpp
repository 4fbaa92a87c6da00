#include "catalogs/shipped.h"

#include "catalogs/catalog_folder.h"
#include "catalogs/os/image_definition.h"
#include "catalogs/shipped_bundle.h"

#include <algorithm>
#include <sstream>

namespace switchyard::catalogs {
namespace {

constexpr char kMark = '\x1e';
const std::string kCommon = "common/";

// All files by their name below shipped/.
TemplateFiles all_files(Shipped what) {
  TemplateFiles files;
  std::string_view bundle = what == Shipped::OsImages ? shipped_images_bundle() : shipped_bundle();
  while (!bundle.empty()) {
    bundle.remove_prefix(1);  // the mark
    const std::size_t line = bundle.find('\n');
    const std::size_t end = std::min(bundle.find(kMark), bundle.size());
    files.emplace(bundle.substr(0, line), bundle.substr(line + 1, end - line - 1));
    bundle.remove_prefix(end);
  }
  return files;
}

std::string definition_of(Shipped what) {
  return what == Shipped::OsImages ? os::kImageFile : kCatalogFile;
}

// Without the other folder, and with its own name.
std::string renamed(const std::string& yaml, const std::string& name) {
  std::istringstream lines(yaml);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("include:")) continue;
    text += (line.starts_with("name:") ? "name: " + name : line) + "\n";
  }
  return text;
}

}  // namespace

std::vector<std::string> shipped_names(Shipped what) {
  std::vector<std::string> names;
  const std::string last = "/" + definition_of(what);
  for (const auto& [file, text] : all_files(what))
    if (file.ends_with(last)) names.push_back(file.substr(0, file.size() - last.size()));
  return names;
}

TemplateFiles shipped_as(const std::string& shipped, const std::string& name, Shipped what) {
  const TemplateFiles all = all_files(what);
  const std::string definition = definition_of(what);
  const std::string own = shipped + "/";
  if (!all.contains(own + definition)) return {};
  TemplateFiles files;
  for (const std::string& folder : {kCommon, own})
    for (const auto& [file, text] : all)
      if (file.starts_with(folder)) files[file.substr(folder.size())] = text;
  files[definition] = renamed(files[definition], name);
  return files;
}

}  // namespace switchyard::catalogs
