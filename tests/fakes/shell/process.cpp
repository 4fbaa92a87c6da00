// Control flow of the simulated shell: lists, conditions, loops, pipelines, redirections.
#include "tests/fakes/shell/process.h"

#include <fnmatch.h>

#include <cstdlib>

namespace switchyard::fakes {

namespace {

// Controllers run the same small script over and over; what was read once is not read again. A tree
// never changes, so threads only must not share the map.
Parsed parse_known_script(const std::string& text) {
  constexpr std::size_t kMostKnown = 64;
  constexpr std::size_t kLongest = 8192;
  thread_local std::map<std::string, Parsed> known;
  if (text.size() > kLongest) return parse_script(text);
  const auto found = known.find(text);
  if (found != known.end()) return found->second;
  if (known.size() >= kMostKnown) known.clear();
  return known.emplace(text, parse_script(text)).first->second;
}

}  // namespace

Process::Process(Machine& machine, std::shared_ptr<Suspension> suspension)
    : machine_(machine), suspension_(std::move(suspension)), pid_(machine.new_pid()) {}

Process::~Process() {
  for (const auto& [descriptor, path] : open_files_)
    machine_.unlock(path, pid_);
}

std::unique_ptr<Process> Process::fork(std::shared_ptr<Suspension> suspension) const {
  auto child = std::make_unique<Process>(machine_, std::move(suspension));
  child->variables_ = variables_;
  child->functions_ = functions_;
  child->positional_ = positional_;
  child->cwd_ = cwd_;
  child->exit_on_error_ = exit_on_error_;
  return child;
}

Task<int> Process::run(NodePtr node, Streams streams) {
  const int status = co_await run_node(node, streams);
  co_return status;
}

Task<int> Process::run_script(std::string text, Streams streams) {
  const Parsed parsed = parse_known_script(text);
  if (parsed.state != Parsed::State::Complete) {
    *streams.err += "sh: 1: " + parsed.problem + "\n";
    co_return status_ = 2;
  }
  (void)co_await run_node(parsed.node, streams);
  if (!exit_trap_.empty()) {
    const int status = status_;
    const std::string trap = std::exchange(exit_trap_, "");
    flow_ = Flow::Normal;
    (void)co_await run_script(trap, streams);
    status_ = status;
  }
  co_return status_;
}

Task<int> Process::run_node(NodePtr node, Streams streams) {
  if (!node) co_return status_;
  Redirected redirected{.streams = streams};
  const bool compound = node->kind != Node::Kind::Simple;
  if (compound && !node->redirects.empty()) redirected = co_await redirect(node, streams);
  if (redirected.failed) co_return status_ = 2;
  Streams inner = redirected.streams;
  int status = 0;
  switch (node->kind) {
    case Node::Kind::Simple: status = co_await run_simple(node, inner); break;
    case Node::Kind::Sequence: status = co_await run_sequence(node, inner); break;
    case Node::Kind::Pipeline: status = co_await run_pipeline(node, inner); break;
    case Node::Kind::Group: status = co_await run_node(node->children[0], inner); break;
    case Node::Kind::Subshell: status = co_await run_subshell(node, inner); break;
    case Node::Kind::If: status = co_await run_if(node, inner); break;
    case Node::Kind::While:
    case Node::Kind::Until: status = co_await run_loop(node, inner); break;
    case Node::Kind::For: status = co_await run_for(node, inner); break;
    case Node::Kind::Case: status = co_await run_case(node, inner); break;
    case Node::Kind::And:
    case Node::Kind::Or: {
      status = co_await run_condition(node->children[0], inner);
      const bool go_on = (status == 0) == (node->kind == Node::Kind::And);
      if (go_on && flow_ == Flow::Normal) status = co_await run_node(node->children[1], inner);
      break;
    }
    case Node::Kind::Not: {
      const int inverted = co_await run_condition(node->children[0], inner);
      status = inverted == 0 ? 1 : 0;
      break;
    }
    case Node::Kind::Background: status = spawn({}, node->children[0], inner); break;
    case Node::Kind::Function: functions_[node->words[0]] = node->children[0]; break;
  }
  if (compound && !node->redirects.empty()) status = write_out(redirected, status, streams);
  co_return status_ = status;
}

// A command whose failure is asked about does not end a shell with set -e.
Task<int> Process::run_condition(NodePtr node, Streams streams) {
  ++conditions_;
  const int status = co_await run_node(node, streams);
  --conditions_;
  co_return status;
}

Task<int> Process::run_sequence(NodePtr node, Streams streams) {
  for (const NodePtr& child : node->children) {
    const int status = co_await run_node(child, streams);
    if (status != 0 && exit_on_error_ && conditions_ == 0 && flow_ == Flow::Normal &&
        child->kind != Node::Kind::And && child->kind != Node::Kind::Not)
      flow_ = Flow::Exit;
    if (flow_ != Flow::Normal) break;
  }
  co_return status_;
}

Task<int> Process::run_pipeline(NodePtr node, Streams streams) {
  auto input = streams.in;
  int status = 0;
  for (std::size_t i = 0; i < node->children.size(); ++i) {
    const bool last = i + 1 == node->children.size();
    auto output = last ? streams.out : std::make_shared<std::string>();
    const std::unique_ptr<Process> child = fork(suspension_);
    Streams between{input, output, streams.err};
    status = co_await child->run_node(node->children[i], between);
    if (!last) input = std::make_shared<Input>(Input{*output, 0});
  }
  co_return status;
}

Task<int> Process::run_subshell(NodePtr node, Streams streams) {
  const std::unique_ptr<Process> child = fork(suspension_);
  child->conditions_ = conditions_;
  const int status = co_await child->run_node(node->children[0], streams);
  co_return status;
}

Task<int> Process::run_if(NodePtr node, Streams streams) {
  for (std::size_t i = 0; i + 1 < node->children.size(); i += 2) {
    const int condition = co_await run_condition(node->children[i], streams);
    if (flow_ != Flow::Normal) co_return condition;
    if (condition != 0) continue;
    const int status = co_await run_node(node->children[i + 1], streams);
    co_return status;
  }
  if (node->children.size() % 2 == 0) co_return 0;
  const int status = co_await run_node(node->children.back(), streams);
  co_return status;
}

Task<int> Process::run_loop(NodePtr node, Streams streams) {
  int status = 0;
  while (true) {
    const int condition = co_await run_condition(node->children[0], streams);
    if (flow_ != Flow::Normal || (condition == 0) != (node->kind == Node::Kind::While)) break;
    status = co_await run_node(node->children[1], streams);
    if (flow_ == Flow::Break) {
      flow_ = Flow::Normal;
      break;
    }
    if (flow_ == Flow::Continue) flow_ = Flow::Normal;
    if (flow_ != Flow::Normal) break;
  }
  co_return status;
}

Task<int> Process::run_for(NodePtr node, Streams streams) {
  std::vector<std::string> items;
  for (std::size_t i = 1; i < node->words.size(); ++i) {
    std::vector<std::string> fields = co_await expand(node->words[i], streams);
    items.insert(items.end(), fields.begin(), fields.end());
  }
  int status = 0;
  for (const std::string& item : items) {
    variables_[node->words[0]] = item;
    status = co_await run_node(node->children[0], streams);
    if (flow_ == Flow::Break) {
      flow_ = Flow::Normal;
      break;
    }
    if (flow_ == Flow::Continue) flow_ = Flow::Normal;
    if (flow_ != Flow::Normal) break;
  }
  co_return status;
}

Task<int> Process::run_case(NodePtr node, Streams streams) {
  const std::string subject = co_await expand_one(node->words[0], streams);
  for (std::size_t i = 0; i < node->children.size(); ++i) {
    for (const std::string& raw : node->patterns[i]) {
      const std::string pattern = co_await expand_one(raw, streams);
      if (::fnmatch(pattern.c_str(), subject.c_str(), 0) != 0) continue;
      const int status = co_await run_node(node->children[i], streams);
      co_return status;
    }
  }
  co_return 0;
}

Task<int> Process::run_simple(NodePtr node, Streams streams) {
  Arguments arguments;
  for (const std::string& raw : node->words) {
    std::vector<std::string> fields = co_await expand(raw, streams);
    arguments.insert(arguments.end(), fields.begin(), fields.end());
  }
  int status = 0;
  for (const std::string& raw : node->assignments) {
    const std::size_t equals = raw.find('=');
    const std::string word = raw.substr(equals + 1);
    std::string value = co_await expand_one(word, streams);
    variables_[raw.substr(0, equals)] = std::move(value);
    // The status of a command substitution, if there was one; $? itself may stand in the word.
    status = word.find("$(") == std::string::npos ? 0 : status_;
  }
  Redirected redirected = co_await redirect(node, streams);
  if (redirected.failed) co_return status_ = 2;
  if (arguments.empty()) co_return write_out(redirected, status, streams);
  if (arguments[0] == "exec" && arguments.size() == 1) {  // keeps the descriptors
    for (const Redirect& one : node->redirects)
      if (one.kind == Redirect::Kind::Duplicate && one.descriptor == 2)
        merges_errors_ = true;
      else if (one.descriptor > 2)
        open_files_[one.descriptor] = co_await expand_one(one.target, streams);
    co_return 0;
  }
  status = co_await run_arguments(arguments, redirected.streams);
  co_return write_out(redirected, status, streams);
}

Task<int> Process::run_arguments(Arguments arguments, Streams streams) {
  const auto function = functions_.find(arguments[0]);
  if (function != functions_.end()) {
    const Arguments outer = std::exchange(positional_, arguments);
    const NodePtr body = function->second;
    int status = co_await run_node(body, streams);
    positional_ = outer;
    if (flow_ == Flow::Return) flow_ = Flow::Normal;
    co_return status;
  }
  if (const std::optional<int> status = builtin(arguments, streams)) co_return *status;
  const int status = co_await run_prefix(arguments, streams);
  co_return status;
}

Task<Process::Redirected> Process::redirect(NodePtr node, Streams streams) {
  Redirected result{.streams = streams};
  for (const Redirect& one : node->redirects) {
    if (one.kind == Redirect::Kind::Here) {
      std::string text = one.target;
      if (one.expands) {
        // As in double quotes, but quotes themselves mean nothing.
        std::string quoted = "\"";
        for (const char c : text)
          quoted += c == '"' ? std::string("\\\"") : std::string(1, c);
        quoted += '"';
        text = co_await expand_one(quoted, streams);
      }
      result.streams.in = std::make_shared<Input>(Input{std::move(text), 0});
      continue;
    }
    const std::string target = co_await expand_one(one.target, streams);
    auto& destination = one.descriptor == 2 ? result.streams.err : result.streams.out;
    if (one.kind == Redirect::Kind::Duplicate) {
      if (target != "-") destination = target == "2" ? result.streams.err : result.streams.out;
      continue;
    }
    const std::string path = Files::normal(target, cwd_);
    if (one.kind == Redirect::Kind::Input) {
      const auto text = machine_.files().read(path);
      if (!text) {
        *streams.err += "sh: 1: cannot open " + target + ": No such file\n";
        result.failed = true;
        co_return result;
      }
      if (one.descriptor == 0) result.streams.in = std::make_shared<Input>(Input{*text, 0});
      continue;
    }
    const bool append = one.kind == Redirect::Kind::Append || one.descriptor > 2;
    const std::string problem = machine_.files().write(
        path, append ? machine_.files().read(path).value_or("") : std::string());
    if (!problem.empty()) {
      *streams.err += "sh: 1: cannot create " + target + ": " + problem + "\n";
      result.failed = true;
      co_return result;
    }
    if (one.descriptor > 2) {
      open_files_[one.descriptor] = path;
      if (node->kind != Node::Kind::Simple) result.locks.push_back(path);
      continue;
    }
    destination = std::make_shared<std::string>();
    result.files.push_back({path, append, destination});
  }
  co_return result;
}

int Process::write_out(Redirected& redirected, int status, const Streams& streams) {
  for (const Redirected::Target& target : redirected.files) {
    if (target.text->empty()) continue;
    const std::string problem = target.append ? machine_.files().append(target.path, *target.text)
                                              : machine_.files().write(target.path, *target.text);
    if (problem.empty()) continue;
    *streams.err += "sh: write error: " + problem + "\n";
    status = 1;
  }
  for (const std::string& path : redirected.locks) {
    machine_.unlock(path, pid_);
    std::erase_if(open_files_, [&](const auto& open) { return open.second == path; });
  }
  return status_ = status;
}

}  // namespace switchyard::fakes
