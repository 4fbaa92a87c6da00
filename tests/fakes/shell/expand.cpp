// Words of the simulated shell: quotes, parameters, command substitution, splitting, patterns.
#include "tests/fakes/shell/process.h"

#include <fnmatch.h>

#include <cctype>
#include <cstdlib>

namespace switchyard::fakes {

namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::size_t end_of_parens(std::string_view text, std::size_t from) {
  int depth = 0;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == '\'') {
      i = std::min(text.find('\'', i + 1), text.size());
    } else if (text[i] == '(') {
      ++depth;
    } else if (text[i] == ')' && --depth == 0) {
      return i + 1;
    }
  }
  return text.size();
}

// The expression after a $ at `from` (not the $ itself): "name", "{…}", "(…)", "?" …
std::size_t end_of_parameter(std::string_view text, std::size_t from) {
  if (from >= text.size()) return from;
  if (text[from] == '(') return end_of_parens(text, from);
  if (text[from] == '{') return std::min(text.find('}', from), text.size() - 1) + 1;
  if (!is_name(text[from]))
    return from + (std::string_view("?$#@*!-").find(text[from]) != std::string_view::npos ? 1 : 0);
  if (std::isdigit(static_cast<unsigned char>(text[from])) != 0) return from + 1;
  std::size_t end = from;
  while (end < text.size() && is_name(text[end]))
    ++end;
  return end;
}

std::string without(std::string value, const std::string& pattern, std::string_view how) {
  const bool suffix = how[0] == '%';
  const bool longest = how.size() == 2;
  const std::size_t size = value.size();
  for (std::size_t i = 0; i <= size; ++i) {
    const std::size_t length = longest ? size - i : i;
    const std::string part = suffix ? value.substr(size - length) : value.substr(0, length);
    if (::fnmatch(pattern.c_str(), part.c_str(), 0) == 0)
      return suffix ? value.substr(0, size - length) : value.substr(length);
  }
  return value;
}

// + - * / % and comparisons, left to right with the usual two levels.
class Arithmetic {
 public:
  explicit Arithmetic(std::string text) : text_(std::move(text)) {}

  long long compare() {
    long long left = sum();
    while (true) {
      if (accept("<="))
        left = left <= sum() ? 1 : 0;
      else if (accept(">="))
        left = left >= sum() ? 1 : 0;
      else if (accept("=="))
        left = left == sum() ? 1 : 0;
      else if (accept("!="))
        left = left != sum() ? 1 : 0;
      else if (accept("<"))
        left = left < sum() ? 1 : 0;
      else if (accept(">"))
        left = left > sum() ? 1 : 0;
      else
        return left;
    }
  }

 private:
  long long sum() {
    long long left = product();
    while (true) {
      if (accept("+"))
        left += product();
      else if (accept("-"))
        left -= product();
      else
        return left;
    }
  }

  long long product() {
    long long left = atom();
    while (true) {
      if (accept("*"))
        left *= atom();
      else if (accept("/"))
        left = divide(left, atom());
      else if (accept("%"))
        left = remainder(left, atom());
      else
        return left;
    }
  }

  static long long divide(long long a, long long b) { return b == 0 ? 0 : a / b; }

  static long long remainder(long long a, long long b) { return b == 0 ? 0 : a % b; }

  long long atom() {
    if (accept("(")) {
      const long long inner = compare();
      accept(")");
      return inner;
    }
    if (accept("-")) return -atom();
    skip();
    std::size_t used = 0;
    const std::string rest = text_.substr(at_);
    if (rest.empty() || std::isdigit(static_cast<unsigned char>(rest[0])) == 0) return 0;
    const long long value = std::stoll(rest, &used);
    at_ += used;
    return value;
  }

  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0)
      ++at_;
  }

  bool accept(std::string_view what) {
    skip();
    if (text_.compare(at_, what.size(), what) != 0) return false;
    at_ += what.size();
    return true;
  }

  std::string text_;
  std::size_t at_{};
};

std::string join(const Arguments& words, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < words.size(); ++i)
    text += (i == from ? "" : " ") + words[i];
  return text;
}

}  // namespace

std::string Process::value_of(const std::string& name) const {
  if (name == "?") return std::to_string(status_);
  if (name == "$") return std::to_string(pid_);
  if (name == "!") return std::to_string(last_background_);
  if (name == "#") return std::to_string(positional_.size() - 1);
  if (name == "@" || name == "*") return join(positional_, 1);
  if (!name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) != 0) {
    const auto index = static_cast<std::size_t>(std::stoul(name));
    return index < positional_.size() ? positional_[index] : "";
  }
  const auto found = variables_.find(name);
  return found == variables_.end() ? "" : found->second;
}

long long Process::arithmetic(const std::string& expression) const {
  std::string numbers;  // names replaced by their values
  for (std::size_t i = 0; i < expression.size();) {
    if (expression[i] == '$') {
      ++i;
    } else if (std::isalpha(static_cast<unsigned char>(expression[i])) != 0 ||
               expression[i] == '_') {
      const std::size_t end = end_of_parameter(expression, i);
      const std::string value = value_of(expression.substr(i, end - i));
      numbers += value.empty() ? "0" : value;
      i = end;
    } else {
      numbers += expression[i++];
    }
  }
  return Arithmetic(numbers).compare();
}

Task<std::string> Process::substitute(std::string command, Streams streams) {
  auto output = std::make_shared<std::string>();
  const std::unique_ptr<Process> child = fork(suspension_);
  Streams inner{streams.in, output, streams.err};
  const int status = co_await child->run_script(command, inner);
  status_ = status;
  while (!output->empty() && output->back() == '\n')
    output->pop_back();
  co_return *output;
}

// `expression` as found by end_of_parameter.
Task<std::string> Process::parameter(std::string expression, Streams streams) {
  if (expression.starts_with("((")) {
    const std::string inside = expression.substr(2, expression.size() - 4);
    co_return std::to_string(arithmetic(inside));
  }
  if (expression.starts_with('(')) {
    std::string command = expression.substr(1, expression.size() - 2);
    std::string output = co_await substitute(command, streams);
    co_return output;
  }
  if (!expression.starts_with('{')) co_return value_of(expression);
  const std::string inside = expression.substr(1, expression.size() - 2);
  if (inside.size() > 1 && inside[0] == '#')
    co_return std::to_string(value_of(inside.substr(1)).size());
  std::size_t end = end_of_parameter(inside, 0);
  const std::string name = inside.substr(0, end);
  std::string value = value_of(name);
  if (end >= inside.size()) co_return value;
  std::string operation(1, inside[end++]);
  if (end < inside.size() && (operation == ":" || inside[end] == operation[0]))
    operation += inside[end++];
  const std::string word = co_await expand_one(inside.substr(end), streams);
  if (operation[0] == '%' || operation[0] == '#') co_return without(value, word, operation);
  const char last = operation.back();
  const bool absent =
      operation[0] == ':' ? value.empty() : !variables_.contains(name) && value.empty();
  if (last == '+') co_return absent ? std::string() : word;
  if (!absent) co_return value;
  if (last == '=') variables_[name] = word;
  co_return word;
}

Task<std::string> Process::expand_one(std::string raw, Streams streams) {
  std::string result;
  bool in_double = false;
  for (std::size_t i = 0; i < raw.size();) {
    const char c = raw[i];
    if (c == '\'' && !in_double) {
      const std::size_t end = std::min(raw.find('\'', i + 1), raw.size());
      result += raw.substr(i + 1, end - i - 1);
      i = end + 1;
    } else if (c == '"') {
      in_double = !in_double;
      ++i;
    } else if (c == '\\' && i + 1 < raw.size()) {
      const char next = raw[i + 1];
      if (in_double && std::string_view("$`\"\\\n").find(next) == std::string_view::npos)
        result += '\\';
      if (next != '\n') result += next;
      i += 2;
    } else if (c == '$') {
      const std::size_t end = end_of_parameter(raw, i + 1);
      const std::string expression = raw.substr(i + 1, end - i - 1);
      if (expression.empty()) {
        result += '$';
      } else {
        const std::string value = co_await parameter(expression, streams);
        result += value;
      }
      i = end;
    } else {
      result += c;
      ++i;
    }
  }
  co_return result;
}

Task<std::vector<std::string>> Process::expand(std::string raw, Streams streams) {
  std::vector<std::string> fields;
  // The common cases need no machine: a plain word, or one inside quotes.
  if (raw == "\"$@\"") co_return Arguments(positional_.begin() + 1, positional_.end());
  if (raw.find_first_of("'\"\\$*?[~") == std::string::npos) {
    fields.push_back(raw);
    co_return fields;
  }
  std::string current;
  bool started = false;
  bool pattern = false;
  for (std::size_t i = 0; i < raw.size();) {
    const char c = raw[i];
    if (c == '"' || c == '\'') {
      std::size_t end = i + 1;
      while (end < raw.size() && raw[end] != c) {
        if (c == '"' && raw[end] == '\\')
          ++end;
        else if (c == '"' && raw.compare(end, 2, "$(") == 0)
          end = end_of_parens(raw, end + 1) - 1;
        ++end;
      }
      const std::string quoted = co_await expand_one(raw.substr(i, end + 1 - i), streams);
      current += quoted;
      started = true;
      i = end + 1;
    } else if (c == '$') {
      const std::size_t end = end_of_parameter(raw, i + 1);
      const std::string expression = raw.substr(i + 1, end - i - 1);
      // Not with ?: — g++ 12 destroys the temporaries of a co_await in it twice.
      std::string value = "$";
      if (!expression.empty()) value = co_await parameter(expression, streams);
      for (const char v : value) {
        if (std::isspace(static_cast<unsigned char>(v)) == 0) {
          current += v;
          started = true;
        } else if (started) {
          fields.push_back(std::exchange(current, ""));
          started = false;
        }
      }
      i = end;
    } else {
      if (c == '\\' && i + 1 < raw.size())
        ++i;
      else if (c == '*' || c == '?' || c == '[')
        pattern = true;
      current += raw[i++];
      started = true;
    }
  }
  if (started) fields.push_back(current);
  if (!pattern) co_return fields;
  std::vector<std::string> found;
  for (const std::string& field : fields) {
    const std::vector<std::string> matches = machine_.files().glob(Files::normal(field, cwd_));
    if (matches.empty()) found.push_back(field);
    for (const std::string& match : matches)
      found.push_back(field.starts_with('/') ? match
                                             : match.substr(cwd_ == "/" ? 1 : cwd_.size() + 1));
  }
  co_return found;
}

}  // namespace switchyard::fakes
