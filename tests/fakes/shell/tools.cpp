// The few file programs controllers call: cat, mkdir, mv, cp, rm, grep, …
#include "tests/fakes/shell/process.h"

#include <algorithm>
#include <regex>

namespace switchyard::fakes {

namespace {

struct Call {
  Machine& machine;
  Streams& streams;
  std::string name{};
  std::string cwd{};
  std::string flags{};  // letters of all options
  Arguments operands{};

  [[nodiscard]] bool has(char flag) const { return flags.find(flag) != std::string::npos; }

  [[nodiscard]] std::string path(std::size_t i) const { return Files::normal(operands[i], cwd); }

  int fail(const std::string& what, const std::string& problem) const {
    *streams.err += name + ": " + what + ": " + problem + "\n";
    return 1;
  }
};

int cat(const Call& call) {
  if (call.operands.empty()) *call.streams.out += call.streams.in->rest();
  int status = 0;
  for (std::size_t i = 0; i < call.operands.size(); ++i) {
    const auto text = call.operands[i] == "-" ? std::optional(call.streams.in->rest())
                                              : call.machine.files().read(call.path(i));
    if (text)
      *call.streams.out += *text;
    else
      status = call.fail(call.operands[i], "No such file or directory");
  }
  return status;
}

int make_directories(const Call& call) {
  int status = 0;
  for (std::size_t i = 0; i < call.operands.size(); ++i) {
    const std::string problem = call.machine.files().make_directory(call.path(i), call.has('p'));
    if (!problem.empty())
      status = call.fail("cannot create directory '" + call.operands[i] + "'", problem);
  }
  return status;
}

int move(const Call& call) {
  if (call.operands.size() != 2) return call.fail("operands", "expected two");
  const std::string problem = call.machine.files().rename(call.path(0), call.path(1));
  return problem.empty() ? 0 : call.fail("cannot stat '" + call.operands[0] + "'", problem);
}

int copy(const Call& call) {
  if (call.operands.size() != 2) return call.fail("operands", "expected two");
  Files& files = call.machine.files();
  const auto text = files.read(call.path(0));
  if (!text)
    return call.fail("cannot stat '" + call.operands[0] + "'", "No such file or directory");
  std::string target = call.path(1);
  if (files.is_directory(target)) target += call.path(0).substr(call.path(0).rfind('/'));
  const std::string problem = files.write(target, *text);
  return problem.empty() ? 0 : call.fail("error writing '" + call.operands[1] + "'", problem);
}

int remove(const Call& call) {
  int status = 0;
  for (std::size_t i = 0; i < call.operands.size(); ++i) {
    if (call.has('r') || call.has('R')) {
      call.machine.files().remove_tree(call.path(i));
      continue;
    }
    const std::string problem = call.machine.files().remove(call.path(i));
    if (!problem.empty() && !call.has('f'))
      status = call.fail("cannot remove '" + call.operands[i] + "'", problem);
  }
  return status;
}

int list(const Call& call) {
  const std::string where = call.operands.empty() ? call.cwd : call.path(0);
  if (call.machine.files().is_file(where))
    *call.streams.out += call.operands[0] + "\n";
  else if (!call.machine.files().is_directory(where))
    return call.fail("cannot access '" + where + "'", "No such file or directory");
  for (const std::string& name : call.machine.files().list(where))
    *call.streams.out += name + "\n";
  return 0;
}

int grep(const Call& call) {
  if (call.operands.empty()) return 2;
  const std::string& pattern = call.operands[0];
  const auto syntax = call.has('E') ? std::regex::extended : std::regex::basic;
  // Most patterns are a text, perhaps at the start of the line: no need for slow expressions.
  const bool anchored = !call.has('F') && pattern.starts_with('^');
  const std::string literal = anchored ? pattern.substr(1) : pattern;
  const bool plain = call.has('F') || literal.find_first_of(".*[]^$\\+?(|") == std::string::npos;
  const std::regex expression(plain ? std::string() : pattern, syntax);
  int status = 1;
  const auto search = [&](const std::string& text, const std::string& prefix) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const std::string line = text.substr(at, end - at);
      at = end + 1;
      const bool hit = !plain     ? std::regex_search(line, expression)
                       : anchored ? line.starts_with(literal)
                                  : line.find(literal) != std::string::npos;
      if (hit == call.has('v')) continue;
      status = 0;
      if (!call.has('q')) *call.streams.out += prefix + line + "\n";
    }
  };
  if (call.operands.size() == 1) search(call.streams.in->rest(), "");
  for (std::size_t i = 1; i < call.operands.size(); ++i) {
    const auto text = call.machine.files().read(call.path(i));
    if (text) {
      const bool names = call.has('H') || (call.operands.size() > 2 && !call.has('h'));
      search(*text, names ? call.operands[i] + ":" : "");
    } else {
      status = 2;
      if (!call.has('s')) call.fail(call.operands[i], "No such file or directory");
    }
  }
  return status;
}

int touch(const Call& call) {
  for (std::size_t i = 0; i < call.operands.size(); ++i)
    if (!call.machine.files().is_file(call.path(i)))
      (void)call.machine.files().write(call.path(i), "");
  return 0;
}

int synchronise(const Call& call) {
  for (std::size_t i = 0; i < call.operands.size(); ++i)
    if (!call.machine.files().is_file(call.path(i)) &&
        !call.machine.files().is_directory(call.path(i)))
      return call.fail("error opening '" + call.operands[i] + "'", "No such file or directory");
  return 0;
}

int nothing(const Call&) { return 0; }

struct Tool {
  std::string_view name;
  int (*run)(const Call&);
};

constexpr Tool kTools[] = {
    {"cat", cat},          {"mkdir", make_directories},
    {"mv", move},          {"cp", copy},
    {"rm", remove},        {"ls", list},
    {"grep", grep},        {"touch", touch},
    {"sync", synchronise}, {"chmod", nothing},
    {"chown", nothing},    {"logger", nothing},
};

}  // namespace

std::optional<int> run_tool(Machine& machine, const Arguments& arguments, Streams& streams,
                            const std::string& cwd) {
  const auto* tool = std::find_if(std::begin(kTools), std::end(kTools),
                                  [&](const Tool& one) { return one.name == arguments[0]; });
  if (tool == std::end(kTools)) return std::nullopt;
  Call call{machine, streams, arguments[0], cwd, {}, {}};
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i].size() > 1 && arguments[i][0] == '-')
      call.flags += arguments[i].substr(1);
    else
      call.operands.push_back(arguments[i]);
  }
  return tool->run(call);
}

}  // namespace switchyard::fakes
