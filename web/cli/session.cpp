#include "web/cli/session.h"

#include <ostream>

namespace switchyard::web::cli {

using nlohmann::json;

namespace {

const json* member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string plain(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return "";
}

}  // namespace

std::string text_of(const json& object, const char* name) {
  const json* value = member(object, name);
  return value == nullptr ? "" : plain(*value);
}

double number_of(const json& object, const char* name) {
  const json* value = member(object, name);
  return value != nullptr && value->is_number() ? value->get<double>() : 0;
}

bool flag_of(const json& object, const char* name) {
  const json* value = member(object, name);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

const json& list_of(const json& object, const char* name) {
  static const json kNone = json::array();
  const json* value = member(object, name);
  return value != nullptr && value->is_array() ? *value : kNone;
}

std::string joined(const json& object, const char* name, const char* between) {
  std::string text;
  for (const json& item : list_of(object, name))
    text += (text.empty() ? "" : between) + plain(item);
  return text;
}

void print_json(const json& value, Console& console) {
  console.out << value.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
}

void print_json_list(const json& items, Console& console) {
  print_json({{"items", items}, {"next_page_token", ""}}, console);
}

}  // namespace switchyard::web::cli
