#include "provisioner/bmc/http_exchange.h"
#include "provisioner/bmc/ipmi_bmc.h"

namespace switchyard::provisioner {

Result<IpmiUrl> parse_ipmi_url(std::string_view text) {
  const auto wrong = [&] {
    return failure(Errc::Invalid, "not an IPMI URL (ipmi://HOST[:PORT][?cipher=3|17]): " +
                                      std::string(text.substr(0, 200)));
  };
  constexpr std::string_view kScheme = "ipmi://";
  if (!text.starts_with(kScheme)) return wrong();
  std::string_view rest = text.substr(kScheme.size());
  IpmiUrl url;
  const std::size_t query = rest.find('?');
  if (query != std::string_view::npos) {
    const std::string_view wish = rest.substr(query + 1);
    if (wish != "cipher=3" && wish != "cipher=17") return wrong();
    url.cipher = wish == "cipher=3" ? 3 : 17;
    rest = rest.substr(0, query);
  }
  // Host and port are written as in an http URL, whose port would be 80.
  const auto parsed = parse_http_url("http://" + std::string(rest));
  if (!parsed || !parsed->path.empty() || rest.ends_with('/')) return wrong();
  url.host = parsed->origin.host;
  const std::size_t colon = rest.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos;
  if (has_port) url.port = parsed->origin.port;
  return url;
}

}  // namespace switchyard::provisioner
