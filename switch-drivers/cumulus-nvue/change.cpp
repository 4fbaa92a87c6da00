#include "switch-drivers/cumulus-nvue/change.h"

#include "switch-drivers/cumulus-nvue/comparison.h"

namespace switchyard::switch_drivers::cumulus_nvue {

namespace {

// One revision of these edits, and what the switch shows then.
Status apply_step(Revisions& revisions, PortChanges& changes, View& view,
                  std::vector<PortEdits> edits, std::chrono::seconds undo_after,
                  std::string& waiting) {
  std::erase_if(edits, [](const PortEdits& one) { return one.edits.empty(); });
  if (edits.empty()) return {};
  auto committed = revisions.apply(std::move(edits), undo_after);
  if (!committed) return tl::unexpected(committed.error());
  for (const auto& [port, error] : committed->refused)
    changes.at(port).refused = error;
  if (!committed->revision.empty()) waiting = committed->revision;
  auto now = revisions.look();
  if (!now) return tl::unexpected(now.error());
  view = std::move(*now);
  for (auto& [port, change] : changes)
    change.from = state_in(view.config, port);
  return {};
}

}  // namespace

PortChange change_between(PortState from, PortState to) {
  PortChange change{.from = std::move(from), .to = std::move(to)};
  change.through_shut = goes_through_shut(change.from, change.to);
  return change;
}

Status carry_out(Revisions& revisions, PortChanges& changes, View& view,
                 std::chrono::seconds undo_after, std::string& waiting) {
  std::vector<PortEdits> first;
  for (const auto& [port, change] : changes)
    if (change.through_shut)
      first.push_back({port, edits_between(change.from, closed_state(change.to))});
  if (auto status = apply_step(revisions, changes, view, first, undo_after, waiting); !status)
    return status;
  // What cannot be made is closed at least.
  std::vector<PortEdits> closing;
  for (const auto& [port, change] : changes)
    if (change.through_shut && change.refused && !is_closed(change.from))
      closing.push_back({port, closing_edits(change.from)});
  PortChanges closed = changes;  // what becomes of this is no news: they are refused
  if (auto status = apply_step(revisions, closed, view, closing, undo_after, waiting); !status)
    return status;
  std::vector<PortEdits> last;
  for (auto& [port, change] : changes) {
    change.from = state_in(view.config, port);
    if (change.refused) continue;
    if (change.through_shut) {
      auto differences = compare_with(closed_state(change.to), view);
      if (const auto outcome = judged(port, std::move(differences)); !outcome.status) {
        change.refused = outcome.status.error();
        continue;
      }
    }
    last.push_back({port, edits_between(change.from, change.to)});
  }
  return apply_step(revisions, changes, view, std::move(last), undo_after, waiting);
}

}  // namespace switchyard::switch_drivers::cumulus_nvue
