// What the simulated switch makes of each operation.
#include "tests/fakes/netconf/fake_junos.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace switchyard::fakes {

namespace {

constexpr std::string_view kNamespace = "http://xml.juniper.net/xnm/1.1/xnm";
constexpr long long kDefaultTimeout = 600;

std::string leaf(std::string_view name, std::string_view text) {
  return fmt::format("<{0}>{1}</{0}>\n", name, escaped(text));
}

std::string address_of(const std::string& unit) {
  return "fe80::" + std::to_string(std::hash<std::string>{}(unit) % 0xffff) + "%" + unit;
}

}  // namespace

FakeJunos::Answer FakeJunos::refused(const std::string& tag, const std::string& message) {
  return {.content = fmt::format("<rpc-error>\n<error-type>protocol</error-type>\n<error-tag>{}"
                                 "</error-tag>\n<error-severity>error</error-severity>\n"
                                 "<error-message>\n{}\n</error-message>\n</rpc-error>\n",
                                 tag, escaped(message)),
          .ok = false};
}

bool FakeJunos::is_held_by_other(int session) const { return lock_ != 0 && lock_ != session; }

void FakeJunos::end_of(int session) {
  if (lock_ != session) return;
  lock_ = 0;
  candidate_ = running_;
}

void FakeJunos::count(const std::string& operation) {
  const bool in_a_row = operation == "edit-config" && last_operation_ == "edit-config";
  const bool waits = operation == "lock" || operation == "commit" || operation == "edit-config";
  if (waits && !in_a_row) ++exchanges_;
  last_operation_ = operation;
}

FakeJunos::Answer FakeJunos::carry_out(const Xml& rpc, int session) {
  if (rpc.children.size() != 1) return refused("malformed-message", "one operation is expected");
  const Xml& operation = rpc.children.front();
  const std::string& name = operation.name;
  count(name);
  const Answer ok{.content = "<ok/>\n"};
  if (name == "lock") {
    if (lock_ != 0) return refused("lock-denied", fmt::format("locked by session {}", lock_));
    // Junos: what somebody changed and did not commit is theirs.
    if (candidate_ != running_) return refused("lock-denied", "configuration database modified");
    lock_ = session;
    return ok;
  }
  if (name == "unlock") {
    if (lock_ != session)
      return refused("operation-failed", "configuration database is not locked");
    end_of(session);
    return ok;
  }
  if (name == "discard-changes") {
    if (is_held_by_other(session)) return refused("lock-denied", "configuration database locked");
    candidate_ = running_;
    return ok;
  }
  if (name == "edit-config") return edit(operation, session);
  if (name == "commit") return commit(operation, session);
  if (name == "load-configuration") return load_former(operation, session);
  if (name == "get-config") {
    const Xml* source = operation.child("source");
    const bool candidate = source != nullptr && source->child("candidate") != nullptr;
    return {.content = show_configuration(candidate ? candidate_ : running_, operation)};
  }
  if (name == "get-interface-information") return {.content = show_interfaces()};
  if (name == "get-software-information")
    return {.content = "<software-information>\n" + leaf("host-name", plan_.name) +
                       leaf("junos-version", "21.4R3") + "</software-information>\n"};
  if (name == "get-system-uptime-information")
    return {.content = fmt::format("<system-uptime-information><system-booted-time><date-time "
                                   "junos:seconds=\"{0}\">boot {0}</date-time>"
                                   "</system-booted-time></system-uptime-information>\n",
                                   boots_)};
  sessions_.refresh(clock_.steady());
  if (name == "get-bgp-neighbor-information") return {.content = show_neighbours()};
  if (name == "get-route-information") return {.content = show_routes(operation)};
  if (name == "close-session") return {.content = "<ok/>\n", .ends_session = true};
  return refused("operation-not-supported", name);
}

FakeJunos::Answer FakeJunos::edit(const Xml& operation, int session) {
  if (is_held_by_other(session)) return refused("lock-denied", "configuration database locked");
  const Xml* config = operation.child("config");
  const Xml* configuration = config == nullptr ? nullptr : config->child("configuration");
  if (configuration == nullptr) return refused("missing-element", "configuration");
  if (operation.child_text("error-option") == "rollback-on-error")
    return refused("operation-not-supported", "rollback-on-error");
  const auto error = merge(candidate_, *configuration);
  step();
  if (error) return refused(error->tag, "statement " + error->element);
  // A fault hits when all is there already: by half or whole, the client has to clear it away.
  for (const std::string& line : lines_of(*configuration))
    if (const std::string why = faults_.refusal_of(line); !why.empty())
      return refused("bad-element", why);
  return {.content = "<ok/>\n"};
}

FakeJunos::Answer FakeJunos::commit(const Xml& operation, int session) {
  if (is_held_by_other(session)) return refused("lock-denied", "configuration database locked");
  if (const std::string fault = commit_fault(active_part(candidate_)); !fault.empty())
    return refused("operation-failed", fault);
  if (full_) return refused("operation-failed", "no space left on device");
  const std::string when = fmt::format("commit {} of {}", steps_ + 1, plan_.name);
  if (operation.child("confirmed") == nullptr) {
    pending_.reset();
  } else {
    const std::string text = operation.child_text("confirm-timeout");
    const long long seconds = text.empty() ? kDefaultTimeout : std::atoll(text.c_str());
    if (!pending_) pending_ = Pending{.before = running_};
    pending_->until = clock_.steady() + std::chrono::minutes{seconds / 60};
  }
  put_in_force(candidate_, when, true);
  step();
  run_due_locked();  // of less than a minute
  return {.content = "<ok/>\n", .commits = true};
}

FakeJunos::Answer FakeJunos::load_former(const Xml& operation, int session) {
  if (is_held_by_other(session)) return refused("lock-denied", "configuration database locked");
  const int back = std::atoi(operation.attribute("rollback").c_str());
  if (back < 0 || back > static_cast<int>(former_.size()))
    return refused("invalid-value", "there is no such rollback");
  candidate_ = back == 0 ? running_ : former_.at(static_cast<std::size_t>(back - 1));
  return {.content = "<load-configuration-results>\n<ok/>\n</load-configuration-results>\n"};
}

std::string FakeJunos::show_configuration(const ConfigNode& of, const Xml& operation) const {
  ConfigNode shown{.element = "configuration"};
  const Xml* filter = operation.child("filter");
  const Xml* wanted = filter == nullptr ? nullptr : filter->child("configuration");
  for (const ConfigNode& child : of.children)
    if (wanted == nullptr || wanted->child(child.element) != nullptr)
      shown.children.push_back(child);
  std::string content;
  for (const ConfigNode& child : shown.children)
    content += to_xml(child);
  return fmt::format(
      "<data>\n<configuration xmlns=\"{}\" junos:commit-user=\"root\">\n{}"
      "</configuration>\n</data>\n",
      kNamespace, content);
}

std::string FakeJunos::show_interfaces() const {
  std::string text =
      "<interface-information xmlns=\"http://xml.juniper.net/junos/21.1R1/"
      "junos-interface\" junos:style=\"terse\">\n";
  std::vector<std::string> ports = plan_.server_ports;
  ports.insert(ports.end(), plan_.other_ports.begin(), plan_.other_ports.end());
  for (const std::string& port : ports) {
    const PortForwarding of = model_.forwarding(port);
    text += "<physical-interface>\n" + leaf("name", "\n" + port + "\n") +
            leaf("admin-status", of.up ? "up" : "down") +
            leaf("oper-status", of.up && has_carrier(port) ? "up" : "down");
    for (const auto& unit : of.subinterfaces)
      text += "<logical-interface>\n" + leaf("name", unit.name) +
              leaf("admin-status", unit.up ? "up" : "down") + "</logical-interface>\n";
    text += "</physical-interface>\n";
  }
  return text + "</interface-information>\n";
}

std::string FakeJunos::show_neighbours() const {
  std::string text =
      "<bgp-information xmlns=\"http://xml.juniper.net/junos/21.1R1/junos-routing\">\n";
  model_.visit_neighbours([&](const NeighbourView& of) {
    const Session* session = sessions_.find(of.vrf, of.name);
    const bool established = session != nullptr && session->established;
    const auto time = established ? std::chrono::duration_cast<std::chrono::seconds>(
                                        clock_.steady() - session->established_since)
                                  : std::chrono::seconds{};
    text += "<bgp-peer>\n" + leaf("peer-address", address_of(of.name) + "+179") +
            leaf("peer-as", of.remote_as) + leaf("peer-cfg-rti", of.vrf) +
            leaf("peer-state", established ? "Established" : "Active") +
            leaf("local-interface-name", of.name) +
            fmt::format("<elapsed-time junos:seconds=\"{0}\">{0}</elapsed-time>\n", time.count()) +
            "</bgp-peer>\n";
  });
  return text + "</bgp-information>\n";
}

std::string FakeJunos::show_routes(const Xml& operation) const {
  const std::string vrf = operation.child_text("table");
  const bool hidden = operation.child("hidden") != nullptr;
  std::string text = "<route-information>\n";
  for (const Family family : {Family::V4, Family::V6}) {
    text += "<route-table>\n" +
            leaf("table-name", vrf + (family == Family::V4 ? ".inet.0" : ".inet6.0"));
    model_.visit_neighbours([&](const NeighbourView& of) {
      const Session* session = sessions_.find(of.vrf, of.name);
      if (of.vrf != vrf || session == nullptr || !session->established) return;
      for (const Prefix& prefix : session->with_verdict(!hidden)) {
        if (prefix.network.family != family) continue;
        text += "<rt>\n" + leaf("rt-destination", to_string(prefix)) + "<rt-entry>\n" +
                leaf("protocol-name", "BGP") + leaf("learned-from", address_of(of.name)) +
                "</rt-entry>\n</rt>\n";
      }
    });
    text += "</route-table>\n";
  }
  return text + "</route-information>\n";
}

}  // namespace switchyard::fakes
