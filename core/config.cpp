#include "core/config.h"

#include "core/config_relays.h"
#include "core/db/url.h"
#include "core/key_pin.h"
#include "core/yaml.h"

#include <unistd.h>

#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <system_error>

namespace switchyard {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Key {
  std::string_view name{};  // "section.key"
  std::string_view type{};
  std::string_view fallback{};  // the default; of `site`, which has none, an example
  std::string_view meaning{};
  Status (*set)(Config& config, std::string_view text){};
};

Result<long long> number_in(std::string_view text, long long low, long long high) {
  long long value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || value < low ||
      value > high) {
    return failure(Errc::Invalid, "must be a whole number in " + std::to_string(low) + ".." +
                                      std::to_string(high));
  }
  return value;
}

Status set_number(auto& member, std::string_view text, long long low, long long high) {
  return number_in(text, low, high).map([&](long long value) {
    member = static_cast<std::remove_reference_t<decltype(member)>>(value);
  });
}

Status set_seconds(seconds& member, std::string_view text, seconds low, seconds high) {
  const auto value = parse_duration(text);
  if (!value) return tl::unexpected(value.error());
  if (*value < low || *value > high || *value % seconds{1} != milliseconds{0}) {
    return failure(Errc::Invalid, "must be whole seconds in " + std::to_string(low.count()) +
                                      "s.." + std::to_string(high.count()) + "s");
  }
  member = std::chrono::duration_cast<seconds>(*value);
  return {};
}

Status set_flag(bool& member, std::string_view text, std::string_view yes, std::string_view no) {
  if (text != yes && text != no)
    return failure(Errc::Invalid, "must be " + std::string{yes} + " or " + std::string{no});
  member = text == yes;
  return {};
}

Status set_text(std::string& member, std::string_view text) {
  member = text;
  return {};
}

Status set_name(std::string& member, std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  if (text.size() > 63 || text.find_first_not_of(kAllowed) != std::string_view::npos)
    return failure(Errc::Invalid, "must be at most 63 of A-Z a-z 0-9 - _ .");
  return set_text(member, text);
}

Status set_level(log::Level& member, std::string_view text) {
  const std::map<std::string_view, log::Level> levels{{"debug", log::Level::Debug},
                                                      {"info", log::Level::Info},
                                                      {"warning", log::Level::Warning},
                                                      {"error", log::Level::Error}};
  const auto found = levels.find(text);
  if (found == levels.end()) return failure(Errc::Invalid, "must be debug, info, warning or error");
  member = found->second;
  return {};
}

Status set_database_url(Secret& member, std::string_view text) {
  if (text.empty()) return {};
  const auto url = db::parse_database_url(text);
  if (!url) return tl::unexpected(url.error());
  member = Secret{std::string{text}};
  return {};
}

Status set_ipv4(IpAddress& member, std::string_view text) {
  return parse_ipv4(text).map([&](const IpAddress& address) { member = address; });
}

Status set_ipv6(std::optional<IpAddress>& member, std::string_view text) {
  if (text.empty()) return {};
  const auto address = parse_ip(text);
  if (!address) return tl::unexpected(address.error());
  if (address->family != Family::V6) return failure(Errc::Invalid, "must be an IPv6 address");
  member = *address;
  return {};
}

Status set_addresses(std::vector<IpAddress>& member, std::string_view text) {
  constexpr std::size_t kMost = 16;
  std::vector<IpAddress> read;
  for (std::size_t at = text.find_first_not_of(' '); at != std::string_view::npos;
       at = text.find_first_not_of(' ')) {
    text.remove_prefix(at);
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    const auto address = parse_ip(word);
    if (!address) return tl::unexpected(address.error());
    read.push_back(*address);
  }
  if (read.size() > kMost)
    return failure(Errc::Invalid, "must be at most " + std::to_string(kMost) + " addresses");
  member = std::move(read);
  return {};
}

Status set_hosts(std::vector<std::string>& member, std::string_view text) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.: ";
  if (text.size() > 512 || text.find_first_not_of(kAllowed) != std::string_view::npos)
    return failure(Errc::Invalid, "must be host names or addresses, 512 bytes in all at most");
  std::istringstream words{std::string(text)};
  member.assign(std::istream_iterator<std::string>(words), {});
  return {};
}

Status set_asn(Asn& member, std::string_view text) {
  return number_in(text, 1, 4'294'967'294).and_then(&make_asn).map([&](Asn asn) { member = asn; });
}

// clang-format off
const std::array kKeys{
  Key{"site", "name, required", "pod-1", "Name of the site this controller serves.",
      [](Config& c, std::string_view t) { return set_name(c.site, t); }},
  Key{"controller", "name", "", "Name of this controller, unique among those that share a database. Empty: the host's name.",
      [](Config& c, std::string_view t) { return set_name(c.controller, t); }},
  Key{"data_directory", "directory", "/var/lib/switchyard", "Where the service keeps its files.",
      [](Config& c, std::string_view t) { return set_text(c.data_directory, t); }},

  Key{"portal_directory", "directory", "", "Static files of the portal. Empty: no portal.",
      [](Config& c, std::string_view t) { return set_text(c.portal_directory, t); }},

  Key{"listen.address", "IP address", "127.0.0.1", "Address of the portal and the REST API; '::' or 0.0.0.0 for all.",
      [](Config& c, std::string_view t) { return parse_ip(t).map([&](IpAddress a) { c.listen.address = a; }); }},
  Key{"listen.port", "0..65535", "8443", "Port of the portal and the REST API; 0: the system chooses.",
      [](Config& c, std::string_view t) { return set_number(c.listen.port, t, 0, 65'535); }},
  Key{"listen.tls_certificate", "file", "", "Certificate chain, PEM. Empty: no TLS.",
      [](Config& c, std::string_view t) { return set_text(c.listen.tls_certificate, t); }},
  Key{"listen.tls_key", "file", "", "Private key of the certificate, PEM.",
      [](Config& c, std::string_view t) { return set_text(c.listen.tls_key, t); }},
  Key{"listen.allow_clear_text", "true or false", "false", "Listen on an address other than loopback without TLS (tokens travel in clear text).",
      [](Config& c, std::string_view t) { return set_flag(c.listen.allow_clear_text, t, "true", "false"); }},

  Key{"database.url", "url", "", "sqlite:///path/state.db or mysql://user:password@host:port/name?socket=. Empty: SQLite in data_directory.",
      [](Config& c, std::string_view t) { return set_database_url(c.database.url, t); }},
  Key{"database.sessions", "1..1000", "8", "Database sessions held open.",
      [](Config& c, std::string_view t) { return set_number(c.database.sessions, t, 1, 1000); }},

  Key{"network.provisioning_vlan", "1..4094", "100", "VLAN in which servers boot, are installed and wiped.",
      [](Config& c, std::string_view t) {
        return number_in(t, 1, 4094).and_then(&make_vlan).map([&](VlanId v) { c.network.provisioning_vlan = v; }); }},
  Key{"network.provisioning_services", "IP addresses", "", "All that a server in that VLAN may talk to, separated by spaces: this service, a relay or gateway before it; of IPv6 the link-local ones, too (those of boot.interface are added). Empty: boot.address and boot.address6, or no limit without a boot service.",
      [](Config& c, std::string_view t) { return set_addresses(c.network.provisioning_services, t); }},
  Key{"network.first_asn", "AS number", "4200000000", "First AS number given to servers.",
      [](Config& c, std::string_view t) { return set_asn(c.network.first_asn, t); }},
  Key{"network.last_asn", "AS number", "4294967294", "Last AS number given to servers.",
      [](Config& c, std::string_view t) { return set_asn(c.network.last_asn, t); }},
  Key{"network.address_hold_down", "duration", "1h", "How long a released address rests before it is given to somebody else.",
      [](Config& c, std::string_view t) { return set_seconds(c.network.address_hold_down, t, seconds{0}, std::chrono::days{366}); }},

  Key{"reconcile.scan_interval", "duration", "60s", "How often every switch is compared with what it should be.",
      [](Config& c, std::string_view t) { return set_seconds(c.reconcile.scan_interval, t, seconds{1}, std::chrono::days{1}); }},
  Key{"reconcile.undo_after", "duration", "60s", "A change a switch has not been told to keep after so long is undone by the switch itself.",
      [](Config& c, std::string_view t) { return set_seconds(c.reconcile.undo_after, t, seconds{10}, seconds{600}); }},
  Key{"reconcile.session_watch", "duration", "10m", "How long BGP sessions are watched closely after a change.",
      [](Config& c, std::string_view t) { return set_seconds(c.reconcile.session_watch, t, seconds{0}, std::chrono::days{1}); }},
  Key{"reconcile.drift", "repair or report", "repair", "What happens to a port somebody else has changed.",
      [](Config& c, std::string_view t) { return set_flag(c.reconcile.repair_drift, t, "repair", "report"); }},
  Key{"reconcile.sessions_per_switch", "1..8", "1", "Sessions held to one switch at the same time.",
      [](Config& c, std::string_view t) { return set_number(c.reconcile.sessions_per_switch, t, 1, 8); }},
  Key{"reconcile.recording", "0..1024", "8", "MiB of what was last said to each switch and what it answered, without secrets, in data_directory/recordings (switchyard replay FILE); 0: none.",
      [](Config& c, std::string_view t) { return set_number(c.reconcile.recording_mib, t, 0, 1024); }},

  Key{"workflow.threads", "1..256", "8", "Steps of deployments and releases that run at the same time.",
      [](Config& c, std::string_view t) { return set_number(c.workflow.threads, t, 1, 256); }},
  Key{"workflow.claim", "duration", "60s", "After so long without a sign of life another controller takes the work over.",
      [](Config& c, std::string_view t) { return set_seconds(c.workflow.claim, t, seconds{20}, std::chrono::hours{1}); }},

  Key{"boot.interface", "interface", "", "Interface in the provisioning VLAN on which servers boot: DHCP is answered there. Empty: no boot service but through relays.",
      [](Config& c, std::string_view t) { return set_text(c.boot.interface_name, t); }},
  Key{"boot.address", "IPv4 address", "172.16.100.1", "Address of this service on that interface.",
      [](Config& c, std::string_view t) { return set_ipv4(c.boot.address, t); }},
  Key{"boot.prefix", "IPv4 prefix", "172.16.100.0/24", "The subnet servers boot in.",
      [](Config& c, std::string_view t) { return parse_prefix(t).map([&](const Prefix& p) { c.boot.prefix = p; }); }},
  Key{"boot.first_address", "IPv4 address", "172.16.100.100", "First address lent to a server that boots.",
      [](Config& c, std::string_view t) { return set_ipv4(c.boot.first_address, t); }},
  Key{"boot.last_address", "IPv4 address", "172.16.100.199", "Last address lent to a server that boots.",
      [](Config& c, std::string_view t) { return set_ipv4(c.boot.last_address, t); }},
  Key{"boot.ipv4", "true or false", "true", "Whether servers boot by IPv4. false: by IPv6 alone, and boot.address6 is needed.",
      [](Config& c, std::string_view t) { return set_flag(c.boot.ipv4, t, "true", "false"); }},
  Key{"boot.address6", "IPv6 address", "", "IPv6 address of this service on that interface; its /64 is the subnet servers boot in, by router advertisements and DHCPv6. Empty: no IPv6.",
      [](Config& c, std::string_view t) { return set_ipv6(c.boot.address6, t); }},
  Key{"boot.http_port", "1..65535", "8080", "Port of boot files and scripts.",
      [](Config& c, std::string_view t) { return set_number(c.boot.http_port, t, 1, 65'535); }},
  Key{"boot.tls_port", "1..65535", "8444", "Port of the installer's protocol and of images, TLS with a pinned key.",
      [](Config& c, std::string_view t) { return set_number(c.boot.tls_port, t, 1, 65'535); }},
  Key{"boot.tftp_port", "1..65535", "69", "Port of boot loaders; firmware knows only 69.",
      [](Config& c, std::string_view t) { return set_number(c.boot.tftp_port, t, 1, 65'535); }},
  Key{"boot.files", "directory", "", "Boot loaders, the installer and images. Empty: boot in data_directory.",
      [](Config& c, std::string_view t) { return set_text(c.boot.files, t); }},
  Key{"boot.unknown", "ignore or discover", "ignore", "What happens to a machine nobody knows that boots: nothing, or it is inspected and waits to be enrolled.",
      [](Config& c, std::string_view t) { return set_flag(c.boot.discover_unknown, t, "discover", "ignore"); }},
  Key{"boot.phone_home_url", "https URL", "", "Where an installed system says once that it is up: https://HOST:PORT/api/v1/phone-home of this service, as a server reaches it from its VRFs. Empty: nothing calls home.",
      [](Config& c, std::string_view t) { return set_text(c.boot.phone_home_url, t); }},
  Key{"boot.phone_home_pin", "sha256//BASE64", "", "Public key of the certificate there, as of curl --pinnedpubkey (docs/boot.md, Phone-home).",
      [](Config& c, std::string_view t) { return set_text(c.boot.phone_home_pin, t); }},
  Key{"boot.secure_boot", "true or false", "false", "Whether servers boot by the signed loaders, shim and GRUB, which Secure Boot demands. The secure_boot of a server in the inventory goes before it; also for unknown machines.",
      [](Config& c, std::string_view t) { return set_flag(c.boot.secure_boot, t, "true", "false"); }},
  Key{"boot.serial_log", "on or off", "on", "While a server boots, is installed or wiped its serial console is read through its BMC, and kept with an operation that fails. A console that is read so is not free for others.",
      [](Config& c, std::string_view t) { return set_flag(c.boot.serial_log, t, "on", "off"); }},

  Key{"servers.ntp", "host names", "", "NTP servers of every server that is installed, separated by spaces (for systemd-timesyncd and chrony). Empty: the distribution's own.",
      [](Config& c, std::string_view t) { return set_hosts(c.servers.ntp, t); }},
  Key{"servers.ca_file", "file", "", "CA certificates in PEM that every server that is installed trusts. Empty: the distribution's own alone.",
      [](Config& c, std::string_view t) { return set_text(c.servers.ca_file, t); }},

  Key{"secrets.key_file", "file", "", "Key that seals stored credentials, mode 0600, made at the first start. Empty: secret.key in data_directory.",
      [](Config& c, std::string_view t) { return set_text(c.secrets_key_file, t); }},
  Key{"log.level", "level", "info", "Least important line that is written: debug, info, warning, error.",
      [](Config& c, std::string_view t) { return set_level(c.log_level, t); }},
};

// clang-format on

std::pair<std::string, std::string> section_and_key(std::string_view name) {
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return {"", std::string{name}};
  return {std::string{name.substr(0, dot)}, std::string{name.substr(dot + 1)}};
}

void read_key(const Key& key, const yaml::Node& node, const std::string& member, Config& config) {
  const std::string text =
      key.name == "site" ? node.text(member) : node.text_or(member, std::string{key.fallback});
  if (text.empty() && !key.fallback.empty()) {
    if (key.name != "site") node.report(member, "must not be empty");
    return;
  }
  if (const Status set = key.set(config, text); !set) node.report(member, set.error().message);
}

void check_phone_home(const Config::Boot& boot, const yaml::Node& root) {
  const std::string& url = boot.phone_home_url;
  const std::string& pin = boot.phone_home_pin;
  if (url.empty() != pin.empty())
    root.report("boot", "phone_home_url and phone_home_pin go together");
  if (!url.empty() && (!url.starts_with("https://") || url.find_first_of(" \t\r\n\"") != url.npos ||
                       url.size() > 512))
    root.report("boot", "phone_home_url must be https://HOST:PORT/api/v1/phone-home");
  if (!pin.empty() && !is_key_pin(pin))
    root.report("boot", "phone_home_pin must be sha256// and the base64 of a SHA-256");
}

// What depends on more than one key.
void check(const Config& config, const yaml::Node& root) {
  const auto loopback4 = parse_prefix("127.0.0.0/8");
  const auto loopback6 = parse_prefix("::1/128");
  const bool tls = !config.listen.tls_certificate.empty();
  if (tls != !config.listen.tls_key.empty())
    root.report("listen", "tls_certificate and tls_key go together");
  const bool loopback =
      contains(*loopback4, config.listen.address) || contains(*loopback6, config.listen.address);
  if (!tls && !loopback && !config.listen.allow_clear_text) {
    root.report("listen", "address " + to_string(config.listen.address) +
                              " without TLS would send tokens in clear text; give tls_certificate "
                              "and tls_key, or set allow_clear_text");
  }
  if (config.network.first_asn > config.network.last_asn)
    root.report("network", "first_asn is larger than last_asn");
  for (const IpAddress& address :
       {config.boot.address, config.boot.first_address, config.boot.last_address})
    if (!contains(config.boot.prefix, address))
      root.report("boot", "address " + to_string(address) + " is not in prefix " +
                              to_string(config.boot.prefix));
  check_phone_home(config.boot, root);
  if (!config.boot.ipv4 && !config.boot.address6)
    root.report("boot", "without ipv4 servers boot by IPv6 alone: give address6");
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "controller";
  return name.data();
}

void fill_in(Config& config) {
  if (config.controller.empty()) config.controller = host_name();
  if (config.secrets_key_file.empty())
    config.secrets_key_file = config.data_directory + "/secret.key";
  if (config.network.provisioning_services.empty() && !config.boot.interface_name.empty())
    config.network.provisioning_services = own_addresses(config.boot);
  if (config.boot.files.empty()) config.boot.files = config.data_directory + "/boot";
  if (config.database.url.empty())
    config.database.url = Secret{"sqlite://" + config.data_directory + "/state.db"};
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const std::map<std::string_view, milliseconds> units{{"ms", milliseconds{1}},
                                                       {"s", seconds{1}},
                                                       {"m", std::chrono::minutes{1}},
                                                       {"h", std::chrono::hours{1}},
                                                       {"d", std::chrono::days{1}}};
  long long count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  const auto unit = units.find(text.substr(static_cast<std::size_t>(read.ptr - text.data())));
  if (read.ec != std::errc{} || unit == units.end() || count < 0 || count > 1'000'000'000)
    return failure(Errc::Invalid, "must be a duration such as 500ms, 30s, 5m, 2h or 1d");
  return count * unit->second;
}

std::vector<IpAddress> own_addresses(const Config::Boot& boot) {
  std::vector<IpAddress> own;
  if (boot.ipv4) own.push_back(boot.address);
  if (boot.address6) own.push_back(*boot.address6);
  return own;
}

Result<Config> parse_config(std::string_view file, std::string_view text) {
  yaml::Problems problems;
  const yaml::Node root = yaml::parse(file, text, problems);
  const yaml::Node nothing = yaml::parse(file, "", problems);
  std::map<std::string, std::optional<yaml::Node>> sections{{"", root}};
  Config config;
  for (const Key& key : kKeys) {
    const auto [section, member] = section_and_key(key.name);
    const auto found = sections.try_emplace(section, std::nullopt);
    if (found.second) found.first->second = root.find(section);
    read_key(key, found.first->second.value_or(nothing), member, config);
  }
  if (const auto& boot = sections.at("boot")) config.boot.relays = read_relays(*boot);
  for (const auto& [name, node] : sections)
    if (node) node->done();
  if (problems.empty()) check(config, root);
  if (!problems.empty()) return tl::unexpected(problems.as_error());
  fill_in(config);
  return config;
}

Result<Config> read_config(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    return failure(errno == ENOENT ? Errc::NotFound : Errc::Unavailable,
                   "configuration file " + path + ": " + std::generic_category().message(errno));
  }
  std::ostringstream text;
  text << file.rdbuf();
  if (file.bad() || text.bad())
    return failure(Errc::Unavailable, "configuration file " + path + " cannot be read");
  return parse_config(path, text.str());
}

std::string config_reference() {
  std::string text = "# Every key of the configuration file, with its default.\n";
  std::string open_section;
  for (const Key& key : kKeys) {
    const auto [section, member] = section_and_key(key.name);
    const std::string indent = section.empty() ? "" : "  ";
    if (section != open_section) text += "\n" + section + ":\n";
    open_section = section;
    text += "\n" + indent + "# " + std::string{key.meaning} + " (" + std::string{key.type} + ")\n";
    text +=
        indent + member + ": " + (key.fallback.empty() ? "\"\"" : std::string{key.fallback}) + "\n";
    if (key.name == "boot.serial_log") text += kRelaysReference;
  }
  return text;
}

}  // namespace switchyard
