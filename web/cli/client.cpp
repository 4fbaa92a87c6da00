// The only file of the room that includes cpp-httplib. What that library lacks is here: a deadline
// over the whole exchange and a bound on what it reads.
#include "web/cli/client.h"

#include "core/id.h"

#include <httplib.h>

#include <condition_variable>
#include <mutex>
#include <regex>
#include <thread>

namespace switchyard::web::cli {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr int kMostPages = 10'000;
// The service sends a comment every 15 seconds, so a stream silent for longer is a dead one.
constexpr std::chrono::seconds kSilence{40};

std::string encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') ||
                          std::string_view("-._~").find(c) != std::string_view::npos;
    if (is_plain)
      result += c;
    else
      result += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return result;
}

// Ends the exchange of a client when time is up: httplib's own timeouts start again with each read.
class Deadline {
 public:
  Deadline(httplib::Client& client, milliseconds longest)
      : watcher_([this, &client, longest](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          wake_.wait_for(lock, stop, longest, [] { return false; });
          if (stop.stop_requested()) return;
          passed_ = true;
          client.stop();
        }) {}

  [[nodiscard]] bool passed() {
    const std::lock_guard lock(mutex_);
    return passed_;
  }

 private:
  std::mutex mutex_{};
  std::condition_variable_any wake_{};
  bool passed_{false};
  std::jthread watcher_;
};

std::string reason_of(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection: return "nothing listens there";
    case httplib::Error::ConnectionTimeout: return "it does not answer";
    case httplib::Error::SSLConnection: return "no TLS connection comes about";
    case httplib::Error::SSLLoadingCerts: return "the file of --ca cannot be read";
    case httplib::Error::SSLServerVerification:
      return "its certificate is not trusted (--ca FILE names whom to trust)";
    default: return "the connection was lost";
  }
}

struct Exchange {
  httplib::Request request{};
  bool may_repeat{};  // sending it twice does no more than sending it once
};

}  // namespace

std::string resource(std::initializer_list<std::string_view> segments) {
  std::string path = "/api/v1";
  for (const std::string_view segment : segments)
    path += "/" + encoded(segment);
  return path;
}

std::string with_query(std::string path, Query query) {
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    path += path.find('?') == std::string::npos ? '?' : '&';
    path += std::string(name) + "=" + encoded(value);
  }
  return path;
}

struct Client::State {
  ClientOptions options;
  httplib::Client http;

  explicit State(ClientOptions chosen) : options(std::move(chosen)), http(options.url) {
    http.set_url_encode(false);
    http.set_keep_alive(true);
    http.set_tcp_nodelay(true);
    http.set_follow_location(false);  // the token goes to nobody else
    http.set_connection_timeout(options.connect);
    http.set_read_timeout(options.deadline);
    http.set_write_timeout(options.deadline);
    if (!options.ca_file.empty()) http.set_ca_cert_path(options.ca_file);
  }

  [[nodiscard]] Failure unreachable(const std::string& why) const {
    return {.exit = Exit::Unreachable,
            .message = "cannot reach the service at " + options.url + ": " + why,
            .way_out = "is it running, and is --url (or SWITCHYARD_URL) right?"};
  }

  httplib::Request request(std::string method, const std::string& path) const {
    httplib::Request made;
    made.method = std::move(method);
    made.path = path;
    made.headers.emplace("Accept", "application/json");
    made.headers.emplace("User-Agent", "switchyard-cli/" SWITCHYARD_VERSION);
    if (!options.token.empty())
      made.headers.emplace("Authorization", "Bearer " + options.token.reveal());
    return made;
  }

  Outcome<Answer> run(const Exchange& exchange) {
    constexpr int kAttempts = 3;
    for (int attempt = 1;; ++attempt) {
      bool was_lost = false;
      auto answer = run_once(exchange.request, was_lost);
      if (answer || !was_lost || !exchange.may_repeat || attempt == kAttempts) return answer;
    }
  }

  Outcome<Answer> run_once(httplib::Request sent, bool& was_lost) {
    std::string body;
    bool too_large = false;
    sent.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
      too_large = body.size() + size > options.largest_answer;
      if (!too_large) body.append(data, size);
      return !too_large;
    };
    Deadline deadline(http, options.deadline);
    const httplib::Result result = http.send(sent);
    if (too_large) return tl::unexpected(unreachable("its answer is too large"));
    if (deadline.passed()) return tl::unexpected(unreachable("it takes too long to answer"));
    if (!result) {
      was_lost = result.error() == httplib::Error::Read || result.error() == httplib::Error::Write;
      return tl::unexpected(unreachable(reason_of(result.error())));
    }
    if (result->status >= 300) return tl::unexpected(read_problem(result->status, sent.path, body));
    Answer answer{.status = result->status, .etag = result->get_header_value("ETag")};
    if (body.empty()) return answer;
    answer.body = json::parse(body, nullptr, false);
    if (answer.body.is_discarded())
      return tl::unexpected(unreachable("what answers there is not Switchyard"));
    return answer;
  }
};

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}

Client::~Client() = default;

const std::string& Client::url() const { return state_->options.url; }

Outcome<std::unique_ptr<Client>> Client::open(ClientOptions options) {
  while (options.url.ends_with('/'))
    options.url.pop_back();
  static const std::regex kUrl(R"(https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?)");
  if (!std::regex_match(options.url, kUrl))
    return wrong_usage("'" + options.url + "' is not the URL of a service",
                       "it looks like http://127.0.0.1:8080 or https://switchyard.example.net");
  auto state = std::make_unique<State>(std::move(options));
  if (!state->http.is_valid())
    return wrong_usage("no connection to '" + state->options.url + "' can be set up",
                       "check --url and --ca");
  return std::unique_ptr<Client>(new Client(std::move(state)));
}

Outcome<Answer> Client::get(const std::string& path) {
  return state_->run({.request = state_->request("GET", path), .may_repeat = true});
}

Outcome<json> Client::get_all(const std::string& path) {
  json items = json::array();
  std::string token;
  for (int page = 0; page < kMostPages; ++page) {
    const auto answer = get(with_query(path, {{"page_size", "500"}, {"page_token", token}}));
    if (!answer) return tl::unexpected(answer.error());
    const json& body = answer->body;
    if (!body.is_object() || !body.contains("items") || !body["items"].is_array())
      return tl::unexpected(state_->unreachable("what answers there is not Switchyard"));
    items.insert(items.end(), body["items"].begin(), body["items"].end());
    const auto next = body.find("next_page_token");
    token = next != body.end() && next->is_string() ? next->get<std::string>() : "";
    if (token.empty()) return items;
  }
  return tl::unexpected(state_->unreachable("its list does not end"));
}

Outcome<Answer> Client::post(const std::string& path, const json& body) {
  return post_text(path, "application/json", body.dump());
}

Outcome<Answer> Client::post_text(const std::string& path, const std::string& media_type,
                                  const std::string& text) {
  auto request = state_->request("POST", path);
  request.headers.emplace("Content-Type", media_type);
  request.headers.emplace("Idempotency-Key", random_hex(16));
  request.body = text;
  return state_->run({.request = std::move(request), .may_repeat = true});
}

Outcome<Answer> Client::patch(const std::string& path, const std::string& etag, const json& body) {
  auto request = state_->request("PATCH", path);
  request.headers.emplace("Content-Type", "application/json");
  request.headers.emplace("If-Match", etag);
  request.body = body.dump();
  return state_->run({.request = std::move(request)});
}

Outcome<Answer> Client::remove(const std::string& path, const std::string& etag) {
  auto request = state_->request("DELETE", path);
  if (!etag.empty()) request.headers.emplace("If-Match", etag);
  return state_->run({.request = std::move(request)});
}

Outcome<void> Client::follow(const std::string& path, const std::string& last_id,
                             const std::function<bool(std::string_view)>& take) {
  auto request = state_->request("GET", path);
  request.headers.erase("Accept");
  request.headers.emplace("Accept", "text/event-stream");
  if (!last_id.empty()) request.headers.emplace("Last-Event-ID", last_id);
  int status = 0;
  std::string problem;
  bool is_enough = false;
  request.response_handler = [&](const httplib::Response& response) {
    status = response.status;
    return true;
  };
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    const std::string_view bytes(data, size);
    if (status != 200) {
      problem += bytes;
      return problem.size() < (64U << 10U);
    }
    is_enough = !take(bytes);
    return !is_enough;
  };
  state_->http.set_read_timeout(kSilence);
  const httplib::Result result = state_->http.send(request);
  state_->http.set_read_timeout(state_->options.deadline);
  if (status == 200 || is_enough) return {};
  if (status != 0) return tl::unexpected(read_problem(status, path, problem));
  return tl::unexpected(state_->unreachable(reason_of(result.error())));
}

}  // namespace switchyard::web::cli
