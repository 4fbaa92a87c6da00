// What a port may be asked to be, and how a wish is written down.
#include "switch-drivers/port_intent.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace switchyard::switch_drivers {

namespace {

constexpr std::array<std::string_view, 4> kModes{"shut", "provisioning", "routed", "segment"};
constexpr std::size_t kOwnerLength = 64;
constexpr std::size_t kInterfaceLength = 15;  // IFNAMSIZ - 1
constexpr std::size_t kServices = 16;
constexpr std::size_t kPolicyLines = 32;
constexpr std::size_t kPolicyLineLength = 400;
constexpr std::size_t kPrefixes = 1000;  // a list; keeps sequence numbers below the final deny

bool is_owner_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' ||
         c == '.' || c == '_' || c == ':' || c == '-';
}

tl::unexpected<Error> refuse(const PortIntent& intent, std::string_view what) {
  return failure(Errc::Invalid, fmt::format("port {}: {}", intent.port, what));
}

Status check_owner(const PortIntent& intent) {
  const std::string& owner = intent.owner;
  if (owner.size() > kOwnerLength) return refuse(intent, "the owner has more than 64 characters");
  if (!std::all_of(owner.begin(), owner.end(), is_owner_character)) {
    return refuse(intent, "the owner may have letters, digits, spaces and . _ : - only");
  }
  if (!owner.empty() && (owner.front() == ' ' || owner.back() == ' ' || owner.front() == '-')) {
    return refuse(intent, "the owner may not begin or end with a space nor begin with a dash");
  }
  return {};
}

bool has_duplicates(std::vector<Prefix> prefixes) {
  std::sort(prefixes.begin(), prefixes.end());
  return std::adjacent_find(prefixes.begin(), prefixes.end()) != prefixes.end();
}

Status check_prefixes(const PortIntent& intent, const Attachment& attachment) {
  const std::string& vrf = attachment.vrf.value;
  if (attachment.accept.empty()) return refuse(intent, "accepts no host route in VRF " + vrf);
  if (attachment.accept.size() > kPrefixes || attachment.advertise.size() > kPrefixes) {
    return refuse(intent, "has more than 1000 prefixes in VRF " + vrf);
  }
  for (const Prefix& prefix : attachment.accept) {
    if (!is_host(prefix)) {
      return refuse(intent,
                    fmt::format("{} in VRF {} is not a host route", to_string(prefix), vrf));
    }
  }
  if (has_duplicates(attachment.accept) || has_duplicates(attachment.advertise)) {
    return refuse(intent, "names a prefix twice in VRF " + vrf);
  }
  for (const Family family : {Family::V4, Family::V6}) {
    const auto count = std::count_if(attachment.accept.begin(), attachment.accept.end(),
                                     [&](const Prefix& p) { return p.network.family == family; });
    if (count > static_cast<long>(attachment.maximum_prefix)) {
      return refuse(intent, "accepts more host routes than maximum_prefix in VRF " + vrf);
    }
  }
  return {};
}

// What the lines mean is the NOS's to judge; here, that each is one.
Status check_policy(const PortIntent& intent, const std::vector<std::string>& lines) {
  if (lines.size() > kPolicyLines)
    return refuse(intent, fmt::format("has more than {} lines of added policy", kPolicyLines));
  const auto is_line = [](const std::string& line) {
    return !line.empty() && line.size() <= kPolicyLineLength &&
           std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; });
  };
  if (!std::ranges::all_of(lines, is_line))
    return refuse(intent, "has added policy that is not lines of text");
  return {};
}

// A NOS whose ports are Ethernet100 calls the subinterface Eth100.1001 where the long name is too
// long; any other NOS says for itself that it is.
std::string shortest_subinterface(std::string_view port, VlanId tag) {
  constexpr std::string_view kLong = "Ethernet";
  const bool is_numbered = port.starts_with(kLong) && port.size() > kLong.size() &&
                           port.find_first_not_of("0123456789", kLong.size()) == port.npos;
  return fmt::format("{}{}.{}", is_numbered ? "Eth" : "",
                     is_numbered ? port.substr(kLong.size()) : port, tag.value);
}

Status check_attachment(const PortIntent& intent, const Attachment& attachment) {
  if (const auto vrf = parse_vrf(attachment.vrf.value); !vrf) {
    return tl::unexpected(vrf.error().in("port " + intent.port));
  }
  if (!make_vlan(attachment.tag.value)) return refuse(intent, "an attachment has no valid tag");
  if (!make_asn(attachment.server_asn.value)) return refuse(intent, "the server AS is not valid");
  if (attachment.maximum_prefix < 1 || attachment.maximum_prefix > kPrefixes) {
    return refuse(intent, "maximum_prefix must be 1 to 1000");
  }
  const auto keepalive = attachment.keepalive.count();
  if (keepalive < 1 || attachment.hold.count() < 3 * keepalive || attachment.hold.count() > 65535) {
    return refuse(intent, "hold must be at least three keepalives and at most 65535 s");
  }
  const std::string name = shortest_subinterface(intent.port, attachment.tag);
  if (name.size() > kInterfaceLength) {
    return refuse(intent, "the subinterface name " + name + " has more than 15 characters");
  }
  for (const auto* lines : {&attachment.policy.in, &attachment.policy.out})
    if (auto status = check_policy(intent, *lines); !status) return status;
  return check_prefixes(intent, attachment);
}

Status check_routed(const PortIntent& intent) {
  if (intent.untagged || !intent.tagged.empty()) return refuse(intent, "a routed port has no VLAN");
  if (intent.attachments.empty()) return refuse(intent, "a routed port needs an attachment");
  std::set<std::string> vrfs;
  std::uint16_t last_tag = 0;
  for (const Attachment& attachment : intent.attachments) {
    if (auto status = check_attachment(intent, attachment); !status) return status;
    if (attachment.tag.value <= last_tag) {
      return refuse(intent, "two attachments have one tag, or they are not sorted by tag");
    }
    last_tag = attachment.tag.value;
    if (!vrfs.insert(attachment.vrf.value).second) {
      return refuse(intent, "two attachments are in VRF " + attachment.vrf.value);
    }
  }
  return {};
}

Status check_vlans(const PortIntent& intent) {
  std::set<std::uint16_t> seen;
  if (intent.untagged) {
    if (!make_vlan(intent.untagged->value)) return refuse(intent, "the untagged VLAN is not valid");
    seen.insert(intent.untagged->value);
  }
  for (const VlanId& tag : intent.tagged) {
    if (!make_vlan(tag.value)) return refuse(intent, "a tagged VLAN is not valid");
    if (!seen.insert(tag.value).second) {
      return refuse(intent, fmt::format("names VLAN {} twice", tag.value));
    }
  }
  return {};
}

Status check_mode(const PortIntent& intent) {
  if (intent.mode != PortMode::Routed && !intent.attachments.empty()) {
    return refuse(intent, "only a routed port has attachments");
  }
  if (intent.mode != PortMode::Provisioning && !intent.services.empty()) {
    return refuse(intent, "only a provisioning port is limited to services");
  }
  if (intent.services.size() > kServices)
    return refuse(intent, fmt::format("has more than {} services", kServices));
  if (std::set<IpAddress>{intent.services.begin(), intent.services.end()}.size() !=
      intent.services.size())
    return refuse(intent, "names a service twice");
  switch (intent.mode) {
    case PortMode::Shut:
      if (intent.untagged || !intent.tagged.empty())
        return refuse(intent, "a shut port has no VLAN");
      return {};
    case PortMode::Provisioning:
      if (!intent.untagged) return refuse(intent, "a provisioning port needs its untagged VLAN");
      if (!intent.tagged.empty()) return refuse(intent, "a provisioning port has no tagged VLAN");
      return check_vlans(intent);
    case PortMode::Segment:
      if (!intent.untagged && intent.tagged.empty()) {
        return refuse(intent, "a segment port needs a VLAN");
      }
      return check_vlans(intent);
    case PortMode::Routed: return check_routed(intent);
  }
  return refuse(intent, "unknown mode");
}

std::string joined(const std::vector<Prefix>& prefixes) {
  std::string text;
  for (const Prefix& prefix : prefixes)
    text += (text.empty() ? "" : " ") + to_string(prefix);
  return text.empty() ? "nothing" : text;
}

}  // namespace

std::string_view to_string(PortMode mode) { return kModes.at(static_cast<std::size_t>(mode)); }

Result<PortMode> parse_port_mode(std::string_view text) {
  for (std::size_t i = 0; i < kModes.size(); ++i) {
    if (text == kModes.at(i)) return static_cast<PortMode>(i);
  }
  return failure(Errc::Invalid, "the port mode is one of shut, provisioning, routed, segment");
}

Status check(const PortIntent& intent) {
  if (const auto port = parse_port_name(intent.port); !port) return tl::unexpected(port.error());
  if (intent.mtu < 1280 || intent.mtu > 9216) return refuse(intent, "the MTU must be 1280 to 9216");
  if (auto status = check_owner(intent); !status) return status;
  return check_mode(intent);
}

std::string summary(const PortIntent& intent) {
  std::string text{to_string(intent.mode)};
  std::string vlans;
  if (intent.untagged) vlans += fmt::format(" untagged {}", intent.untagged->value);
  for (const VlanId& tag : intent.tagged)
    vlans += fmt::format(" tagged {}", tag.value);
  if (!vlans.empty()) text += ":" + vlans;
  if (!intent.services.empty()) text += " for";
  for (const IpAddress& service : intent.services)
    text += " " + to_string(service);
  const char* separator = ": ";
  for (const Attachment& a : intent.attachments) {
    text += fmt::format("{}{} .{} AS {} accepts {} advertises {}", separator, a.vrf.value,
                        a.tag.value, a.server_asn.value, joined(a.accept), joined(a.advertise));
    for (const std::string& line : a.policy.in)
      text += ", in: " + line;
    for (const std::string& line : a.policy.out)
      text += ", out: " + line;
    separator = "; ";
  }
  return text;
}

}  // namespace switchyard::switch_drivers
