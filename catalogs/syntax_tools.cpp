#include "catalogs/syntax_tools.h"

#include "core/process.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <utility>

namespace switchyard::catalogs {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kMost{20};

// What a program is asked with, and where in its words a line stands.
struct Tool {
  std::vector<std::string> arguments{};  // the file comes last
  const char* line{};                    // a pattern with the number and what is said
};

std::optional<Tool> tool_of(const RenderedFile& file) {
  if (file.path == "/etc/frr/frr.conf")
    return Tool{{"vtysh", "-C", "-f"}, R"(^line (\d+): (?:% )?(.*)$)"};
  if (file.content.starts_with("#!/bin/sh\n")) return Tool{{"sh", "-n"}, R"(^[^:]*: (\d+): (.*)$)"};
  return std::nullopt;
}

// A folder that goes when this does.
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

  // The path of a file with this text; empty when it could not be written.
  [[nodiscard]] std::string write(const std::string& text) const {
    if (folder_.empty()) return "";
    const std::string path = folder_ + "/file";
    std::ofstream stream(path, std::ios::binary);
    stream << text;
    stream.close();
    return stream ? path : "";
  }

 private:
  std::string folder_{};
};

std::vector<Fault> faults_in(const std::string& said, const Tool& tool, const std::string& path) {
  const std::regex pattern(tool.line);
  std::vector<Fault> faults;
  std::istringstream lines(said);
  std::smatch match;
  for (std::string line; std::getline(lines, line);)
    if (std::regex_match(line, match, pattern))
      faults.push_back({path, std::stoi(match[1].str().substr(0, 9)), match[2].str()});
  return faults;
}

}  // namespace

SyntaxCheck check_syntax(const RenderedFile& file) {
  const auto tool = tool_of(file);
  if (!tool) return {};
  const std::string& program = tool->arguments.front();
  const auto not_looked_at = [&](const std::string& why) {
    return SyntaxCheck{.note = file.path + ": not looked at, " + why};
  };
  const Scratch scratch;
  const std::string path = scratch.write(file.content);
  if (path.empty()) return not_looked_at("no temporary file can be written");
  Command command{.arguments = tool->arguments, .environment = {"PATH=/usr/bin:/bin", "LANG=C"}};
  command.arguments.push_back(path);
  const auto ran = run_process(command, {.until = std::chrono::steady_clock::now() + kMost});
  if (!ran) return not_looked_at(program + ": " + ran.error().message);
  if (ran->status == 0) return {};
  SyntaxCheck check{.faults = faults_in(ran->out + "\n" + ran->err, *tool, file.path)};
  if (check.faults.empty())
    check.faults.push_back({file.path, 0,
                            program + " does not take it: " +
                                (ran->err.empty() ? ran->out : ran->err).substr(0, 300)});
  return check;
}

}  // namespace switchyard::catalogs
