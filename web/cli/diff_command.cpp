// switchyard catalog diff FROM TO, image diff FROM TO: the files of two versions, line by line
#include "core/process.h"
#include "web/cli/commands.h"
#include "web/cli/pushed.h"
#include "web/cli/text.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <set>

namespace switchyard::web::cli {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;

constexpr std::chrono::seconds kMost{20};
constexpr std::size_t kMostOutput = 4U << 20U;

struct Diff {
  std::string from{};
  std::string to{};
};

Outcome<Files> files_named(Session& session, const PushedKind& kind, const std::string& what) {
  auto choice = choose_version(kind, what);
  if (!choice) return tl::unexpected(choice.error());
  if (choice->name.empty()) return std::move(choice->files);
  const auto found = find_version(session, kind, choice->name, choice->version);
  if (!found) return tl::unexpected(found.error());
  return files_of(*found);
}

std::string text_in(const Files& files, const std::string& name) {
  const auto found = files.find(name);
  return found == files.end() ? "" : found->second;
}

// One file of both, as diff(1) tells it; "" when it is the same.
Outcome<std::string> compare(const fs::path& folder, const std::string& name, const Diff& wanted,
                             const std::string& from, const std::string& to) {
  const fs::path left = folder / "from", right = folder / "to";
  std::ofstream(left, std::ios::binary) << from;
  std::ofstream(right, std::ios::binary) << to;
  const auto ended =
      run_process({.arguments = {"diff", "-u", "--label", wanted.from + ": " + name, "--label",
                                 wanted.to + ": " + name, left, right},
                   .environment = {"LC_ALL=C"}},
                  {.until = std::chrono::steady_clock::now() + kMost, .output = kMostOutput});
  if (!ended) return wrong_usage(ended.error().message, "apt-get install diffutils");
  return ended->out;
}

Outcome<void> diff(Session& session, const PushedKind& kind, const Diff& wanted) {
  const auto from = files_named(session, kind, wanted.from);
  if (!from) return tl::unexpected(from.error());
  const auto to = files_named(session, kind, wanted.to);
  if (!to) return tl::unexpected(to.error());
  std::set<std::string> names;
  for (const Files& files : {*from, *to})
    for (const auto& [name, text] : files)
      names.insert(name);
  std::string folder = (fs::temp_directory_path() / "switchyard-diff-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return wrong_usage("cannot make a folder in /tmp");
  Outcome<void> done;
  bool same = true;
  for (const std::string& name : names) {
    const auto lines = compare(folder, name, wanted, text_in(*from, name), text_in(*to, name));
    if (!lines) {
      done = tl::unexpected(lines.error());
      break;
    }
    same = same && lines->empty();
    session.console.out << printable_lines(*lines);
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  if (done && same) session.console.out << "they are the same\n";
  return done;
}

}  // namespace

void add_diff(CLI::App& group, Chosen& chosen, const PushedKind& kind) {
  const auto wanted = std::make_shared<Diff>();
  const std::string name = kind.sample;
  const std::string example = std::string("  switchyard ") + kind.noun + " diff " + name;
  auto& command = add_command(
      group, chosen, "diff", "Compare the files of two versions, or of a folder and a version",
      example + "@3 " + name + "@4\n" + example + " ./" + name,
      [wanted, &kind](Session& session) { return diff(session, kind, *wanted); });
  command.add_option("FROM", wanted->from, "NAME@VERSION, or the path of a folder")->required();
  command.add_option("TO", wanted->to, "NAME@VERSION, or the path of a folder")->required();
}

}  // namespace switchyard::web::cli
