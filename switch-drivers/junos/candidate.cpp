#include "switch-drivers/junos/candidate.h"

#include "switch-drivers/transport/netconf_operations.h"

#include <algorithm>
#include <cctype>
#include <thread>

namespace switchyard::switch_drivers::junos {

namespace {

using netconf::Datastore;

constexpr int kMostFormers = 48;  // commits looked back; Junos keeps 49
constexpr int kFormersAtOnce = 3;
constexpr std::chrono::milliseconds kLockPatience{2000};
constexpr std::chrono::milliseconds kLockPause{100};

// Whether `text` names the port or a unit of it, and not one whose name begins with its.
bool names(std::string_view text, std::string_view port) {
  for (std::size_t at = text.find(port); at != std::string_view::npos;
       at = text.find(port, at + 1)) {
    const auto is_word = [&](std::size_t place) {
      return place < text.size() &&
             (std::isalnum(static_cast<unsigned char>(text[place])) != 0 || text[place] == '/');
    };
    if (!is_word(at + port.size()) && (at == 0 || !is_word(at - 1))) return true;
  }
  return false;
}

}  // namespace

Result<std::vector<NetconfReply>> Candidate::call(const std::vector<std::string>& operations,
                                                  Netconf::Session session) {
  return netconf_.call(operations, deadline_, session);
}

Result<View> Candidate::view_of(const NetconfReply& config, const NetconfReply& interfaces) {
  if (!config.ok()) return tl::unexpected(as_error(config, name_, "get-config"));
  if (!interfaces.ok())
    return tl::unexpected(as_error(interfaces, name_, "get-interface-information"));
  auto parsed = parse_config(config);
  if (!parsed) return tl::unexpected(parsed.error().in("switch " + name_));
  auto up = parse_interfaces(interfaces);
  if (!up) return tl::unexpected(up.error().in("switch " + name_));
  return View{std::move(*parsed), std::move(*up)};
}

Result<View> Candidate::look() {
  const auto replies = call({read_running(), read_interfaces()}, Netconf::Session::AnyNew);
  if (!replies) return tl::unexpected(replies.error());
  return view_of((*replies)[0], (*replies)[1]);
}

// A session that was lost keeps its lock until the switch notices, so a lock that is held is asked
// for again, for a while. Nothing is discarded here: a candidate that somebody changed and did not
// commit cannot be locked, and what they typed is theirs.
Result<View> Candidate::lock() {
  const auto until = std::chrono::steady_clock::now() + std::min(deadline_ / 10, kLockPatience);
  while (true) {
    const auto replies =
        call({netconf::lock(Datastore::Candidate), read_running(), read_interfaces()},
             Netconf::Session::AnyNew);
    if (!replies) return tl::unexpected(replies.error());
    if ((*replies)[0].ok()) {
      auto view = view_of((*replies)[1], (*replies)[2]);
      if (!view) unlock();
      return view;
    }
    if (std::chrono::steady_clock::now() >= until) {
      Error error = as_error((*replies)[0], name_, "lock");
      error.code = Errc::Unavailable;
      return tl::unexpected(std::move(error));
    }
    std::this_thread::sleep_for(kLockPause);
  }
}

void Candidate::unlock() {
  const auto replies = call({netconf::discard_changes(), netconf::unlock(Datastore::Candidate)},
                            Netconf::Session::Warm);
  const bool unlocked = replies && (*replies)[1].ok();
  if (!unlocked) netconf_.drop();  // the lock ends with the session
}

Result<std::map<std::string, Error>> Candidate::send(const std::vector<PortEdits>& ports) {
  std::vector<std::string> operations;
  for (const PortEdits& one : ports)
    operations.push_back(edit(one.edits));
  const auto replies = call(operations, Netconf::Session::Warm);
  if (!replies) return tl::unexpected(replies.error());
  std::map<std::string, Error> refused;
  for (std::size_t i = 0; i < ports.size(); ++i)
    if (!(*replies)[i].ok())
      refused.emplace(ports[i].port, as_error((*replies)[i], name_, "edit-config"));
  return refused;
}

std::map<std::string, Error> Candidate::culprits(const std::vector<PortEdits>& ports,
                                                 const NetconfReply& reply) const {
  std::map<std::string, Error> found;
  const Error error = as_error(reply, name_, "commit");
  for (const PortEdits& one : ports) {
    const bool named =
        std::any_of(reply.errors.begin(), reply.errors.end(), [&](const NetconfError& said) {
          return !one.port.empty() && (names(said.message, one.port) || names(said.path, one.port));
        });
    if (named) found.emplace(one.port, error);
  }
  if (found.empty())
    for (const PortEdits& one : ports)
      found.emplace(one.port, error);
  return found;
}

// The ports that kept it from being committed; none: it was, and `view` is what came of it.
Result<std::map<std::string, Error>> Candidate::try_commit(const std::vector<PortEdits>& ports,
                                                           const std::string& how,
                                                           std::optional<View>& view) {
  auto refused = send(ports);
  if (!refused || !refused->empty()) return refused;
  const auto replies = call({how, read_running(), read_interfaces()}, Netconf::Session::Warm);
  if (!replies) return tl::unexpected(replies.error());
  if (!(*replies)[0].ok()) return culprits(ports, (*replies)[0]);
  auto after = view_of((*replies)[1], (*replies)[2]);
  if (!after) return tl::unexpected(after.error());
  view = std::move(*after);
  return refused;
}

Status Candidate::discard() {
  const auto replies = call({netconf::discard_changes()}, Netconf::Session::Warm);
  if (!replies) return tl::unexpected(replies.error());
  if (!replies->front().ok())
    return tl::unexpected(as_error(replies->front(), name_, "discard-changes"));
  return {};
}

Result<Committed> Candidate::commit(std::vector<PortEdits> ports, const std::string& how) {
  Committed committed;
  std::erase_if(ports, [](const PortEdits& one) { return one.edits.empty(); });
  while (!ports.empty()) {
    auto refused = try_commit(ports, how, committed.view);
    if (!refused) return tl::unexpected(refused.error());
    if (committed.view) return committed;
    // An edit that failed may be there by half, so all of them are sent again without it.
    if (auto status = discard(); !status) return tl::unexpected(status.error());
    std::erase_if(ports, [&](const PortEdits& one) { return refused->contains(one.port); });
    committed.refused.merge(*refused);
  }
  return committed;
}

// What was committed `back` commits ago and the next few before; fewer when there are no more.
Result<std::vector<Config>> Candidate::former_configs(int back) {
  std::vector<std::string> operations;
  for (int i = 0; i < kFormersAtOnce; ++i) {
    operations.push_back(load_former(back + i));
    operations.push_back(read_candidate());
  }
  const auto replies = call(operations, Netconf::Session::Warm);
  if (!replies) return tl::unexpected(replies.error());
  if (auto status = discard(); !status) return tl::unexpected(status.error());
  std::vector<Config> configs;
  for (std::size_t i = 0; i < replies->size(); i += 2) {
    if (!(*replies)[i].ok() || !(*replies)[i + 1].ok()) break;
    auto config = parse_config((*replies)[i + 1]);
    if (!config) return tl::unexpected(config.error().in("switch " + name_));
    configs.push_back(std::move(*config));
  }
  return configs;
}

Result<std::map<std::string, PortState>> Candidate::formers(std::set<std::string> ports) {
  std::map<std::string, PortState> found;
  for (int back = 1; back <= kMostFormers && !ports.empty(); back += kFormersAtOnce) {
    const auto configs = former_configs(back);
    if (!configs) return tl::unexpected(configs.error());
    if (configs->empty()) break;
    for (const Config& config : *configs)
      std::erase_if(ports, [&](const std::string& port) {
        const bool is_settled = !config.marks.contains(port);
        if (is_settled) found.emplace(port, port_state(config, port));
        return is_settled;
      });
  }
  return found;
}

}  // namespace switchyard::switch_drivers::junos
