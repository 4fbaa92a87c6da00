#include "tests/fakes/shell/files.h"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

namespace switchyard::fakes {

namespace {

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

bool in_memory(const std::string& path) {
  return path.starts_with("/run/") || path.starts_with("/tmp/") || path.starts_with("/dev/");
}

}  // namespace

std::string Files::normal(const std::string& path, const std::string& cwd) {
  const std::string whole = path.starts_with('/') ? path : cwd + "/" + path;
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t end = std::min(whole.find('/', at), whole.size());
    const std::string part = whole.substr(at, end - at);
    at = end + 1;
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
  }
  std::string result;
  for (const std::string& part : parts)
    result += "/" + part;
  // /var/run is /run since the turn of the century.
  if (result.starts_with("/var/run/")) result = result.substr(4);
  return result.empty() ? "/" : result;
}

bool Files::refuses(const std::string& path) const { return full_ && !in_memory(path); }

std::optional<std::string> Files::read(const std::string& path) const {
  const auto found = entries_.find(path);
  if (found != entries_.end())
    return found->second.directory ? std::nullopt : std::optional(found->second.content);
  if (path == "/dev/null") return "";
  return hooks_.read ? hooks_.read(path) : std::nullopt;
}

std::string Files::write(const std::string& path, std::string content) {
  if (path == "/dev/null" || path == "/dev/stdout" || path == "/dev/stderr") return "";
  if (hooks_.write)
    if (const auto answered = hooks_.write(path, content)) return *answered;
  if (is_directory(path)) return "Is a directory";
  if (!is_directory(parent_of(path))) return "No such file or directory";
  Entry& entry = entries_[path];
  // A full disk still lets a file be truncated: what was there is gone, as in life.
  if (refuses(path) && !content.empty()) {
    entry.content.clear();
    changed("truncate " + path);
    return "No space left on device";
  }
  entry.content = std::move(content);
  changed("write " + path);
  return "";
}

std::string Files::append(const std::string& path, const std::string& content) {
  return write(path, read(path).value_or("") + content);
}

std::string Files::remove(const std::string& path) {
  if (is_directory(path)) return "Is a directory";
  if (entries_.erase(path) == 0) return "No such file or directory";
  changed("remove " + path);
  return "";
}

void Files::remove_tree(const std::string& path) {
  const bool any = entries_.erase(path) > 0;
  const std::size_t below = std::erase_if(
      entries_, [&](const auto& entry) { return entry.first.starts_with(path + "/"); });
  if (any || below > 0) changed("remove " + path);
}

std::string Files::rename(const std::string& from, const std::string& to) {
  const auto found = entries_.find(from);
  if (found == entries_.end()) return "No such file or directory";
  const std::string target = is_directory(to) ? to + "/" + from.substr(from.rfind('/') + 1) : to;
  if (!is_directory(parent_of(target))) return "No such file or directory";
  if (found->second.directory) {
    std::map<std::string, Entry> moved;
    for (const std::string& path : tree(from))
      moved[target + path.substr(from.size())] = entries_[path];
    moved[target] = found->second;
    std::erase_if(entries_, [&](const auto& e) {
      return e.first == from || e.first.starts_with(from + "/");
    });
    entries_.merge(moved);
  } else {
    Entry entry = found->second;
    entries_.erase(found);
    entries_[target] = std::move(entry);
  }
  changed("rename " + from + " " + target);
  return "";
}

std::string Files::make_directory(const std::string& path, bool parents) {
  if (is_directory(path)) return parents ? "" : "File exists";
  if (is_file(path)) return "File exists";
  const std::string above = parent_of(path);
  if (!is_directory(above)) {
    if (!parents) return "No such file or directory";
    if (std::string problem = make_directory(above, true); !problem.empty()) return problem;
  }
  if (refuses(path)) return "No space left on device";
  entries_[path] = Entry{true, ""};
  changed("mkdir " + path);
  return "";
}

bool Files::is_file(const std::string& path) const {
  const auto found = entries_.find(path);
  if (found != entries_.end()) return !found->second.directory;
  return path == "/dev/null" || (hooks_.read && hooks_.read(path).has_value());
}

bool Files::is_directory(const std::string& path) const {
  const auto found = entries_.find(path);
  return found != entries_.end() && found->second.directory;
}

std::vector<std::string> Files::tree(const std::string& directory) const {
  const std::string prefix = directory == "/" ? "/" : directory + "/";
  std::vector<std::string> paths;
  for (auto at = entries_.lower_bound(prefix);
       at != entries_.end() && at->first.starts_with(prefix); ++at)
    paths.push_back(at->first);
  return paths;
}

std::vector<std::string> Files::list(const std::string& directory) const {
  const std::size_t skip = directory == "/" ? 1 : directory.size() + 1;
  std::vector<std::string> names;
  for (const std::string& path : tree(directory))
    if (path.size() > skip && path.find('/', skip) == std::string::npos)
      names.push_back(path.substr(skip));
  return names;
}

std::vector<std::string> Files::glob(const std::string& pattern) const {
  std::vector<std::string> found;
  const std::string fixed = pattern.substr(0, pattern.find_first_of("*?["));
  for (auto at = entries_.lower_bound(fixed); at != entries_.end() && at->first.starts_with(fixed);
       ++at)
    if (::fnmatch(pattern.c_str(), at->first.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0)
      found.push_back(at->first);
  return found;
}

void Files::lose_memory_file_systems() {
  std::erase_if(entries_, [](const auto& entry) { return in_memory(entry.first); });
  entries_["/run/lock"] = Entry{true, ""};
}

void Files::put(const std::string& path, std::string content) {
  const bool full = std::exchange(full_, false);
  (void)make_directory(parent_of(path), true);
  entries_[path] = Entry{false, std::move(content)};
  full_ = full;
}

}  // namespace switchyard::fakes
