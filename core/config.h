// The service's configuration file: YAML, every key in one table (config.cpp), from which the file
// is read, the defaults are taken and `switchyard config reference` is printed.
#pragma once

#include "core/log.h"
#include "core/net.h"
#include "core/result.h"
#include "core/secret.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard {

struct Config {
  std::string site{};
  std::string controller{};  // unique among the controllers of one database
  std::string data_directory{};
  std::string portal_directory{};  // static files; empty: no portal

  struct Listen {
    IpAddress address{};
    std::uint16_t port{};           // 0: the kernel chooses one
    std::string tls_certificate{};  // PEM file; empty: plain HTTP
    std::string tls_key{};          // PEM file
    bool allow_clear_text{};
  } listen{};

  struct Database {
    Secret url{};  // may hold a password; core/db/url.h
    int sessions{};
  } database{};

  struct Network {
    VlanId provisioning_vlan{};
    // What a server in that VLAN may talk to; empty: no limit.
    std::vector<IpAddress> provisioning_services{};
    Asn first_asn{};
    Asn last_asn{};
    std::chrono::seconds address_hold_down{};
  } network{};

  struct Reconcile {
    std::chrono::seconds scan_interval{};
    std::chrono::seconds undo_after{};
    std::chrono::seconds session_watch{};
    bool repair_drift{};
    int sessions_per_switch{};
    int recording_mib{};  // of what is said to one switch; 0: nothing is recorded
  } reconcile{};

  struct Workflow {
    int threads{};
    std::chrono::seconds claim{};
  } workflow{};

  // What every server gets when it is installed.
  struct Servers {
    std::vector<std::string> ntp{};  // host names or addresses
    std::string ca_file{};           // PEM; empty: none
  } servers{};

  // The boot segment; nothing is served while there is neither an interface nor a relay.
  struct Boot {
    std::string interface_name{};
    bool ipv4{};                          // false: by IPv6 alone
    std::optional<IpAddress> address6{};  // none: no IPv6
    IpAddress address{};
    Prefix prefix{};
    IpAddress first_address{};
    IpAddress last_address{};
    std::uint16_t http_port{};
    std::uint16_t tls_port{};
    std::uint16_t tftp_port{};
    std::string files{};
    bool discover_unknown{};  // unknown machines are inspected, not ignored
    // Where installed systems call home, as they reach this service's API; empty: they do not.
    std::string phone_home_url{};
    std::string phone_home_pin{};  // "sha256//BASE64" of the key that answers there
    bool secure_boot{};  // of servers whose inventory does not say, and of unknown machines
    bool serial_log{};   // serial consoles are read while servers boot and work

    // A switch that relays DHCP; its option 82 names the port.
    struct Relay {
      struct Subnet {
        Prefix prefix{};
        IpAddress first_address{};
        IpAddress last_address{};
        std::optional<IpAddress> router{};
      };

      std::string switch_name{};
      std::vector<IpAddress> addresses{};  // it sends from, IPv4 and IPv6
      std::string circuit_id{};            // plain, sonic, junos
      std::optional<Prefix> prefix6{};     // of the servers behind it, up to /64; none: of address6
      std::optional<Subnet> subnet{};      // of the servers behind it; none: `prefix` above
    };

    std::vector<Relay> relays{};
  } boot{};

  std::string secrets_key_file{};
  log::Level log_level{};
};

// Of the boot service, one a family it serves: never empty.
[[nodiscard]] std::vector<IpAddress> own_addresses(const Config::Boot& boot);

// Unknown keys, wrong types and values out of range: one Invalid error with a line for each,
// "file:line:column: message". What has no default of its own is filled in (key file, database and
// controller name).
[[nodiscard]] Result<Config> parse_config(std::string_view file, std::string_view text);

// The same from a file. NotFound when it is not there, Unavailable when it cannot be read.
[[nodiscard]] Result<Config> read_config(const std::string& path);

// A configuration file with every key, its meaning and its default. It is itself valid.
[[nodiscard]] std::string config_reference();

// "500ms", "30s", "5m", "2h", "1d".
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace switchyard
