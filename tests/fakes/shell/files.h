// The file system of a simulated switch: a map of paths, with the faults a disk has.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::fakes {

// Errors are the words of strerror(); empty: done. Guarded by the switch's mutex.
class Files {
 public:
  // Paths that are not files: /proc, /sys, /dev. A hook answers nullopt for what it does not know.
  struct Hooks {
    std::function<std::optional<std::string>(const std::string&)> read{};
    std::function<std::optional<std::string>(const std::string&, const std::string&)> write{};
    std::function<void(const std::string& what)> changed{};  // after every single change
  };

  void set_hooks(Hooks hooks) { hooks_ = std::move(hooks); }

  [[nodiscard]] std::optional<std::string> read(const std::string& path) const;
  [[nodiscard]] std::string write(const std::string& path, std::string content);
  [[nodiscard]] std::string append(const std::string& path, const std::string& content);
  [[nodiscard]] std::string remove(const std::string& path);
  void remove_tree(const std::string& path);
  [[nodiscard]] std::string rename(const std::string& from, const std::string& to);
  [[nodiscard]] std::string make_directory(const std::string& path, bool parents);
  [[nodiscard]] bool is_file(const std::string& path) const;
  [[nodiscard]] bool is_directory(const std::string& path) const;
  // Names directly in a directory, sorted.
  [[nodiscard]] std::vector<std::string> list(const std::string& directory) const;
  // Full paths of everything under a directory, sorted.
  [[nodiscard]] std::vector<std::string> tree(const std::string& directory) const;
  [[nodiscard]] std::vector<std::string> glob(const std::string& pattern) const;

  // A reboot: what is in memory only is gone.
  void lose_memory_file_systems();

  // Writes to the disk fail with "No space left on device" while set.
  void set_full(bool full) { full_ = full; }

  // As a person would write it, past all faults.
  void put(const std::string& path, std::string content);

  [[nodiscard]] static std::string normal(const std::string& path, const std::string& cwd = "/");

 private:
  [[nodiscard]] bool refuses(const std::string& path) const;

  void changed(const std::string& what) const {
    if (hooks_.changed) hooks_.changed(what);
  }

  struct Entry {
    bool directory{};
    std::string content{};
  };

  std::map<std::string, Entry> entries_{
      {"/", {true, ""}},     {"/etc", {true, ""}}, {"/run", {true, ""}},
      {"/tmp", {true, ""}},  {"/var", {true, ""}}, {"/var/lib", {true, ""}},
      {"/root", {true, ""}}, {"/dev", {true, ""}}, {"/run/lock", {true, ""}}};
  Hooks hooks_{};
  bool full_{};
};

}  // namespace switchyard::fakes
