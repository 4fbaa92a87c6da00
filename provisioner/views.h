// What the service shows: plain values, made for the API. Times are UTC; an absent one is 0.
#pragma once

#include "core/clock.h"
#include "core/net.h"
#include "provisioner/bmc/install_order.h"
#include "provisioner/vantage_views.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace switchyard::provisioner {

// One page of a list sorted by its key; `next` is the key to go on after, empty at the end.
struct PageRequest {
  int size{50};         // 1 … 500, the caller has clamped it
  std::string after{};  // key of the last item seen
};

template <class T> struct Page {
  std::vector<T> items{};
  std::string next{};
};

struct NicView {
  std::string name{};
  std::string mac{};
  std::string switch_name{};
  std::string port{};
};

struct ServerView {
  std::string name{};
  std::string profile{};
  std::string
      state{};  // enrolling … available, deploying, active, releasing, wiping, failed, maintenance
  std::string reason{};       // why it is failed or in maintenance
  std::string deployment{};   // id, empty when none
  std::string project{};      // of that deployment
  std::string hardware{};     // "Dell Inc. PowerEdge R650"; empty until it was inspected
  std::string secure_boot{};  // its loaders: on, off, default (boot.secure_boot says)
  std::vector<NicView> nics{};
  long long version{};
};

// A rescue that is running, and how to get in while it is open.
struct RescueView {
  std::string server{};
  std::string operation{};
  std::string state{};     // opening, open, ending
  std::string address{};   // ssh to root there, port 22; empty unless open
  std::string host_key{};  // "SHA256:…"
  std::vector<std::string> ssh_keys{};
  Timestamp opened{};
  Timestamp until{};  // it ends by itself then
};

// A wipe that was proved. `record` is the very text that was signed: one line of JSON.
struct WipeRecordView {
  std::string operation{};
  std::string server{};
  Timestamp at{};
  std::string record{};
  std::string signature{};  // Ed25519, base64
  std::string key{};        // id of the key
};

struct SigningKeyView {
  std::string id{};
  std::string purpose{};     // "wipe-records"
  std::string public_key{};  // Ed25519, base64
  Timestamp created{};
};

struct DiscoveredNicView {
  std::string name{};
  std::string mac{};
  std::string switch_name{};  // empty: nothing proved where it is cabled
  std::string port{};
  std::string proof{};  // lldp, relay, ""
};

// A machine that booted and that the inventory does not know.
struct DiscoveryView {
  std::string id{};           // "new-020000000001"
  std::string mac{};          // it booted with
  std::string switch_name{};  // where, as a relay said
  std::string port{};
  std::vector<DiscoveredNicView> nics{};
  std::string inspection{};  // JSON object as text; empty: not inspected yet
  Timestamp first_seen{};
  Timestamp last_seen{};
};

struct CapabilityView {
  std::string name{};
  bool supported{};
  std::string limitation{};
};

struct SwitchView {
  std::string name{};
  std::string nos{};
  std::string address{};
  std::uint32_t asn{};
  std::string state{};  // "unknown", "reachable", "unreachable", "refused", "maintenance"
  std::string error{};  // of the last contact, empty when it went well
  Timestamp last_contact{};
  std::vector<std::string> vrfs{};
  std::vector<std::string> problems{};  // base configuration that is missing
  std::vector<CapabilityView> capabilities{};
  bool drained{};  // to be; it is when no port is changing
  std::string drain_reason{};
  long long changing_ports{};  // which do not show their wish yet
  long long version{};
};

// A server with a tenant behind a switch, and what becomes of it when the switch goes.
struct SwitchServerView {
  std::string server{};
  std::string deployment{};
  std::string project{};
  std::string port{};
  std::string other_paths{};  // "yes", "no", "unknown"
  std::string why{};          // of "no" and "unknown", for people
};

struct DrainRequest {
  std::string reason{};
  bool lose_servers{};  // although servers have no other path
};

struct DifferenceView {
  std::string where{};  // "running" or "saved"
  std::string subject{};
  std::string wished{};
  std::string observed{};
};

// Announcements of a server that its filter turned away; see switch_drivers::RefusedCount.
struct RefusedView {
  std::string kind{};    // "default", "host-route", "network"
  std::string family{};  // "ipv4", "ipv6"
  std::uint64_t announcements{};
};

struct SessionView {
  std::string vrf{};
  std::uint16_t tag{};
  std::string state{};
  std::uint32_t remote_asn{};
  std::vector<std::string> expected{};
  std::vector<std::string> accepted{};
  std::vector<RefusedView> refused{};
};

struct PortView {
  std::string switch_name{};
  std::string name{};
  std::string role{};
  std::string server{};       // cabled to, empty when none
  std::string wished_mode{};  // empty: Switchyard has no wish for this port
  std::string wish{};         // one readable line
  std::string sync{};         // "in-sync", "changing", "drifted", "failed", "unknown"
  std::string error{};
  std::vector<DifferenceView> differences{};
  std::vector<SessionView> sessions{};
  Timestamp observed_at{};
  long long wish_version{};
};

struct VrfView {
  std::string name{};
  std::uint16_t tag{};
  std::string description{};
  long long version{};
};

struct SubnetView {
  std::string name{};
  std::string vrf{};
  std::string prefix{};
  std::string project{};
  std::string used{};  // decimal; IPv6 subnets do not fit in 64 bits
  std::string total{};
  std::string on_hold{};
  long long hold_down_seconds{};
  long long version{};
};

struct AddressView {
  std::string address{};
  std::string subnet{};
  std::string vrf{};
  std::string owner{};  // deployment id or a name given by hand
  std::string name{};
  std::string state{};  // in_use, hold_down, reserved
  bool anycast{};
};

struct DeploymentAddress {
  std::string vrf{};
  std::uint16_t tag{};
  std::string subnet{};
  std::string address{};
};

// An address it may announce like other servers.
struct DeploymentAnycast {
  std::string vrf{};
  std::uint16_t tag{};
  std::string address{};
};

struct DeploymentView {
  std::string id{};
  std::string name{};  // host name of the server
  std::string project{};
  std::string server{};
  std::string image{};
  std::string catalog{};
  int image_version{};          // 0: the inventory's
  int catalog_version{};        // 0: the inventory's
  std::string variables{"{}"};  // of the catalog, as the order gave them: JSON object
  DiskLayout layout{};
  std::string state{};  // deploying, active, releasing, released, failed
  std::string reason{};
  std::uint32_t asn{};
  std::vector<DeploymentAddress> addresses{};
  std::vector<DeploymentAnycast> anycast{};
  std::string operation{};  // id of the last one
  Timestamp created{};
  Timestamp ended{};
  long long version{};
};

struct TimelineView {
  int sequence{};
  Timestamp at{};
  std::string step{};
  std::string kind{};  // started, progress, waiting, slow, retry, done, failed, cancelled
  std::string message{};
};

struct StepView {
  std::string name{};      // of the table row, "attaching"
  std::string title{};     // "Turn the ports into routed subinterfaces"
  std::string state{};     // pending, running, done, failed, skipped
  double seconds{};        // so far or in total
  double usual_seconds{};  // median of what it took before on such hardware, 0 when never run
  bool is_slow{};          // it runs, and much longer than usual
};

struct OperationView {
  std::string id{};
  std::string kind{};        // deploy, release, wipe
  std::string deployment{};  // empty: of none (wipe)
  std::string server{};
  std::string project{};
  std::string status{};  // queued, running, succeeded, failed, cancelled
  std::string step{};
  std::string message{};     // what it is doing or waiting for now
  std::string error_code{};  // of core/result.h, when failed
  std::string error{};
  bool cancel_requested{};
  int attempt{};
  std::vector<StepView> steps{};
  std::vector<TimelineView> timeline{};
  Timestamp created{};
  Timestamp finished{};
  long long version{};
};

// What was kept of an operation for those who must find out why it failed.
struct ConsoleView {
  std::string operation{};
  std::string server{};
  std::string step{};  // that failed; empty while none has
  Timestamp at{};      // of the failure
  std::string console{};
  std::string problem{};    // why there is no console, or why it ends
  std::string installer{};  // lines the RAM system logged
};

struct CatalogAttachmentView {
  std::string vrf{};
  bool ipv4{};
  bool ipv6{};
  bool anycast{};
  std::vector<std::string> advertise{};
};

struct SegmentView {
  int untagged{};  // 0: none
  std::vector<int> tagged{};
};

struct CatalogView {
  std::string name{};
  std::string description{};
  int version{};  // that orders get; 0: the inventory's, without templates
  std::uint16_t mtu{};
  std::vector<CatalogAttachmentView> attachments{};
  std::optional<SegmentView> segment{};  // instead of attachments
};

struct VersionState {
  int version{};
  std::string state{};  // checked, published, deprecated
  std::string author{};
  Timestamp created{};
};

// One version of what was pushed as a folder of files.
struct VersionView {
  std::string state{};                   // of this version
  std::vector<VersionState> versions{};  // all there are, oldest first
  std::string sha256{};                  // of the files
  std::string author{};
  Timestamp created{};
  std::map<std::string, std::string> files{};
};

struct CatalogVersionView {
  CatalogView catalog{};  // as this version has it
  VersionView version{};
};

struct ImageView {
  std::string name{};
  std::string description{};
  int version{};                        // that orders get; 0: the inventory's
  std::string install{};                // "image", "installer"; empty: its manifest says it
  std::vector<std::string> firmware{};  // what it boots on; empty: its manifest does not say
  std::vector<std::string> network{};   // what sets up its network; empty as above
};

struct ImageVersionView {
  ImageView image{};  // as this version has it
  VersionView version{};
};

// Legs of a server that carried its host routes, from `at` on.
struct LegsView {
  Timestamp at{};
  int up{};
  int of{};
};

// What became of one server in a roll-out.
struct RolloutServerView {
  std::string deployment{};
  std::string server{};
  int wave{};           // 0: of none
  std::string state{};  // waiting, moving, moved, failed, left, untouched
  int from_version{};
  int to_version{};
  std::string operation{};  // its move; empty: not begun
  std::string detail{};     // why it failed or was left
  std::vector<LegsView> legs{};
  std::chrono::milliseconds loss{};  // how long no leg carried its host routes
  std::vector<RouteProbeView> probes{};
};

struct RolloutView {
  std::string id{};  // of its operation, too
  std::string catalog{};
  int version{};          // that servers get; 0 when it takes another one back
  std::string reverts{};  // that one
  int canary{};
  int batch{};
  long long pause_seconds{};
  std::string author{};
  std::string status{};  // of the operation: running, succeeded, failed, cancelled
  std::string message{};
  std::string error{};
  int waves{};
  std::map<std::string, long long> servers{};  // how many by state
  Timestamp created{};
  Timestamp finished{};
};

// What a change of a catalog would mean on one switch.
struct SwitchPreview {
  std::string switch_name{};
  std::string nos{};
  int ports{};             // that change
  std::string commands{};  // what would be sent; empty when only counted
  std::size_t bytes{};     // of the commands
  std::string sha256{};    // of the commands
};

struct ServerPreview {
  std::string deployment{};
  std::string server{};
  std::string project{};
  int from_version{};
  std::string needs_install{};  // why it would not be moved; empty: it would

  struct Port {
    std::string switch_name{};
    std::string port{};
    std::string from{};  // summary of the wish now
    std::string to{};
  };

  std::vector<Port> ports{};  // that change
};

struct CatalogPreview {
  std::string catalog{};
  int changed{};        // servers with a port that changes
  int unchanged{};      // servers whose ports stay as they are
  int needs_install{};  // servers that would be left
  std::vector<SwitchPreview> switches{};
  std::vector<ServerPreview> servers{};  // of one server or one switch only
};

struct EventView {
  long long id{};  // grows by at least one with each event
  Timestamp at{};
  std::string type{};     // "operation.step", "server.state", "port.drift", …
  std::string subject{};  // "operations/op-…"
  std::string project{};  // whose developers may see it; empty: network engineers and admins
  std::string data{};     // a JSON object as text
};

// One line: {"id":…,"at":"…Z","type":…,"subject":…,"data":{…}}.
[[nodiscard]] std::string to_json_text(const EventView& event);

// What the import of an inventory did or would do.
struct ImportReport {
  std::vector<std::string> created{};  // "server srv1"
  std::vector<std::string> changed{};
  std::vector<std::string> unchanged{};
  std::vector<std::string> missing{};  // in the database, not in the file: left alone
  std::vector<std::string> to_wipe{};  // names of servers that this import put into maintenance
};

// What a deployment would do, before it is ordered (dry run).
struct DeployPlanView {
  std::string server{};
  std::uint32_t asn{};
  std::vector<DeploymentAddress> addresses{};
  std::vector<DeploymentAnycast> anycast{};

  struct PortPlan {
    std::string switch_name{};
    std::string port{};
    std::string from{};    // summary of the wish now
    std::string to{};      // summary of the wish afterwards
    std::string intent{};  // the complete intent as JSON text
  };

  std::vector<PortPlan> ports{};
};

}  // namespace switchyard::provisioner
