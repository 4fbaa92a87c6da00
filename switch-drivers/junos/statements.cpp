#include "switch-drivers/junos/statements.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace switchyard::switch_drivers::junos {

namespace {

constexpr std::string_view kInactive = "@inactive";
constexpr std::string_view kOrder = "@order";

// What names an entry of a list: <name> for all but <community> of a policy's `then`.
std::string_view key_element(std::string_view element, bool in_then) {
  return element == "community" && in_then ? "community-name" : "name";
}

std::optional<std::string> key_of(const XmlElement& element, bool in_then) {
  const XmlElement* key = element.child(key_element(element.name, in_then));
  if (key == nullptr || !key->children.empty()) return std::nullopt;
  return std::string{trimmed(key->text)};
}

// <junos:comment>: what somebody wrote beside a statement.
bool is_remark(const XmlElement& element) {
  return element.name == "comment" && element.space.starts_with("http://xml.juniper.net/junos/");
}

class Flattener {
 public:
  explicit Flattener(Statements& into) : into_(into) {}

  // `element` is what path_ leads to.
  void add(const XmlElement& element, bool has_key) {
    if (!element.attribute("inactive").empty()) add_here(kInactive, "");
    const bool in_then = element.name == "then";
    const std::string_view own_key = has_key ? key_element(element.name, was_in_then_) : "";
    std::string order;
    bool any = false;
    for (const XmlElement& child : element.children) {
      if (child.name == own_key || is_remark(child)) continue;
      any = true;
      const auto key = key_of(child, in_then);
      if (child.name == "term" || (in_then && child.name == "community"))
        order += (order.empty() ? "" : " ") + key.value_or("");
      path_.push_back({child.name, key.value_or("")});
      const bool outer = std::exchange(was_in_then_, in_then);
      add(child, key.has_value());
      was_in_then_ = outer;
      path_.pop_back();
    }
    if (!order.empty()) add_here(kOrder, order);
    if (!any) into_.insert({path_, has_key ? "" : std::string{trimmed(element.text)}});
  }

 private:
  void add_here(std::string_view element, std::string value) {
    path_.push_back({std::string{element}, ""});
    into_.insert({path_, std::move(value)});
    path_.pop_back();
  }

  Statements& into_;
  Path path_{};
  bool was_in_then_{};
};

// What is rendered, level by level.
struct Node {
  std::map<Step, Node> children{};
  std::vector<std::string> values{};  // of a leaf
  std::string_view operation{};
  std::string_view activity{};  // "active", "inactive"; "" says nothing

  Node& at(const Path& path) {
    Node* node = this;
    for (const Step& step : path)
      node = &node->children[step];
    return *node;
  }
};

Path above(const Path& path) { return {path.begin(), path.end() - 1}; }

void add_to(Node& root, const Statement& statement) {
  const std::string& last = statement.path.back().element;
  if (last == kInactive) root.at(above(statement.path)).activity = "inactive";
  if (last.starts_with('@')) return;
  Node& leaf = root.at(statement.path);
  if (!statement.value.empty()) leaf.values.push_back(statement.value);
}

void render_node(const Step& step, const Node& node, bool in_then, std::string& text) {
  std::string operation =
      node.operation.empty() ? "" : " nc:operation=\"" + std::string{node.operation} + "\"";
  if (!node.activity.empty())
    operation += " " + std::string{node.activity} + "=\"" + std::string{node.activity} + "\"";
  const std::string open = "<" + step.element + operation;
  const std::string close = "</" + step.element + ">\n";
  if (node.children.empty() && step.key.empty()) {
    for (const std::string& value : node.values)
      text += value.empty() ? open + "/>\n" : open + ">" + escape_xml(value) + close;
    if (node.values.empty()) text += open + "/>\n";
    return;
  }
  text += open + ">\n";
  if (!step.key.empty()) {
    const std::string key{key_element(step.element, in_then)};
    text += "<" + key + ">" + escape_xml(step.key) + "</" + key + ">\n";
  }
  for (const auto& [child, below] : node.children)
    render_node(child, below, step.element == "then", text);
  text += close;
}

}  // namespace

std::string to_string(const Path& path) {
  std::string text;
  for (const Step& step : path) {
    text += (text.empty() ? "" : " ") + step.element;
    if (!step.key.empty()) text += " " + step.key;
  }
  return text;
}

std::string to_string(const Statement& statement) {
  return to_string(statement.path) + (statement.value.empty() ? "" : " " + statement.value);
}

bool begins_with(const Path& path, const Path& root) {
  return path.size() >= root.size() && std::equal(root.begin(), root.end(), path.begin());
}

Statements beneath(const Statements& all, const Path& root) {
  Statements found;
  for (auto at = all.lower_bound({root, ""}); at != all.end() && begins_with(at->path, root); ++at)
    found.insert(found.end(), *at);
  return found;
}

Statements flatten(const XmlElement& configuration) {
  Statements all;
  Flattener(all).add(configuration, false);
  all.erase({{}, ""});  // of a configuration with nothing in it
  return all;
}

std::string render(const Edits& edits) {
  if (edits.empty()) return {};
  Node root;
  for (const auto& [path, statements] : edits.replaced) {
    for (const Statement& statement : statements)
      add_to(root, statement);
    if (path.back().element != kInactive) root.at(path).operation = "replace";
  }
  for (const Path& path : edits.deleted) {
    if (path.back().element == kInactive)
      root.at(above(path)).activity = "active";
    else
      root.at(path).operation = "delete";
  }
  std::string text = "<configuration xmlns=\"" + std::string{kNamespace} + "\">\n";
  for (const auto& [step, node] : root.children)
    render_node(step, node, false, text);
  return text + "</configuration>\n";
}

}  // namespace switchyard::switch_drivers::junos
