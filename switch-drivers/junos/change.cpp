#include "switch-drivers/junos/change.h"

#include "switch-drivers/junos/comparison.h"

#include <functional>

namespace switchyard::switch_drivers::junos {

namespace {

Statement disable(const std::string& port) {
  Path path = port_path(port);
  path.push_back({"disable", ""});
  return {std::move(path), ""};
}

bool is_open(const View& view, const std::string& port) {
  const auto up = view.interfaces.find(port);
  return up == view.interfaces.end() || up->second;
}

// One commit of these edits. A port of it that then is not `as_it_should` is refused.
Status commit_step(Candidate& candidate, PortChanges& changes, View& view, const Handle& handle,
                   std::vector<PortEdits> edits,
                   const std::function<std::string(const std::string&)>& fault_of) {
  if (edits.empty()) return {};
  if (!handle.change_id.empty())
    for (PortEdits& one : edits)
      add_mark(one.edits, one.port, handle.change_id);
  auto committed = candidate.commit(edits, commit_for(handle.undo_after));
  if (!committed) return tl::unexpected(committed.error());
  for (const auto& [port, error] : committed->refused)
    changes.at(port).refused = error;
  if (!committed->view) return {};
  view = std::move(*committed->view);
  for (const PortEdits& one : edits) {
    PortChange& change = changes.at(one.port);
    change.from = state_in(view, one.port);
    if (change.refused) continue;
    if (std::string fault = fault_of(one.port); !fault.empty())
      change.refused = Error{Errc::Rejected, std::move(fault)};
  }
  return {};
}

}  // namespace

PortChange change_between(PortState from, PortState to) {
  PortChange change{.from = std::move(from), .to = std::move(to)};
  change.through_shut = goes_through_shut(change.from, change.to);
  return change;
}

Status prepare(Candidate& candidate, PortChanges& changes, View& view, const Handle& handle) {
  std::vector<PortEdits> closing;
  for (const auto& [port, change] : changes) {
    if (change.refused || !change.through_shut || kind_of(change.from) == Kind::Closed) continue;
    const Statement closed = disable(port);
    closing.push_back({port, {.replaced = {{closed.path, {closed}}}}});
  }
  auto status = commit_step(candidate, changes, view, handle, std::move(closing),
                            [&](const std::string& port) -> std::string {
                              return is_open(view, port) ? "the switch does not close it" : "";
                            });
  if (!status) return status;
  std::vector<PortEdits> making;
  PortChanges closed = changes;
  for (auto& [port, change] : closed) {
    if (change.refused || !change.through_shut) continue;
    change.to.own.insert(disable(port));
    making.push_back({port, edits_between(change.from, change.to)});
  }
  return commit_step(candidate, changes, view, handle, std::move(making),
                     [&](const std::string& port) -> std::string {
                       const PortOutcome made =
                           judged(port, compare_with(closed.at(port).to, view));
                       return made.status ? "" : made.status.error().message;
                     });
}

}  // namespace switchyard::switch_drivers::junos
