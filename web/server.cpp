#include "web/server.h"

#include "core/id.h"
#include "core/log.h"
#include "web/api/events.h"
#include "web/api/pistache_host.h"
#include "web/api/system.h"
#include "web/api/token_routes.h"
#include "web/edge/edge.h"
#include "web/edge/gateway.h"
#include "web/edge/static_site.h"

#include <sys/resource.h>

namespace switchyard::web {
namespace {

constexpr std::string_view kContentPolicy =
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src "
    "'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

// The API below /api, the portal everywhere else.
class FrontDoor final : public edge::Application {
 public:
  FrontDoor(edge::Application& api, edge::StaticSite portal)
      : api_(api), portal_(std::move(portal)) {}

  void serve(const edge::Request& request, Done done) override {
    if (request.path == "/api" || request.path.starts_with("/api/"))
      return api_.serve(request, std::move(done));
    done(edge::serve_file(portal_, request));
  }

 private:
  edge::Application& api_;
  edge::StaticSite portal_;
};

// Each client needs a descriptor; Debian's soft limit is 1024.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

// In the order of starting; destroyed the other way round.
struct Server::State {
  explicit State(api::Keyring opened) : keys(std::move(opened)) {}

  api::Keyring keys;
  std::unique_ptr<api::Api> api{};
  std::unique_ptr<api::PistacheHost> host{};
  std::unique_ptr<edge::Edge> edge{};
  std::unique_ptr<edge::Gateway> gateway{};
  std::unique_ptr<FrontDoor> door{};
  bool stopped{false};
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::start(const WebOptions& options, WebParts parts) {
  raise_file_limit();
  auto keys = api::Keyring::open(options.pepper_file);
  if (!keys) return tl::unexpected(keys.error());
  auto state = std::make_unique<State>(std::move(*keys));
  state->api = std::make_unique<api::Api>(api::ApiParts{parts.pool, parts.clock, state->keys});
  if (!options.admin_token_file.empty()) {
    const auto made = state->api->tokens().ensure_local_admin(options.admin_token_file);
    if (!made) return tl::unexpected(made.error());
  }
  api::add_system(*state->api, options.version);
  api::add_tokens(*state->api);
  api::add_events(*state->api, parts.events);
  if (parts.add_routes) parts.add_routes(*state->api);

  const std::string secret = random_hex(32);
  auto host =
      api::PistacheHost::start(*state->api, {.endpoints = options.api_threads, .secret = secret});
  if (!host) return tl::unexpected(host.error());
  state->host = std::move(*host);

  edge::EdgeOptions facing{.address = options.address,
                           .port = options.port,
                           .certificate_file = options.certificate_file,
                           .key_file = options.key_file,
                           .server_name = "switchyard",
                           .threads = options.edge_threads,
                           .limits = options.limits};
  auto opened = edge::Edge::open(facing, &parts.events);
  if (!opened) return tl::unexpected(opened.error());
  state->edge = std::move(*opened);
  state->gateway = std::make_unique<edge::Gateway>(
      state->edge->context(),
      edge::GatewayOptions{
          .ports = state->host->ports(),
          .secret = secret,
          .announce = [host = state->host.get()](std::uint16_t port, std::uint16_t source) {
            host->expect(port, source);
          }});
  state->door = std::make_unique<FrontDoor>(
      *state->gateway, edge::StaticSite{.root = options.portal_directory,
                                        .fallback = "index.html",
                                        .content_policy = std::string(kContentPolicy)});
  state->edge->run(*state->door);
  log::info("the web room listens", {{"address", options.address},
                                     {"port", std::to_string(state->edge->port())},
                                     {"tls", options.certificate_file.empty() ? "no" : "yes"}});
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

std::uint16_t Server::port() const { return state_->edge->port(); }

Server::Counts Server::counts() const {
  const auto edge = state_->edge->counts();
  return {edge.served, state_->gateway->counts().mismatched, edge.connections, edge.event_streams};
}

std::vector<std::uint16_t> Server::api_ports() const { return state_->host->ports(); }

void Server::stop() {
  if (state_->stopped) return;
  state_->stopped = true;
  state_->edge->stop();  // first: after it nobody asks Pistache any more
  state_->host->stop();
}

}  // namespace switchyard::web
