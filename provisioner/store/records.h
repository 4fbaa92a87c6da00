// Rows of the provisioner's tables as values. Times are UTC; 0 means never.
#pragma once

#include "catalogs/network_catalog.h"
#include "core/clock.h"
#include "core/net.h"
#include "provisioner/bmc/install_order.h"
#include "switch-drivers/port_intent.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace switchyard::provisioner {

struct NicRecord {
  std::string server{};
  std::string name{};
  std::string mac{};
  std::string switch_name{};
  std::string port{};
  long long switch_asn{};
  std::string switch_nos{};
  bool switch_drained{};
};

struct ServerRecord {
  std::string name{};
  std::string profile{};
  std::string state{};
  std::string reason{};
  std::string deployment{};
  std::string bmc_type{};
  std::string bmc_url{};
  std::string bmc_user{};
  std::string sealed_bmc_password{};
  std::string bmc_trust{};    // "", "insecure", "sha256:…"
  std::string secure_boot{};  // "" (as the configuration says), "on", "off"
  std::string firmware{};     // "" (never inspected), "bios", "uefi"
  long long version{};
};

struct SwitchRecord {
  std::string name{};
  std::string nos{};
  std::string address{};
  int port{22};
  std::string login{};
  std::string sealed_password{};
  std::string key_file{};
  std::string host_key{};
  long long asn{};
  std::string bridge{};
  std::string state{};
  std::string error{};
  long long last_contact{};
  std::string boot_id{};
  std::string facts{};
  long long scan_wanted{};
  long long version{};
};

// What one VRF means to one deployment: fixed when it is reserved, rendered from ever after.
struct PlannedVrf {
  VrfName vrf{};
  VlanId tag{};
  std::vector<std::string> subnets{};  // parallel to `addresses`
  std::vector<IpAddress> addresses{};  // at most one a family
  std::vector<IpAddress> anycast{};    // sorted; granted to it, as to other servers
  std::vector<Prefix> advertise{};
  std::uint32_t maximum_prefix{8};
  std::map<std::string, catalogs::SwitchPolicy> policies{};  // by NOS, of the catalog's version
};

struct Plan {
  std::vector<PlannedVrf> vrfs{};              // sorted by tag
  std::optional<catalogs::Segment> segment{};  // instead of VRFs
  std::uint16_t mtu{1500};
  std::chrono::seconds keepalive{3};
  std::chrono::seconds hold{9};
  std::string variables{"{}"};  // of the catalog, as the order gave them: JSON object
  std::vector<std::string> ssh_keys{};
  std::vector<HostUser> users{};
  std::string user_data{};  // for cloud-init; empty: none
  DiskLayout layout{};
};

struct DeploymentRecord {
  std::string id{};
  std::string name{};
  std::string project{};
  std::string server{};
  std::string image{};
  std::string catalog{};
  int image_version{};    // of image_versions; 0: the image is the inventory's
  int catalog_version{};  // of catalog_versions; 0: the catalog is the inventory's, without
                          // templates
  Plan plan{};
  Asn asn{};
  std::string state{};
  std::string reason{};
  std::string operation{};
  long long created{};
  long long ended{};
  long long version{};
};

struct OperationRecord {
  std::string id{};
  std::string kind{};        // deploy, release, wipe, rescue, move, rollout
  std::string deployment{};  // empty: of none (wipe, rescue, rollout)
  std::string server{};      // empty: of none (rollout)
  std::string alone_on{};  // what it has for itself while it runs; empty: the server. Not read back
  std::string project{};
  std::string status{};  // queued, running, succeeded, failed, cancelled
  std::string state{};   // name of the table row
  long long state_since{};
  int attempt{};
  std::string message{};
  std::string error_code{};
  std::string error{};
  bool cancel_requested{};
  long long due{};
  long long fence{};
  long long created{};
  long long finished{};
  long long version{};
  long long slow_after{};  // in this state, in microseconds; 0: nobody can say, or it was said
};

// The wish for one port and how far the world is from it.
struct WishRecord {
  std::string switch_name{};
  std::string port{};
  switch_drivers::PortIntent wish{};
  long long version{};                    // of the wish
  long long settled_version{};            // the wish that was last read back equal and saved
  bool drained{};                         // the switch is to be, and so are `wish` and `previous`
  bool settled_drained{};                 // what it was when the wish was settled
  switch_drivers::PortIntent previous{};  // to go back to when its change group is aborted
  std::string change_group{};
  std::string phase{};  // wanted, prepared, settled
  int attempts{};
  long long due{};
  long long watch_until{};  // sessions are looked at often until then
  std::string error{};
  std::string report{};    // JSON list of differences at observed_at
  std::string sessions{};  // JSON list of sessions at sessions_at
  long long observed_at{};
  long long sessions_at{};

  [[nodiscard]] bool is_settled() const {
    return settled_version == version && settled_drained == drained;
  }
};

[[nodiscard]] std::string to_json_text(const Plan& plan);
[[nodiscard]] Result<Plan> parse_plan(const std::string& json_text);

}  // namespace switchyard::provisioner
