// What a simulated EOS switch makes of eAPI's requests and their commands.
#include "tests/fakes/eos/fake_eos.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdio>

namespace switchyard::fakes {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostSessions = 5;
const std::string kSession = "configure session ";
const std::string kStartup = "startup-config";

std::string base64(const std::string& text) {
  std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
  encoded.resize(static_cast<std::size_t>(EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(encoded.data()),
      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()))));
  return encoded;
}

std::string word(const std::string& text, std::size_t number) {
  std::size_t begin = 0;
  for (; number > 0; --number) {
    begin = text.find(' ', begin);
    if (begin == std::string::npos) return {};
    ++begin;
  }
  return text.substr(begin, text.find(' ', begin) - begin);
}

}  // namespace

std::optional<WebAnswer> FakeEos::answer(const WebRequest& request) {
  Lock lock(mutex_);
  if (request.authorization != "Basic " + base64("root:" + plan_.password))
    return WebAnswer{.status = 401, .body = "Unauthorized"};
  if (exhausted_) return WebAnswer{.status = 503, .body = "Service Unavailable"};
  if (request.method != "POST" || request.path != "/command-api") return WebAnswer{.status = 404};
  run_due_locked();
  ++exchanges_;
  try {
    return run_commands(lock, request.body);
  } catch (const PowerLost&) {
    lose_power();
    return std::nullopt;
  }
}

// False when nobody waits any more. Without `delay`: until the faults are cleared.
bool FakeEos::wait(Lock& lock, std::optional<std::chrono::milliseconds> delay) {
  constexpr std::chrono::milliseconds kLook{20};
  const long long epoch = fault_epoch_;
  const auto until = std::chrono::steady_clock::now() + delay.value_or(std::chrono::hours{1});
  while (!ends_ && epoch == fault_epoch_ && std::chrono::steady_clock::now() < until)
    faults_changed_.wait_for(lock, kLook);
  return delay.has_value() && !ends_;
}

std::optional<WebAnswer> FakeEos::run_commands(Lock& lock, const std::string& body) {
  const Json asked = Json::parse(body);
  const Json& commands = asked["params"]["cmds"];
  Terminal terminal;
  Json results = Json::array();
  bool cut = false;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto command = commands[i].get<std::string>();
    using Kind = SwitchFault::Kind;
    const SwitchFault* hit = cut ? nullptr : faults_.fault_for(command, "");
    const SwitchFault fault = hit != nullptr ? *hit : SwitchFault{.kind = Kind::PowerCut};
    if (hit != nullptr) faults_.use_up(hit);
    const bool is = hit != nullptr;
    if (is && fault.kind == Kind::Hang) {
      (void)wait(lock, std::nullopt);
      return std::nullopt;
    }
    if (is && fault.kind == Kind::DropBefore) {
      if (fault.rest == SwitchFault::Rest::Lost) return std::nullopt;
      cut = true;
      continue;
    }
    Result result = is && fault.kind == Kind::Refuse ? Result{{}, "refused by fault"}
                                                     : execute(terminal, command);
    log_.add(command, "", result.error.empty() ? 0 : 1);
    if (is && fault.kind == Kind::DropAfter) {
      if (fault.rest == SwitchFault::Rest::Lost) return std::nullopt;
      cut = true;
    }
    if (is && fault.kind == Kind::Late && !wait(lock, fault.delay)) return std::nullopt;
    if (commit_delay_.count() > 0 && command.find(" commit") != std::string::npos)
      (void)wait(lock, commit_delay_);
    if (!result.error.empty()) {
      results.push_back({{"errors", {result.error}}, {"output", result.output}});
      if (cut) return std::nullopt;
      return WebAnswer{
          .body = Json{{"jsonrpc", "2.0"},
                       {"id", asked["id"]},
                       {"error",
                        {{"code", 1002},
                         {"message", fmt::format("CLI command {} of {} '{}' failed: {}", i + 1,
                                                 commands.size(), command, result.error)},
                         {"data", results}}}}
                      .dump()};
    }
    results.push_back({{"output", faults_.tell_lies(command, std::move(result.output))}});
  }
  if (cut) return std::nullopt;
  return WebAnswer{.body =
                       Json{{"jsonrpc", "2.0"}, {"id", asked["id"]}, {"result", results}}.dump()};
}

FakeEos::Result FakeEos::execute(Terminal& terminal, const std::string& command) {
  if (command == "enable") return {};
  if (command == "configure") {
    terminal = {.configures = true};
    return {};
  }
  if (command == "end") {
    terminal = {};
    return {};
  }
  if (command.starts_with(kSession)) {
    const std::string name = word(command, 2);
    return session_command(terminal, name,
                           command.size() > kSession.size() + name.size()
                               ? command.substr(kSession.size() + name.size() + 1)
                               : "");
  }
  if (command.starts_with("show ")) return show(terminal, command.substr(5));
  if (command.starts_with("more flash:")) {
    const auto file = flash_.find(command.substr(11));
    if (file == flash_.end()) return {{}, "Error displaying file (No such file or directory)"};
    return {file->second, {}};
  }
  if (command.starts_with("copy ")) return copy(word(command, 1), word(command, 2));
  if (!terminal.session.empty() || terminal.configures) return type(terminal, command);
  return {{}, "Invalid input"};
}

FakeEos::Result FakeEos::session_command(Terminal& terminal, const std::string& name,
                                         const std::string& rest) {
  const auto found = open_.find(name);
  const bool is_pending = pending_ && pending_->session == name;
  if (rest == "abort") {
    if (is_pending) {
      EosConfig before = std::move(pending_->before);
      pending_.reset();
      open_[name].state = "aborted";
      replace_running(std::move(before), "abort of " + name);
      return {};
    }
    if (found == open_.end()) return {{}, "Session " + name + " does not exist"};
    open_.erase(found);
    return {};
  }
  if (rest.starts_with("commit")) return commit(name, rest);
  if (is_pending) return {{}, "Session " + name + " waits for its confirmation"};
  if (found == open_.end() || found->second.state != "pending") {
    const auto count =
        std::ranges::count_if(open_, [](const auto& one) { return one.second.state == "pending"; });
    if (static_cast<std::size_t>(count) >= kMostSessions)
      return {{}, "Maximum number of pending sessions has been reached"};
    open_[name] = {.config = running_};
  }
  terminal = {.session = name};
  return {};
}

FakeEos::Result FakeEos::commit(const std::string& name, const std::string& rest) {
  const auto found = open_.find(name);
  if (found == open_.end()) return {{}, "Session " + name + " does not exist"};
  if (pending_) {
    if (pending_->session != name || rest != "commit")
      return {{}, "Cannot commit: session " + pending_->session + " has a commit timer"};
    pending_.reset();
    found->second.state = "completed";
    step("confirmation of " + name, false);
    return {};
  }
  if (found->second.state != "pending") return {{}, "Session " + name + " is not open"};
  int hours = 0, minutes = 0, seconds = 0;
  const bool timed =
      std::sscanf(rest.c_str(), "commit timer %d:%d:%d", &hours, &minutes, &seconds) == 3;
  if (!timed && rest != "commit") return {{}, "Invalid input"};
  if (timed)
    pending_ = Pending{.session = name,
                       .before = running_,
                       .until = clock_.steady() + std::chrono::hours{hours} +
                                std::chrono::minutes{minutes} + std::chrono::seconds{seconds}};
  found->second.state = timed ? "pendingCommitTimer" : "completed";
  replace_running(std::move(found->second.config), "commit of " + name);
  return {};
}

void FakeEos::open_by_hand(const std::string& session) {
  const Lock lock(mutex_);
  Terminal terminal;
  (void)session_command(terminal, session, "");
}

void FakeEos::commit_by_hand(const std::string& session, const std::vector<std::string>& lines,
                             std::chrono::seconds timer) {
  const Lock lock(mutex_);
  Terminal terminal;
  (void)session_command(terminal, session, "");
  for (const std::string& line : lines) {
    bool changed = false;
    (void)open_[session].config.type(terminal.place, line, changed);
  }
  (void)commit(session, fmt::format("commit timer 00:00:{:02}", timer.count()));
}

FakeEos::Result FakeEos::copy(const std::string& from, const std::string& to) {
  std::string text;
  if (from == "running-config") {
    text = running_.render();
  } else {
    const auto file = flash_.find(from.substr(std::min(from.size(), std::size_t{6})));
    if (file == flash_.end()) return {{}, "No such file or directory"};
    text = file->second;
  }
  if (full_) return {{}, "Error copying (No space left on device)"};
  flash_[to.starts_with("flash:") ? to.substr(6) : kStartup] = std::move(text);
  step("copy to " + to, false);
  return {"Copy completed successfully.\n", {}};
}

FakeEos::Result FakeEos::type(Terminal& terminal, const std::string& line) {
  const bool is_line = line != "exit" && line != "shutdown";
  if (is_line) typed_.insert(line);
  if (std::string why = faults_.refusal_of(line); !why.empty() && line != "exit")
    return {{}, std::move(why)};
  EosConfig& config = terminal.configures ? running_ : open_[terminal.session].config;
  bool changed = false;
  std::string why = config.type(terminal.place, line, changed);
  if (changed && terminal.configures) step(line, true);
  return {{}, std::move(why)};
}

FakeEos::Result FakeEos::show(Terminal&, std::string what) {
  constexpr std::string_view kRedirect = " | redirect flash:", kJson = " | json";
  std::string file;
  if (const std::size_t at = what.find(kRedirect); at != std::string::npos) {
    file = what.substr(at + kRedirect.size());
    what.resize(at);
  }
  const bool json = what.ends_with(kJson);
  if (json) what.resize(what.size() - kJson.size());
  std::string text;
  if (what == "running-config") {
    text = running_.render();
  } else if (what == kStartup) {
    text = flash_[kStartup];
  } else if (what.starts_with("session-config named ")) {
    const auto session = open_.find(word(what, 2));
    if (session == open_.end()) return {{}, "Session does not exist"};
    if (!what.ends_with(" diffs")) text = session->second.config.render();
  } else if (what == "configuration sessions detail" && json) {
    text = sessions_json();
  } else if (what == "version" && json) {
    text =
        Json{{"version", "4.30.1F"}, {"serialNumber", "SIM1"}, {"bootupTimestamp", boots_}}.dump();
  } else if (what == "hostname" && json) {
    text = Json{{"hostname", plan_.name}}.dump();
  } else if (what == "bgp summary vrf all" && json) {
    text = summary_json();
  } else if (what.starts_with("bgp neighbors ") && json) {
    text = bgp_json(what);
  } else {
    return {{}, "Invalid input"};
  }
  if (file.empty()) return {std::move(text), {}};
  if (full_) return {{}, "No space left on device"};
  flash_[file] = std::move(text);
  step("file " + file, false);
  return {};
}

std::string FakeEos::sessions_json() const {
  Json sessions = Json::object();
  for (const auto& [name, session] : open_)
    sessions[name] = {{"state", session.state}};
  return Json{{"maxOpenSessions", kMostSessions}, {"sessions", sessions}}.dump();
}

std::string FakeEos::summary_json() {
  sessions_.refresh(clock_.steady());
  Json vrfs = Json::object();
  model_.visit_neighbours([&](const NeighbourView& of) {
    const fakes::Session* session = sessions_.find(of.vrf, of.name);
    const bool up = session != nullptr && session->established;
    const std::string name = up ? "fe80::1%Et" + of.name.substr(8) : of.name;
    const double seconds =
        up ? std::chrono::duration<double>(clock_.steady() - session->established_since).count()
           : 0;
    vrfs[of.vrf]["peers"][name] = {{"peerState", sessions_.state(of.vrf, of.name)},
                                   {"peerAsn", of.remote_as},
                                   {"upDownSeconds", seconds}};
  });
  return Json{{"vrfs", vrfs}}.dump();
}

// "bgp neighbors fe80::1%Et1.101 ipv4 unicast received-routes vrf vrf-prv"
std::string FakeEos::bgp_json(const std::string& command) {
  const std::string peer = word(command, 2), vrf = word(command, 7);
  const std::string name = "Ethernet" + peer.substr(std::min(peer.find("%Et") + 3, peer.size()));
  const Family family = word(command, 3) == "ipv4" ? Family::V4 : Family::V6;
  const bool all = word(command, 5) == "received-routes";
  Json entries = Json::object();
  if (const fakes::Session* session = sessions_.find(vrf, name); session != nullptr)
    for (const auto& [prefix, accepted] : session->verdicts)
      if (prefix.network.family == family && (all || accepted))
        entries[to_string(prefix)] = Json::object();
  return Json{{"vrfs", {{vrf, {{"bgpRouteEntries", entries}}}}}}.dump();
}

}  // namespace switchyard::fakes
