#include "provisioner/boot/boot_services.h"

#include "core/db/query.h"
#include "core/db/transaction.h"
#include "core/log.h"
#include "provisioner/boot/boot_site.h"
#include "provisioner/boot/dhcp_setup.h"
#include "provisioner/boot/image_shelf.h"
#include "provisioner/boot/sighting_log.h"
#include "provisioner/store/image_versions.h"
#include "pxe/dhcp/server.h"
#include "pxe/dhcp/v6/server.h"
#include "pxe/files/boot_root.h"
#include "pxe/http/server.h"
#include "pxe/tftp/server.h"

#include <mutex>
#include <thread>

namespace switchyard::provisioner {

using namespace std::chrono_literals;
namespace dhcp = pxe::dhcp;

namespace {

constexpr auto kCablingRefresh = 2s;

Result<std::vector<NicRow>> read_nics(db::Pool& pool) {
  return db::read(
      pool, "cabling of all servers", [](db::Session& session) -> Result<std::vector<NicRow>> {
        return db::select<std::string, std::string, std::string, std::string, std::string>(
            session,
            "SELECT n.server, n.mac, n.switch_name, n.port, s.secure_boot FROM nics n "
            "JOIN servers s ON s.name = n.server ORDER BY n.server");
      });
}

std::optional<HomeAddress> home_of(const Config::Boot& boot) {
  if (boot.phone_home_url.empty()) return std::nullopt;
  return HomeAddress{.url = boot.phone_home_url, .pin = boot.phone_home_pin};
}

Result<ShelfEntry> find_image(const std::string& folder, db::Pool& pool, const std::string& name,
                              int version) {
  if (version == 0) return find_manifest(folder, name);
  const auto found = db::read(pool, "image " + name, [&](db::Session& session) {
    return find_image_version(session, name, version);
  });
  if (!found) return tl::unexpected(found.error());
  return find_pushed(folder, found->image, found->files);
}

// Whom an address was lent to, as DHCP knows it.
struct Client {
  dhcp::PortName port{};
  MacAddress mac{};
};

}  // namespace

struct BootServices::State {
  State(const Config& config, db::Pool& database, Wakeup& wakeups, const SigningKey& key)
      : boot(config.boot),
        pool(database),
        wakeup(wakeups),
        desk({.pool = database,
              .wakeup = wakeups,
              .key = key,
              .site = config.site,
              .find_image =
                  [folder = config.boot.files, &database](const std::string& name, int version) {
                    return find_image(folder, database, name, version);
                  },
              .boot_url = boot_url({.address = to_string(own_addresses(config.boot).front()),
                                    .port = config.boot.http_port}),
              .home = home_of(config.boot),
              .ordered = [this](const std::string& server) { wake(server); }}),
        site(
            desk, [this](const std::string& address) { return asker_at(address); },
            [this](const std::string& client) { return address_for(client); }),
        store(database),
        holders(database) {}

  [[nodiscard]] std::optional<Asker> asker_at(const std::string& text) const;
  [[nodiscard]] std::optional<Client> client_at(const std::string& text) const;
  [[nodiscard]] BootAddress address_for(const std::string& client) const;
  void wake(const std::string& server);
  Status open(const Config& config, const Clock& clock);
  Status open_dhcp(const Clock& clock);
  Status open_files(const IpAddress& own, const pxe::http::Identity& identity);
  Status refresh_cabling();
  void keep_books(const std::stop_token& stop);

  Config::Boot boot;
  db::Pool& pool;
  Wakeup& wakeup;
  BootDesk desk;
  BootSite site;
  dhcp::DatabaseLeaseStore store;
  dhcp::v6::DatabaseHolderStore holders;
  SightingLog sightings{};
  std::vector<NicRow> nics{};
  bool has_cabling{false};
  mutable std::mutex mutex{};  // guards cabling
  std::shared_ptr<const dhcp::Cabling> cabling{std::make_shared<const dhcp::Cabling>()};
  std::unique_ptr<dhcp::Server> dhcp_server{};       // nothing: by IPv6 alone
  std::unique_ptr<dhcp::v6::Server> dhcp6_server{};  // nothing: no IPv6
  std::shared_ptr<const pxe::BootRoot> root{};
  std::vector<std::unique_ptr<pxe::tftp::Server>> tftp_servers{};  // one a family
  std::vector<std::unique_ptr<pxe::http::Server>> http_servers{};
  std::jthread refresher{};  // last: stopped and joined before what it uses goes
};

std::optional<Client> BootServices::State::client_at(const std::string& text) const {
  const auto address = parse_ip(text);
  if (!address) return std::nullopt;
  if (address->family == Family::V6) {
    const auto holder = dhcp6_server ? dhcp6_server->find_holder(address->key) : std::nullopt;
    if (!holder) return std::nullopt;
    return Client{.port = holder->port, .mac = holder->mac};
  }
  const auto lease = dhcp_server ? dhcp_server->find_lease(dhcp::to_ipv4(*address)) : std::nullopt;
  if (!lease) return std::nullopt;
  return Client{.port = lease->port, .mac = lease->mac};
}

std::optional<Asker> BootServices::State::asker_at(const std::string& text) const {
  const auto client = client_at(text);
  if (!client) return std::nullopt;
  const std::lock_guard lock(mutex);
  const bool has_port = !client->port.port.empty();
  const dhcp::Machine* machine =
      has_port ? cabling->at_port(client->port) : cabling->with_mac(client->mac);
  if (machine != nullptr)
    return Asker{.server = machine->server, .known_by = has_port ? KnownBy::Port : KnownBy::Mac};
  if (!boot.discover_unknown) return std::nullopt;
  return Asker{
      .server = discovery_id(client->mac),
      .stranger = Stranger{
          .mac = client->mac, .switch_name = client->port.switch_name, .port = client->port.port}};
}

BootAddress BootServices::State::address_for(const std::string& client) const {
  const bool v6 = boot.address6 && client.find(':') != std::string::npos;
  return {.address = to_string(v6 ? *boot.address6 : boot.address),
          .port = boot.http_port,
          .tls_port = boot.tls_port,
          .pin = http_servers.empty() ? "" : http_servers.front()->spki_pin()};
}

// The RAM system of this server need not wait for its next question.
void BootServices::State::wake(const std::string& server) {
  for (const auto& http : http_servers)
    http->wake(task_topic(server));
}

Status BootServices::State::refresh_cabling() {
  auto now = read_nics(pool);
  if (!now) return tl::unexpected(now.error());
  if (has_cabling && *now == nics) return {};
  auto made = cabling_of(*now, boot);
  if (!made) return tl::unexpected(made.error());
  has_cabling = true;
  nics = std::move(*now);
  {
    const std::lock_guard lock(mutex);
    cabling = *made;
  }
  if (dhcp_server) dhcp_server->update(*made);
  if (dhcp6_server) dhcp6_server->update(*made);
  return {};
}

void BootServices::State::keep_books(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (const Status read = refresh_cabling(); !read)
      log::warning("cabling not read", {{"error", read.error().message}});
    sightings.wait(kCablingRefresh, stop);
    if (const Status kept = sightings.keep(pool, wakeup); !kept)
      log::warning("sightings not kept", {{"error", kept.error().message}});
  }
}

Status BootServices::State::open_dhcp(const Clock& clock) {
  if (boot.ipv4) {
    auto options = dhcp_options(boot);
    if (!options) return tl::unexpected(options.error());
    options->cabling = cabling;
    auto dhcp = dhcp::Server::start(std::move(*options), store, sightings, clock);
    if (!dhcp) return tl::unexpected(dhcp.error().in("DHCP"));
    dhcp_server = std::move(*dhcp);
  }
  if (!boot.address6) return {};
  auto options = dhcp6_options(boot);
  if (!options) return tl::unexpected(options.error());
  options->cabling = cabling;
  auto dhcp = dhcp::v6::Server::start(std::move(*options), holders, sightings, clock);
  if (!dhcp) return tl::unexpected(dhcp.error());
  dhcp6_server = std::move(*dhcp);
  return {};
}

// TFTP and HTTP on one address of ours.
Status BootServices::State::open_files(const IpAddress& own, const pxe::http::Identity& identity) {
  const auto page = [this](const std::string& name, const std::string& client) {
    return site.page(name, client);
  };
  auto tftp = pxe::tftp::Server::open({.address = to_string(own),
                                       .port = boot.tftp_port,
                                       .pages = {.has = &BootSite::is_page, .make = page}},
                                      root);
  if (!tftp) return tl::unexpected(tftp.error().in("TFTP"));
  tftp_servers.push_back(std::move(*tftp));
  auto http = pxe::http::Server::open({.address = to_string(own),
                                       .port = boot.http_port,
                                       .tls_port = boot.tls_port,
                                       .identity = identity},
                                      root, &site);
  if (!http) return tl::unexpected(http.error().in("boot HTTP"));
  http_servers.push_back(std::move(*http));
  return {};
}

Status BootServices::State::open(const Config& config, const Clock& clock) {
  if (const Status read = refresh_cabling(); !read) return read;
  auto opened = pxe::BootRoot::open(boot.files);
  if (!opened) return tl::unexpected(opened.error().in("boot.files"));
  root = std::move(*opened);
  const auto identity = pxe::http::ensure_identity(config.data_directory + "/boot-identity");
  if (!identity) return tl::unexpected(identity.error());
  if (const Status heard = open_dhcp(clock); !heard) return heard;
  for (const IpAddress& own : own_addresses(boot))
    if (const Status served = open_files(own, *identity); !served) return served;
  refresher = std::jthread([this](const std::stop_token& stop) { keep_books(stop); });
  return {};
}

BootServices::BootServices(std::unique_ptr<State> state) : state_(std::move(state)) {}

BootServices::~BootServices() = default;

Result<std::unique_ptr<BootServices>> BootServices::start(const Config& config, db::Pool& pool,
                                                          Wakeup& wakeup, const Clock& clock,
                                                          const SigningKey& key) {
  auto state = std::make_unique<State>(config, pool, wakeup, key);
  if (const Status opened = state->open(config, clock); !opened)
    return tl::unexpected(opened.error());
  return std::unique_ptr<BootServices>(new BootServices(std::move(state)));
}

InstallerDesk& BootServices::desk() { return state_->desk; }

}  // namespace switchyard::provisioner
