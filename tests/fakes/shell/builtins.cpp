// Commands a shell runs itself, and those that run other commands.
#include "tests/fakes/shell/process.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

namespace switchyard::fakes {

namespace {

std::string unescape(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 >= text.size()) {
      result += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'n': result += '\n'; break;
      case 't': result += '\t'; break;
      case '\\': result += '\\'; break;
      case '0': result += '\0'; break;
      default: result += std::string("\\") + text[i];
    }
  }
  return result;
}

int echo(const Arguments& arguments, Streams& streams) {
  const bool newline = arguments.size() < 2 || arguments[1] != "-n";
  std::string text;
  for (std::size_t i = newline ? 1 : 2; i < arguments.size(); ++i)
    text += (text.empty() ? "" : " ") + arguments[i];
  *streams.out += unescape(text) + (newline ? "\n" : "");
  return 0;
}

int print(const Arguments& arguments, Streams& streams) {
  const std::string format = unescape(arguments.size() > 1 ? arguments[1] : "");
  std::size_t next = 2;
  do {
    for (std::size_t i = 0; i < format.size(); ++i) {
      if (format[i] != '%' || i + 1 >= format.size()) {
        *streams.out += format[i];
        continue;
      }
      const char kind = format[++i];
      if (kind == '%')
        *streams.out += '%';
      else if (next < arguments.size())
        *streams.out += arguments[next++];
      else if (kind == 'd')
        *streams.out += "0";
    }
  } while (next < arguments.size() && format.find('%') != std::string::npos);
  return 0;
}

double seconds_of(const std::string& text) {
  const double number = std::strtod(text.c_str(), nullptr);
  return text.ends_with('m') ? number * 60 : number;
}

}  // namespace

int evaluate_test(const Files& files, const Arguments& arguments) {
  const auto truth = [](bool value) { return value ? 0 : 1; };
  if (arguments.empty()) return 1;
  if (arguments[0] == "!")
    return truth(evaluate_test(files, {arguments.begin() + 1, arguments.end()}) != 0);
  if (arguments.size() == 1) return truth(!arguments[0].empty());
  if (arguments.size() == 2) {
    const std::string& operand = arguments[1];
    if (arguments[0] == "-n") return truth(!operand.empty());
    if (arguments[0] == "-z") return truth(operand.empty());
    if (arguments[0] == "-d") return truth(files.is_directory(operand));
    if (arguments[0] == "-e") return truth(files.is_file(operand) || files.is_directory(operand));
    if (arguments[0] == "-f" || arguments[0] == "-r" || arguments[0] == "-x" ||
        arguments[0] == "-w")
      return truth(files.is_file(operand));
    if (arguments[0] == "-s") return truth(!files.read(operand).value_or("").empty());
    return 2;
  }
  if (arguments.size() != 3) return 2;
  const std::string& left = arguments[0];
  const std::string& right = arguments[2];
  if (arguments[1] == "=" || arguments[1] == "==") return truth(left == right);
  if (arguments[1] == "!=") return truth(left != right);
  const long long a = std::atoll(left.c_str());
  const long long b = std::atoll(right.c_str());
  if (arguments[1] == "-eq") return truth(a == b);
  if (arguments[1] == "-ne") return truth(a != b);
  if (arguments[1] == "-lt") return truth(a < b);
  if (arguments[1] == "-le") return truth(a <= b);
  if (arguments[1] == "-gt") return truth(a > b);
  if (arguments[1] == "-ge") return truth(a >= b);
  return 2;
}

int Process::set_options(const Arguments& arguments) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "--") {
      positional_.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
      positional_[0] = "sh";
      return 0;
    }
    if (arguments[i].find('e') != std::string::npos) exit_on_error_ = arguments[i][0] == '-';
  }
  return 0;
}

int Process::read_variables(const Arguments& arguments, Streams& streams) {
  Input& in = *streams.in;
  if (in.at >= in.text.size()) return 1;
  const std::size_t end = std::min(in.text.find('\n', in.at), in.text.size());
  std::string line = in.text.substr(in.at, end - in.at);
  in.at = std::min(end + 1, in.text.size());
  std::size_t first = 1;
  if (arguments.size() > 1 && arguments[1] == "-r") ++first;
  for (std::size_t i = first; i < arguments.size(); ++i) {
    line.erase(0, std::min(line.find_first_not_of(" \t"), line.size()));
    const bool last = i + 1 == arguments.size();
    const std::size_t cut = last ? line.size() : std::min(line.find_first_of(" \t"), line.size());
    variables_[arguments[i]] = line.substr(0, cut);
    line.erase(0, cut);
  }
  return 0;
}

int Process::signal(const Arguments& arguments, Streams& streams) {
  int status = 0;
  bool only_ask = false;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i].starts_with('-')) {
      only_ask = arguments[i] == "-0";
      continue;
    }
    const int pid = std::atoi(arguments[i].c_str());
    if (only_ask ? machine_.alive(pid) : machine_.kill(pid)) continue;
    *streams.err += "sh: kill: No such process\n";
    status = 1;
  }
  return status;
}

int Process::spawn(Arguments command, NodePtr node, Streams streams) {
  // What runs in the background reads nothing and its words go nowhere unless redirected.
  streams.in = std::make_shared<Input>();
  last_background_ = machine_.spawn(fork(std::make_shared<Suspension>()), std::move(command),
                                    std::move(node), streams);
  return 0;
}

std::optional<int> Process::builtin(const Arguments& arguments, Streams& streams) {
  const std::string& name = arguments[0];
  const auto number = [&](int otherwise) {
    return arguments.size() > 1 ? std::atoi(arguments[1].c_str()) : otherwise;
  };
  if (name == ":" || name == "true" || name == "export" || name == "umask" || name == "wait" ||
      name == "ulimit" || name == "unset")
    return 0;
  if (name == "false") return 1;
  if (name == "echo") return echo(arguments, streams);
  if (name == "printf") return print(arguments, streams);
  if (name == "[" || name == "test") {
    Arguments inner(arguments.begin() + 1, arguments.end());
    if (name == "[" && !inner.empty()) inner.pop_back();
    for (std::size_t i = 0; i + 1 < inner.size(); ++i)
      if (inner[i].size() == 2 && inner[i][0] == '-' &&
          std::string_view("defrswx").find(inner[i][1]) != std::string_view::npos)
        inner[i + 1] = Files::normal(inner[i + 1], cwd_);
    return evaluate_test(machine_.files(), inner);
  }
  if (name == "exit" || name == "return" || name == "break" || name == "continue") {
    flow_ = name == "exit"     ? Flow::Exit
            : name == "return" ? Flow::Return
            : name == "break"  ? Flow::Break
                               : Flow::Continue;
    if (flow_ == Flow::Break || flow_ == Flow::Continue) return 0;
    return status_ = number(status_);
  }
  if (name == "cd") {
    const std::string target = Files::normal(arguments.size() > 1 ? arguments[1] : "/root", cwd_);
    if (!machine_.files().is_directory(target)) {
      *streams.err += "sh: 1: cd: can't cd to " + target + "\n";
      return 2;
    }
    cwd_ = target;
    return 0;
  }
  if (name == "pwd") {
    *streams.out += cwd_ + "\n";
    return 0;
  }
  if (name == "shift") {
    const auto count = arguments.size() > 1 ? std::atoi(arguments[1].c_str()) : 1;
    if (count < 0 || static_cast<std::size_t>(count) >= positional_.size())
      return count == 0 ? 0 : 1;
    positional_.erase(positional_.begin() + 1, positional_.begin() + 1 + count);
    return 0;
  }
  if (name == "set") return set_options(arguments);
  if (name == "read") return read_variables(arguments, streams);
  if (name == "kill") return signal(arguments, streams);
  if (name == "trap") {
    if (arguments.size() == 3 && (arguments[2] == "EXIT" || arguments[2] == "0"))
      exit_trap_ = arguments[1];
    return 0;
  }
  return std::nullopt;
}

Task<int> Process::sleep(double seconds) {
  const auto time = std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(seconds));
  if (machine_.nap(time)) co_return 0;
  co_await Pause{*suspension_, machine_.clock().steady() + time};
  co_return 0;
}

// sh [-e] [-c TEXT [NAME ARGUMENT…] | FILE ARGUMENT… | - or nothing: standard input]
Task<int> Process::shell(Arguments arguments, Streams streams) {
  const std::unique_ptr<Process> child = fork(suspension_);
  child->exit_on_error_ = false;
  child->variables_ = variables_;
  std::size_t at = 1;
  std::string text;
  bool from_command = false;
  for (; at < arguments.size() && arguments[at].size() > 1 && arguments[at][0] == '-'; ++at) {
    if (arguments[at].find('c') != std::string::npos) from_command = true;
    if (arguments[at].find('e') != std::string::npos) child->exit_on_error_ = true;
  }
  if (from_command) {
    if (at >= arguments.size()) co_return 2;
    text = arguments[at++];
    child->positional_.assign(arguments.begin() + static_cast<std::ptrdiff_t>(at), arguments.end());
    if (child->positional_.empty()) child->positional_ = {"sh"};
  } else if (at < arguments.size() && arguments[at] != "-") {
    const auto script = machine_.files().read(Files::normal(arguments[at], cwd_));
    if (!script) {
      *streams.err += "sh: 0: cannot open " + arguments[at] + ": No such file\n";
      co_return 2;
    }
    text = *script;
    child->positional_.assign(arguments.begin() + static_cast<std::ptrdiff_t>(at), arguments.end());
  } else {
    text = streams.in->rest();
  }
  const int status = co_await child->run_script(text, streams);
  co_return status;
}

// flock [-x|-n|-w SECONDS] FILE|DESCRIPTOR [COMMAND…]
Task<int> Process::take_lock(Arguments arguments, Streams streams) {
  double patience = 3600;
  std::size_t at = 1;
  for (; at < arguments.size() && arguments[at].starts_with('-'); ++at) {
    if (arguments[at] == "-n") patience = 0;
    if (arguments[at] == "-w" && at + 1 < arguments.size()) patience = seconds_of(arguments[++at]);
  }
  if (at >= arguments.size()) co_return 64;
  const bool is_descriptor = at + 1 == arguments.size();
  const std::string path = is_descriptor ? open_files_[std::atoi(arguments[at].c_str())]
                                         : Files::normal(arguments[at], cwd_);
  const auto until = machine_.clock().steady() +
                     std::chrono::milliseconds(static_cast<long long>(patience * 1000));
  while (!machine_.lock(path, pid_)) {
    if (machine_.clock().steady() >= until) co_return 1;
    co_await Pause{*suspension_, machine_.clock().steady() + std::chrono::milliseconds{5}};
  }
  if (is_descriptor) co_return 0;
  Arguments command(arguments.begin() + static_cast<std::ptrdiff_t>(at) + 1, arguments.end());
  const int status = co_await run_arguments(command, streams);
  machine_.unlock(path, pid_);
  co_return status;
}

// Commands whose arguments are another command, then everything else the machine has.
Task<int> Process::run_prefix(Arguments arguments, Streams streams) {
  const std::string& name = arguments[0];
  if (name == "sleep" && arguments.size() > 1) {
    const int status = co_await sleep(seconds_of(arguments[1]));
    co_return status;
  }
  if (name == "sh" || name == "/bin/sh" || name == "bash" || name == "dash") {
    const int status = co_await shell(arguments, streams);
    co_return status;
  }
  if (name == "flock") {
    const int status = co_await take_lock(arguments, streams);
    co_return status;
  }
  const bool is_exec = name == "exec";
  const bool skips_one = name == "timeout";
  if (is_exec || skips_one || name == "nohup" || name == "setsid" || name == "env" ||
      name == "command" || name == "nice" || name == "sudo" || name == "stdbuf") {
    std::size_t at = 1;
    while (at < arguments.size() &&
           (arguments[at].starts_with('-') || arguments[at].find('=') != std::string::npos))
      ++at;
    if (skips_one) ++at;
    if (at >= arguments.size()) co_return 0;
    Arguments inner(arguments.begin() + static_cast<std::ptrdiff_t>(at), arguments.end());
    const int status = co_await run_arguments(inner, streams);
    if (is_exec) flow_ = Flow::Exit;
    co_return status_ = status;
  }
  if (const std::optional<int> status = run_tool(machine_, arguments, streams, cwd_))
    co_return *status;
  if (const std::optional<int> status = machine_.run(arguments, streams)) co_return *status;
  *streams.err += "sh: 1: " + name + ": not found\n";
  co_return 127;
}

}  // namespace switchyard::fakes
