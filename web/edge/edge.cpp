#include "web/edge/edge.h"

#include "core/log.h"
#include "web/edge/connection.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace switchyard::web::edge {
namespace {

using net::ip::tcp;

Status load_certificate(net::ssl::context& context, const EdgeOptions& options) {
  error_code error;
  context.set_options(net::ssl::context::default_workarounds | net::ssl::context::no_tlsv1 |
                          net::ssl::context::no_tlsv1_1 | net::ssl::context::no_compression,
                      error);
  context.use_certificate_chain_file(options.certificate_file, error);
  if (error)
    return failure(Errc::Invalid,
                   "TLS certificate " + options.certificate_file + ": " + error.message());
  context.use_private_key_file(options.key_file, net::ssl::context::pem, error);
  if (error) return failure(Errc::Invalid, "TLS key " + options.key_file + ": " + error.message());
  return {};
}

Result<tcp::acceptor> listen(net::io_context& context, const EdgeOptions& options) {
  error_code error;
  const auto address = net::ip::make_address(options.address, error);
  if (error)
    return failure(Errc::Invalid, "listen address " + options.address + " is not an IP address");
  tcp::acceptor acceptor(context);
  const tcp::endpoint here(address, options.port);
  acceptor.open(here.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(here, error);
  if (!error) acceptor.listen(1024, error);
  if (error)
    return failure(Errc::Unavailable, "cannot listen on " + options.address + " port " +
                                          std::to_string(options.port) + ": " + error.message());
  return acceptor;
}

}  // namespace

struct Edge::State {
  State(const EdgeOptions& chosen, EventSource* events)
      : options(chosen), clients(chosen.limits), context(chosen.threads), acceptor(context) {
    if (events != nullptr) feed = std::make_unique<EventFeed>(*events);
    service.limits = options.limits;
    service.feed = feed.get();
    service.clients = &clients;
    service.recorder = recorder.get();
    service.server_name = options.server_name;
  }

  net::awaitable<void> accept();
  void welcome(tcp::socket socket);
  void turn_away(tcp::socket& socket, ClientTable::Admission why) const;
  template <class Action> void for_each_connection(Action action);

  // The context comes after all that its connections use: it destroys those that still wait.
  EdgeOptions options;
  std::optional<net::ssl::context> tls{};
  ClientTable clients;
  std::unique_ptr<Recorder> recorder{Recorder::from_environment()};
  std::unique_ptr<EventFeed> feed{};
  Service service{};
  std::mutex mutex{};
  std::unordered_map<Connection*, std::weak_ptr<Connection>> connections{};
  net::io_context context;
  tcp::acceptor acceptor;
  std::vector<std::jthread> threads{};
  std::uint16_t port{};
};

net::awaitable<void> Edge::State::accept() {
  net::steady_timer pause(context);
  while (acceptor.is_open()) {
    error_code error;
    tcp::socket socket = co_await acceptor.async_accept(
        net::make_strand(context), net::redirect_error(net::use_awaitable, error));
    if (!error) {
      welcome(std::move(socket));
      continue;
    }
    if (error == net::error::operation_aborted) co_return;
    // Out of descriptors or memory: others must close first.
    log::warning("cannot accept a client", {{"error", error.message()}});
    pause.expires_after(std::chrono::milliseconds(50));
    co_await pause.async_wait(net::redirect_error(net::use_awaitable, error));
  }
}

void Edge::State::turn_away(tcp::socket& socket, ClientTable::Admission why) const {
  error_code ignored;
  if (tls) return socket.close(ignored), void();  // no handshake for somebody we do not want
  const bool client_full = why == ClientTable::Admission::ClientFull;
  const Response refused =
      client_full ? problem(429, "too_many_connections", "this client has too many connections")
                  : problem(503, "too_many_connections", "the server has too many connections");
  const std::string text = "HTTP/1.1 " + std::to_string(refused.status) + " " +
                           std::string(reason_phrase(refused.status)) +
                           "\r\nContent-Type: application/problem+json\r\nRetry-After: 5\r\n"
                           "Connection: close\r\nContent-Length: " +
                           std::to_string(refused.body.size()) + "\r\n\r\n" + refused.body;
  socket.non_blocking(true, ignored);
  socket.send(net::buffer(text), 0,
              ignored);  // fits the empty send buffer, or is not worth waiting
  socket.shutdown(tcp::socket::shutdown_both, ignored);
  socket.close(ignored);
}

void Edge::State::welcome(tcp::socket socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // gone again already
  const std::string address = peer.address().to_string();
  const auto admission = clients.arrived(client_key(address), std::chrono::steady_clock::now());
  if (admission != ClientTable::Admission::Admitted) return turn_away(socket, admission);
  socket.set_option(tcp::no_delay(true), error);
  const auto executor = socket.get_executor();
  auto stream = std::make_shared<Stream>(std::move(socket), tls ? &*tls : nullptr);
  const auto connection = std::make_shared<Connection>(service, std::move(stream), address);
  {
    const std::lock_guard lock(mutex);
    connections.emplace(connection.get(), connection);
  }
  net::co_spawn(
      executor, [connection] { return connection->run(); },
      [this, raw = connection.get()](const std::exception_ptr& thrown) {
        if (thrown) log::error("a connection ended with an exception");
        const std::lock_guard lock(mutex);
        connections.erase(raw);
      });
}

template <class Action> void Edge::State::for_each_connection(Action action) {
  const std::lock_guard lock(mutex);
  for (const auto& [raw, weak] : connections) {
    const auto connection = weak.lock();
    if (connection) action(*connection);
  }
}

Edge::Edge(std::unique_ptr<State> state) : state_(std::move(state)) {}

Edge::~Edge() { stop(); }

Result<std::unique_ptr<Edge>> Edge::open(const EdgeOptions& options, EventSource* events) {
  // A client that leaves while we write is an error code, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  auto state = std::make_unique<State>(options, events);
  if (!options.certificate_file.empty()) {
    state->tls.emplace(net::ssl::context::tls_server);
    const auto loaded = load_certificate(*state->tls, options);
    if (!loaded) return tl::unexpected(loaded.error());
    state->service.tls = true;
  }
  auto acceptor = listen(state->context, options);
  if (!acceptor) return tl::unexpected(acceptor.error());
  state->acceptor = std::move(*acceptor);
  state->port = state->acceptor.local_endpoint().port();
  return std::unique_ptr<Edge>(new Edge(std::move(state)));
}

void Edge::run(Application& application) {
  state_->service.application = &application;
  net::co_spawn(state_->context, state_->accept(), net::detached);
  for (int i = 0; i < state_->options.threads; ++i) {
    state_->threads.emplace_back([state = state_.get()] {
      ::pthread_setname_np(::pthread_self(), "edge");
      const auto work = net::make_work_guard(state->context);
      state->context.run();
    });
  }
}

std::uint16_t Edge::port() const { return state_->port; }

EdgeCounts Edge::counts() const {
  return {state_->clients.connections(), state_->service.event_streams, state_->service.served};
}

net::io_context& Edge::context() { return state_->context; }

void Edge::stop() {
  State& state = *state_;
  if (state.service.draining.exchange(true)) return;
  net::post(state.context, [&state] {
    error_code ignored;
    state.acceptor.close(ignored);
  });
  state.for_each_connection([](Connection& connection) { connection.drain(); });
  const auto until = std::chrono::steady_clock::now() + state.options.drain;
  while (!state.threads.empty() && state.clients.connections() > 0 &&
         std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  state.for_each_connection([](Connection& connection) { connection.abort(); });
  if (state.feed) state.feed->stop();
  state.context.stop();
  state.threads.clear();
}

}  // namespace switchyard::web::edge
