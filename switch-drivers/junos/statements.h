// Junos configuration as a set of statements: each leaf with the whole way to it, as `show
// configuration | display set` has them, so that two configurations can be compared and cut into
// pieces whatever their order. Pure.
#pragma once

#include "switch-drivers/transport/xml.h"

#include <compare>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers::junos {

inline constexpr std::string_view kNamespace = "http://xml.juniper.net/xnm/1.1/xnm";

// One level: an element, and of a list the key of the entry: {"unit", "101"}.
struct Step {
  std::string element{};
  std::string key{};
  friend auto operator<=>(const Step&, const Step&) = default;
};

using Path = std::vector<Step>;

// A leaf with its value; "" for one that is only there (`disable`) and for a list entry with
// nothing in it. A leaf-list is several with one path.
struct Statement {
  Path path{};
  std::string value{};
  friend auto operator<=>(const Statement&, const Statement&) = default;
};

using Statements = std::set<Statement>;

// "interfaces interface et-0/0/5 unit 101 vlan-id 101"
[[nodiscard]] std::string to_string(const Path& path);
[[nodiscard]] std::string to_string(const Statement& statement);

[[nodiscard]] bool begins_with(const Path& path, const Path& root);
// The statements at and beneath `root`.
[[nodiscard]] Statements beneath(const Statements& all, const Path& root);

// All statements of a <configuration>. Two things that its leaves do not tell become statements of
// their own: {"@inactive"} beneath what is deactivated, and {"@order"} where the order of entries
// decides: of the terms of a policy, of the communities of a `then`.
[[nodiscard]] Statements flatten(const XmlElement& configuration);

// What an edit-config says: objects by the root of each, and all statements of those that take the
// place of what is there. None lies within another.
struct Edits {
  std::map<Path, Statements> replaced{};
  std::set<Path> deleted{};

  [[nodiscard]] bool empty() const { return replaced.empty() && deleted.empty(); }
};

// XML for edit-config with `nc:operation`s, a leaf a line; "" for none. Entries of a list come in
// the order of their keys, so terms are named in the order they are wished.
[[nodiscard]] std::string render(const Edits& edits);

}  // namespace switchyard::switch_drivers::junos
