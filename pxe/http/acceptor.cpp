#include "pxe/http/acceptor.h"

#include "core/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <algorithm>

namespace switchyard::pxe::http {
namespace {

constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";

net::awaitable<void> run(Worker& worker, std::shared_ptr<Connection> connection) {
  worker.connections.insert(connection.get());
  try {
    co_await connection->run();
  } catch (const std::exception& thrown) {  // out of memory, or an error of ours
    log::error("boot connection threw", {{"error", thrown.what()}});
  }
  worker.connections.erase(connection.get());
  --worker.load;
}

}  // namespace

Acceptor::Acceptor(Service& service, Workers& workers, net::ssl::context* tls)
    : service_(service),
      workers_(workers),
      tls_(tls),
      acceptor_(workers.front()->context),
      pause_(workers.front()->context) {}

Status Acceptor::listen(std::uint16_t port) {
  const std::string& text = service_.options.address;
  error_code error;
  const auto address = net::ip::make_address(text, error);
  if (error) return failure(Errc::Invalid, "boot server address " + text + " is not one");
  const tcp::endpoint endpoint(address, port);
  acceptor_.open(endpoint.protocol(), error);
  error_code ignored;
  if (address.is_v6()) acceptor_.set_option(net::ip::v6_only(false), ignored);
  acceptor_.set_option(tcp::acceptor::reuse_address(true), ignored);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(4096, error);
  if (error)
    return failure(Errc::Unavailable, "boot server port " + std::to_string(port) + " of " + text +
                                          ": " + error.message());
  net::post(workers_.front()->context, [this] { accept(); });
  return {};
}

std::uint16_t Acceptor::port() const {
  error_code ignored;
  return acceptor_.local_endpoint(ignored).port();
}

void Acceptor::close() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

void Acceptor::accept() {
  if (!acceptor_.is_open()) return;
  Worker& worker =
      **std::ranges::min_element(workers_, {}, [](const auto& one) { return one->load.load(); });
  acceptor_.async_accept(worker.context, [this, &worker](error_code error, tcp::socket socket) {
    if (!acceptor_.is_open()) return;
    if (!error) take(std::move(socket), worker);
    if (!error || error == net::error::connection_aborted) return accept();
    // No descriptors left, mostly: a moment for others to close theirs.
    pause_.expires_after(std::chrono::milliseconds(50));
    pause_.async_wait([this](error_code) { accept(); });
  });
}

void Acceptor::take(tcp::socket socket, Worker& worker) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;
  std::string client = address_text(peer.address());
  if (!service_.clients.arrived(client)) {
    ++service_.turned_away;
    socket.non_blocking(true, error);
    if (tls_ == nullptr) socket.write_some(net::buffer(kFull), error);
    return;
  }
  ++worker.load;
  const auto stream = std::make_shared<Stream>(std::move(socket), tls_);
  const auto connection = std::make_shared<Connection>(service_, stream, std::move(client));
  net::co_spawn(worker.context, run(worker, connection), net::detached);
}

}  // namespace switchyard::pxe::http
