#include "catalogs/catalog_folder.h"

#include "core/host_name.h"
#include "core/yaml.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <utility>

namespace switchyard::catalogs {
namespace {

namespace fs = std::filesystem;

bool is_utf8(const std::string& text) {
  try {
    (void)nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

bool is_part(const fs::path& name) {
  const std::string text = name.string();
  return !text.starts_with('.') && text != "README.md";
}

// One file; a fault instead where it cannot be one of a catalog.
void read_file(CatalogFolder& folder, const fs::directory_entry& entry, const std::string& name) {
  if (!entry.is_regular_file() || entry.is_symlink()) {
    folder.faults.push_back({name, 0, "is no plain file"});
    return;
  }
  if (entry.file_size() > kMostBytes) {
    folder.faults.push_back({name, 0, "is larger than 128 KiB"});
    return;
  }
  std::ifstream stream(entry.path(), std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream)
    folder.faults.push_back({name, 0, "cannot be read"});
  else if (!is_utf8(text))
    folder.faults.push_back({name, 0, "is not UTF-8"});
  else
    folder.files.emplace(name, std::move(text));  // the first of a name stays
}

void read_files(CatalogFolder& folder, const fs::path& root) {
  auto step = fs::recursive_directory_iterator(root);
  for (const auto end = fs::recursive_directory_iterator(); step != end; ++step) {
    const fs::directory_entry& entry = *step;
    if (!is_part(entry.path().filename())) {
      if (entry.is_directory()) step.disable_recursion_pending();
      continue;
    }
    if (entry.is_directory() && !entry.is_symlink()) continue;
    if (folder.files.size() == kMostFiles) {
      folder.faults.push_back({"", 0, "more than 100 files"});
      return;
    }
    read_file(folder, entry, entry.path().lexically_relative(root).string());
  }
}

std::vector<std::string> included(const std::string& definition) {
  yaml::Problems unread;  // who reads the rest of it tells them
  return yaml::parse("", definition, unread).texts("include");
}

void read_included(CatalogFolder& folder, const fs::path& parent, const std::string& file,
                   const std::string& name) {
  const fs::path root = parent / name;
  if (!is_host_name(name) || !fs::is_directory(root))
    folder.faults.push_back(
        {file, 0, "include: there is no folder " + name.substr(0, 80) + " beside this one"});
  else
    read_files(folder, root);
}

}  // namespace

bool is_catalog_file_name(std::string_view name) {
  static const std::regex kName("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
  return name.size() <= 200 && std::regex_match(name.begin(), name.end(), kName);
}

Result<CatalogFolder> read_catalog_folder(const std::string& path, const std::string& file) {
  try {
    const fs::path root = fs::canonical(path);
    CatalogFolder folder;
    read_files(folder, root);
    const auto catalog = folder.files.find(file);
    if (catalog == folder.files.end())
      return failure(Errc::NotFound, path + " has no " + file + " that can be read");
    for (const std::string& name : included(catalog->second))
      read_included(folder, root.parent_path(), file, name);
    return folder;
  } catch (const fs::filesystem_error& error) {
    return failure(Errc::NotFound, path + ": " + error.code().message());
  }
}

}  // namespace switchyard::catalogs
