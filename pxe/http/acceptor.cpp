#include "pxe/http/acceptor.h"

#include "core/log.h"

// clang-format off
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/write.hpp>

// clang-format on

#include <algorithm>

namespace switchyard::pxe::http {
namespace {

using net::redirect_error;
using net::use_awaitable;

constexpr std::chrono::milliseconds kPause{20};
constexpr int kBacklog = 4096;

std::string text_of(const net::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

// In one packet, whatever was asked: who has too many connections gets no thread of thought more.
void turn_away(tcp::socket& socket) {
  constexpr std::string_view kAnswer =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\n"
      "Connection: close\r\n\r\n";
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.send(net::buffer(kAnswer), 0, ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace

Acceptor::Acceptor(Service& service, std::vector<net::io_context*> contexts,
                   net::ssl::context* tls)
    : service_(service),
      contexts_(std::move(contexts)),
      tls_(tls),
      acceptor_(*contexts_.front()),
      pause_(*contexts_.front()) {}

Status Acceptor::listen(const std::string& address, std::uint16_t port) {
  error_code error;
  const auto parsed = net::ip::make_address(address, error);
  if (error) return failure(Errc::Invalid, "HTTP address " + address + " is not one");
  const tcp::endpoint endpoint(parsed, port);
  acceptor_.open(endpoint.protocol(), error);
  error_code ignored;
  if (parsed.is_v6()) acceptor_.set_option(net::ip::v6_only(false), ignored);
  acceptor_.set_option(tcp::acceptor::reuse_address(true), ignored);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(kBacklog, error);
  if (error)
    return failure(Errc::Unavailable,
                   "HTTP port " + std::to_string(port) + " of " + address + ": " + error.message());
  net::co_spawn(*contexts_.front(), run(), net::detached);
  return {};
}

std::uint16_t Acceptor::port() const {
  error_code ignored;
  return acceptor_.local_endpoint(ignored).port();
}

net::awaitable<void> Acceptor::run() {
  while (acceptor_.is_open()) {
    error_code error;
    // Whoever finds no room waits in the kernel's queue: better than to be sent away.
    if (service_.clients.all() >= service_.limits.connections) {
      pause_.expires_after(kPause);
      co_await pause_.async_wait(redirect_error(use_awaitable, error));
      continue;
    }
    net::io_context& context = *contexts_[next_context_++ % contexts_.size()];
    tcp::socket socket =
        co_await acceptor_.async_accept(context, redirect_error(use_awaitable, error));
    if (!acceptor_.is_open()) co_return;
    if (!error) {
      take(std::move(socket), context);
    } else if (error != net::error::connection_aborted) {
      log::warning("HTTP connection is not accepted", {{"error", error.message()}});
      pause_.expires_after(kPause);  // out of descriptors: some are closed soon
      co_await pause_.async_wait(redirect_error(use_awaitable, error));
    }
  }
}

void Acceptor::take(tcp::socket socket, net::io_context& context) {
  error_code error;
  const auto remote = socket.remote_endpoint(error);
  const auto local = socket.local_endpoint(error);
  if (error) return;  // gone again
  auto client = text_of(remote.address());
  if (!service_.clients.enter(client, service_.limits.client_connections)) {
    ++service_.refused;
    if (tls_ == nullptr) turn_away(socket);
    return;
  }
  const auto stream = std::make_shared<Stream>(std::move(socket), tls_);
  const auto connection = std::make_shared<Connection>(service_, stream, std::move(client),
                                                       text_of(local.address()));
  if (connections_.size() >= tidy_at_) {
    std::erase_if(connections_, [](const auto& known) { return known.expired(); });
    tidy_at_ = std::max<std::size_t>(64, 2 * connections_.size());
  }
  connections_.push_back(connection);
  net::co_spawn(
      context, [connection] { return connection->run(); }, net::detached);
}

void Acceptor::close() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  for (const auto& known : connections_)
    if (const auto connection = known.lock()) connection->abort();
}

}  // namespace switchyard::pxe::http
