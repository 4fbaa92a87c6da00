#include "switch-drivers/junos/plan.h"

#include <map>
#include <set>

namespace switchyard::switch_drivers::junos {

namespace {

std::map<Path, Statements> by_object(const Statements& own) {
  std::map<Path, Statements> objects;
  for (const Statement& statement : own)
    objects[owner_of(statement.path).root].insert(statement);
  return objects;
}

void add_differences(std::vector<Difference>& into, const Statements& wished,
                     const Statements& observed) {
  // A leaf with another value is one line, a leaf-list a line a value.
  std::map<Path, std::pair<std::vector<std::string>, std::vector<std::string>>> lines;
  for (const Statement& one : wished)
    if (!observed.contains(one)) lines[one.path].first.push_back(one.value);
  for (const Statement& one : observed)
    if (!wished.contains(one)) lines[one.path].second.push_back(one.value);
  const auto shown = [](const std::string& value) { return value.empty() ? "set" : value; };
  for (const auto& [path, values] : lines) {
    const auto& [lacks, has] = values;
    for (std::size_t i = 0; i < std::max(lacks.size(), has.size()); ++i)
      into.push_back({to_string(path), i < lacks.size() ? shown(lacks[i]) : "",
                      i < has.size() ? shown(has[i]) : ""});
  }
}

}  // namespace

bool goes_through_shut(const PortState& from, const PortState& to) {
  return kind_of(from) != kind_of(to) || members_of(from) != members_of(to);
}

Edits edits_between(const PortState& from, const PortState& to) {
  Edits edits;
  const auto old_objects = by_object(from.own);
  const auto new_objects = by_object(to.own);
  for (const auto& [root, statements] : new_objects) {
    const auto old = old_objects.find(root);
    if (old == old_objects.end() || old->second != statements)
      edits.replaced.emplace(root, statements);
  }
  for (const auto& [root, statements] : old_objects)
    if (!new_objects.contains(root)) edits.deleted.insert(root);
  for (const auto& [root, statements] : to.shared) {
    const auto old = from.shared.find(root);
    if (old == from.shared.end() || old->second != statements)
      edits.replaced.emplace(root, statements);
  }
  return edits;
}

void add_mark(Edits& edits, std::string_view port, std::string_view change_id) {
  Path value = mark_path(port);
  value.push_back({"data", "id"});
  value.push_back({"value", ""});
  edits.replaced[mark_path(port)] = {{std::move(value), std::string{change_id}}};
}

void remove_mark(Edits& edits, std::string_view port) { edits.deleted.insert(mark_path(port)); }

std::vector<Difference> difference(const PortState& wished, const PortState& observed,
                                   const Statements& all) {
  std::vector<Difference> differences;
  add_differences(differences, wished.own, observed.own);
  for (const auto& [root, statements] : wished.shared) {
    const auto found = observed.shared.find(root);
    add_differences(differences, statements,
                    found == observed.shared.end() ? Statements{} : found->second);
  }
  std::set<Path> above;
  for (const Statement& statement : wished.own) {
    const std::size_t own = owner_of(statement.path).root.size();
    for (std::size_t steps = 1; steps < own; ++steps)
      above.insert(
          {statement.path.begin(), statement.path.begin() + static_cast<std::ptrdiff_t>(steps)});
  }
  for (Path path : above) {
    const std::string subject = to_string(path);
    path.push_back({"@inactive", ""});
    // Of an interface itself it is a statement of the port's own.
    const bool is_own = owner_of(path).root == path;
    if (!is_own && all.contains({path, ""})) differences.push_back({subject, "active", "inactive"});
  }
  return differences;
}

}  // namespace switchyard::switch_drivers::junos
