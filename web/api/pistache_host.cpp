#include "web/api/pistache_host.h"

#include "web/api/outgoing.h"
#include "web/edge/gateway.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pistache/endpoint.h>
#include <pistache/peer.h>
#include <pistache/router.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <mutex>

namespace switchyard::web::api {
namespace {

namespace Http = Pistache::Http;
namespace Rest = Pistache::Rest;

// A response field with any name. Pistache writes only fields of its own class hierarchy.
class TextField final : public Http::Header::Header {
 public:
  TextField(std::string name, std::string value)
      : name_(std::move(name)), value_(std::move(value)) {}

  [[nodiscard]] const char* name() const override { return name_.c_str(); }

  [[nodiscard]] std::uint64_t hash() const override { return 0; }

  void write(std::ostream& stream) const override { stream << value_; }

 private:
  std::string name_;
  std::string value_;
};

std::string internal_field(const Http::Request& request, std::string_view name) {
  const auto found = request.headers().tryGetRaw(std::string(name));
  return found ? found->value() : std::string{};
}

Incoming to_incoming(const Http::Request& request) {
  Incoming incoming{.method = Http::methodString(request.method()),
                    .path = request.resource(),
                    .query = internal_field(request, edge::internal_header::kQuery),
                    .body = request.body(),
                    .request_id = internal_field(request, edge::internal_header::kRequestId)};
  constexpr std::string_view kPrefix = edge::internal_header::kForwarded;
  for (const auto& [name, raw] : request.headers().rawList()) {
    const bool is_forwarded =
        name.size() > kPrefix.size() &&
        edge::equal_without_case(std::string_view(name).substr(0, kPrefix.size()), kPrefix);
    if (is_forwarded) incoming.headers.push_back({name.substr(kPrefix.size()), raw.value()});
  }
  return incoming;
}

void send(const Http::Request& request, Http::ResponseWriter& writer, const Outgoing& outgoing) {
  const auto add = [&](std::string name, std::string value) {
    writer.headers().add(std::make_shared<TextField>(std::move(name), std::move(value)));
  };
  for (const edge::Header& header : outgoing.headers)
    add(header.name, header.value);
  add(std::string(edge::internal_header::kExchange),
      internal_field(request, edge::internal_header::kExchange));
  writer.send(static_cast<Http::Code>(outgoing.status), outgoing.body);
}

Http::Method method_of(const std::string& name) {
  using Http::Method;
  static constexpr std::array<std::pair<std::string_view, Method>, 5> kMethods{{
      {"GET", Method::Get},
      {"POST", Method::Post},
      {"PUT", Method::Put},
      {"PATCH", Method::Patch},
      {"DELETE", Method::Delete},
  }};
  for (const auto& [text, method] : kMethods) {
    if (text == name) return method;
  }
  return Method::Get;
}

class Adaptor {
 public:
  Adaptor(Api& api, std::string secret) : api_(api), secret_(std::move(secret)) {}

  [[nodiscard]] Rest::Router router() const {
    Rest::Router router;
    for (const Route& route : api_.routes())
      router.addRoute(method_of(route.method), route.pattern,
                      [this, &route](const Rest::Request& request, Http::ResponseWriter writer) {
                        return answer(&route, request, writer);
                      });
    // Router::route() inserts into its map for a method it never met: a race between its threads.
    for (const auto method : {Http::Method::Get, Http::Method::Post, Http::Method::Put,
                              Http::Method::Patch, Http::Method::Delete, Http::Method::Head,
                              Http::Method::Options, Http::Method::Trace, Http::Method::Connect})
      router.addRoute(method, "/-/none",
                      [this](const Rest::Request& request, Http::ResponseWriter writer) {
                        return answer(nullptr, request, writer);
                      });
    // Answers 404 and 405 itself: Pistache's own lack the exchange id.
    router.addCustomHandler([this](const Rest::Request& request, Http::ResponseWriter writer) {
      return answer(nullptr, request, writer);
    });
    return router;
  }

 private:
  Rest::Route::Result answer(const Route* route, const Http::Request& request,
                             Http::ResponseWriter& writer) const {
    const std::string presented = internal_field(request, edge::internal_header::kSecret);
    if (!equal_secrets(presented, secret_)) {
      writer.send(Http::Code::Forbidden, "not for you\n");
      return Rest::Route::Result::Ok;
    }
    const Incoming incoming = to_incoming(request);
    send(request, writer, route != nullptr ? api_.handle(*route, incoming) : api_.handle(incoming));
    return Rest::Route::Result::Ok;
  }

  Api& api_;
  std::string secret_;
};

// The source ports of the lanes.
class Doorkeeper {
 public:
  void expect(std::uint16_t port, std::uint16_t source_port) {
    const std::lock_guard lock(mutex_);
    expected_[port] = source_port;
  }

  [[nodiscard]] bool is_expected(std::uint16_t source_port) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(expected_.begin(), expected_.end(),
                       [&](const auto& entry) { return entry.second == source_port; });
  }

 private:
  mutable std::mutex mutex_{};
  std::map<std::uint16_t, std::uint16_t> expected_{};
};

// Asked of the kernel: Peer::address() of Pistache 0.0.5 was tried and gives another number.
std::uint16_t source_port_of(int connection) {
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  if (::getpeername(connection, reinterpret_cast<sockaddr*>(&peer), &length) != 0) return 0;
  return ntohs(peer.sin_port);
}

class GuardedHandler final : public Rest::Private::RouterHandler {
 public:
  HTTP_PROTOTYPE(GuardedHandler)

  GuardedHandler(const Rest::Router& routes, std::shared_ptr<const Doorkeeper> door)
      : RouterHandler(routes), door_(std::move(door)) {}

 private:
  // In place of Http::Handler::onConnection, which gives every peer a parser of the full size. One
  // of a single byte answers 413 before it looks at anything.
  void onConnection(const std::shared_ptr<Pistache::Tcp::Peer>& peer) override {
    const bool is_lane = door_->is_expected(source_port_of(peer->fd()));
    const std::size_t largest = is_lane ? getMaxRequestSize() : 1;
    peer->putData(Http::Handler::ParserData, std::make_shared<Http::RequestParser>(largest));
  }

  std::shared_ptr<const Doorkeeper> door_;
};

}  // namespace

struct PistacheHost::State {
  std::shared_ptr<Doorkeeper> door{std::make_shared<Doorkeeper>()};
  std::unique_ptr<Adaptor> adaptor{};
  std::vector<std::unique_ptr<Http::Endpoint>> endpoints{};
  std::vector<std::uint16_t> ports{};
};

PistacheHost::PistacheHost(std::unique_ptr<State> state) : state_(std::move(state)) {}

PistacheHost::~PistacheHost() { stop(); }

const std::vector<std::uint16_t>& PistacheHost::ports() const { return state_->ports; }

Result<std::unique_ptr<PistacheHost>> PistacheHost::start(Api& api, const HostOptions& options) {
  constexpr auto kNever = std::chrono::hours(24 * 365 * 10);
  auto state = std::make_unique<State>();
  state->adaptor = std::make_unique<Adaptor>(api, options.secret);
  const Rest::Router router = state->adaptor->router();
  try {
    for (int i = 0; i < options.endpoints; ++i) {
      auto endpoint =
          std::make_unique<Http::Endpoint>(Pistache::Address("127.0.0.1", Pistache::Port(0)));
      endpoint->init(Http::Endpoint::options()
                         .threads(1)
                         .threadsName("api")
                         .maxRequestSize(options.largest_request)
                         .headerTimeout(kNever)
                         .bodyTimeout(kNever)
                         .keepaliveTimeout(kNever)
                         .flags(Pistache::Tcp::Options::NoDelay));
      endpoint->setHandler(std::make_shared<GuardedHandler>(router, state->door));
      endpoint->serveThreaded();
      state->ports.push_back(static_cast<std::uint16_t>(endpoint->getPort()));
      state->endpoints.push_back(std::move(endpoint));
    }
  } catch (const std::exception& thrown) {
    return failure(Errc::Unavailable, std::string("the API does not start: ") + thrown.what());
  }
  return std::unique_ptr<PistacheHost>(new PistacheHost(std::move(state)));
}

void PistacheHost::expect(std::uint16_t port, std::uint16_t source_port) {
  state_->door->expect(port, source_port);
}

void PistacheHost::stop() {
  for (const auto& endpoint : state_->endpoints)
    endpoint->shutdown();
  state_->endpoints.clear();
}

}  // namespace switchyard::web::api
