// A piece of configuration text that many values share: copying it copies a pointer. One switch
// shows thousands of lines, and an observation of 48 ports copies each of them several times.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace switchyard::switch_drivers::frr {

// Never changes, so copies may be used by several threads.
class Text {
 public:
  Text() = default;

  // Implicit: everywhere it stands for a std::string.
  Text(std::string_view text) : size_(text.size()) {
    if (text.empty()) return;
    auto chars = std::make_shared_for_overwrite<char[]>(text.size());
    std::copy(text.begin(), text.end(), chars.get());
    chars_ = std::move(chars);
  }

  // A piece of a buffer that all its pieces keep alive.
  Text(const std::shared_ptr<const char[]>& buffer, std::string_view piece)
      : chars_(buffer, piece.data()), size_(piece.size()) {}

  Text(const std::string& text) : Text(std::string_view{text}) {}

  Text(const char* text) : Text(std::string_view{text}) {}

  [[nodiscard]] std::string_view view() const { return {chars_.get(), size_}; }

  operator std::string_view() const { return view(); }

  [[nodiscard]] bool empty() const { return size_ == 0; }

  [[nodiscard]] bool starts_with(std::string_view text) const { return view().starts_with(text); }

  [[nodiscard]] bool ends_with(std::string_view text) const { return view().ends_with(text); }

  [[nodiscard]] std::size_t find(std::string_view text) const { return view().find(text); }

  friend bool operator==(const Text& a, const Text& b) {
    return a.size_ == b.size_ && (a.chars_ == b.chars_ || a.view() == b.view());
  }

  friend bool operator==(const Text& a, const std::string& b) { return a.view() == b; }

  friend bool operator==(const Text& a, const char* b) { return a.view() == b; }

  friend std::strong_ordering operator<=>(const Text& a, const Text& b) {
    if (a.chars_ == b.chars_ && a.size_ == b.size_) return std::strong_ordering::equal;
    return a.view() <=> b.view();
  }

  friend std::string operator+(const Text& a, std::string_view b) {
    return std::string{a.view()}.append(b);
  }

  friend std::string operator+(std::string a, const Text& b) { return a.append(b.view()); }

 private:
  std::shared_ptr<const char[]> chars_{};
  std::size_t size_{};
};

}  // namespace switchyard::switch_drivers::frr
