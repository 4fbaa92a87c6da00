#include "switch-drivers/cumulus-nvue/plan.h"

namespace switchyard::switch_drivers::cumulus_nvue {

namespace {

// The highest place at and above this leaf, within its object, under which nothing is wished.
Path highest_unwished(const Path& leaf, const Leaves& wished) {
  Path path = leaf;
  const std::size_t root = owner_of(leaf).root.size();
  while (path.size() > root) {
    const Path above{path.begin(), path.end() - 1};
    if (has_beneath(wished, above)) break;
    path = above;
  }
  return path;
}

void add_leaf_edits(Edits& edits, const Leaves& from, const Leaves& to) {
  for (const auto& [path, value] : to) {
    const auto old = from.find(path);
    if (old == from.end() || old->second != value) edits.set.emplace(path, value);
  }
  for (const auto& [path, value] : from)
    if (!to.contains(path)) edits.unset.insert(highest_unwished(path, to));
}

void add_differences(std::vector<Difference>& into, const Leaves& wished, const Leaves& observed) {
  const auto shown = [](const std::string& value) {
    return value == kThere ? std::string{"set"} : value;
  };
  for (const auto& [path, value] : wished) {
    const auto found = observed.find(path);
    if (found == observed.end())
      into.push_back({to_string(path), shown(value), ""});
    else if (found->second != value)
      into.push_back({to_string(path), shown(value), shown(found->second)});
  }
  for (const auto& [path, value] : observed)
    if (!wished.contains(path)) into.push_back({to_string(path), "", shown(value)});
}

}  // namespace

void add_edits(Edits& into, const Edits& more) {
  into.set.insert(more.set.begin(), more.set.end());
  into.unset.insert(more.unset.begin(), more.unset.end());
}

bool goes_through_shut(const PortState& from, const PortState& to) {
  return kind_of(from) != kind_of(to) || members_of(from) != members_of(to);
}

Edits edits_between(const PortState& from, const PortState& to) {
  Edits edits;
  add_leaf_edits(edits, from.own, to.own);
  for (const auto& [root, leaves] : to.shared) {
    const auto old = from.shared.find(root);
    add_leaf_edits(edits, old == from.shared.end() ? Leaves{} : old->second, leaves);
  }
  return edits;
}

Edits closing_edits(const PortState& from) {
  PortState closed = from;
  const Path state = joined(interface_path(from.port), {"link", "state"});
  closed.own.erase(joined(state, {"up"}));
  closed.own[joined(state, {"down"})] = kThere;
  return edits_between(from, closed);
}

std::vector<Difference> difference(const PortState& wished, const PortState& observed) {
  std::vector<Difference> differences;
  add_differences(differences, wished.own, observed.own);
  for (const auto& [root, leaves] : wished.shared) {
    const auto found = observed.shared.find(root);
    add_differences(differences, leaves, found == observed.shared.end() ? Leaves{} : found->second);
  }
  return differences;
}

}  // namespace switchyard::switch_drivers::cumulus_nvue
