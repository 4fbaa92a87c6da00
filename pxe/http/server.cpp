#include "pxe/http/server.h"

#include "pxe/http/acceptor.h"

#include <thread>
#include <vector>

namespace switchyard::pxe::http {
namespace {

// Both certificates in one context: OpenSSL takes the one the client can use, the first it likes.
Status use_identity(net::ssl::context& tls, const Identity& identity) {
  SSL_CTX* raw = tls.native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  const auto use = [&](const std::string& certificate, const std::string& key) {
    return SSL_CTX_use_certificate_file(raw, certificate.c_str(), SSL_FILETYPE_PEM) == 1 &&
           SSL_CTX_use_PrivateKey_file(raw, key.c_str(), SSL_FILETYPE_PEM) == 1;
  };
  if (use(identity.rsa_certificate, identity.rsa_key) &&
      use(identity.ec_certificate, identity.ec_key))
    return {};
  return failure(Errc::Invalid, "the certificates of the boot server cannot be used");
}

}  // namespace

struct Server::State {
  State(Options wanted, std::shared_ptr<const BootRoot> root, Site* site)
      : options(std::move(wanted)), service(options, std::move(root), site) {
    for (int i = 0; i < options.threads; ++i)
      workers.push_back(std::make_unique<Worker>());
  }

  [[nodiscard]] Status listen() {
    clear = std::make_unique<Acceptor>(service, workers, nullptr);
    auto listening = clear->listen(options.port);
    if (!listening || !options.identity) return listening;
    auto used = use_identity(tls, *options.identity);
    if (!used) return used;
    sealed = std::make_unique<Acceptor>(service, workers, &tls);
    return sealed->listen(options.tls_port);
  }

  const Options options;
  Service service;
  net::ssl::context tls{net::ssl::context::tls_server};
  Acceptor::Workers workers{};  // before the acceptors, which are on the first
  std::unique_ptr<Acceptor> clear{};
  std::unique_ptr<Acceptor> sealed{};
  std::vector<std::thread> threads{};
  std::uint16_t port{};
  std::uint16_t tls_port{};
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::open(Options options, std::shared_ptr<const BootRoot> root,
                                             Site* site) {
  const auto is_count = [](int count) { return count >= 1 && count <= 64; };
  if (!is_count(options.threads) || !is_count(options.site_threads))
    return failure(Errc::Invalid, "boot server threads are not between 1 and 64");
  auto state = std::make_unique<State>(std::move(options), std::move(root), site);
  const auto listening = state->listen();
  if (!listening) return tl::unexpected(listening.error());
  state->port = state->clear->port();
  state->tls_port = state->sealed ? state->sealed->port() : std::uint16_t{0};
  for (const auto& worker : state->workers)
    state->threads.emplace_back([&context = worker->context] { context.run(); });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

std::uint16_t Server::port() const { return state_->port; }

std::uint16_t Server::tls_port() const { return state_->tls_port; }

std::string Server::spki_pin() const {
  return state_->options.identity ? state_->options.identity->ec_pin : "";
}

void Server::wake(std::string_view topic) { state_->service.waiters.wake(std::string(topic)); }

Counts Server::counts() const {
  const Service& service = state_->service;
  return {.connections = service.clients.all(),
          .answered = service.answered,
          .turned_away = service.turned_away};
}

void Server::stop() {
  if (state_->threads.empty()) return;
  Service& service = state_->service;
  service.stopping = true;
  service.waiters.end();
  service.site.stop();
  net::post(state_->workers.front()->context, [this] {
    state_->clear->close();
    if (state_->sealed) state_->sealed->close();
    // Only now no further connection can come.
    for (const auto& worker : state_->workers) {
      net::post(worker->context, [&worker = *worker] {
        for (Connection* connection : worker.connections)
          connection->close();
        worker.guard.reset();
      });
    }
  });
  for (auto& thread : state_->threads)
    thread.join();
  state_->threads.clear();
}

}  // namespace switchyard::pxe::http
