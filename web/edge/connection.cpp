// The life of a connection and of each request on it.
#include "web/edge/connection.h"

#include "core/id.h"
#include "core/log.h"
#include "web/edge/gzip.h"
#include "web/edge/target.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace switchyard::web::edge {
namespace {

using net::redirect_error;
using net::use_awaitable;
using SteadyClock = std::chrono::steady_clock;

bool is_request_id(const std::string& text) {
  return !text.empty() && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
         });
}

// Seconds of `?wait=` for a GET, 0 for none.
std::chrono::milliseconds wanted_wait(const Request& request, const Limits& limits) {
  if (request.method != "GET" || request.query.find("wait=") == std::string::npos) return {};
  const auto query = parse_query(request.query);
  for (const auto& [name, value] : query.value_or(Query{})) {
    int seconds = 0;
    if (name != "wait") continue;
    std::from_chars(value.data(), value.data() + value.size(), seconds);
    return std::clamp<std::chrono::milliseconds>(std::chrono::seconds(seconds),
                                                 std::chrono::milliseconds(0), limits.longest_wait);
  }
  return {};
}

}  // namespace

Connection::Connection(Service& service, std::shared_ptr<Stream> stream, std::string address)
    : service_(service),
      stream_(std::move(stream)),
      address_(std::move(address)),
      client_(client_key(address_)),
      news_(stream_->executor()) {}

Connection::~Connection() {
  stream_->close();
  (void)hold_body(0);
  service_.clients->left(client_, SteadyClock::now());
}

net::awaitable<void> Connection::run() {
  const auto self = shared_from_this();
  stream_->set_deadline(service_.limits.handshake);
  const error_code refused = co_await stream_->handshake();
  if (refused) co_return;
  Next next = Next::Continue;
  while (next == Next::Continue && !service_.draining)
    next = co_await serve_one();
  co_await linger();
}

net::awaitable<Connection::Next> Connection::serve_one() {
  auto head = co_await read_head();
  if (!head) {
    co_await refuse(head.error());
    co_return Next::Close;
  }
  answering_ = true;
  auto request = make_request(*head);
  if (!request) {
    co_await refuse(request.error());
    co_return Next::Close;
  }
  auto body = co_await read_body(*head);
  if (!body) {
    co_await refuse(body.error());
    co_return Next::Close;
  }
  request->body = std::move(*body);
  stream_->clear_deadline();
  const Next next = co_await answer(*head, *request);
  answering_ = false;
  co_return next;
}

Checked<Request> Connection::make_request(const Head& head) const {
  auto target = normalise_target(head.target);
  if (!target) return tl::unexpected(target.error());
  const std::string* id = find_header(head.headers, "x-request-id");
  Request request{.method = head.method,
                  .path = std::move(target->path),
                  .query = std::move(target->query),
                  .headers = head.headers,
                  .client = address_,
                  .request_id = id != nullptr && is_request_id(*id) ? *id : random_hex(12)};
  for (Header& header : request.headers) {
    if (header.name == "if-match" || header.name == "if-none-match")
      header.value = without_gzip_suffix(header.value);
  }
  return request;
}

net::awaitable<Connection::Next> Connection::answer(const Head& head, Request& request) {
  bool keep_alive = head.keep_alive && !service_.draining;
  Response response;
  const auto wait = service_.clients->over_rate(client_, SteadyClock::now());
  if (wait) {
    response = problem(429, "too_many_requests", "this client sends too many requests",
                       request.request_id);
    response.headers.push_back({"Retry-After", std::to_string(wait->count())});
  } else {
    response = co_await ask_and_wait(request);
  }
  (void)hold_body(0);  // the body has done its duty; a client that reads slowly does not keep it
  ++service_.served;
  if (service_.recorder != nullptr) service_.recorder->record(request, response);
  if (response.events && request.method == "GET") {
    co_await stream_events(request, *response.events);
    co_return Next::Close;
  }
  response.events.reset();
  keep_alive = keep_alive && !service_.draining;
  const bool written = co_await write_response(request, response, keep_alive);
  co_return written&& keep_alive ? Next::Continue : Next::Close;
}

// One question to the application, with a deadline. An answer that comes later is dropped.
net::awaitable<Response> Connection::ask(const Request& request) {
  struct Pending {
    explicit Pending(const net::any_io_executor& executor) : timer(executor) {}

    net::steady_timer timer;
    std::optional<Response> response{};
  };

  const auto pending = std::make_shared<Pending>(stream_->executor());
  pending->timer.expires_after(service_.limits.answer);
  service_.application->serve(request, [pending](Response response) {
    net::post(pending->timer.get_executor(), [pending, response = std::move(response)]() mutable {
      pending->response = std::move(response);
      pending->timer.cancel();
    });
  });
  error_code ignored;
  co_await pending->timer.async_wait(redirect_error(use_awaitable, ignored));
  if (!pending->response)
    co_return problem(504, "answer_timeout", "the answer took too long", request.request_id);
  co_return std::move(*pending->response);
}

// `?wait=`: asks, and as long as what is waited for has not happened asks again when there is news.
// Nothing waits inside the API.
net::awaitable<Response> Connection::ask_and_wait(const Request& request) {
  constexpr std::chrono::milliseconds kAskAgain{1000};  // also without news
  constexpr std::chrono::milliseconds kCalm{50};        // a storm of news is one piece of news
  const auto until = SteadyClock::now() + wanted_wait(request, service_.limits);
  const auto ticket =
      service_.feed == nullptr || until <= SteadyClock::now()
          ? nullptr
          : service_.feed->on_news([weak = weak_from_this()] {
              const auto self = weak.lock();
              if (self) net::post(self->stream_->executor(), [self] { self->news_.cancel(); });
            });
  while (true) {
    Response response = co_await ask(request);
    const auto now = SteadyClock::now();
    if (!response.unfinished || now >= until || service_.draining) co_return response;
    error_code ignored;
    news_.expires_at(std::min(until, now + kAskAgain));
    co_await news_.async_wait(redirect_error(use_awaitable, ignored));
    news_.expires_at(std::min(until, SteadyClock::now() + kCalm));
    co_await news_.async_wait(redirect_error(use_awaitable, ignored));
  }
}

net::awaitable<void> Connection::refuse(const Refusal& refusal) {
  (void)hold_body(0);
  if (refusal.status == 0) co_return;
  const Request unknown{.method = "GET", .request_id = random_hex(12)};
  Response response = problem(refusal.status, refusal.code, refusal.detail, unknown.request_id);
  if (refusal.status == 503) response.headers.push_back({"Retry-After", "2"});
  co_await write_response(unknown, response, false);
}

// Reads what the client still sends for a moment: closing with unread input would reset the
// connection and could take our last answer away from the client.
net::awaitable<void> Connection::linger() {
  co_await stream_->finish_writing();
  stream_->set_deadline(service_.limits.linger);
  std::size_t left = 4 << 20;
  std::array<char, 4096> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  error_code error;
  while (!error && left > 0) {
    const std::size_t count = co_await stream_->read_some(net::buffer(bytes), error);
    left -= std::min(left, count);
  }
  stream_->close();
}

void Connection::drain() {
  net::post(stream_->executor(), [self = shared_from_this()] {
    self->news_.cancel();
    if (!self->answering_) self->stream_->close();
  });
}

void Connection::abort() {
  net::post(stream_->executor(), [self = shared_from_this()] {
    self->news_.cancel();
    self->stream_->close();
  });
}

}  // namespace switchyard::web::edge
