#include "switch-drivers/cumulus-nvue/leaves.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace switchyard::switch_drivers::cumulus_nvue {

namespace {

using nlohmann::json;

constexpr std::size_t kDeepest = 40;
constexpr std::size_t kLongestNumber = 18;

bool take_apart(const json& node, Path& path, Leaves& into) {
  if (path.size() > kDeepest || node.is_array()) return false;
  if (!node.is_object()) {
    into[path] = node.is_string() ? node.get<std::string>() : node.dump();
    return true;
  }
  if (node.empty() && !path.empty()) into[path] = std::string{kThere};
  for (const auto& [key, value] : node.items()) {
    path.push_back(key);
    if (!take_apart(value, path, into)) return false;
    path.pop_back();
  }
  return true;
}

bool is_number(const std::string& text) {
  const bool shortest = text == "0" || !text.starts_with('0');
  return !text.empty() && text.size() <= kLongestNumber && shortest &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

json& node_at(json& root, const Path& path) {
  json* at = &root;
  for (const std::string& key : path)
    at = &(*at)[key];
  return *at;
}

}  // namespace

Result<Leaves> parse_leaves(std::string_view text) {
  const json root = json::parse(text, nullptr, /*allow_exceptions=*/false);
  Leaves leaves;
  Path path;
  if (!root.is_object() || !take_apart(root, path, leaves))
    return failure(Errc::Rejected, "the switch answered no configuration");
  return leaves;
}

std::string to_json(const Leaves& leaves) {
  json root = json::object();
  for (const auto& [path, value] : leaves) {
    json& node = node_at(root, path);
    if (value == kThere)
      node = json::object();
    else if (is_number(value) && path.back() != "description")
      node = std::stoll(value);
    else
      node = value;
  }
  return root.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string to_json(const std::set<Path>& paths) {
  json root = json::object();
  for (const Path& path : paths)
    node_at(root, path) = nullptr;
  return root.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string to_string(const Path& path) { return fmt::format("{}", fmt::join(path, " ")); }

bool begins_with(const Path& path, const Path& with) {
  return path.size() >= with.size() && std::equal(with.begin(), with.end(), path.begin());
}

bool has_beneath(const Leaves& leaves, const Path& path) {
  const auto first = leaves.lower_bound(path);
  return first != leaves.end() && begins_with(first->first, path);
}

Leaves beneath(const Leaves& leaves, const Path& path) {
  Leaves found;
  for (auto at = leaves.lower_bound(path); at != leaves.end() && begins_with(at->first, path); ++at)
    found.insert(*at);
  return found;
}

std::set<std::string> keys_at(const Leaves& leaves, const Path& path) {
  std::set<std::string> keys;
  for (auto at = leaves.lower_bound(path); at != leaves.end() && begins_with(at->first, path); ++at)
    if (at->first.size() > path.size()) keys.insert(at->first[path.size()]);
  return keys;
}

std::string value_at(const Leaves& leaves, const Path& path) {
  const auto found = leaves.find(path);
  return found == leaves.end() ? std::string{} : found->second;
}

Path joined(Path path, const Path& more) {
  path.insert(path.end(), more.begin(), more.end());
  return path;
}

}  // namespace switchyard::switch_drivers::cumulus_nvue
