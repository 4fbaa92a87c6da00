// Configuration of a NETCONF server as a tree, and what edit-config does to it (RFC 6241, 7.2), for
// models whose lists are keyed by <name>, as Junos' are. XML by libxml2, on its own and not by way
// of the transport that is tested with it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::fakes {

// An element of XML without its namespace.
struct Xml {
  std::string name{};
  std::string text{};  // without blanks at its ends
  std::vector<std::pair<std::string, std::string>> attributes{};
  std::vector<Xml> children{};

  [[nodiscard]] const Xml* child(std::string_view name) const;
  [[nodiscard]] std::string child_text(std::string_view name) const;
  [[nodiscard]] std::string attribute(std::string_view name) const;
};

[[nodiscard]] std::optional<Xml> parse_document(std::string_view text);
[[nodiscard]] std::string escaped(std::string_view text);

// A container, an entry of a list or a leaf.
struct ConfigNode {
  std::string element{};
  std::string key{};    // of an entry of a list
  std::string value{};  // of a leaf
  bool inactive{};      // deactivated: there, and not in force
  std::vector<ConfigNode> children{};

  [[nodiscard]] const ConfigNode* child(std::string_view element, std::string_view key = {}) const;
  // Down these elements; "instance private" is the entry of that key. Null: it is not there.
  [[nodiscard]] const ConfigNode* at(std::initializer_list<std::string_view> path) const;
  [[nodiscard]] std::string value_of(std::string_view element) const;
  [[nodiscard]] std::vector<const ConfigNode*> all(std::string_view element) const;
  friend bool operator==(const ConfigNode&, const ConfigNode&) = default;
};

struct EditError {
  std::string tag{};  // RFC 6241, appendix A
  std::string element{};
};

// `edit` is <configuration>; the tree is what is under it. What came before an error stays.
[[nodiscard]] std::optional<EditError> merge(ConfigNode& into, const Xml& edit);

[[nodiscard]] std::string to_xml(const ConfigNode& node);
// One line an element beneath it: "<mtu>1518".
[[nodiscard]] std::vector<std::string> lines_of(const Xml& element);
// One line a leaf: "interfaces interface et-0/0/1 mtu 1518".
[[nodiscard]] std::vector<std::string> to_lines(const ConfigNode& root);
// What is in force: without what is deactivated.
[[nodiscard]] ConfigNode active_part(const ConfigNode& node);

}  // namespace switchyard::fakes
