// Prepared statements of one database session, kept from one unit of work to the next: preparing
// was half of what SQLite costs the reconcilers (docs/benchmarks.md). For query.h only.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>

namespace switchyard::db {

class KeptStatement {
 public:
  virtual ~KeptStatement() = default;
};

// Used by whoever holds the session, so by one thread at a time. Must not outlive the session.
class Statements {
 public:
  // The kept statement of this text and type, or the new one that `make` answers.
  template <class Statement, class Make> Statement& find(const std::string& sql, const Make& make) {
    const auto found = kept_.find(KeyView{sql, typeid(Statement)});
    if (found != kept_.end()) return static_cast<Statement&>(*found->second);
    // Text with changing literals in it would be kept for ever.
    if (kept_.size() == kMost) kept_.clear();
    std::unique_ptr<Statement> made = make();
    return static_cast<Statement&>(
        *kept_.emplace(Key{sql, typeid(Statement)}, std::move(made)).first->second);
  }

  // After an error nobody knows what state the statement is in.
  void forget(const std::string& sql, std::type_index type) {
    const auto found = kept_.find(KeyView{sql, type});
    if (found != kept_.end()) kept_.erase(found);
  }

 private:
  static constexpr std::size_t kMost = 256;
  using Key = std::pair<std::string, std::type_index>;
  using KeyView = std::pair<std::string_view, std::type_index>;

  struct Less {
    using is_transparent = void;

    template <class A, class B> bool operator()(const A& a, const B& b) const {
      const int order = std::string_view(a.first).compare(b.first);
      return order < 0 || (order == 0 && a.second < b.second);
    }
  };

  std::map<Key, std::unique_ptr<KeptStatement>, Less> kept_{};
};

}  // namespace switchyard::db
