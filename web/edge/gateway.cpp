#include "web/edge/gateway.h"

#include "core/id.h"
#include "core/log.h"
#include "web/edge/asio.h"
#include "web/edge/gateway_message.h"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>

namespace switchyard::web::edge {
namespace {

namespace beast = boost::beast;
using net::redirect_error;
using net::use_awaitable;
using Clock = std::chrono::steady_clock;

struct Job {
  Request request{};
  Application::Done done{};
  Clock::time_point queued{};
};

struct Lane {
  Lane(net::io_context& context, std::uint16_t to)
      : strand(net::make_strand(context)), socket(strand), port(to) {}

  net::strand<net::io_context::executor_type> strand;
  net::ip::tcp::socket socket;
  std::uint16_t port;
};

enum class Outcome { Answered, NotSent, Broken, Mismatched };

}  // namespace

struct Gateway::State : std::enable_shared_from_this<Gateway::State> {
  State(net::io_context& context, GatewayOptions chosen) : options(std::move(chosen)) {
    for (const auto port : options.ports) {
      lanes.push_back(std::make_unique<Lane>(context, port));
      idle.push_back(lanes.back().get());
    }
  }

  void submit(Job job);
  void start(Lane& lane, Job job);
  std::optional<Job> next_or_idle(Lane& lane);
  net::awaitable<void> run(Lane& lane, Job job);
  net::awaitable<void> carry(Lane& lane, Job& job);
  net::awaitable<Outcome> exchange(Lane& lane, const Request& request, Response& response);
  net::awaitable<bool> connect(Lane& lane);
  void distrust_all();

  GatewayOptions options;
  std::vector<std::unique_ptr<Lane>> lanes{};
  std::mutex mutex{};
  std::vector<Lane*> idle{};
  std::deque<Job> waiting{};
  std::atomic<std::uint64_t> exchanges{0};
  const std::string nonce{random_hex(8)};
  std::atomic<std::uint64_t> answered{0};
  std::atomic<std::uint64_t> mismatched{0};
  std::atomic<std::uint64_t> reconnected{0};
};

void Gateway::State::submit(Job job) {
  Lane* lane = nullptr;
  {
    const std::lock_guard lock(mutex);
    if (!idle.empty()) {
      lane = idle.back();
      idle.pop_back();
    } else if (waiting.size() < options.queue) {
      waiting.push_back(std::move(job));
      return;
    }
  }
  if (lane != nullptr) return start(*lane, std::move(job));
  auto busy = problem(503, "overloaded", "too many requests wait for an answer already",
                      job.request.request_id);
  busy.headers.push_back({"Retry-After", "2"});
  job.done(std::move(busy));
}

void Gateway::State::start(Lane& lane, Job job) {
  net::co_spawn(
      lane.strand,
      [self = shared_from_this(), &lane, job = std::move(job)]() mutable {
        return self->run(lane, std::move(job));
      },
      net::detached);
}

std::optional<Job> Gateway::State::next_or_idle(Lane& lane) {
  const std::lock_guard lock(mutex);
  if (waiting.empty()) {
    idle.push_back(&lane);
    return std::nullopt;
  }
  Job next = std::move(waiting.front());
  waiting.pop_front();
  return next;
}

net::awaitable<void> Gateway::State::run(Lane& lane, Job first) {
  const auto self = shared_from_this();  // lanes live as long as one of them works
  std::optional<Job> job(std::move(first));
  while (job) {
    if (Clock::now() - job->queued > options.longest_in_queue) {
      auto late =
          problem(503, "overloaded", "the request waited too long", job->request.request_id);
      late.headers.push_back({"Retry-After", "2"});
      job->done(std::move(late));
    } else {
      co_await carry(lane, *job);
    }
    job = next_or_idle(lane);
  }
}

// A question that surely was not received may be asked again; any other failure is the client's to
// judge, who has Idempotency-Key for that.
net::awaitable<void> Gateway::State::carry(Lane& lane, Job& job) {
  Response response;
  Outcome outcome = Outcome::NotSent;
  for (int attempt = 0; attempt < 2 && outcome == Outcome::NotSent; ++attempt)
    outcome = co_await exchange(lane, job.request, response);
  if (outcome == Outcome::Answered) {
    ++answered;
  } else if (outcome == Outcome::NotSent) {
    response =
        problem(503, "api_unavailable", "the API does not accept requests", job.request.request_id);
    response.headers.push_back({"Retry-After", "1"});
  } else {
    response =
        problem(502, "bad_gateway", "the answer of the API was lost", job.request.request_id);
  }
  job.done(std::move(response));
}

net::awaitable<bool> Gateway::State::connect(Lane& lane) {
  const net::ip::tcp::endpoint anywhere(net::ip::address_v4::loopback(), 0);
  const net::ip::tcp::endpoint api(net::ip::address_v4::loopback(), lane.port);
  error_code error;
  lane.socket = net::ip::tcp::socket(lane.strand);
  lane.socket.open(anywhere.protocol(), error);
  if (!error) lane.socket.bind(anywhere, error);
  if (!error && options.announce)
    options.announce(lane.port, lane.socket.local_endpoint(error).port());
  if (!error) co_await lane.socket.async_connect(api, redirect_error(use_awaitable, error));
  if (!error) lane.socket.set_option(net::ip::tcp::no_delay(true), error);
  if (error) lane.socket.close();
  ++reconnected;
  co_return !error;
}

net::awaitable<Outcome> Gateway::State::exchange(Lane& lane, const Request& request,
                                                 Response& response) {
  if (!lane.socket.is_open()) {
    const bool connected = co_await connect(lane);
    if (!connected) co_return Outcome::NotSent;
  }
  const std::string id = nonce + "-" + std::to_string(++exchanges);
  const std::string message = to_api(request, id, options.secret);
  error_code error;
  co_await net::async_write(lane.socket, net::buffer(message),
                            redirect_error(use_awaitable, error));
  if (error) {
    lane.socket.close();
    co_return Outcome::NotSent;
  }
  beast::http::response_parser<beast::http::string_body> parser;
  parser.body_limit(boost::none);
  beast::flat_buffer bytes;
  // No deadline here on purpose: giving up would be the abort that Pistache does not survive. The
  // client has its own deadline at the edge; only this lane waits.
  co_await beast::http::async_read(lane.socket, bytes, parser,
                                   redirect_error(use_awaitable, error));
  if (error) {
    lane.socket.close();
    co_return Outcome::Broken;
  }
  const auto fields = fields_of(parser.get());
  const std::string* echoed = find_header(fields, "x-switchyard-exchange");
  if (echoed == nullptr || *echoed != id || bytes.size() != 0) {
    ++mismatched;
    log::error("the API answered another question; all its connections are closed",
               {{"request_id", request.request_id}, {"path", request.path}});
    distrust_all();
    co_return Outcome::Mismatched;
  }
  response = from_api(parser.get().result_int(), fields, std::move(parser.get().body()));
  co_return Outcome::Answered;
}

void Gateway::State::distrust_all() {
  for (const auto& lane : lanes) {
    net::post(lane->strand, [self = shared_from_this(), raw = lane.get()] {
      error_code ignored;
      raw->socket.close(ignored);
    });
  }
}

Gateway::Gateway(net::io_context& context, GatewayOptions options)
    : state_(std::make_shared<State>(context, std::move(options))) {}

Gateway::~Gateway() = default;

void Gateway::serve(const Request& request, Done done) {
  state_->submit(Job{request, std::move(done), Clock::now()});
}

GatewayCounts Gateway::counts() const {
  return {state_->answered, state_->mismatched, state_->reconnected};
}

}  // namespace switchyard::web::edge
