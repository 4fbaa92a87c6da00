// Every datagram of a DHCPv6 client or relay, and the answer to it.
#include "pxe/dhcp/v6/answer.h"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace switchyard;
using namespace switchyard::pxe::dhcp::v6;

void demand(bool promise) {
  if (!promise) std::abort();
}

struct Site {
  Settings settings{};
  std::shared_ptr<const pxe::dhcp::Cabling> cabling{};
};

Site make_site() {
  Site site;
  const Prefix prefix = *parse_prefix("fd99::/64");
  site.settings.segments = {
      {.name = "a", .prefix = prefix, .server = prefix.network.key, .dns = {prefix.network.key}}};
  site.settings.unknown = pxe::dhcp::UnknownClients::Discover;
  site.settings.boot.script_url = "http://[fd99::]/boot/ipxe";
  site.settings.boot.files_url = "http://[fd99::]/files/";
  site.cabling =
      *pxe::dhcp::Cabling::make({{.server = "web1", .ports = {{"tor1", "swp1"}}}},
                                {{.switch_name = "tor1", .v6_addresses = {*parse_ip("fd99::")}}});
  return site;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Site site = make_site();
  const auto received = parse_datagram({data, size});
  if (!received) return 0;
  const pxe::dhcp::Buffer duid = server_duid({});
  const Arrival arrival{.source = site.settings.segments[0].prefix.network.key,
                        .segment = site.settings.segments.data(),
                        .server_duid = duid};
  const Answer said = answer(*received, arrival, {site.settings, *site.cabling});
  for (const Given& given : said.given)
    demand(contains(site.settings.segments[0].prefix, to_ip(given.address)));
  if (!said.reply) return 0;
  demand(said.reply->transaction == received->message.transaction);
  demand(read_ia_nas(said.reply->options).has_value());
  demand(encode_reply(*said.reply, received->hops).size() >= 4);
  return 0;
}
