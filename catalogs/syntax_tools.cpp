#include "catalogs/syntax_tools.h"

#include "catalogs/syntax/interfaces_program.h"
#include "catalogs/syntax/keyfile_program.h"
#include "core/digest.h"
#include "core/process.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <regex>
#include <span>
#include <sstream>
#include <utility>

namespace switchyard::catalogs {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kMost{20};
constexpr int kNotInstalled = 127;  // as env says it, and our own programs

using Files = std::vector<RenderedFile>;

// A folder that goes when this does, with files at their paths below it.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "switchyard-check-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) folder_ = name;
  }

  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  ~Scratch() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }

  [[nodiscard]] bool write(const RenderedFile& file) const {
    if (folder_.empty()) return false;
    const fs::path path = path_of(file);
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    std::ofstream stream(path, std::ios::binary);
    stream << file.content;
    stream.close();
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, error);
    return stream && !error;
  }

  [[nodiscard]] std::string path_of(const RenderedFile& file) const { return folder_ + file.path; }

  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  std::string folder_{};
};

enum class Given : std::uint8_t { EachFile, AllFiles, Folder };

// What a program is asked with, and how its words are read.
struct Tool {
  const char* name{};   // what is to be installed
  const char* files{};  // what it looks at, in a note
  bool (*reads)(const RenderedFile& file){};
  std::vector<std::string> arguments{};  // what it is given comes last
  Given given{Given::EachFile};
  const char* line{};  // a pattern: number and message; file, number and message of several files
};

bool is_below(const RenderedFile& file, std::string_view folder, std::string_view end) {
  return file.path.starts_with(folder) && file.path.ends_with(end);
}

// vtysh and netplan by name; python3 by path, because who starts us may have another one.
std::vector<Tool> tools_of_servers() {
  return {
      {.name = "vtysh",
       .files = "/etc/frr/frr.conf",
       .reads = [](const RenderedFile& file) { return file.path == "/etc/frr/frr.conf"; },
       .arguments = {"vtysh", "-C", "-f"},
       .line = R"(^line (\d+): (?:% )?(.*)$)"},
      {.name = "sh",
       .files = "shell scripts",
       .reads = [](const RenderedFile& file) { return file.content.starts_with("#!/bin/sh\n"); },
       .arguments = {"sh", "-n"},
       .line = R"(^[^:]*: (\d+): (.*)$)"},
      {.name = "netplan",
       .files = "/etc/netplan",
       .reads = [](const RenderedFile& file) { return is_below(file, "/etc/netplan/", ".yaml"); },
       .arguments = {"/usr/lib/netplan/generate", "--root-dir"},  // what `netplan generate` runs
       .given = Given::Folder,
       .line = R"(^(/[^:]*):(\d+):(?:\d+:)? (.*)$)"},
      {.name = "ifupdown2",
       .files = "/etc/network/interfaces",
       .reads = [](const RenderedFile& file) { return file.path == "/etc/network/interfaces"; },
       .arguments = {"/usr/bin/python3", "-c", std::string(interfaces_program())},
       .line = R"(^(\d+): (.*)$)"},
      {.name = "nmcli",
       .files = "NetworkManager's keyfiles",
       .reads =
           [](const RenderedFile& file) {
             return is_below(file, "/etc/NetworkManager/system-connections/", "");
           },
       .arguments = {"/usr/bin/python3", "-c", std::string(keyfile_program())},
       .given = Given::AllFiles,
       .line = R"(^(/[^:]*):(\d+): (.*)$)"},
  };
}

// Of the answers to installers. Debian 12 has no reader of kickstarts.
std::vector<Tool> tools_of_installers() {
  return {
      {.name = "bash",
       .files = "bash scripts",
       .reads = [](const RenderedFile& file) { return file.content.starts_with("#!/bin/bash\n"); },
       .arguments = {"bash", "-n"},
       .line = R"(^[^:]*: line (\d+): (.*)$)"},
      {.name = "debconf-set-selections",
       .files = "preseed.cfg",
       .reads = [](const RenderedFile& file) { return is_below(file, kAnswers, "preseed.cfg"); },
       .arguments = {"debconf-set-selections", "--checkonly"},
       .line = R"(^error: .*line (\d+): (.*)$)"},
      {.name = "cloud-init",
       .files = "user-data",
       .reads = [](const RenderedFile& file) { return is_below(file, kAnswers, "user-data"); },
       .arguments = {"cloud-init", "schema", "--config-file"},
       .line = R"(^.*format-l(\d+)\.c\d+: (.*)$)"},
      {.name = "ignition-validate",
       .files = "Ignition's files",
       .reads = [](const RenderedFile& file) { return is_below(file, kAnswers, ".ign"); },
       .arguments = {"ignition-validate"},
       .line = R"(^error at line (\d+) col \d+: (.*)$)"},
      {.name = "xmllint",
       .files = "AutoYaST's profile",
       .reads = [](const RenderedFile& file) { return is_below(file, kAnswers, ".xml"); },
       .arguments = {"xmllint", "--noout", "--nonet"},
       .line = R"(^[^:]*:(\d+): (.*)$)"},
  };
}

const std::vector<Tool>& all_tools() {
  static const std::vector<Tool> tools = [] {
    std::vector<Tool> all = tools_of_servers();
    for (Tool& tool : tools_of_installers())
      all.push_back(std::move(tool));
    return all;
  }();
  return tools;
}

// Of people who are not root, too: some of the programs are in /usr/sbin.
std::string search_path() {
  const char* const own = std::getenv("PATH");
  return (own == nullptr ? "" : std::string(own) + ":") + "/usr/sbin:/usr/bin:/sbin:/bin";
}

Result<Finished> run(const Tool& tool, const Scratch& scratch,
                     std::span<const RenderedFile> files) {
  Command command{.arguments = {"/usr/bin/env"},
                  .environment = {"PATH=" + search_path(), "LANG=C.UTF-8"}};
  std::vector<std::string>& arguments = command.arguments;
  arguments.insert(arguments.end(), tool.arguments.begin(), tool.arguments.end());
  if (tool.given == Given::Folder)
    arguments.push_back(scratch.folder());
  else
    for (const RenderedFile& file : files)
      arguments.push_back(scratch.path_of(file));
  return run_process(command, {.until = std::chrono::steady_clock::now() + kMost});
}

std::vector<Fault> faults_in(const std::string& said, const Tool& tool, const Scratch& scratch,
                             const RenderedFile& file) {
  const std::regex pattern(tool.line);
  std::vector<Fault> faults;
  std::istringstream lines(said);
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    if (!std::regex_match(line, match, pattern)) continue;
    const std::string named = match.size() == 4 ? match[1].str() : scratch.path_of(file);
    const std::size_t last = match.size() - 1;
    faults.push_back(
        {named.starts_with(scratch.folder()) ? named.substr(scratch.folder().size()) : file.path,
         std::stoi(match[last - 1].str().substr(0, 9)), match[last].str()});
  }
  return faults;
}

// Faults without a place stand in the first of the files.
SyntaxCheck ask(const Tool& tool, const Scratch& scratch, std::span<const RenderedFile> files) {
  const auto not_looked_at = [&](const std::string& why) {
    return SyntaxCheck{.notes = {std::string(tool.files) + ": not looked at, " + why}};
  };
  const auto ran = run(tool, scratch, files);
  if (!ran) return not_looked_at(std::string(tool.name) + ": " + ran.error().message);
  if (ran->status == kNotInstalled)
    return not_looked_at(std::string(tool.name) + " is not installed");
  if (ran->status == 0) return {};
  SyntaxCheck check{.faults = faults_in(ran->out + "\n" + ran->err, tool, scratch, files.front())};
  if (check.faults.empty())
    check.faults.push_back({files.front().path, 0,
                            std::string(tool.name) + " does not take it: " +
                                (ran->err.empty() ? ran->out : ran->err).substr(0, 300)});
  return check;
}

void append(SyntaxCheck& all, SyntaxCheck more) {
  all.faults.insert(all.faults.end(), more.faults.begin(), more.faults.end());
  all.notes.insert(all.notes.end(), more.notes.begin(), more.notes.end());
}

// What programs said of texts, in this process: a catalog that is pushed again has most of its
// files as before, and a program costs a tenth of a second and more.
class Memo {
 public:
  [[nodiscard]] std::optional<SyntaxCheck> find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = said_.find(key);
    return found == said_.end() ? std::nullopt : std::optional(found->second);
  }

  void keep(const std::string& key, const SyntaxCheck& said) {
    constexpr std::size_t kMostKept = 1'000;
    const std::lock_guard lock(mutex_);
    if (said_.size() == kMostKept) said_.clear();
    said_.emplace(key, said);
  }

 private:
  std::mutex mutex_{};
  std::map<std::string, SyntaxCheck> said_{};  // by key_of(), as a digest
};

Memo& memo() {
  static Memo shared;
  return shared;
}

SyntaxCheck look(const Tool& tool, const Files& files) {
  const Scratch scratch;
  for (const RenderedFile& file : files)
    if (!scratch.write(file))
      return {
          .notes = {std::string(tool.files) + ": not looked at, no temporary file can be written"}};
  if (tool.given != Given::EachFile) return ask(tool, scratch, files);
  SyntaxCheck all;
  for (const RenderedFile& file : files)
    append(all, ask(tool, scratch, {&file, 1}));
  return all;
}

std::string key_of(const Tool& tool, std::span<const RenderedFile> files) {
  std::string key = tool.name;
  for (const RenderedFile& file : files)
    key += '\0' + file.path + '\0' + file.content;
  return key;
}

// What of `files` it reads and has not seen yet. Files that are judged together are so again when
// one of them changed.
Files new_to(const Tool& tool, const Files& files, std::set<std::string>& seen) {
  Files its;
  std::ranges::copy_if(files, std::back_inserter(its), tool.reads);
  if (tool.given == Given::Folder) {
    if (!seen.insert(key_of(tool, its)).second) its.clear();
  } else {
    std::erase_if(its, [&](const RenderedFile& file) {
      return !seen.insert(key_of(tool, {&file, 1})).second;
    });
  }
  return its;
}

}  // namespace

SyntaxCheck SyntaxTools::check(const Files& files) {
  SyntaxCheck all;
  for (const Tool& tool : all_tools()) {
    const Files its = new_to(tool, files, seen_);
    if (its.empty()) continue;
    const std::string key = sha256_hex(key_of(tool, its));
    auto said = memo().find(key);
    if (!said) {
      said = look(tool, its);
      if (said->notes.empty()) memo().keep(key, *said);  // or it may be installed next time
    }
    append(all, std::move(*said));
  }
  return all;
}

}  // namespace switchyard::catalogs
