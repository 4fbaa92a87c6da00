// XML from and for a switch, as values: elements with their namespaces, no document type, no
// entities but the five of XML itself (RFC 6241, 3).
#pragma once

#include "core/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::switch_drivers {

inline constexpr int kDeepestXml = 64;                   // elements within each other
inline constexpr std::size_t kMostXmlNodes = 2'000'000;  // elements of one document

struct XmlElement {
  std::string name{};   // without its prefix
  std::string space{};  // its namespace; "" when it has none
  std::string text{};   // of its own, all pieces together
  std::vector<std::pair<std::string, std::string>> attributes{};  // by name without prefix
  std::vector<XmlElement> children{};

  // The first child of this name in any namespace; nullptr without one.
  [[nodiscard]] const XmlElement* child(std::string_view child_name) const;
  // The text of that child without blanks at its ends; "" without one.
  [[nodiscard]] std::string child_text(std::string_view child_name) const;
  // "" without one.
  [[nodiscard]] std::string attribute(std::string_view attribute_name) const;
};

// Rejected: not well-formed, with a document type, deeper or larger than the limits; says where.
[[nodiscard]] Result<XmlElement> parse_xml(std::string_view text);

// Of character data and of attribute values in either quotes. Characters that XML 1.0 cannot have
// are left out.
[[nodiscard]] std::string escape_xml(std::string_view text);

// "" for blanks only.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace switchyard::switch_drivers
