// Reads shell text by recursive descent. Words stay raw; only their ends are found here.
#include "tests/fakes/shell/syntax.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace switchyard::fakes {

namespace {

struct Incomplete {};

struct Wrong {
  std::string problem;
};

bool is_operator_start(char c) {
  return c == ';' || c == '&' || c == '|' || c == '(' || c == ')' || c == '<' || c == '>' ||
         c == '\n';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  NodePtr line() {
    skip_blanks();
    if (peek_newline()) {
      take_newline();
      return nullptr;
    }
    NodePtr node = list(/*multi_line=*/false);
    skip_blanks();
    if (at_ < text_.size() && text_[at_] != '\n')
      throw Wrong{"syntax error near: " + std::string(text_.substr(at_, 20))};
    take_newline();
    return node;
  }

  NodePtr script() {
    NodePtr node = list(/*multi_line=*/true);
    skip_space();
    if (at_ < text_.size()) throw Wrong{"syntax error near: " + std::string(text_.substr(at_, 20))};
    return node;
  }

  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  struct PendingHere {
    NodePtr node;
    std::size_t redirect;
    std::string delimiter;
  };

  // --- characters
  void skip_blanks() {
    while (at_ < text_.size()) {
      if (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r') {
        ++at_;
      } else if (text_.substr(at_, 2) == "\\\n") {
        at_ += 2;
      } else if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n')
          ++at_;
      } else {
        return;
      }
    }
  }

  [[nodiscard]] bool peek_newline() const { return at_ < text_.size() && text_[at_] == '\n'; }

  void take_newline() {
    if (!peek_newline()) return;
    ++at_;
    for (PendingHere& here : std::exchange(pending_, {}))
      read_here(here);
  }

  void skip_space() {
    skip_blanks();
    while (peek_newline()) {
      take_newline();
      skip_blanks();
    }
  }

  void read_here(PendingHere& here) {
    std::string body;
    while (true) {
      const std::size_t end = text_.find('\n', at_);
      if (end == std::string_view::npos) throw Incomplete{};
      const std::string_view row = text_.substr(at_, end - at_);
      at_ = end + 1;
      if (row == here.delimiter) break;
      body.append(row).push_back('\n');
    }
    here.node->redirects[here.redirect].target = std::move(body);
  }

  [[nodiscard]] bool looking_at(std::string_view what) const {
    return text_.substr(at_, what.size()) == what;
  }

  bool accept(std::string_view what) {
    if (!looking_at(what)) return false;
    at_ += what.size();
    return true;
  }

  // The end of a quoted, substituted or bare stretch that begins at `from`.
  std::size_t end_of_parens(std::size_t from) {
    int depth = 0;
    for (std::size_t i = from; i < text_.size(); ++i) {
      const char c = text_[i];
      if (c == '\\') {
        ++i;
      } else if (c == '\'' || c == '"') {
        i = end_of_quote(i) - 1;
      } else if (c == '(') {
        ++depth;
      } else if (c == ')' && --depth == 0) {
        return i + 1;
      }
    }
    throw Incomplete{};
  }

  std::size_t end_of_quote(std::size_t from) {
    const char quote = text_[from];
    for (std::size_t i = from + 1; i < text_.size(); ++i) {
      if (text_[i] == quote) return i + 1;
      if (quote == '"' && text_[i] == '\\') ++i;
      if (quote == '"' && text_.substr(i, 2) == "$(") i = end_of_parens(i + 1) - 1;
    }
    throw Incomplete{};
  }

  // Empty when no word starts here.
  std::string word() {
    skip_blanks();
    const std::size_t start = at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\') {
        if (at_ + 1 >= text_.size()) throw Incomplete{};
        at_ += 2;
      } else if (c == '\'' || c == '"') {
        at_ = end_of_quote(at_);
      } else if (looking_at("$(")) {
        at_ = end_of_parens(at_ + 1);
      } else if (looking_at("${")) {
        const std::size_t end = text_.find('}', at_);
        if (end == std::string_view::npos) throw Incomplete{};
        at_ = end + 1;
      } else if (c == ' ' || c == '\t' || c == '\r' || is_operator_start(c)) {
        break;
      } else {
        ++at_;
      }
    }
    return std::string(text_.substr(start, at_ - start));
  }

  // The word that would come next, nothing taken.
  std::string next_word() {
    const std::size_t keep = at_;
    std::string found = word();
    at_ = keep;
    return found;
  }

  bool accept_word(std::string_view wanted) {
    skip_blanks();
    if (next_word() != wanted) return false;
    (void)word();
    return true;
  }

  void expect_word(std::string_view wanted) {
    skip_space();
    if (accept_word(wanted)) return;
    if (at_ >= text_.size()) throw Incomplete{};
    throw Wrong{"syntax error: expected " + std::string(wanted) +
                " near: " + std::string(text_.substr(at_, 20))};
  }

  // --- grammar
  bool list_ends() {
    static constexpr std::array<std::string_view, 8> kEnds{"then", "else", "elif", "fi",
                                                           "do",   "done", "esac", "}"};
    if (at_ >= text_.size() || text_[at_] == ')' || looking_at(";;")) return true;
    const std::string next = next_word();
    return std::find(kEnds.begin(), kEnds.end(), next) != kEnds.end();
  }

  NodePtr list(bool multi_line) {
    auto sequence = std::make_shared<Node>();
    sequence->kind = Node::Kind::Sequence;
    const std::size_t start = at_;
    while (true) {
      multi_line ? skip_space() : skip_blanks();
      if (list_ends() || (!multi_line && peek_newline())) break;
      NodePtr item = and_or();
      skip_blanks();
      if (looking_at("&") && !looking_at("&&")) {
        ++at_;
        auto background = std::make_shared<Node>();
        background->kind = Node::Kind::Background;
        background->text = item->text;
        background->children = {item};
        item = background;
      } else if (!looking_at(";;")) {
        accept(";");
      }
      sequence->children.push_back(item);
      if (at_ >= text_.size()) break;
    }
    sequence->text = std::string(text_.substr(start, at_ - start));
    return sequence;
  }

  NodePtr and_or() {
    NodePtr left = pipeline();
    while (true) {
      skip_blanks();
      const bool is_and = looking_at("&&");
      if (!is_and && !looking_at("||")) return left;
      at_ += 2;
      skip_space();
      if (at_ >= text_.size()) throw Incomplete{};
      auto both = std::make_shared<Node>();
      both->kind = is_and ? Node::Kind::And : Node::Kind::Or;
      both->children = {left, pipeline()};
      left = both;
    }
  }

  NodePtr pipeline() {
    skip_blanks();
    if (next_word() == "!") {
      (void)word();
      auto inverted = std::make_shared<Node>();
      inverted->kind = Node::Kind::Not;
      inverted->children = {pipeline()};
      return inverted;
    }
    NodePtr first = command();
    skip_blanks();
    if (!looking_at("|") || looking_at("||")) return first;
    auto pipe = std::make_shared<Node>();
    pipe->kind = Node::Kind::Pipeline;
    pipe->children = {first};
    while (looking_at("|") && !looking_at("||")) {
      ++at_;
      skip_space();
      if (at_ >= text_.size()) throw Incomplete{};
      pipe->children.push_back(command());
      skip_blanks();
    }
    return pipe;
  }

  NodePtr command() {
    skip_blanks();
    const std::size_t start = at_;
    NodePtr node = compound();
    if (!node) node = simple();
    redirects(node);
    node->text = std::string(text_.substr(start, at_ - start));
    return node;
  }

  NodePtr block(Node::Kind kind, NodePtr body) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->children = {std::move(body)};
    return node;
  }

  NodePtr compound() {
    if (accept("(")) {
      NodePtr body = list(true);
      skip_space();
      if (at_ >= text_.size()) throw Incomplete{};
      if (!accept(")")) throw Wrong{"syntax error: expected )"};
      return block(Node::Kind::Subshell, body);
    }
    const std::string keyword = next_word();
    if (keyword == "{") {
      (void)word();
      NodePtr body = list(true);
      expect_word("}");
      return block(Node::Kind::Group, body);
    }
    if (keyword == "if") return if_clause();
    if (keyword == "while" || keyword == "until") return loop(keyword);
    if (keyword == "for") return for_clause();
    if (keyword == "case") return case_clause();
    return nullptr;
  }

  NodePtr if_clause() {  // children: condition, body, condition, body, …, [else]
    auto node = std::make_shared<Node>();
    node->kind = Node::Kind::If;
    (void)word();
    while (true) {
      node->children.push_back(list(true));
      expect_word("then");
      node->children.push_back(list(true));
      skip_space();
      if (accept_word("elif")) continue;
      if (accept_word("else")) node->children.push_back(list(true));
      expect_word("fi");
      return node;
    }
  }

  NodePtr loop(const std::string& keyword) {
    (void)word();
    auto node = std::make_shared<Node>();
    node->kind = keyword == "while" ? Node::Kind::While : Node::Kind::Until;
    node->children.push_back(list(true));
    expect_word("do");
    node->children.push_back(list(true));
    expect_word("done");
    return node;
  }

  NodePtr for_clause() {
    (void)word();
    auto node = std::make_shared<Node>();
    node->kind = Node::Kind::For;
    node->words.push_back(word());
    if (accept_word("in"))
      for (std::string item = word(); !item.empty(); item = word())
        node->words.push_back(item);
    else
      node->words.emplace_back("\"$@\"");
    skip_blanks();
    accept(";");
    expect_word("do");
    node->children.push_back(list(true));
    expect_word("done");
    return node;
  }

  NodePtr case_clause() {
    (void)word();
    auto node = std::make_shared<Node>();
    node->kind = Node::Kind::Case;
    node->words.push_back(word());
    expect_word("in");
    while (true) {
      skip_space();
      if (at_ >= text_.size()) throw Incomplete{};
      if (accept_word("esac")) return node;
      accept("(");
      auto& patterns = node->patterns.emplace_back();
      do {
        patterns.push_back(word());
        skip_blanks();
      } while (accept("|"));
      if (!accept(")")) throw Wrong{"syntax error: expected ) in case"};
      node->children.push_back(list(true));
      skip_space();
      accept(";;");
    }
  }

  static bool is_assignment(const std::string& raw) {
    const std::size_t equals = raw.find('=');
    if (equals == std::string::npos || equals == 0) return false;
    return (std::isalpha(static_cast<unsigned char>(raw[0])) != 0 || raw[0] == '_') &&
           std::all_of(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(equals), [](char c) {
             return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
           });
  }

  NodePtr simple() {
    auto node = std::make_shared<Node>();
    while (true) {
      if (redirect(node)) continue;
      std::string next = word();
      if (next.empty()) break;
      if (node->words.empty() && is_assignment(next)) {
        node->assignments.push_back(std::move(next));
        continue;
      }
      node->words.push_back(std::move(next));
      if (node->words.size() == 1 && accept("()")) {
        skip_space();
        node->kind = Node::Kind::Function;
        node->children = {command()};
        return node;
      }
    }
    if (node->words.empty() && node->assignments.empty() && node->redirects.empty()) {
      if (at_ >= text_.size()) throw Incomplete{};
      throw Wrong{"syntax error near: " + std::string(text_.substr(at_, 20))};
    }
    return node;
  }

  void redirects(const NodePtr& node) {
    while (redirect(node)) {
    }
  }

  bool redirect(const NodePtr& node) {
    skip_blanks();
    const std::size_t keep = at_;
    int descriptor = -1;
    if (at_ + 1 < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0 &&
        (text_[at_ + 1] == '<' || text_[at_ + 1] == '>')) {
      descriptor = text_[at_] - '0';
      ++at_;
    }
    if (accept("<<")) {
      std::string delimiter = word();
      const bool quoted = delimiter.find_first_of("'\"\\") != std::string::npos;
      std::erase_if(delimiter, [](char c) { return c == '\'' || c == '"' || c == '\\'; });
      node->redirects.push_back({Redirect::Kind::Here, 0, "", !quoted});
      pending_.push_back({node, node->redirects.size() - 1, delimiter});
      return true;
    }
    const auto add = [&](Redirect::Kind kind, int usual) {
      node->redirects.push_back({kind, descriptor < 0 ? usual : descriptor, word(), false});
      return true;
    };
    if (accept(">>")) return add(Redirect::Kind::Append, 1);
    if (accept(">&")) return add(Redirect::Kind::Duplicate, 1);
    if (accept(">|")) return add(Redirect::Kind::Output, 1);
    if (accept(">")) return add(Redirect::Kind::Output, 1);
    if (accept("<")) return add(Redirect::Kind::Input, 0);
    at_ = keep;
    return false;
  }

  std::string_view text_;
  std::size_t at_{};
  std::vector<PendingHere> pending_{};

 public:
  [[nodiscard]] bool owes_here_document() const { return !pending_.empty(); }
};

}  // namespace

Parsed parse_line(std::string_view input, bool at_end) {
  Parser parser(input);
  // A line is not known to have ended before its newline is here.
  if (!at_end && input.find('\n') == std::string_view::npos)
    return {.state = Parsed::State::Incomplete};
  try {
    NodePtr node = parser.line();
    if (parser.owes_here_document()) return {.state = Parsed::State::Incomplete};
    return {.state = Parsed::State::Complete, .node = node, .consumed = parser.position()};
  } catch (const Incomplete&) {
    return {.state = Parsed::State::Incomplete};
  } catch (const Wrong& wrong) {
    const std::size_t end = input.find('\n');
    return {.state = Parsed::State::Wrong,
            .consumed = end == std::string_view::npos ? input.size() : end + 1,
            .problem = wrong.problem};
  }
}

Parsed parse_script(std::string_view input) {
  Parser parser(input);
  try {
    NodePtr node = parser.script();
    return {.state = Parsed::State::Complete, .node = node, .consumed = input.size()};
  } catch (const Incomplete&) {
    return {.state = Parsed::State::Wrong, .problem = "syntax error: unexpected end of file"};
  } catch (const Wrong& wrong) {
    return {.state = Parsed::State::Wrong, .problem = wrong.problem};
  }
}

}  // namespace switchyard::fakes
