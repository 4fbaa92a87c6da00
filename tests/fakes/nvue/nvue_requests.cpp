// What the simulated switch makes of each request.
#include "tests/fakes/nvue/fake_nvue.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace switchyard::fakes {

namespace {

using nlohmann::json;

constexpr std::string_view kRoot = "/nvue_v1/";
constexpr auto kDefaultConfirm = std::chrono::seconds{600};

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ec == std::errc{}) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) segments.push_back(decoded(path.substr(0, end)));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return segments;
}

std::string query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view one = query.substr(0, end);
    if (one.starts_with(name) && one.size() > name.size() && one[name.size()] == '=')
      return decoded(one.substr(name.size() + 1));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

WebAnswer answer(const json& body) { return {.body = body.dump()}; }

WebAnswer refused(int status, const std::string& detail) {
  return {.status = status,
          .body = json{{"title", "Bad Request"}, {"detail", detail}, {"status", status}}.dump()};
}

// What a PATCH says: "interface swp1 link mtu 1504" of what it sets, "unset/interface/swp1/bridge".
void add_lines(const json& node, const std::vector<std::string>& path,
               std::set<std::string>& into) {
  if (node.is_null()) {
    into.insert(fmt::format("unset/{}", fmt::join(path, "/")));
  } else if (!node.is_object() || node.empty()) {
    into.insert(fmt::format("{} {}", fmt::join(path, " "),
                            node.is_string() ? node.get<std::string>() : node.dump()));
  } else {
    for (const auto& [key, value] : node.items()) {
      std::vector<std::string> below = path;
      below.push_back(key);
      add_lines(value, below, into);
    }
  }
}

// What is taken away takes with it what has nothing else in it.
bool unset(json& node, const json& patch) {
  for (const auto& [key, value] : patch.items()) {
    const auto found = node.find(key);
    if (found == node.end()) continue;
    if (value.is_null() || (found->is_object() && unset(*found, value))) node.erase(key);
  }
  return node.empty();
}

std::string uptime_of(const Session& session, SteadyTime now) {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(now - session.established_since)
          .count());
}

}  // namespace

std::optional<WebAnswer> FakeNvue::handle(const WebRequest& request) {
  std::unique_lock lock(mutex_);
  const std::string command = request.method + " " + request.path;
  const long long boot = boots_;
  try {
    run_due_locked();
    ++exchanges_;
    const auto run = [&] {
      WebAnswer made = carry_out(request);
      log_.add(command, request.body, made.status);
      made.body = faults_.tell_lies(command, std::move(made.body));
      return made;
    };
    const SwitchFault* fault = faults_.fault_for(command, request.body);
    if (fault == nullptr) return run();
    const SwitchFault hit = *fault;
    faults_.use_up(fault);
    switch (hit.kind) {
      case SwitchFault::Kind::DropBefore: return std::nullopt;
      case SwitchFault::Kind::DropAfter: (void)run(); return std::nullopt;
      case SwitchFault::Kind::Refuse: return refused(500, "refused by fault");
      case SwitchFault::Kind::Hang:
        woken_.wait(lock, [&] { return stopping_ || boots_ != boot || !faults_.any(); });
        return std::nullopt;
      case SwitchFault::Kind::Late: {
        WebAnswer late = run();
        (void)woken_.wait_for(lock, hit.delay, [&] { return stopping_; });
        return late;
      }
      default: return run();
    }
  } catch (const PowerLost&) {
    lose_power();
    return std::nullopt;
  }
}

WebAnswer FakeNvue::carry_out(const WebRequest& request) {
  if (busy_) return {.status = 503, .body = "<html>503 Service Temporarily Unavailable</html>"};
  if (request.authorization != authorization_) return refused(401, "who are you");
  if (!request.path.starts_with(kRoot)) return refused(404, "no such page");
  const std::string_view rest = std::string_view{request.path}.substr(kRoot.size());
  const std::size_t mark = std::min(rest.find('?'), rest.size());
  const std::string path{rest.substr(0, mark)};
  const std::string rev = query_value(rest.substr(std::min(mark + 1, rest.size())), "rev");
  const std::vector<std::string> segments = segments_of(path);
  const bool of_revisions = !segments.empty() && segments[0] == "revision";
  if (request.method == "GET" && !of_revisions) return show(path, rev);
  if (request.method == "GET" && segments.size() == 1) {
    json all = json::object();
    for (auto& [id, revision] : revisions_)
      all[id] = {{"state", revision.state}};
    all["applied"] = {{"state", "applied"}};
    all["startup"] = {{"state", "saved"}};
    return answer(all);
  }
  if (request.method == "POST" && of_revisions && segments.size() == 1) {
    const std::string id = fmt::format("changeset/root/{}", next_revision_++);
    revisions_[id] = {.config = running_};
    return answer({{id, {{"state", "pending"}, {"transition", {{"issue", json::object()}}}}}});
  }
  const json body = json::parse(request.body, nullptr, false);
  if (request.method == "PATCH" && segments.empty()) {
    const auto found = revisions_.find(rev);
    if (found == revisions_.end()) return refused(404, "there is no revision " + rev);
    return edit(found->second, request.body);
  }
  if (!of_revisions || segments.size() != 2) return refused(405, "not that");
  const std::string& id = segments[1];
  if (id == "applied" && request.method == "PATCH" && text(at(body, {"state"})) == "save")
    return save();
  if (id == "applied" && request.method == "GET") return answer({{"state", "applied"}});
  const auto found = revisions_.find(id);
  if (found == revisions_.end()) return refused(404, "there is no revision " + id);
  if (request.method == "GET") return answer(show_revision(found->second));
  if (request.method == "PATCH") return change_state(id, body);
  if (request.method != "DELETE") return refused(405, "not that");
  if (waiting_ && waiting_->revision == id) return refused(409, "it waits to be confirmed");
  revisions_.erase(found);
  return answer(json::object());
}

json FakeNvue::show_revision(Revision& revision) const {
  const bool runs =
      revision.polls_left > 0 || std::chrono::steady_clock::now() < revision.runs_until;
  if (revision.polls_left > 0) --revision.polls_left;
  json issue = json::object();
  if (!revision.issue.empty())
    issue["00000"] = {{"code", "invalid_config"}, {"message", revision.issue}};
  return {{"state", runs ? "apply" : revision.state},
          {"transition", {{"issue", runs ? json::object() : issue}, {"progress", ""}}}};
}

WebAnswer FakeNvue::edit(Revision& revision, const std::string& body) {
  const json patch = json::parse(body, nullptr, false);
  if (!patch.is_object()) return refused(400, "not JSON");
  if (revision.state != "pending") return refused(409, "it is not pending");
  std::set<std::string> lines;
  add_lines(patch, {}, lines);
  const auto unsets = std::ranges::count_if(
      lines, [](const std::string& line) { return line.starts_with("unset/"); });
  if (unsets != 0 && unsets != static_cast<long>(lines.size()))
    return refused(400, "set and unset in one patch");
  for (const std::string& line : lines)
    if (const std::string why = faults_.refusal_of(line); !why.empty()) return refused(400, why);
  if (unsets != 0)
    (void)unset(revision.config, patch);
  else
    revision.config.merge_patch(patch);
  revision.lines.merge(lines);
  step();
  return answer(json::object());
}

WebAnswer FakeNvue::change_state(const std::string& id, const json& body) {
  if (text(at(body, {"state"})) != "apply") return refused(400, "no such state");
  const bool waits = waiting_ && waiting_->revision == id;
  if (waits && text(at(body, {"auto-prompt", "ays"})) == "ays_no") {
    take_back("a revision that is not confirmed");
    return answer(show_revision(revisions_[id]));
  }
  const json& seconds = at(body, {"state-controls", "confirm"});
  if (text(at(body, {"auto-prompt", "ays"})) != "ays_yes") {
    revisions_[id].state = "ays";
    return answer(show_revision(revisions_[id]));
  }
  if (waits && !seconds.is_number()) {
    waiting_.reset();
    revisions_[id].state = "applied";
    saved();
    step();
    return answer(show_revision(revisions_[id]));
  }
  std::optional<std::chrono::seconds> undo_after;
  if (seconds.is_number()) undo_after = std::chrono::seconds{seconds.get<long long>()};
  if (!undo_after && text(at(body, {"auto-prompt", "confirm"})) == "confirm_yes")
    undo_after = kDefaultConfirm;
  return apply(id, undo_after);
}

std::string FakeNvue::fault_of(const Revision& revision) const {
  if (full_) return "no space left on device";
  for (const auto& [port, issue] : invalid_)
    for (const std::string& line : revision.lines)
      if (names_port(line, port)) return issue;
  return apply_fault(revision.config, ports_);
}

WebAnswer FakeNvue::apply(const std::string& id, std::optional<std::chrono::seconds> undo_after) {
  Revision& revision = revisions_.at(id);
  if (revision.state != "pending" && !undo_after) return refused(409, "it is not pending");
  revision.polls_left = slow_;
  revision.runs_until = std::chrono::steady_clock::now() + commit_delay_;
  revision.issue = fault_of(revision);
  if (revision.issue.empty() && waiting_ && !undo_after)
    revision.issue = "another revision waits to be confirmed";
  if (!revision.issue.empty()) {
    revision.state = "invalid";
    return answer(show_revision(revision));
  }
  if (undo_after) {
    // One handle: what a later revision is taken back to is what was before the first.
    if (waiting_) revisions_[waiting_->revision].state = "applied";
    waiting_ = Waiting{.revision = id,
                       .before = waiting_ ? waiting_->before : running_,
                       .until = clock_.steady() + *undo_after};
  }
  revision.state = undo_after ? "ays" : "applied";
  const bool fails = std::ranges::any_of(no_reload_, [&](const std::string& port) {
    return std::ranges::any_of(revision.lines,
                               [&](const std::string& line) { return names_port(line, port); });
  });
  const json config = revision.config;
  put_in_force(config, fmt::format("apply of revision {}", id), true, fails);
  if (fails) {
    revision.state = "ignore_fail";
    revision.issue = "Unable to reload-or-restart services (frr)";
  } else if (!undo_after) {
    saved();
  }
  return answer(show_revision(revision));
}

WebAnswer FakeNvue::save() {
  if (full_) return refused(500, "no space left on device");
  startup_ = waiting_ ? waiting_->before : running_;
  step();
  return answer({{"state", "save"}});
}

WebAnswer FakeNvue::show(const std::string& path, const std::string& rev) {
  const std::vector<std::string> segments = segments_of(path);
  if (segments.empty()) {
    if (rev == "applied") return answer(running_);
    if (rev == "startup") return answer(startup_);
    const auto found = revisions_.find(rev);
    if (found == revisions_.end()) return refused(404, "there is no revision " + rev);
    return answer(found->second.config);
  }
  if (segments[0] == "interface" && segments.size() == 1) return answer(show_interfaces());
  if (path == "system")
    return answer({{"hostname", plan_.name}, {"build", "Cumulus Linux " + version_}});
  if (path == "system/reboot/reason")
    return answer({{"gentime", fmt::format("boot {}", boots_)}, {"reason", "power"}});
  if (segments[0] == "vrf" && segments.size() >= 5) return show_vrf(segments);
  return refused(404, "no such object");
}

json FakeNvue::show_interfaces() const {
  json all = json::object();
  const auto add = [&](const std::string& name, bool up, bool carrier) {
    all[name]["link"] = {{"admin-status", up ? "up" : "down"},
                         {"oper-status", carrier ? "up" : "down"}};
  };
  for (const std::string& port : ports_) {
    const PortForwarding of = model_.forwarding(port);
    add(port, of.up, of.up && has_carrier(port));
    for (const auto& unit : of.subinterfaces)
      add(unit.name, unit.up, unit.up && of.up && has_carrier(port));
  }
  return all;
}

// vrf/V/router/bgp/neighbor[/N/address-family/F/received-routes], …/bgp/address-family/F/route
WebAnswer FakeNvue::show_vrf(const std::vector<std::string>& segments) {
  const std::string& vrf = segments[1];
  if (!at(running_, {"vrf"}).contains(vrf)) return refused(404, "there is no VRF " + vrf);
  sessions_.refresh(clock_.steady());
  const auto is_of = [](const Prefix& prefix, const std::string& family) {
    return (prefix.network.family == Family::V4) == (family == "ipv4-unicast");
  };
  json all = json::object();
  if (segments[4] == "neighbor" && segments.size() == 5) {
    for (const auto& [name, of] : at(running_, {"vrf", vrf, "router", "bgp", "neighbor"}).items()) {
      const Session* session = sessions_.find(vrf, name);
      const bool established = session != nullptr && session->established;
      all[name] = {{"state", established ? "established" : "active"},
                   {"remote-as", at(of, {"remote-as"})},
                   {"type", "unnumbered"}};
      if (established) all[name]["uptime"] = json::parse(uptime_of(*session, clock_.steady()));
    }
    return answer(all);
  }
  if (segments[4] == "neighbor" && segments.size() == 9) {
    const json& neighbours = at(running_, {"vrf", vrf, "router", "bgp", "neighbor"});
    if (!neighbours.contains(segments[5])) return refused(404, "there is no such neighbor");
    const Session* session = sessions_.find(vrf, segments[5]);
    const json& keeps =
        at(neighbours, {segments[5], "address-family", segments[7], "soft-reconfiguration"});
    if (session != nullptr && session->established)
      for (const auto& [prefix, verdict] : session->verdicts)
        if (is_of(prefix, segments[7]) && (verdict || text(keeps) == "on"))
          all[to_string(prefix)] = {{"path", {{"1", json::object()}}}};
    return answer(all);
  }
  if (segments[4] != "address-family" || segments.size() != 7) return refused(404, "no");
  model_.visit_neighbours([&](const NeighbourView& of) {
    const Session* session = sessions_.find(of.vrf, of.name);
    if (of.vrf != vrf || session == nullptr || !session->established) return;
    for (const Prefix& prefix : session->with_verdict(true))
      if (is_of(prefix, segments[5]))
        all[to_string(prefix)]["path"][of.name] = {
            {"peer", {{"id", "fe80::1"}, {"interface", of.name}}}};
  });
  return answer(all);
}

// Of the edits but those that close a port.
std::set<std::string> FakeNvue::changing_lines() {
  std::set<std::string> lines;
  for (const SwitchLogEntry& entry : log()) {
    if (!entry.command.starts_with(mark_of_change())) continue;
    add_lines(json::parse(entry.input, nullptr, false), {}, lines);
  }
  std::erase_if(lines, [](const std::string& line) {
    return line.ends_with(" link state down {}") ||
           (line.starts_with("unset/") && line.ends_with("/link/state/up"));
  });
  return lines;
}

}  // namespace switchyard::fakes
