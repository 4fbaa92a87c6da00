#include "switch-drivers/transport/http_client.h"

#include "core/crash_point.h"
#include "switch-drivers/recording/tapped_http.h"

// clang-format off
#include <utility>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
// clang-format on

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <array>
#include <cctype>
#include <optional>

namespace switchyard::switch_drivers {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Stream = asio::ssl::stream<tcp::socket>;
using Fingerprint = std::array<std::uint8_t, 32>;

constexpr std::size_t kMostBody = 64U << 20U;
constexpr std::uint32_t kMostHeader = 16'384;
constexpr std::chrono::milliseconds kLook{100};  // how often a wait looks at the permit

std::optional<Fingerprint> parse_fingerprint(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  if (text.size() < kPrefix.size()) return std::nullopt;
  for (std::size_t i = 0; i < kPrefix.size(); ++i)
    if (std::tolower(static_cast<unsigned char>(text[i])) != kPrefix[i]) return std::nullopt;
  Fingerprint bytes{};
  std::size_t digits = 0;
  for (const char c : text.substr(kPrefix.size())) {
    if (c == ':' && digits % 2 == 0 && digits > 0) continue;
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0 || digits == 2 * bytes.size())
      return std::nullopt;
    const int lower = std::tolower(static_cast<unsigned char>(c));
    const int value = lower >= 'a' ? lower - 'a' + 10 : lower - '0';
    auto& byte = bytes.at(digits++ / 2);
    byte = static_cast<std::uint8_t>(byte << 4U | value);
  }
  return digits == 2 * bytes.size() ? std::optional(bytes) : std::nullopt;
}

// Only the server's own certificate counts, so that nothing else of the chain has to be right.
bool is_pinned(const Fingerprint& pinned, X509_STORE_CTX* context) {
  X509* shown = X509_STORE_CTX_get0_cert(context);
  Fingerprint digest{};
  unsigned size = 0;
  return shown != nullptr && X509_digest(shown, EVP_sha256(), digest.data(), &size) == 1 &&
         size == digest.size() && digest == pinned;
}

std::string base64(const std::string& text) {
  std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
  encoded.resize(static_cast<std::size_t>(EVP_EncodeBlock(
      reinterpret_cast<unsigned char*>(encoded.data()),
      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()))));
  return encoded;
}

class HttpsClient final : public HttpClient {
 public:
  explicit HttpsClient(SwitchAccess access) : access_(std::move(access)) {
    tls_.set_verify_mode(asio::ssl::verify_peer);
  }

  Result<HttpAnswer> send(const HttpRequest& request, std::chrono::milliseconds deadline) override {
    until_ = Clock::now() + deadline;
    if (!may_talk()) return cut("a request");
    if (stream_ && !is_alive()) close();
    if (!stream_) {
      if (auto status = connect(); !status) {
        close();
        return tl::unexpected(status.error());
      }
    }
    auto answer = exchange(request);
    if (!answer) close();
    return answer;
  }

 private:
  [[nodiscard]] bool may_talk() const { return !access_.permit || access_.permit->holds(); }

  [[nodiscard]] tl::unexpected<Error> failed(Errc code, std::string_view what) const {
    return failure(code, fmt::format("https {} port {} ({}): {}", access_.address, access_.port,
                                     access_.name, what));
  }

  [[nodiscard]] tl::unexpected<Error> cut(std::string_view what) const {
    if (may_talk()) return failed(Errc::TimedOut, fmt::format("{} took too long", what));
    return failed(Errc::Unavailable,
                  fmt::format("{} was cut short: this controller ends or no longer holds the "
                              "switch",
                              what));
  }

  // Nothing may come on an idle connection: its end, or an answer nobody asked for.
  [[nodiscard]] bool is_alive() {
    char byte = 0;
    const auto got =
        ::recv(stream_->lowest_layer().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  void close() {
    stream_.reset();
    buffer_.clear();
  }

  // Starts one asynchronous step and waits for its end, the deadline or the end of the permit,
  // whatever the switch does meanwhile. Nothing when it was cut.
  template <class Start> [[nodiscard]] std::optional<error_code> finish(const Start& start) {
    std::optional<error_code> done;
    start([&done](error_code error, auto&&...) { done = error; });
    context_.restart();
    while (!done) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(until_ - Clock::now());
      if (left.count() <= 0 || !may_talk()) {
        error_code ignored;
        stream_->lowest_layer().close(ignored);
        while (!done && context_.run_one() > 0) {
        }
        return std::nullopt;
      }
      context_.run_one_for(std::min(left, kLook));
    }
    return done;
  }

  Status connect() {
    const auto pinned = parse_fingerprint(access_.host_key);
    if (!pinned) {
      return failed(Errc::Rejected,
                    access_.host_key.empty()
                        ? "no certificate is pinned as host key; put its fingerprint (\"SHA256:\" "
                          "and what openssl x509 -fingerprint -sha256 prints) into the inventory"
                        : "the pinned host key is no \"SHA256:\" and 64 hex digits");
    }
    error_code not_an_address;
    const auto address = asio::ip::make_address(access_.address, not_an_address);
    if (not_an_address) return failed(Errc::Invalid, "the management address is no IP address");
    stream_.emplace(context_, tls_);
    bool is_wrong = false;
    stream_->set_verify_callback([&](bool, asio::ssl::verify_context& shown) {
      is_wrong = !is_pinned(*pinned, shown.native_handle());
      return !is_wrong;
    });
    const auto connected = finish([&](auto handler) {
      stream_->next_layer().async_connect({address, access_.port}, std::move(handler));
    });
    if (!connected) return cut("connecting");
    if (*connected) return failed(Errc::Unavailable, "cannot connect: " + connected->message());
    error_code ignored;
    stream_->next_layer().set_option(tcp::no_delay(true), ignored);
    stream_->next_layer().set_option(asio::socket_base::keep_alive(true), ignored);
    const auto shaken = finish([&](auto handler) {
      stream_->async_handshake(asio::ssl::stream_base::client, std::move(handler));
    });
    if (!shaken) return cut("the TLS handshake");
    if (is_wrong) return failed(Errc::Rejected, "its certificate is not the pinned one");
    if (*shaken) return failed(Errc::Unavailable, "TLS: " + shaken->message());
    // The callback must not outlive what it refers to.
    stream_->set_verify_callback([](bool, asio::ssl::verify_context&) { return false; });
    return {};
  }

  [[nodiscard]] http::request<http::string_body> message_of(const HttpRequest& wanted) const {
    http::request<http::string_body> message;
    message.method_string(wanted.method);
    message.target(wanted.path);
    message.version(11);
    message.set(http::field::host, fmt::format("{}:{}", access_.address, access_.port));
    message.set(http::field::user_agent, "switchyard");
    message.set(http::field::authorization,
                "Basic " + base64(access_.user + ":" + access_.password.reveal()));
    for (const auto& [name, value] : wanted.headers)
      message.set(name, value);
    message.body() = wanted.body;
    if (!wanted.body.empty() || wanted.method != "GET") message.prepare_payload();
    return message;
  }

  [[nodiscard]] tl::unexpected<Error> broken(const error_code& error) const {
    if (error == http::error::body_limit || error == http::error::header_limit)
      return failed(Errc::Invalid, "the answer is too large");
    const bool is_http = error.category() == make_error_code(http::error::bad_version).category();
    if (is_http && error != http::error::end_of_stream && error != http::error::partial_message)
      return failed(Errc::Invalid, "the answer is not HTTP: " + error.message());
    return failed(Errc::Unavailable, "the connection broke: " + error.message());
  }

  Result<HttpAnswer> exchange(const HttpRequest& wanted) {
    const auto message = message_of(wanted);
    crash_point("before exchange");
    if (!may_talk()) return cut("sending");
    const auto sent =
        finish([&](auto handler) { http::async_write(*stream_, message, std::move(handler)); });
    if (!sent) return cut("sending");
    if (*sent) return broken(*sent);
    crash_point("exchange sent");  // the switch goes on without us
    http::response_parser<http::string_body> parser;
    parser.body_limit(kMostBody);
    parser.header_limit(kMostHeader);
    const auto head = finish([&](auto handler) {
      http::async_read_header(*stream_, buffer_, parser, std::move(handler));
    });
    if (!head) return cut("the answer");
    if (*head) return broken(*head);
    // Debian 12's parser takes a body of any announced length when its first bytes come along with
    // the headers.
    if (parser.content_length().value_or(0) > kMostBody) return broken(http::error::body_limit);
    const auto body = finish(
        [&](auto handler) { http::async_read(*stream_, buffer_, parser, std::move(handler)); });
    crash_point("after exchange");
    if (!body) return cut("the answer");
    if (*body) return broken(*body);
    const bool stays = parser.keep_alive();
    auto response = parser.release();
    if (response.body().size() > kMostBody) return broken(http::error::body_limit);
    if (!stays) close();
    return HttpAnswer{.status = response.result_int(), .body = std::move(response.body())};
  }

  SwitchAccess access_;
  asio::io_context context_{1};
  asio::ssl::context tls_{asio::ssl::context::tls_client};
  std::optional<Stream> stream_{};
  beast::flat_buffer buffer_{};
  Clock::time_point until_{};
};

}  // namespace

std::unique_ptr<HttpClient> make_https_client(SwitchAccess access) {
  const std::shared_ptr<ExchangeTap> tap = access.tap;
  auto client = std::make_unique<HttpsClient>(std::move(access));
  if (tap) return tap_http(std::move(client), tap);
  return client;
}

}  // namespace switchyard::switch_drivers
