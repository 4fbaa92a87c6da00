#include "core/yaml.h"

#include "core/yaml_tree.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace switchyard::yaml {

namespace {

constexpr std::size_t kMostListed = 100;
constexpr std::size_t kMostShown = 60;

struct Document {
  std::string file{};
  Problems* problems{};
  Tree root{};
};

// Levenshtein: how many characters have to be changed to make one word the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

// "; did you mean 'x'?", or all the keys there are when none is near.
std::string advice(const std::string& key, const std::set<std::string, std::less<>>& known) {
  const std::string* nearest = nullptr;
  std::size_t best = std::max<std::size_t>(2, key.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t changes = distance(key.substr(0, kMostShown), candidate);
    if (changes >= best) continue;
    best = changes;
    nearest = &candidate;
  }
  if (nearest != nullptr) return "; did you mean '" + *nearest + "'?";
  std::string list;
  for (const std::string& candidate : known)
    list += (list.empty() ? "" : ", ") + candidate;
  return list.empty() ? "; no keys are expected here" : "; known keys: " + list;
}

const char* kind_name(Tree::Kind kind) {
  switch (kind) {
    case Tree::Kind::Null: return "empty";
    case Tree::Kind::Scalar: return "a single value";
    case Tree::Kind::Sequence: return "a list";
    case Tree::Kind::Map: return "a mapping";
  }
  return "unknown";
}

}  // namespace

struct Node::State {
  std::shared_ptr<Document> document{};
  Tree* tree{};  // inside the document
  std::string path{};

  void add(Place place, const std::string& where, std::string message) const {
    document->problems->add({document->file, place.line, place.column,
                             where.empty() ? std::move(message) : where + ": " + message});
  }

  [[nodiscard]] std::string path_of(std::string_view key) const {
    return path.empty() ? std::string{key} : path + "." + std::string{key};
  }

  void want(Tree::Kind kind) const {
    if (tree->kind == kind || std::exchange(tree->complained, true)) return;
    add(tree->place, path,
        std::string{"must be "} + kind_name(kind) + ", is " + kind_name(tree->kind));
  }

  // The member, noted as known; nothing when it is not there or empty.
  [[nodiscard]] Tree* member(std::string_view key) const {
    tree->asked.emplace(key);
    want(Tree::Kind::Map);
    const auto found = std::ranges::find(tree->members, key, &Tree::key);
    const bool there = found != tree->members.end() && found->kind != Tree::Kind::Null;
    return there ? &*found : nullptr;
  }

  [[nodiscard]] std::shared_ptr<State> child(Tree& part, std::string where) const {
    return std::make_shared<State>(State{document, &part, std::move(where)});
  }

  // The text of a scalar member; reports one that is no scalar.
  [[nodiscard]] const Tree* scalar_member(std::string_view key) const {
    Tree* const found = member(key);
    if (found == nullptr) return nullptr;
    child(*found, path_of(key))->want(Tree::Kind::Scalar);
    return found->kind == Tree::Kind::Scalar ? found : nullptr;
  }

  void report_missing(std::string_view key) const {
    // A member of the wrong kind was reported already, and so was a parent that is no mapping.
    if (tree->kind != Tree::Kind::Map || member(key) != nullptr) return;
    add(tree->place, path_of(key), "is required");
  }
};

std::string to_string(const Problem& problem) {
  return problem.file + ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column) +
         ": " + problem.message;
}

Error Problems::as_error() const {
  std::string message;
  for (std::size_t i = 0; i < std::min(list_.size(), kMostListed); ++i)
    message += (i == 0 ? "" : "\n") + to_string(list_[i]);
  if (list_.size() > kMostListed)
    message += "\nand " + std::to_string(list_.size() - kMostListed) + " more";
  return {Errc::Invalid, message};
}

bool Node::is_map() const { return state_->tree->kind == Tree::Kind::Map; }

bool Node::is_sequence() const { return state_->tree->kind == Tree::Kind::Sequence; }

std::optional<Node> Node::find(std::string_view key) const {
  Tree* const found = state_->member(key);
  if (found == nullptr) return std::nullopt;
  return Node{state_->child(*found, state_->path_of(key))};
}

std::string Node::text(std::string_view key) const {
  const Tree* const found = state_->scalar_member(key);
  if (found == nullptr) {
    state_->report_missing(key);
    return {};
  }
  if (found->text.empty()) report(key, "must not be empty");
  return found->text;
}

std::string Node::text_or(std::string_view key, std::string fallback) const {
  const Tree* const found = state_->scalar_member(key);
  return found == nullptr ? std::move(fallback) : found->text;
}

long long Node::integer_or(std::string_view key, long long low, long long high,
                           long long fallback) const {
  const Tree* const found = state_->scalar_member(key);
  if (found == nullptr) return fallback;
  long long value = 0;
  const char* const end = found->text.data() + found->text.size();
  const auto read = std::from_chars(found->text.data(), end, value);
  if (found->quoted || read.ec == std::errc::invalid_argument || read.ptr != end) {
    report(key, "must be a whole number: '" + found->text.substr(0, kMostShown) + "'");
    return fallback;
  }
  if (read.ec != std::errc{} || value < low || value > high) {
    report(key, "must be in " + std::to_string(low) + ".." + std::to_string(high) + ": " +
                    found->text.substr(0, kMostShown));
    return fallback;
  }
  return value;
}

long long Node::integer(std::string_view key, long long low, long long high) const {
  if (state_->member(key) == nullptr) state_->report_missing(key);
  return integer_or(key, low, high, low);
}

bool Node::flag_or(std::string_view key, bool fallback) const {
  const Tree* const found = state_->scalar_member(key);
  if (found == nullptr) return fallback;
  const bool yes = !found->quoted && found->text == "true";
  if (!yes && (found->quoted || found->text != "false"))
    report(key, "must be true or false: '" + found->text.substr(0, kMostShown) + "'");
  return yes;
}

std::vector<Node> Node::items(std::string_view key) const {
  Tree* const found = state_->member(key);
  if (found == nullptr) return {};
  const auto list = state_->child(*found, state_->path_of(key));
  list->want(Tree::Kind::Sequence);
  std::vector<Node> nodes;
  for (Tree& item : found->items)
    nodes.emplace_back(state_->child(item, list->path + "[" + std::to_string(nodes.size()) + "]"));
  return nodes;
}

std::vector<std::string> Node::texts(std::string_view key) const {
  std::vector<std::string> values;
  for (const Node& item : items(key))
    values.push_back(item.scalar());
  return values;
}

void Node::done() const {
  state_->want(Tree::Kind::Map);
  for (const Tree& member : state_->tree->members) {
    if (state_->tree->asked.contains(member.key)) continue;
    state_->add(member.key_place, state_->path,
                "unknown key '" + member.key.substr(0, kMostShown) + "'" +
                    advice(member.key, state_->tree->asked));
  }
}

std::string Node::scalar() const {
  state_->want(Tree::Kind::Scalar);
  return state_->tree->text;
}

std::string Node::path() const { return state_->path; }

void Node::report(std::string message) const {
  state_->add(state_->tree->place, state_->path, std::move(message));
}

void Node::report(std::string_view key, std::string message) const {
  const auto found = std::ranges::find(state_->tree->members, key, &Tree::key);
  const bool there = found != state_->tree->members.end();
  // An empty value has no place of its own in the file.
  const Place at = !there                            ? state_->tree->place
                   : found->kind == Tree::Kind::Null ? found->key_place
                                                     : found->place;
  state_->add(at, state_->path_of(key), std::move(message));
}

Node parse(std::string_view file, std::string_view text, Problems& problems) {
  auto document = std::make_shared<Document>();
  document->file = file;
  document->problems = &problems;
  document->root = read_tree(file, text, problems);
  Tree* const root = &document->root;
  return Node{std::make_shared<Node::State>(Node::State{std::move(document), root, {}})};
}

}  // namespace switchyard::yaml
