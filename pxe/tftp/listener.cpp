#include "pxe/tftp/listener.h"

#include "core/log.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>

namespace switchyard::pxe::tftp {
namespace {

constexpr int kMostAtOnce = 64;  // requests, then the sessions of this thread have their turn

ErrorCode code_for(Errc code) {
  switch (code) {
    case Errc::NotFound: return ErrorCode::FileNotFound;
    case Errc::Invalid:
    case Errc::Rejected: return ErrorCode::AccessViolation;
    default: return ErrorCode::Undefined;
  }
}

const char* name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::Complete: return "complete";
    case Outcome::Probed: return "probed";
    case Outcome::Abandoned: return "abandoned";
    case Outcome::Lost: return "lost";
  }
  return "unknown";
}

void note(const Report& report) {
  const bool is_fine = report.outcome == Outcome::Complete || report.outcome == Outcome::Probed;
  log::write(is_fine ? log::Level::Info : log::Level::Warning, "TFTP transfer",
             {{"client", report.client},
              {"file", report.file},
              {"outcome", name_of(report.outcome)},
              {"bytes", std::to_string(report.bytes)},
              {"microseconds", std::to_string(report.took.count())}});
}

}  // namespace

Listener::Listener(const Options& options, std::shared_ptr<const BootRoot> root, Register& known,
                   std::vector<net::io_context*> contexts, net::io_context& pages)
    : options_(options),
      root_(std::move(root)),
      known_(known),
      contexts_(std::move(contexts)),
      pages_(pages),
      socket_(*contexts_.front()) {}

Status Listener::listen() {
  error_code error;
  const auto address = net::ip::make_address(options_.address, error);
  if (error) return failure(Errc::Invalid, "TFTP address " + options_.address + " is not one");
  const udp::endpoint endpoint(address, options_.port);
  socket_.open(endpoint.protocol(), error);
  error_code ignored;
  if (address.is_v6()) socket_.set_option(net::ip::v6_only(false), ignored);
  // A storm of a thousand requests while this thread is busy.
  socket_.set_option(net::socket_base::receive_buffer_size(4 << 20), ignored);
  if (!error) socket_.bind(endpoint, error);
  if (error) {
    return failure(Errc::Unavailable, "TFTP port " + std::to_string(options_.port) + " of " +
                                          options_.address + ": " + error.message());
  }
  auto told = tell_destinations(socket_);
  if (!told) return told;
  net::post(*contexts_.front(), [this] { wait(); });
  return {};
}

std::uint16_t Listener::port() const {
  error_code ignored;
  return socket_.local_endpoint(ignored).port();
}

void Listener::close() {
  error_code ignored;
  socket_.close(ignored);
}

void Listener::wait() {
  if (!socket_.is_open()) return;
  socket_.async_wait(udp::socket::wait_read, [this](error_code error) {
    if (error || !socket_.is_open()) return;
    for (int i = 0; i < kMostAtOnce; ++i) {
      const auto received = receive_one(socket_, buffer_);
      if (!received) break;
      take(*received);
    }
    wait();
  });
}

void Listener::take(const Received& received) {
  const auto packet = parse_packet(Bytes(buffer_).first(received.size));
  if (!packet) return;  // noise; an answer could be an echo between two servers
  if (std::holds_alternative<WriteRequest>(*packet))
    return refuse(received, ErrorCode::AccessViolation, "this server is read only");
  const auto* request = std::get_if<ReadRequest>(&*packet);
  if (request == nullptr) return;
  const std::vector<std::uint8_t> bytes(buffer_.begin(),
                                        buffer_.begin() + static_cast<long>(received.size));
  switch (known_.admit(received.from, bytes)) {
    case Register::Admission::Repeated: return;
    case Register::Admission::ClientFull:
      return refuse(received, ErrorCode::Undefined, "too many transfers of this client");
    case Register::Admission::ServerFull:
      return refuse(received, ErrorCode::Undefined, "too many transfers, try again later");
    case Register::Admission::New: return serve(received, *request);
  }
}

void Listener::serve(const Received& received, const ReadRequest& request) {
  if (request.mode != "octet") {
    known_.remove(received.from, nullptr);
    return refuse(received, ErrorCode::IllegalOperation, "only mode octet is served, use binary");
  }
  if (options_.pages.has && options_.pages.has(request.file)) return make_page(received, request);
  answer(received, request, root_->find(request.file).map([](std::shared_ptr<const BootFile> file) {
    return Content(std::move(file));
  }));
}

// Elsewhere, and back: others do not wait for it.
void Listener::make_page(const Received& received, const ReadRequest& request) {
  net::post(pages_, [this, received, request] {
    auto page = options_.pages.make(request.file, received.from.address().to_string());
    net::post(*contexts_.front(), [this, received, request, page = std::move(page)]() mutable {
      if (!socket_.is_open()) return;
      if (page) return answer(received, request, Content(std::move(*page)));
      answer(received, request,
             failure(Errc::NotFound, "there is nothing for this address by that name"));
    });
  });
}

void Listener::answer(const Received& received, const ReadRequest& request,
                      Result<Content> content) {
  if (content) return start(received, request, std::move(*content));
  known_.remove(received.from, nullptr);
  refuse(received, code_for(content.error().code), content.error().message);
}

void Listener::start(const Received& received, const ReadRequest& request, Content content) {
  auto& context = *contexts_[next_context_++ % contexts_.size()];
  auto socket = connected_socket(context, received.to, received.from);
  if (!socket) {
    known_.remove(received.from, nullptr);
    log::warning("TFTP request is not answered", {{"error", socket.error().message}});
    return;
  }
  const Offer offer{.file_size = content.size(),
                    .largest_block = largest_block(*socket),
                    .largest_window = options_.limits.window};
  Transfer transfer(agree(request.options, offer), content.size());
  const auto session = std::make_shared<Session>(std::move(*socket), std::move(content),
                                                 std::move(transfer), request.file);
  known_.add(received.from, session);
  ++known_.started;
  net::post(context, [this, session, client = received.from] {
    session->start([this, client, which = session.get()](const Report& report) {
      known_.remove(client, which);
      if (report.outcome == Outcome::Complete) ++known_.complete;
      note(report);
      if (options_.ended) options_.ended(report);
    });
  });
}

// From a port of its own: some clients take nothing from the well-known one (RFC 1350 4).
void Listener::refuse(const Received& received, ErrorCode code, std::string_view message) {
  ++known_.refused;
  log::debug("TFTP request refused",
             {{"client", received.from.address().to_string()}, {"error", std::string(message)}});
  auto socket = connected_socket(*contexts_.front(), received.to, received.from);
  if (!socket) return;
  error_code ignored;
  socket->send(net::buffer(error_packet(code, message)), 0, ignored);
}

}  // namespace switchyard::pxe::tftp
