#include "web/api/fields.h"

#include <algorithm>

namespace switchyard::web::api {
namespace {

constexpr std::size_t kLongestText = 4096;

bool is_clean(const std::string& text) {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

Fields::Fields(const json& value, std::string pointer, std::vector<FieldError>& errors)
    : value_(value), pointer_(std::move(pointer)), errors_(errors) {
  if (!value_.is_object()) errors_.push_back({pointer_, "wrong_type", "must be an object"});
}

std::string Fields::pointer_to(std::string_view name) const {
  std::string escaped;
  for (const char c : name) {
    if (c == '~')
      escaped += "~0";
    else if (c == '/')
      escaped += "~1";
    else
      escaped += c;
  }
  return pointer_ + "/" + escaped;
}

void Fields::report(std::string_view name, std::string code, std::string detail) {
  errors_.push_back({pointer_to(name), std::move(code), std::move(detail)});
}

bool Fields::has(std::string_view name) const {
  return value_.is_object() && value_.contains(std::string(name));
}

const json* Fields::find(std::string_view name) {
  known_.insert(std::string(name));
  if (!value_.is_object()) return nullptr;
  const auto found = value_.find(std::string(name));
  return found == value_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> Fields::maybe_text(std::string_view name) {
  const json* member = find(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_string()) {
    report(name, "wrong_type", "must be a string");
    return std::nullopt;
  }
  const auto& text = member->get_ref<const std::string&>();
  if (text.size() > kLongestText || !is_clean(text)) {
    report(name, "invalid", "must have at most 4096 bytes and no control characters");
    return std::nullopt;
  }
  return text;
}

std::string Fields::text(std::string_view name) {
  const auto before = errors_.size();
  auto found = maybe_text(name);
  const bool is_missing = (!found || found->empty()) && errors_.size() == before;
  if (is_missing && value_.is_object())
    report(name, "missing", "is required and must not be empty");
  return found.value_or("");
}

std::string Fields::text_or(std::string_view name, std::string_view fallback) {
  return maybe_text(name).value_or(std::string(fallback));
}

long long Fields::integer_or(std::string_view name, long long low, long long high,
                             long long fallback) {
  const json* member = find(name);
  if (member == nullptr) return fallback;
  if (!member->is_number_integer()) {
    report(name, "wrong_type", "must be a whole number");
    return fallback;
  }
  const bool too_big = member->is_number_unsigned() &&
                       member->get<std::uint64_t>() > static_cast<std::uint64_t>(high);
  const auto value = too_big ? fallback : member->get<long long>();
  if (!too_big && value >= low && value <= high) return value;
  report(name, "invalid", "must be from " + std::to_string(low) + " to " + std::to_string(high));
  return fallback;
}

bool Fields::flag_or(std::string_view name, bool fallback) {
  const json* member = find(name);
  if (member == nullptr) return fallback;
  if (!member->is_boolean()) report(name, "wrong_type", "must be true or false");
  return member->is_boolean() ? member->get<bool>() : fallback;
}

std::vector<std::string> Fields::texts(std::string_view name, std::size_t most) {
  std::vector<std::string> result;
  const json* member = find(name);
  if (member == nullptr) return result;
  if (!member->is_array() || member->size() > most) {
    report(name, "wrong_type", "must be a list of at most " + std::to_string(most) + " strings");
    return result;
  }
  for (const json& item : *member) {
    const bool usable = item.is_string() && is_clean(item.get_ref<const std::string&>()) &&
                        item.get_ref<const std::string&>().size() <= 4 * kLongestText;
    if (usable)
      result.push_back(item.get<std::string>());
    else
      errors_.push_back({pointer_to(name) + "/" + std::to_string(&item - &member->front()),
                         "wrong_type", "must be a string without control characters"});
  }
  return result;
}

std::optional<Fields> Fields::object(std::string_view name) {
  const json* member = find(name);
  if (member == nullptr) return std::nullopt;
  return Fields(*member, pointer_to(name), errors_);
}

std::vector<Fields> Fields::objects(std::string_view name, std::size_t most) {
  std::vector<Fields> result;
  const json* member = find(name);
  if (member == nullptr) return result;
  if (!member->is_array() || member->size() > most) {
    report(name, "wrong_type", "must be a list of at most " + std::to_string(most) + " objects");
    return result;
  }
  for (std::size_t i = 0; i < member->size(); ++i)
    result.emplace_back((*member)[i], pointer_to(name) + "/" + std::to_string(i), errors_);
  return result;
}

std::string Fields::document(std::string_view name, std::size_t most) {
  const json* member = find(name);
  if (member == nullptr) return "";
  if (!member->is_string()) {
    report(name, "wrong_type", "must be a string");
    return "";
  }
  const auto& text = member->get_ref<const std::string&>();
  if (text.size() <= most && text.find('\0') == std::string::npos) return text;
  report(name, "invalid", "must have at most " + std::to_string(most) + " bytes and no NUL");
  return "";
}

std::map<std::string, std::string> Fields::documents(std::string_view name, std::size_t most,
                                                     std::size_t most_bytes) {
  std::map<std::string, std::string> texts;
  auto members = object(name);
  if (!members) {
    report(name, "missing", "is required");
    return texts;
  }
  const json& value = members->value();
  if (!value.is_object()) return texts;
  if (value.empty() || value.size() > most)
    report(name, "invalid", "must have 1 to " + std::to_string(most) + " members");
  else
    for (const auto& [member, text] : value.items())
      texts[member] = members->document(member, most_bytes);
  return texts;
}

void Fields::done() {
  if (!value_.is_object()) return;
  for (const auto& [name, member] : value_.items()) {
    if (!known_.contains(name)) report(name, "unknown_field", "this field is not known here");
  }
}

Checked<void> no_errors(std::vector<FieldError> errors) {
  if (errors.empty()) return {};
  Problem bad{.status = 400, .code = "invalid_body", .detail = "the request body is not valid"};
  const FieldError& first = errors.front();
  bad.detail =
      (first.pointer.empty() ? std::string("the body") : first.pointer) + " " + first.detail;
  if (errors.size() > 1) bad.detail += " (and " + std::to_string(errors.size() - 1) + " more)";
  bad.errors = std::move(errors);
  return tl::unexpected(std::move(bad));
}

}  // namespace switchyard::web::api
