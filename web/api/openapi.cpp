#include "web/api/openapi.h"

#include <yaml-cpp/yaml.h>

#include <regex>

namespace switchyard::web::api {
namespace {

// YAML 1.2 core schema for plain scalars; quoted ones are strings.
nlohmann::json scalar_json(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;
  if (text == "true") return true;
  if (text == "false") return false;
  if (text == "null" || text == "~" || text.empty()) return nullptr;
  static const std::regex kNumber("-?(0|[1-9][0-9]*)(\\.[0-9]+)?");
  if (std::regex_match(text, kNumber)) return nlohmann::json::parse(text);
  return text;
}

nlohmann::json to_json(const YAML::Node& node) {
  if (node.IsMap()) {
    auto object = nlohmann::json::object();
    for (const auto& member : node)
      object[member.first.Scalar()] = to_json(member.second);
    return object;
  }
  if (node.IsSequence()) {
    auto list = nlohmann::json::array();
    for (const auto& item : node)
      list.push_back(to_json(item));
    return list;
  }
  return node.IsScalar() ? scalar_json(node) : nlohmann::json(nullptr);
}

}  // namespace

nlohmann::json openapi_document() { return to_json(YAML::Load(std::string(openapi_yaml()))); }

}  // namespace switchyard::web::api
