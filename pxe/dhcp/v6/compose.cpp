#include "pxe/dhcp/v6/compose.h"

#include <algorithm>

namespace switchyard::pxe::dhcp::v6 {
namespace {

constexpr std::uint16_t kSuccess = 0, kNotOnLink = 4;
constexpr std::uint32_t kIntel = 343;  // whose class the PXE and HTTP clients of UEFI bear

void add_status(Options& options, std::uint16_t status, std::string_view text) {
  Buffer value;
  put_u16(value, status);
  value.insert(value.end(), text.begin(), text.end());
  options.add(code::kStatus, value);
}

void add_addresses(Options& options, std::uint16_t code, std::span<const Address> addresses) {
  Buffer value;
  for (const Address& address : addresses)
    value.insert(value.end(), address.begin(), address.end());
  options.add(code, value);
}

void add_ia_address(Options& inner, const Address& address, std::uint32_t seconds) {
  Buffer value(address.begin(), address.end());
  put_u32(value, seconds / 8 * 7);  // preferred
  put_u32(value, seconds);          // valid
  inner.add(code::kIaAddress, value);
}

// The computed address, and what else the client believes to have, with no time left.
void add_ia(const Grounds& grounds, const IaNa& ia, std::size_t n, Options& options) {
  const auto seconds = static_cast<std::uint32_t>(grounds.settings.lease_time.count());
  const Address own = computed_address(grounds.segment.prefix, grounds.identity.holder, n);
  Options inner;
  add_ia_address(inner, own, seconds);
  if (grounds.message.type == Type::Renew || grounds.message.type == Type::Rebind)
    for (const Address& other : ia.addresses)
      if (other != own) add_ia_address(inner, other, 0);
  Buffer value;
  put_u32(value, ia.id);
  put_u32(value, seconds / 2);
  put_u32(value, seconds / 5 * 4);
  put_options(inner, value);
  options.add(code::kIaNa, value);
}

void add_boot(const Grounds& grounds, Options& options) {
  const BootSettings& settings = grounds.settings.boot;
  const auto boot =
      choose_boot(grounds.client, secure_boot_of(grounds.identity.machine, settings), settings, {});
  if (!boot) return;
  const bool is_url = boot->name.find("://") != std::string::npos;
  const std::string url =
      is_url ? boot->name
             : "tftp://[" + to_string(to_ip(grounds.segment.server)) + "]/" + boot->name;
  options.add(code::kBootFileUrl, as_bytes(url));
  if (!boot->is_http_boot) return;
  constexpr std::string_view kClass = "HTTPClient";
  Buffer value;
  put_u32(value, kIntel);
  put_u16(value, static_cast<std::uint16_t>(kClass.size()));
  value.insert(value.end(), kClass.begin(), kClass.end());
  options.add(code::kVendorClass, value);
}

void add_configuration(const Grounds& grounds, Options& options) {
  if (!grounds.segment.dns.empty() && wants(grounds.message, code::kDns))
    add_addresses(options, code::kDns, grounds.segment.dns);
  add_boot(grounds, options);
}

void add_leases(const Grounds& grounds, const std::vector<IaNa>& ias, Options& options) {
  for (std::size_t n = 0; n < ias.size(); ++n)
    add_ia(grounds, ias[n], n, options);
  add_configuration(grounds, options);
}

// Whether everything the client believes to have belongs to this link (RFC 8415 section 18.3.3).
void add_confirmation(const Grounds& grounds, const std::vector<IaNa>& ias, Options& options) {
  const bool on_link = std::ranges::all_of(ias, [&](const IaNa& ia) {
    return std::ranges::all_of(ia.addresses, [&](const Address& address) {
      return contains(grounds.segment.prefix, to_ip(address));
    });
  });
  add_status(options, on_link ? kSuccess : kNotOnLink, on_link ? "on link" : "not on this link");
}

Message start_reply(const Grounds& grounds, Type type) {
  Message reply{.type = type, .transaction = grounds.message.transaction};
  if (const Buffer* const id = grounds.message.options.find(code::kClientId))
    reply.options.add(code::kClientId, *id);
  reply.options.add(code::kServerId, grounds.server_duid);
  return reply;
}

}  // namespace

bool wants(const Message& message, std::uint16_t code) {
  const Buffer* const list = message.options.find(code::kOptionRequest);
  if (list == nullptr) return false;
  for (Bytes rest = *list; rest.size() >= 2; rest = rest.subspan(2))
    if (read_u16(rest) == code) return true;
  return false;
}

std::optional<Message> compose(const Grounds& grounds, const std::vector<IaNa>& ias) {
  const Type type = grounds.message.type;
  const bool rapid =
      type == Type::Solicit && grounds.message.options.find(code::kRapidCommit) != nullptr;
  Message reply =
      start_reply(grounds, type == Type::Solicit && !rapid ? Type::Advertise : Type::Reply);
  switch (type) {
    case Type::Solicit:
      // The highest preference ends a client's wait for other offers (RFC 8415 section 18.2.1).
      reply.options.add(code::kPreference, std::array<std::uint8_t, 1>{255});
      if (rapid) reply.options.add(code::kRapidCommit, {});
      add_leases(grounds, ias, reply.options);
      break;
    case Type::Request:
    case Type::Renew:
    case Type::Rebind: add_leases(grounds, ias, reply.options); break;
    case Type::Confirm:
      if (ias.empty()) return std::nullopt;
      add_confirmation(grounds, ias, reply.options);
      break;
    case Type::Release:
    case Type::Decline: add_status(reply.options, kSuccess, "noted"); break;
    case Type::InformationRequest: add_configuration(grounds, reply.options); break;
    default: return std::nullopt;
  }
  return reply;
}

}  // namespace switchyard::pxe::dhcp::v6
