#include "pxe/installer/fields.h"

#include <algorithm>

namespace switchyard::pxe::installer {
namespace {

using Type = nlohmann::json::value_t;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

const nlohmann::json& default_of(Type type) {
  static const nlohmann::json kString = "", kNumber = 0U, kFlag = false,
                              kArray = nlohmann::json::array(), kObject = nlohmann::json::object();
  switch (type) {
    case Type::string: return kString;
    case Type::number_unsigned: return kNumber;
    case Type::boolean: return kFlag;
    case Type::array: return kArray;
    default: return kObject;
  }
}

}  // namespace

Fields::Fields(const nlohmann::json& object, std::string where, Problem& problem)
    : object_(&object), where_(std::move(where)), problem_(&problem) {
  if (object.is_object()) return;
  if (!problem) problem = Error{Errc::Invalid, where_ + " is not an object"};
  object_ = &default_of(Type::object);
}

void Fields::refuse(const std::string& key, const std::string& why) {
  if (!*problem_) *problem_ = Error{Errc::Invalid, where_ + ": " + key + " " + why};
}

const nlohmann::json& Fields::take(const char* key, Type type, const char* expected) {
  asked_.insert(key);
  const auto found = object_->find(key);
  if (found == object_->end()) {
    refuse(key, "is missing");
    return default_of(type);
  }
  if (found->type() != type) {
    refuse(key, std::string{"is not "} + expected);
    return default_of(type);
  }
  return *found;
}

std::string Fields::text(const char* key, std::size_t most) {
  const auto& value = take(key, Type::string, "a text").get_ref<const std::string&>();
  if (value.size() > most) refuse(key, "is longer than " + std::to_string(most) + " bytes");
  if (value.find('\0') != std::string::npos) refuse(key, "holds a NUL");
  return value;
}

std::string Fields::line(const char* key, std::size_t most) {
  auto value = text(key, most);
  if (std::any_of(value.begin(), value.end(), is_control)) refuse(key, "holds a control character");
  return value;
}

std::string Fields::filled_line(const char* key, std::size_t most) {
  auto value = line(key, most);
  if (value.empty()) refuse(key, "is empty");
  return value;
}

std::uint64_t Fields::number(const char* key, std::uint64_t most) {
  const auto value = take(key, Type::number_unsigned, "a whole number").get<std::uint64_t>();
  if (value > most) refuse(key, "is larger than " + std::to_string(most));
  return value;
}

bool Fields::has(const char* key) const { return object_->contains(key); }

bool Fields::flag(const char* key) { return take(key, Type::boolean, "true or false").get<bool>(); }

MacAddress Fields::mac(const char* key) {
  const auto parsed = parse_mac(line(key, 17));
  if (!parsed) refuse(key, "is no MAC address");
  return parsed.value_or(MacAddress{});
}

Fields Fields::object(const char* key) {
  return {take(key, Type::object, "an object"), where_ + "." + key, *problem_};
}

std::optional<Fields> Fields::object_or_null(const char* key) {
  const auto found = object_->find(key);
  if (found != object_->end() && found->is_null()) {
    asked_.insert(key);
    return std::nullopt;
  }
  return object(key);
}

std::vector<Fields> Fields::objects(const char* key, std::size_t most) {
  const auto& list = take(key, Type::array, "a list");
  if (list.size() > most) {
    refuse(key, "has more than " + std::to_string(most) + " entries");
    return {};
  }
  std::vector<Fields> all;
  all.reserve(list.size());
  for (const auto& item : list)
    all.emplace_back(item, where_ + "." + key + "[" + std::to_string(all.size()) + "]", *problem_);
  return all;
}

std::vector<std::string> Fields::lines(const char* key, std::size_t most, std::size_t most_bytes) {
  const auto& list = take(key, Type::array, "a list");
  if (list.size() > most) refuse(key, "has more than " + std::to_string(most) + " entries");
  std::vector<std::string> all;
  for (const auto& item : list) {
    if (*problem_) return {};
    if (!item.is_string()) {
      refuse(key, "holds something that is not a text");
      return {};
    }
    const auto& value = item.get_ref<const std::string&>();
    if (value.size() > most_bytes || std::any_of(value.begin(), value.end(), is_control))
      refuse(key, "holds a line that is too long or has control characters");
    all.push_back(value);
  }
  return all;
}

std::size_t Fields::one_of(const char* key, const std::vector<std::string_view>& names) {
  const auto value = line(key);
  const auto found = std::find(names.begin(), names.end(), value);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  refuse(key, "is none of the known ones");
  return 0;
}

void Fields::done() {
  for (const auto& [key, value] : object_->items())
    if (!asked_.contains(key)) refuse("\"" + key.substr(0, 64) + "\"", "is not a known field");
}

}  // namespace switchyard::pxe::installer
