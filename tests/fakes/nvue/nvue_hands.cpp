// What a person may do at the console of the simulated switch.
#include "tests/fakes/nvue/fake_nvue.h"

#include <fmt/format.h>

namespace switchyard::fakes {

namespace {

using nlohmann::json;

json nested(std::initializer_list<std::string> keys, json value) {
  for (auto key = std::rbegin(keys); key != std::rend(keys); ++key)
    value = json{{*key, std::move(value)}};
  return value;
}

}  // namespace

void FakeNvue::set_version(const std::string& version) {
  const std::lock_guard lock(mutex_);
  version_ = version;
}

void FakeNvue::set_auto_save(bool on) {
  const std::lock_guard lock(mutex_);
  auto_save_ = on;
}

void FakeNvue::set_slow_apply(int polls) {
  const std::lock_guard lock(mutex_);
  slow_ = polls;
}

void FakeNvue::set_commit_delay(std::chrono::milliseconds delay) {
  const std::lock_guard lock(mutex_);
  commit_delay_ = delay;
}

void FakeNvue::find_invalid(const std::string& port, const std::string& what) {
  const std::lock_guard lock(mutex_);
  invalid_[port] = what;
}

void FakeNvue::fail_reload(const std::string& port) {
  const std::lock_guard lock(mutex_);
  no_reload_.insert(port);
}

void FakeNvue::by_hand(const std::string& json_patch) {
  const std::lock_guard lock(mutex_);
  json config = running_;
  config.merge_patch(json::parse(json_patch));
  put_in_force(std::move(config), "by hand", false);
  saved();
}

void FakeNvue::by_hand_to_confirm(const std::string& json_patch) {
  const std::lock_guard lock(mutex_);
  const std::string id = fmt::format("changeset/person/{}", next_revision_++);
  json config = running_;
  config.merge_patch(json::parse(json_patch));
  waiting_ = Waiting{
      .revision = id, .before = running_, .until = clock_.steady() + std::chrono::minutes{10}};
  revisions_[id] = {.config = config, .state = "ays"};
  put_in_force(std::move(config), "by hand", false);
}

std::vector<HandChange> FakeNvue::hand_changes(const RoutedPlace& place) {
  const std::string unit = fmt::format("{}.{}", place.port, place.tag);
  const auto typed = [this](std::string name, const json& patch) {
    return HandChange{std::move(name), [this, text = patch.dump()] { by_hand(text); }};
  };
  const auto list = [&](json value) {
    return nested({"router", "policy", "prefix-list", "SWY-P-" + unit + "-4"}, std::move(value));
  };
  const auto map = [&](json value) {
    return nested({"router", "policy", "route-map", "SWY-I-" + unit + "-4"}, std::move(value));
  };
  const auto neighbour = [&](json value) {
    return nested({"vrf", place.vrf, "router", "bgp", "neighbor", unit}, std::move(value));
  };
  const json everything{{"10.0.0.0/8", {{"max-prefix-len", 32}}}};
  return {
      typed("a filter emptied", list({{"rule", nullptr}})),
      typed("a filter widened",
            list({{"rule", {{"5", {{"action", "permit"}, {"match", everything}}}}}})),
      typed("a filter removed from the session",
            neighbour(
                {{"address-family",
                  {{"ipv4-unicast", {{"policy", {{"inbound", {{"prefix-list", nullptr}}}}}}}}}})),
      typed("a map that takes everything first",
            map({{"rule", {{"1", {{"action", {{"permit", json::object()}}}}}}}})),
      typed("the last rule removed", map({{"rule", {{"65535", nullptr}}}})),
      typed("the neighbour removed", neighbour(nullptr)),
      typed("session timers changed", neighbour({{"timers", {{"hold", 90}}}})),
      typed("hop limits not checked", neighbour({{"ttl-security", {{"enable", "off"}}}})),
      typed("the port taken down", nested({"interface", place.port, "link", "state"},
                                          {{"up", nullptr}, {"down", json::object()}})),
      typed("a tag added",
            nested({"interface", place.port + ".300"}, {{"type", "sub"},
                                                        {"base-interface", place.port},
                                                        {"vlan", 300},
                                                        {"ip", {{"vrf", place.vrf}}}})),
      typed("the untagged frames let into a VRF",
            nested({"interface", place.port, "ip", "vrf"}, place.vrf)),
  };
}

}  // namespace switchyard::fakes
