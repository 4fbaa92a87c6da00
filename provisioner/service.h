// The facade the API calls: validates, writes wishes, reads records. Never talks to hardware, never
// waits for it. Thread-safe.
//
// `project` in a Viewer limits what is seen and touched; nullopt sees everything. An object of
// another project answers NotFound, as if it did not exist.
#pragma once

#include "core/clock.h"
#include "core/result.h"
#include "core/secret.h"
#include "provisioner/bmc/install_order.h"
#include "provisioner/views.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::db {
class Pool;
}

namespace switchyard::ipam {
class Allocator;
}

namespace switchyard::catalogs {
class TemplateEngine;
}

namespace switchyard {
class Sealer;
}

namespace switchyard::provisioner {

class Wakeup;
struct Site;

struct Viewer {
  std::string name{};                    // principal, for records
  std::optional<std::string> project{};  // nullopt: all
};

struct DeployRequest {
  std::string project{};
  std::string name{};    // host name: RFC 1123 label, unique among live deployments
  std::string server{};  // this one, or empty: any available of `profile`
  std::string profile{};
  std::string image{};
  std::string catalog{};
  std::map<std::string, std::vector<std::string>>
      subnets{};  // VRF -> subnets (one a family at most)
  std::map<std::string, std::vector<std::string>>
      anycast{};                        // VRF -> addresses it may announce, taken as anycast before
  std::string variables{"{}"};          // JSON object, of the catalog's own
  std::vector<std::string> ssh_keys{};  // OpenSSH public keys of root, one line each
  std::vector<HostUser> users{};        // setup_files.h: check_user()
  std::string user_data{};              // for cloud-init, of images that have it; empty: none
  DiskLayout layout{};
};

struct RolloutRequest {
  std::string catalog{};
  int version{};  // 0: the one orders get
  int canary{1};  // servers of the first wave, 0 … 1000
  int batch{48};  // servers a wave after that, 1 … 1000; never more than one rack
  std::chrono::seconds pause{30};      // after each wave, 0 … 86400 s
  std::vector<std::string> servers{};  // these only; empty: all that use the catalog
};

struct PreviewRequest {
  std::string catalog{};
  int version{};                               // 0: `files`
  std::map<std::string, std::string> files{};  // of a catalog's folder
  std::string server{};                        // this one only
  std::string switch_name{};                   // this one only
};

struct AddressOrder {
  std::optional<std::string> address{};  // this one, or the next free
  std::string owner{};
  std::string name{};
  bool anycast{};  // for several servers, each of which is granted it by its order
};

struct SubnetOrder {
  std::string name{};
  std::string vrf{};
  std::string prefix{};
  std::string project{};
  bool whole{};
  long long hold_down_seconds{3600};
};

// A discovered machine becomes a server with the links that were proved.
struct EnrolRequest {
  struct Bmc {
    std::string type{};  // as in the inventory
    std::string url{};
    std::string user{};
    Secret password{};
    std::string certificate{};
    bool insecure{};
  };

  std::string name{};
  std::string from{};  // id of the discovery
  std::string profile{};
  Bmc bmc{};
};

// What an installed system says once, when it is up.
struct PhoneHome {
  std::string hostname{};
  long long uptime_seconds{};
  std::vector<std::string> addresses{};  // "10.1.0.5/32"
  long long bgp_established{};
  bool ssh{};
};

enum class Mode { Real, DryRun };  // DryRun validates all and changes nothing

class Service {
 public:
  Service(db::Pool& pool, ipam::Allocator& allocator, const Clock& clock, Wakeup& wakeup,
          const Sealer& sealer, const Site& site);
  ~Service();

  // Invalid with every problem of the file, one a line "file:line:column: message".
  Result<ImportReport> import_inventory(std::string_view file, std::string_view yaml, Mode mode);

  Result<Page<ServerView>> list_servers(const Viewer&, const std::string& state,
                                        const PageRequest&);
  Result<ServerView> find_server(const Viewer&, const std::string& name);
  // Out of the pool; also a failed server that belongs to no deployment. Conflict: it is in use.
  Result<ServerView> start_maintenance(const std::string& name, const std::string& reason,
                                       std::optional<long long> version, Mode);
  // Queues the wipe without which no server leaves maintenance for the pool; the operation of a
  // running one is answered when there is one.
  Result<OperationView> end_maintenance(const Viewer&, const std::string& name,
                                        std::optional<long long> version, Mode);

  // Lets people with these keys into the RAM system of a server in maintenance, or failed, that
  // belongs to no deployment. Conflict: it does, or something runs on it.
  Result<OperationView> start_rescue(const Viewer&, const std::string& name,
                                     const std::vector<std::string>& ssh_keys, Mode);
  // NotFound, as below: no rescue of this server is running.
  Result<RescueView> find_rescue(const std::string& name);
  // The server is off, its ports are shut and it is in maintenance when the operation is over.
  Result<OperationView> end_rescue(const Viewer&, const std::string& name, Mode);

  // What an installed system says of itself at its first boot. Rejected: the token is void, or the
  // deployment it was for is over.
  Status note_phone_home(const Secret& token, const PhoneHome& said);

  // Oldest first; only proved wipes have a record.
  Result<Page<WipeRecordView>> list_wipe_records(const Viewer&, const std::string& server,
                                                 const PageRequest&);
  Result<Page<SigningKeyView>> list_signing_keys(const PageRequest&);

  // Machines the inventory does not know, that booted and wait to be enrolled.
  Result<Page<DiscoveryView>> list_discoveries(const PageRequest&);
  // The server is in maintenance then, because nothing proved it clean. Conflict: no link was
  // proved, or one leads to a port that is not free.
  Result<ServerView> enrol(const Viewer&, const EnrolRequest&, Mode);

  Result<Page<SwitchView>> list_switches(const PageRequest&);
  Result<SwitchView> find_switch(const std::string& name);
  Result<Page<PortView>> list_ports(const std::string& switch_name, const PageRequest&);
  Result<PortView> find_port(const std::string& switch_name, const std::string& port);
  // Looks at the switch as soon as it can and repairs what differs; answers at once.
  Status scan_switch(const std::string& name);
  // Every server with a tenant behind it.
  Result<Page<SwitchServerView>> list_switch_servers(const std::string& name, const PageRequest&);
  // Asks fabric and servers to use other paths (RFC 8326) until undrain_switch(); sessions stay up.
  // Conflict: a server has no other path.
  Result<SwitchView> drain_switch(const std::string& name, const DrainRequest&,
                                  std::optional<long long> version, Mode);
  Result<SwitchView> undrain_switch(const std::string& name, std::optional<long long> version,
                                    Mode);

  Result<Page<VantageView>> list_vantage_points(const PageRequest&);
  Result<Page<VrfView>> list_vrfs(const PageRequest&);
  Result<Page<SubnetView>> list_subnets(const Viewer&, const std::string& vrf, const PageRequest&);
  Result<SubnetView> find_subnet(const Viewer&, const std::string& name);
  Result<SubnetView> create_subnet(const Viewer&, const SubnetOrder&, Mode);
  // Conflict while an address of it is in use.
  Status remove_subnet(const Viewer&, const std::string& name, std::optional<long long> version,
                       Mode);
  Result<std::vector<std::string>> available_addresses(const Viewer&, const std::string& subnet,
                                                       int limit);
  // All or none; Conflict when the subnet has fewer left (the message says how many).
  Result<std::vector<AddressView>> take_addresses(const Viewer&, const std::string& subnet,
                                                  const std::vector<AddressOrder>&, Mode);
  Result<Page<AddressView>> list_addresses(const Viewer&, const std::string& subnet,
                                           const PageRequest&);
  // By hand taken ones only; Conflict for an address of a deployment.
  Status release_address(const Viewer&, const std::string& subnet, const std::string& address,
                         Mode);

  Result<Page<CatalogView>> list_catalogs(const PageRequest&);
  // With its files. `version` 0: the one orders get. NotFound: no such version was pushed.
  Result<CatalogVersionView> find_catalog(const std::string& name, int version);
  // A new, checked version of the catalog these files are (catalogs/catalog_folder.h); the newest
  // one if it has the same files. Invalid with every fault, one a line "file:line: message". The
  // view's version is the pushed one.
  Result<CatalogView> push_catalog(const std::string& author,
                                   const std::map<std::string, std::string>& files, Mode);
  // Orders get this version from now on; 0: the newest. Conflict: it is deprecated.
  Result<CatalogView> publish_catalog(const std::string& author, const std::string& name,
                                      int version, Mode);
  // Nobody can order or roll out this version any more; who has it keeps it.
  Result<CatalogVersionView> deprecate_catalog(const std::string& author, const std::string& name,
                                               int version, Mode);
  // What moving to a version (or to what these files would be) would change, for one server, one
  // switch, or everything that uses the catalog.
  Result<CatalogPreview> preview_catalog(const PreviewRequest&);

  // Moves active servers to a version, in waves. Conflict: there is nothing to move, or another
  // roll-out of this catalog runs.
  Result<RolloutView> start_rollout(const Viewer&, const RolloutRequest&, Mode);
  // Gives every server a roll-out has moved the version back that it had.
  Result<RolloutView> revert_rollout(const Viewer&, const std::string& id, Mode);
  // Newest first.
  Result<Page<RolloutView>> list_rollouts(const PageRequest&);
  Result<RolloutView> find_rollout(const std::string& id);
  Result<Page<RolloutServerView>> list_rollout_servers(const std::string& id,
                                                       const std::string& state,
                                                       const PageRequest&);

  Result<Page<ImageView>> list_images(const PageRequest&);
  // The five below are to an OS image what their namesakes above are to a network catalog. A push
  // reads all its files in the boot folder, where this controller has one: some 3 s a GiB.
  Result<ImageVersionView> find_image(const std::string& name, int version);
  Result<ImageView> push_image(const std::string& author,
                               const std::map<std::string, std::string>& files, Mode);
  Result<ImageView> publish_image(const std::string& author, const std::string& name, int version,
                                  Mode);
  Result<ImageVersionView> deprecate_image(const std::string& author, const std::string& name,
                                           int version, Mode);

  // Refuses at once what can never converge. On success everything is reserved and an operation
  // runs.
  Result<DeploymentView> deploy(const Viewer&, const DeployRequest&);
  Result<DeployPlanView> plan_deploy(const Viewer&, const DeployRequest&);
  Result<Page<DeploymentView>> list_deployments(const Viewer&, const std::string& state,
                                                const PageRequest&);
  Result<DeploymentView> find_deployment(const Viewer&, const std::string& id);
  // Queues the release; the operation of a running release is answered when there is one.
  Result<OperationView> release(const Viewer&, const std::string& deployment,
                                std::optional<long long> version, Mode);

  Result<Page<OperationView>> list_operations(const Viewer&, const std::string& status,
                                              const PageRequest&);
  Result<OperationView> find_operation(const Viewer&,
                                       const std::string& id);  // with steps and timeline
  // NotFound: nothing was kept, as of all that succeeded.
  Result<ConsoleView> find_console(const Viewer&, const std::string& operation);
  Result<OperationView> cancel(const Viewer&, const std::string& operation);
  Result<OperationView> retry(const Viewer&, const std::string& operation);  // a failed one

  // Events after `after`, oldest first, at most `limit`; does not wait.
  Result<std::vector<EventView>> events(const Viewer&, long long after, int limit);
  Result<long long> last_event();
  // Blocks until an event newer than `after` may exist or the timeout passed; spurious wake-ups
  // happen.
  void wait_for_event(long long after, std::chrono::milliseconds timeout);

 private:
  // No request: no longer.
  Result<SwitchView> set_drained(const std::string& name, const DrainRequest* request,
                                 std::optional<long long> version, Mode);

  db::Pool& pool_;
  ipam::Allocator& allocator_;
  const Clock& clock_;
  Wakeup& wakeup_;
  const Sealer& sealer_;
  const Site& site_;
  std::unique_ptr<catalogs::TemplateEngine> templates_;
};

}  // namespace switchyard::provisioner
