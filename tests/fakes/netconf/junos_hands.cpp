// What contract tests need to know of Junos: what faults are aimed at, what a person may type.
#include "tests/fakes/netconf/fake_junos.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::fakes {

// Of the edits but those that close a port: a line of XML each, without the ends of elements.
std::set<std::string> FakeJunos::changing_lines() {
  std::set<std::string> lines, closing;
  for (const SwitchLogEntry& entry : log()) {
    if (entry.command != "edit-config") continue;
    const auto rpc = parse_document(entry.input);
    const Xml* config = rpc ? rpc->children.front().child("config") : nullptr;
    if (config == nullptr) continue;
    const bool closes = entry.input.find("<disable ") != std::string::npos &&
                        entry.input.find("<unit") == std::string::npos &&
                        entry.input.find("delete") == std::string::npos;
    for (const std::string& line : lines_of(*config->child("configuration")))
      (closes ? closing : lines).insert(line);
  }
  std::erase_if(lines, [&](const std::string& line) { return closing.contains(line); });
  return lines;
}

bool FakeJunos::by_hand(const std::string& xml) {
  const std::lock_guard lock(mutex_);
  const auto edit = parse_document("<configuration xmlns:nc=\"urn:n\">" + xml + "</configuration>");
  ConfigNode config = running_;
  if (!edit || merge(config, *edit)) return false;
  pending_.reset();
  put_in_force(std::move(config), "by hand", false);
  candidate_ = running_;
  return true;
}

bool FakeJunos::type_by_hand(const std::string& xml) {
  const std::lock_guard lock(mutex_);
  const auto edit = parse_document("<configuration xmlns:nc=\"urn:n\">" + xml + "</configuration>");
  return edit && !merge(candidate_, *edit);
}

bool FakeJunos::has_uncommitted() {
  const std::lock_guard lock(mutex_);
  return candidate_ != running_;
}

std::vector<HandChange> FakeJunos::hand_changes(const RoutedPlace& place) {
  const std::string unit = fmt::format("{}.{}", place.port, place.tag);
  const auto interface = [&](const std::string& content) {
    return fmt::format("<interfaces><interface><name>{}</name>{}</interface></interfaces>",
                       place.port, content);
  };
  const auto group = [&](const std::string& content) {
    return fmt::format(
        "<routing-instances><instance><name>{}</name><protocols><bgp>{}</bgp>"
        "</protocols></instance></routing-instances>",
        place.vrf, content);
  };
  const auto options = [](const std::string& content) {
    return "<policy-options>" + content + "</policy-options>";
  };
  const auto typed = [this](std::string name, std::string xml) {
    return HandChange{std::move(name), [this, xml = std::move(xml)] { (void)by_hand(xml); }};
  };
  const std::string list = "<prefix-list><name>SWY-P-" + unit + "-4</name>{}</prefix-list>";
  return {
      typed("a filter emptied",
            options(fmt::format("<prefix-list nc:operation=\"replace\"><name>SWY-P-{}-4</name>"
                                "</prefix-list>",
                                unit))),
      typed("a filter widened",
            options(fmt::format(fmt::runtime(list),
                                "<prefix-list-item><name>10.0.0.0/8</name></prefix-list-item>"))),
      typed("a policy that takes everything first",
            options(fmt::format("<policy-statement nc:operation=\"replace\"><name>SWY-I-{}</name>"
                                "<term><name>00</name><then><accept/></then></term>"
                                "</policy-statement>",
                                unit))),
      typed(
          "the last term deactivated",
          options(fmt::format("<policy-statement><name>SWY-I-{}</name><term inactive=\"inactive\">"
                              "<name>90-end</name></term></policy-statement>",
                              unit))),
      typed("the neighbour removed",
            group(fmt::format("<group nc:operation=\"delete\"><name>SWY-{}</name></group>", unit))),
      typed(
          "session timers changed",
          group(fmt::format("<group><name>SWY-{}</name><hold-time>90</hold-time></group>", unit))),
      typed("the port taken down", interface("<disable/>")),
      typed("a tag added", interface("<unit><name>300</name><vlan-id>300</vlan-id></unit>")),
      typed("the source check removed",
            interface(fmt::format("<unit><name>{}</name><family><inet><rpf-check "
                                  "nc:operation=\"delete\"/></inet></family></unit>",
                                  place.tag))),
      typed("the port deactivated",
            fmt::format("<interfaces><interface inactive=\"inactive\"><name>{}</name></interface>"
                        "</interfaces>",
                        place.port)),
  };
}

}  // namespace switchyard::fakes
