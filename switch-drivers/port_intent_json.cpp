// A wish as JSON: strict both ways, because it is also read back from switches.
#include "switch-drivers/port_intent.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <set>

namespace switchyard::switch_drivers {

namespace {

using nlohmann::json;

json prefixes_json(const std::vector<Prefix>& prefixes) {
  json list = json::array();
  for (const Prefix& prefix : prefixes)
    list.push_back(to_string(prefix));
  return list;
}

json attachment_json(const Attachment& attachment) {
  json object{{"vrf", attachment.vrf.value},
              {"tag", attachment.tag.value},
              {"server_asn", attachment.server_asn.value},
              {"accept", prefixes_json(attachment.accept)},
              {"advertise", prefixes_json(attachment.advertise)},
              {"maximum_prefix", attachment.maximum_prefix},
              {"keepalive", attachment.keepalive.count()},
              {"hold", attachment.hold.count()}};
  const PolicyAddition& policy = attachment.policy;
  if (policy != PolicyAddition{}) object["policy"] = {{"in", policy.in}, {"out", policy.out}};
  if (attachment.drained) object["drained"] = true;
  return object;
}

// Reads one JSON object field by field and remembers the first thing that was wrong, so that the
// code below is a list of fields and not a list of ifs.
class Fields {
 public:
  Fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) fail("is not an object");
  }

  void fail(std::string_view what) {
    if (!error_) error_ = Error{Errc::Invalid, fmt::format("{} {}", where_, what)};
  }

  template <class T> T take(const Result<T>& value) {
    if (value) return *value;
    if (!error_) error_ = value.error().in(where_);
    return {};
  }

  const json* find(const char* key) {
    seen_.insert(key);
    if (error_) return nullptr;
    const auto it = object_.find(key);
    return it == object_.end() || it->is_null() ? nullptr : &*it;
  }

  std::string text(const char* key) {
    const json* value = find(key);
    if (value == nullptr) return {};
    if (!value->is_string()) return fail(std::string{key} + " is not a string"), std::string{};
    return value->get<std::string>();
  }

  long long number(const char* key, long long otherwise, long long highest) {
    const json* value = find(key);
    if (value == nullptr) return otherwise;
    return number_of(*value, key, highest);
  }

  long long number_of(const json& value, const char* key, long long highest) {
    const bool fits = value.is_number_integer() &&
                      (!value.is_number_unsigned() ||
                       value.get<std::uint64_t>() <= static_cast<std::uint64_t>(highest));
    if (!fits || value.get<long long>() < 0 || value.get<long long>() > highest) {
      return fail(fmt::format("{} is not a whole number of 0 to {}", key, highest)), 0;
    }
    return value.get<long long>();
  }

  bool flag(const char* key) {
    const json* value = find(key);
    if (value == nullptr) return false;
    if (!value->is_boolean()) return fail(std::string{key} + " is not true or false"), false;
    return value->get<bool>();
  }

  const json& list(const char* key) {
    static const json kEmpty = json::array();
    const json* value = find(key);
    if (value == nullptr) return kEmpty;
    if (!value->is_array()) return fail(std::string{key} + " is not a list"), kEmpty;
    return *value;
  }

  std::vector<Prefix> prefixes(const char* key) {
    std::vector<Prefix> found;
    for (const json& item : list(key)) {
      if (!item.is_string())
        return fail(std::string{key} + " has an item that is no string"), found;
      found.push_back(take(parse_prefix(item.get_ref<const std::string&>())));
    }
    return found;
  }

  std::vector<std::string> texts(const char* key) {
    std::vector<std::string> found;
    for (const json& item : list(key)) {
      if (!item.is_string())
        return fail(std::string{key} + " has an item that is no string"), found;
      found.push_back(item.get<std::string>());
    }
    return found;
  }

  std::optional<Error> finish() {
    if (!error_ && object_.is_object()) {
      for (const auto& [key, value] : object_.items()) {
        if (!seen_.contains(key)) fail("has an unknown field " + key.substr(0, 40));
      }
    }
    return error_;
  }

 private:
  const json& object_;
  std::string where_{};
  std::optional<Error> error_{};
  std::set<std::string> seen_{};
};

Result<PolicyAddition> parse_policy(const json& object) {
  Fields fields(object, "policy");
  PolicyAddition policy{.in = fields.texts("in"), .out = fields.texts("out")};
  if (auto error = fields.finish()) return tl::unexpected(*error);
  return policy;
}

Result<Attachment> parse_attachment(const json& object) {
  Fields fields(object, "attachment");
  Attachment attachment;
  attachment.vrf = fields.take(parse_vrf(fields.text("vrf")));
  attachment.tag = fields.take(make_vlan(fields.number("tag", 0, 4094)));
  attachment.server_asn = fields.take(make_asn(fields.number("server_asn", 0, 4294967295)));
  attachment.accept = fields.prefixes("accept");
  attachment.advertise = fields.prefixes("advertise");
  attachment.maximum_prefix = static_cast<std::uint32_t>(fields.number("maximum_prefix", 8, 1000));
  attachment.keepalive = std::chrono::seconds{fields.number("keepalive", 3, 65535)};
  attachment.hold = std::chrono::seconds{fields.number("hold", 9, 65535)};
  if (const json* policy = fields.find("policy"))
    attachment.policy = fields.take(parse_policy(*policy));
  attachment.drained = fields.flag("drained");
  if (auto error = fields.finish()) return tl::unexpected(*error);
  return attachment;
}

Result<PortIntent> intent_from(const json& object) {
  Fields fields(object, "port intent");
  PortIntent intent;
  intent.port = fields.take(parse_port_name(fields.text("port")));
  intent.mode = fields.take(parse_port_mode(fields.text("mode")));
  intent.owner = fields.text("owner");
  intent.mtu = static_cast<std::uint16_t>(fields.number("mtu", 1500, 65535));
  if (fields.find("untagged") != nullptr) {
    intent.untagged = fields.take(make_vlan(fields.number("untagged", 0, 4094)));
  }
  for (const json& tag : fields.list("tagged")) {
    intent.tagged.push_back(fields.take(make_vlan(fields.number_of(tag, "tagged", 4094))));
  }
  for (const json& attachment : fields.list("attachments")) {
    intent.attachments.push_back(fields.take(parse_attachment(attachment)));
  }
  for (const json& service : fields.list("services")) {
    intent.services.push_back(
        fields.take(parse_ip(service.is_string() ? service.get_ref<const std::string&>() : "")));
  }
  if (auto error = fields.finish()) return tl::unexpected(*error);
  return intent;
}

}  // namespace

std::string to_json_text(const PortIntent& intent) {
  json object = {{"port", intent.port},
                 {"mode", to_string(intent.mode)},
                 {"owner", intent.owner},
                 {"mtu", intent.mtu}};
  if (intent.untagged) object["untagged"] = intent.untagged->value;
  if (!intent.tagged.empty()) {
    for (const VlanId& tag : intent.tagged)
      object["tagged"].push_back(tag.value);
  }
  for (const Attachment& a : intent.attachments)
    object["attachments"].push_back(attachment_json(a));
  for (const IpAddress& service : intent.services)
    object["services"].push_back(to_string(service));
  return object.dump(-1, ' ', true, json::error_handler_t::replace);
}

Result<PortIntent> parse_port_intent(std::string_view json_text) {
  const json document = json::parse(json_text, nullptr, false);
  if (document.is_discarded()) return failure(Errc::Invalid, "the port intent is not JSON");
  auto intent = intent_from(document);
  if (!intent) return intent;
  if (auto status = check(*intent); !status) return tl::unexpected(status.error());
  return intent;
}

}  // namespace switchyard::switch_drivers
