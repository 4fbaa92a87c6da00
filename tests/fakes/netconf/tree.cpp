#include "tests/fakes/netconf/tree.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include <algorithm>
#include <array>

namespace switchyard::fakes {

namespace {

std::string text_of(const xmlChar* text) {
  return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

Xml copy(const xmlNode* from) {
  Xml element{.name = text_of(from->name)};
  for (const xmlAttr* one = from->properties; one != nullptr; one = one->next)
    element.attributes.emplace_back(
        text_of(one->name), one->children == nullptr ? "" : text_of(one->children->content));
  for (const xmlNode* node = from->children; node != nullptr; node = node->next) {
    if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
      element.text += text_of(node->content);
    if (node->type == XML_ELEMENT_NODE) element.children.push_back(copy(node));
  }
  element.text = trimmed(element.text);
  return element;
}

std::string_view key_element(std::string_view element, std::string_view parent) {
  return element == "community" && parent == "then" ? "community-name" : "name";
}

bool is_leaf_list(std::string_view element) {
  constexpr std::array<std::string_view, 3> kLists{"members", "import", "export"};
  return std::find(kLists.begin(), kLists.end(), element) != kLists.end();
}

// `edit` is about one child of `into`.
std::optional<EditError> merge_child(ConfigNode& into, const Xml& edit,
                                     std::string_view operation) {
  const std::string_view key_name = key_element(edit.name, into.element);
  const std::string key = edit.child_text(key_name);
  if (const std::string own = edit.attribute("operation"); !own.empty()) operation = own;
  const auto found =
      std::find_if(into.children.begin(), into.children.end(), [&](const ConfigNode& one) {
        return one.element == edit.name && one.key == key &&
               (!is_leaf_list(edit.name) || one.value == edit.text);
      });
  const bool is_there = found != into.children.end();
  if (operation == "delete" || operation == "remove") {
    if (!is_there && operation == "delete") return EditError{"data-missing", edit.name};
    if (is_there) into.children.erase(found);
    return std::nullopt;
  }
  if (operation == "create" && is_there) return EditError{"data-exists", edit.name};
  if (operation != "merge" && operation != "replace" && operation != "create")
    return EditError{"bad-attribute", edit.name};
  ConfigNode fresh{.element = edit.name, .key = key};
  if (is_there && operation == "replace") *found = fresh;
  ConfigNode& node = is_there ? *found : into.children.emplace_back(fresh);
  if (!edit.attribute("active").empty()) node.inactive = false;
  if (!edit.attribute("inactive").empty()) node.inactive = true;
  if (edit.children.empty()) node.value = edit.text;
  for (const Xml& child : edit.children) {
    if (child.name == key_name && !key.empty()) continue;
    if (auto error = merge_child(node, child, "merge")) return error;
  }
  // A container goes with the last that was in it.
  if (!edit.children.empty() && node.children.empty() && node.key.empty())
    std::erase_if(into.children, [&](const ConfigNode& one) { return &one == &node; });
  return std::nullopt;
}

void add_lines(const ConfigNode& node, const std::string& before, std::vector<std::string>& lines) {
  std::string here = before + (before.empty() ? "" : " ") + node.element;
  if (!node.key.empty()) here += " " + node.key;
  if (node.inactive) lines.push_back("inactive: " + here);
  if (node.children.empty()) lines.push_back(node.value.empty() ? here : here + " " + node.value);
  for (const ConfigNode& child : node.children)
    add_lines(child, here, lines);
}

std::string to_xml_below(const ConfigNode& node, std::string_view parent) {
  std::string text = "<" + node.element;
  if (node.inactive) text += " inactive=\"inactive\"";
  if (node.key.empty() && node.children.empty() && node.value.empty()) return text + "/>\n";
  text += ">";
  if (!node.key.empty()) {
    const std::string key{key_element(node.element, parent)};
    text += "\n<" + key + ">" + escaped(node.key) + "</" + key + ">\n";
  }
  if (node.children.empty()) text += escaped(node.value);
  for (const ConfigNode& child : node.children)
    text += to_xml_below(child, node.element);
  return text + "</" + node.element + ">\n";
}

}  // namespace

const Xml* Xml::child(std::string_view wanted) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const Xml& one) { return one.name == wanted; });
  return found == children.end() ? nullptr : &*found;
}

std::string Xml::child_text(std::string_view wanted) const {
  const Xml* found = child(wanted);
  return found == nullptr ? "" : found->text;
}

std::string Xml::attribute(std::string_view wanted) const {
  for (const auto& [key, value] : attributes)
    if (key == wanted) return value;
  return {};
}

std::optional<Xml> parse_document(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  xmlDoc* document = xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, "UTF-8",
                                   XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  if (document == nullptr) return std::nullopt;
  const xmlNode* root = xmlDocGetRootElement(document);
  std::optional<Xml> element;
  if (root != nullptr) element = copy(root);
  xmlFreeDoc(document);
  return element;
}

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '&')
      safe += "&amp;";
    else
      safe += c;
  }
  return safe;
}

const ConfigNode* ConfigNode::child(std::string_view wanted, std::string_view wanted_key) const {
  const auto found = std::find_if(children.begin(), children.end(), [&](const ConfigNode& one) {
    return one.element == wanted && one.key == wanted_key;
  });
  return found == children.end() ? nullptr : &*found;
}

const ConfigNode* ConfigNode::at(std::initializer_list<std::string_view> path) const {
  const ConfigNode* node = this;
  for (const std::string_view step : path) {
    const std::size_t blank = step.find(' ');
    node = blank == std::string_view::npos
               ? node->child(step)
               : node->child(step.substr(0, blank), step.substr(blank + 1));
    if (node == nullptr) return nullptr;
  }
  return node;
}

std::string ConfigNode::value_of(std::string_view wanted) const {
  const ConfigNode* found = child(wanted);
  return found == nullptr ? "" : found->value;
}

std::vector<const ConfigNode*> ConfigNode::all(std::string_view wanted) const {
  std::vector<const ConfigNode*> found;
  for (const ConfigNode& one : children)
    if (one.element == wanted) found.push_back(&one);
  return found;
}

std::optional<EditError> merge(ConfigNode& into, const Xml& edit) {
  for (const Xml& child : edit.children)
    if (auto error = merge_child(into, child, "merge")) return error;
  return std::nullopt;
}

std::string to_xml(const ConfigNode& node) { return to_xml_below(node, ""); }

std::vector<std::string> lines_of(const Xml& element) {
  std::vector<std::string> lines;
  for (const Xml& child : element.children) {
    lines.push_back("<" + child.name + ">" + child.text);
    const std::vector<std::string> below = lines_of(child);
    lines.insert(lines.end(), below.begin(), below.end());
  }
  return lines;
}

std::vector<std::string> to_lines(const ConfigNode& root) {
  std::vector<std::string> lines;
  for (const ConfigNode& child : root.children)
    add_lines(child, "", lines);
  std::sort(lines.begin(), lines.end());
  return lines;
}

ConfigNode active_part(const ConfigNode& node) {
  ConfigNode kept{.element = node.element, .key = node.key, .value = node.value};
  for (const ConfigNode& child : node.children)
    if (!child.inactive) kept.children.push_back(active_part(child));
  return kept;
}

}  // namespace switchyard::fakes
