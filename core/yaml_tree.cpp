// Listens to yaml-cpp's parser and builds our own tree: its Node cannot tell an alias from a copy
// and would let a file of a few lines name itself a billion times.
#include "core/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>

namespace switchyard::yaml {

namespace {

constexpr std::size_t kLargestFile = 4U << 20U;
constexpr std::size_t kDeepest = 32;
constexpr std::size_t kMostNodes = 500'000;

Place place_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

// Ends the parse at once; caught in read_tree().
struct Stop {
  Place place{};
  std::string message{};
};

bool has_control_character(const std::string& text) {
  return std::ranges::any_of(
      text, [](unsigned char c) { return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f; });
}

class Builder final : public YAML::EventHandler {
 public:
  Builder(std::string_view file, Problems& problems) : file_(file), problems_(problems) {}

  [[nodiscard]] Tree take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) throw Stop{place_of(mark), "a second document begins; one is expected"};
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(mark, anchor, Tree::Kind::Null);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Stop{place_of(mark), "aliases (*name) are not accepted; write the value out"};
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_tag(mark, tag);
    if (has_control_character(value)) throw Stop{place_of(mark), "a control character in a text"};
    if (expects_key()) return take_key(mark, value);
    Tree& node = add(mark, anchor, Tree::Kind::Scalar);
    node.text = value;
    node.quoted = tag == "!";
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open_.push_back(&add(mark, anchor, Tree::Kind::Sequence));
  }

  void OnSequenceEnd() override { open_.pop_back(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    refuse_tag(mark, tag);
    open_.push_back(&add(mark, anchor, Tree::Kind::Map));
    has_key_.push_back(false);
  }

  void OnMapEnd() override {
    open_.pop_back();
    has_key_.pop_back();
  }

 private:
  // "?" is a plain scalar, "!" a quoted one; anything else was written by hand.
  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!")
      throw Stop{place_of(mark), "tags (!name) are not accepted"};
  }

  [[nodiscard]] bool in_map() const {
    return !open_.empty() && open_.back()->kind == Tree::Kind::Map;
  }

  [[nodiscard]] bool expects_key() const { return in_map() && !has_key_.back(); }

  void take_key(const YAML::Mark& mark, const std::string& key) {
    auto& members = open_.back()->members;
    auto& known = keys_of(*open_.back());
    if (!known.insert(key).second) {
      problems_.add({std::string{file_}, place_of(mark).line, place_of(mark).column,
                     "key '" + key.substr(0, 60) + "' is there twice"});
    }
    Tree& member = members.emplace_back();
    member.key = key;
    member.key_place = place_of(mark);
    has_key_.back() = true;
  }

  // While reading, `asked` holds the keys met so far; read_tree() hands it over empty.
  static std::set<std::string, std::less<>>& keys_of(Tree& map) { return map.asked; }

  Tree& add(const YAML::Mark& mark, YAML::anchor_t anchor, Tree::Kind kind) {
    const Place place = place_of(mark);
    if (anchor != 0) throw Stop{place, "anchors (&name) are not accepted"};
    if (expects_key()) throw Stop{place, "a key must be a plain text"};
    if (open_.size() >= kDeepest)
      throw Stop{place, "nested deeper than " + std::to_string(kDeepest) + " levels"};
    if (++nodes_ > kMostNodes) throw Stop{place, "more values than a file may have"};
    Tree& node = slot();
    node.kind = kind;
    node.place = place;
    return node;
  }

  Tree& slot() {
    if (open_.empty()) return root_;
    if (!in_map()) return open_.back()->items.emplace_back();
    has_key_.back() = false;
    return open_.back()->members.back();
  }

  std::string_view file_;
  Problems& problems_;
  Tree root_{};
  // Pointers stay valid: a node grows only while it is the innermost open one.
  std::vector<Tree*> open_{};
  std::vector<bool> has_key_{};  // one for each open map
  std::size_t nodes_{};
  int documents_{};
};

void forget_keys(Tree& tree) {
  tree.asked.clear();
  for (Tree& item : tree.items)
    forget_keys(item);
  for (Tree& member : tree.members)
    forget_keys(member);
}

}  // namespace

Tree read_tree(std::string_view file, std::string_view text, Problems& problems) {
  Tree nothing{.kind = Tree::Kind::Map};
  const auto report = [&](Place place, const std::string& message) {
    problems.add({std::string{file}, place.line, place.column, message});
    return nothing;
  };
  if (text.size() > kLargestFile)
    return report({}, "the file has " + std::to_string(text.size()) + " bytes, more than 4 MiB");
  Builder builder{file, problems};
  try {
    std::istringstream stream{std::string{text}};
    YAML::Parser parser{stream};
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stop) {
    return report(stop.place, stop.message);
  } catch (const YAML::Exception& thrown) {
    return report(place_of(thrown.mark), thrown.msg);
  }
  Tree root = builder.take();
  forget_keys(root);
  return root.kind == Tree::Kind::Null ? nothing : root;
}

}  // namespace switchyard::yaml
