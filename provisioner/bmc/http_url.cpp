// The texts of an inventory that say how to reach an HTTP device.
#include "provisioner/bmc/http_exchange.h"

#include <algorithm>
#include <charconv>

namespace switchyard::provisioner {
namespace {

bool is_host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.';
}

bool is_path_char(char c) { return c > ' ' && c < 0x7f && c != '?' && c != '#' && c != '\\'; }

bool is_ipv6_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
         c == '.';
}

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// Takes the host off the front of `rest`; empty when there is none.
std::string take_host(std::string_view& rest) {
  std::string host;
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return host;
    host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    if (!std::ranges::all_of(host, is_ipv6_char)) host.clear();
    return host;
  }
  const auto end = std::ranges::find_if_not(rest, is_host_char);
  host = std::string(rest.begin(), end);
  rest.remove_prefix(host.size());
  return host;
}

}  // namespace

std::string HttpOrigin::text() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return std::string(tls ? "https://" : "http://") + (is_ipv6 ? "[" + host + "]" : host) + ":" +
         std::to_string(port);
}

Result<HttpUrl> parse_http_url(std::string_view text) {
  const auto wrong = [&] {
    return failure(Errc::Invalid, "not an http or https URL: " + std::string(text.substr(0, 200)));
  };
  HttpUrl url;
  url.origin.tls = text.starts_with("https://");
  if (!url.origin.tls && !text.starts_with("http://")) return wrong();
  std::string_view rest = text.substr(url.origin.tls ? 8 : 7);
  url.origin.host = take_host(rest);
  if (url.origin.host.empty() || url.origin.host.size() > 253) return wrong();
  url.origin.port = url.origin.tls ? 443 : 80;
  if (rest.starts_with(':')) {
    const auto [end, error] =
        std::from_chars(rest.data() + 1, rest.data() + rest.size(), url.origin.port);
    if (error != std::errc{} || url.origin.port == 0) return wrong();
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  }
  if (!rest.empty() && rest.front() != '/') return wrong();
  if (!std::ranges::all_of(rest, is_path_char) || rest.find("..") != std::string_view::npos)
    return wrong();
  while (rest.ends_with('/'))
    rest.remove_suffix(1);
  url.path = rest;
  return url;
}

Result<Fingerprint> parse_fingerprint(std::string_view text) {
  const auto wrong = [&] {
    return failure(Errc::Invalid, "not a certificate fingerprint (sha256: and 64 hex digits): " +
                                      std::string(text.substr(0, 120)));
  };
  constexpr std::string_view kPrefix = "sha256:";
  if (!text.starts_with(kPrefix)) return wrong();
  std::string digits(text.substr(kPrefix.size()));
  if (digits.size() == 95)
    for (std::size_t at = 2; at < digits.size(); at += 2) {
      if (digits[at] != ':') return wrong();
      digits.erase(at, 1);
    }
  if (digits.size() != 64) return wrong();
  Fingerprint fingerprint{};
  for (std::size_t i = 0; i < fingerprint.size(); ++i) {
    const auto high = hex_digit(digits[2 * i]), low = hex_digit(digits[2 * i + 1]);
    if (!high || !low) return wrong();
    fingerprint[i] = static_cast<std::uint8_t>(*high * 16 + *low);
  }
  return fingerprint;
}

}  // namespace switchyard::provisioner
