#include "pxe/http/server.h"

#include "pxe/http/acceptor.h"
#include "pxe/http/certificate.h"

#include <boost/asio/executor_work_guard.hpp>

#include <thread>
#include <vector>

namespace switchyard::pxe::http {
namespace {

// Both certificates: OpenSSL takes the elliptic one for every client that can do it.
Status set_up(net::ssl::context& tls, const Identity& identity) {
  constexpr auto kPem = net::ssl::context::pem;
  error_code error;
  tls.set_options(net::ssl::context::default_workarounds | net::ssl::context::no_sslv2 |
                      net::ssl::context::no_sslv3 | net::ssl::context::no_tlsv1 |
                      net::ssl::context::no_tlsv1_1,
                  error);
  if (!error) tls.use_certificate_file(identity.rsa_certificate, kPem, error);
  if (!error) tls.use_private_key_file(identity.rsa_key, kPem, error);
  if (!error) tls.use_certificate_file(identity.ec_certificate, kPem, error);
  if (!error) tls.use_private_key_file(identity.ec_key, kPem, error);
  if (error) return failure(Errc::Invalid, "boot server identity: " + error.message());
  SSL_CTX_set_mode(tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);
  return {};
}

}  // namespace

struct Server::State {
  State(Options wanted, std::shared_ptr<const BootRoot> root, Site& site)
      : options(std::move(wanted)), site_threads(options.site_threads, options.limits.questions) {
    service.limits = options.limits;
    service.root = std::move(root);
    service.site = &site;
    service.threads = &site_threads;
    for (int i = 0; i < options.threads; ++i) {
      contexts.push_back(std::make_unique<net::io_context>(1));
      guards.push_back(net::make_work_guard(*contexts.back()));
      pointers.push_back(contexts.back().get());
    }
  }

  Status listen(std::unique_ptr<Acceptor>& acceptor, net::ssl::context* context,
                std::uint16_t port) {
    acceptor = std::make_unique<Acceptor>(service, pointers, context);
    return acceptor->listen(options.address, port);
  }

  Status listen_all() {
    auto listening = listen(clear, nullptr, options.port);
    if (!listening || options.identity_folder.empty()) return listening;
    auto found = ensure_identity(options.identity_folder);
    if (!found) return tl::unexpected(found.error());
    identity = std::move(*found);
    auto ready = set_up(tls, identity);
    if (!ready) return ready;
    return listen(secure, &tls, options.tls_port);
  }

  const Options options;
  Service service{};
  Identity identity{};
  net::ssl::context tls{net::ssl::context::tls_server};
  // Contexts before what is posted to them by the Site's threads.
  std::vector<std::unique_ptr<net::io_context>> contexts{};
  std::vector<net::executor_work_guard<net::io_context::executor_type>> guards{};
  std::vector<net::io_context*> pointers{};
  SiteThreads site_threads;
  std::unique_ptr<Acceptor> clear{};
  std::unique_ptr<Acceptor> secure{};
  std::vector<std::thread> threads{};
  std::uint16_t port{}, tls_port{};
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::open(Options options, std::shared_ptr<const BootRoot> root,
                                             Site& site) {
  if (options.threads < 1 || options.threads > 64)
    return failure(Errc::Invalid, "HTTP threads are not between 1 and 64");
  if (options.site_threads < 1 || options.site_threads > 256)
    return failure(Errc::Invalid, "HTTP site threads are not between 1 and 256");
  auto state = std::make_unique<State>(std::move(options), std::move(root), site);
  const auto listening = state->listen_all();
  if (!listening) return tl::unexpected(listening.error());
  state->port = state->clear->port();
  state->tls_port = state->secure ? state->secure->port() : std::uint16_t{0};
  for (const auto& context : state->contexts)
    state->threads.emplace_back([&context = *context] { context.run(); });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

std::uint16_t Server::port() const { return state_->port; }

std::uint16_t Server::tls_port() const { return state_->tls_port; }

const std::string& Server::spki_pin() const { return state_->identity.ec_pin; }

const std::string& Server::rsa_pin() const { return state_->identity.rsa_pin; }

void Server::wake(const std::string& topic) { state_->service.wake_list.wake(topic); }

Counts Server::counts() const {
  const Service& service = state_->service;
  return {.connections = service.clients.all(),
          .requests = service.requests,
          .refused = service.refused};
}

void Server::stop() {
  if (state_->threads.empty()) return;
  net::post(*state_->contexts.front(), [this] {
    state_->clear->close();
    if (state_->secure) state_->secure->close();
    state_->guards.clear();
  });
  for (auto& thread : state_->threads)
    thread.join();
  state_->threads.clear();
  state_->site_threads.stop();
}

}  // namespace switchyard::pxe::http
