#include "provisioner/bmc/http_exchange.h"

// clang-format off
#include <utility>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

// clang-format on

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <functional>

namespace switchyard::provisioner {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;
using tcp = asio::ip::tcp;

// Whether the certificate that was shown is the pinned one: only the server's own counts, so that
// nothing else of the chain has to be right.
bool is_pinned(const Fingerprint& pinned, asio::ssl::verify_context& context) {
  X509* shown = X509_STORE_CTX_get0_cert(context.native_handle());
  Fingerprint digest{};
  unsigned size = 0;
  if (shown == nullptr || X509_digest(shown, EVP_sha256(), digest.data(), &size) != 1) return false;
  return size == digest.size() && digest == pinned;
}

void set_trust(asio::ssl::stream<tcp::socket>& stream, const HttpOrigin& origin,
               const HttpTrust& trust) {
  if (trust.pinned) {
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback([pinned = *trust.pinned](bool, asio::ssl::verify_context& shown) {
      return is_pinned(pinned, shown);
    });
  } else if (trust.any) {
    stream.set_verify_mode(asio::ssl::verify_none);
  } else {
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification(origin.host));
  }
}

http::request<http::string_body> make_request(const HttpOrigin& origin, const HttpRequest& wanted) {
  http::request<http::string_body> request;
  request.method_string(wanted.method);
  request.target(wanted.path);
  request.version(11);
  request.set(http::field::host, origin.text().substr(origin.tls ? 8 : 7));
  request.set(http::field::user_agent, "switchyard");
  request.set(http::field::accept, "application/json");
  request.set(http::field::connection, "close");
  for (const auto& [name, value] : wanted.headers)
    request.set(name, value);
  if (!wanted.body.empty()) request.set(http::field::content_type, "application/json");
  request.body() = wanted.body;
  if (!wanted.body.empty() || wanted.method != "GET") request.prepare_payload();
  return request;
}

// One field of the answer; absurdly long ones are no use to anybody.
std::string field(const http::response<http::string_body>& response, beast::string_view name) {
  const auto value = response[name];
  return value.size() > 1024 ? std::string() : std::string(value.data(), value.size());
}

void refuse_beyond(std::size_t limit, std::uint64_t size) {
  if (size > limit) throw boost::system::system_error(make_error_code(http::error::body_limit));
}

template <class Stream>
asio::awaitable<HttpAnswer> ask(Stream& stream, const http::request<http::string_body>& request,
                                const HttpLimits& limits) {
  co_await http::async_write(stream, request, use_awaitable);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(limits.body);
  parser.header_limit(limits.header);
  co_await http::async_read_header(stream, buffer, parser, use_awaitable);
  // Not left to the parser alone: Debian 12's takes a body of any announced length when its first
  // bytes come along with the headers.
  refuse_beyond(limits.body, parser.content_length().value_or(0));
  co_await http::async_read(stream, buffer, parser, use_awaitable);
  auto response = parser.release();
  refuse_beyond(limits.body, response.body().size());
  co_return HttpAnswer{.status = response.result_int(),
                       .etag = field(response, "ETag"),
                       .location = field(response, "Location"),
                       .session_token = field(response, "X-Auth-Token"),
                       .body = std::move(response.body())};
}

asio::awaitable<void> connect(tcp::socket& socket, const HttpOrigin& origin) {
  boost::system::error_code is_name;
  const auto address = asio::ip::make_address(origin.host, is_name);
  if (!is_name) {
    co_await socket.async_connect({address, origin.port}, use_awaitable);
  } else {
    tcp::resolver resolver(socket.get_executor());
    const auto found =
        co_await resolver.async_resolve(origin.host, std::to_string(origin.port), use_awaitable);
    co_await asio::async_connect(socket, found, use_awaitable);
  }
  socket.set_option(tcp::no_delay(true));
}

struct Exchange {
  const HttpOrigin& origin;
  const HttpTrust& trust;
  const HttpRequest& request;
  const HttpLimits& limits;
  bool handshaking{};  // where it was when something went wrong

  asio::awaitable<HttpAnswer> run(asio::io_context& context) {
    const auto message = make_request(origin, request);
    if (!origin.tls) {
      tcp::socket socket(context);
      co_await connect(socket, origin);
      co_return co_await ask(socket, message, limits);
    }
    asio::ssl::context tls(asio::ssl::context::tls_client);
    if (!trust.pinned && !trust.any) tls.set_default_verify_paths();
    asio::ssl::stream<tcp::socket> stream(context, tls);
    set_trust(stream, origin, trust);
    // IP addresses are no server names (RFC 6066, 3).
    boost::system::error_code is_name;
    (void)asio::ip::make_address(origin.host, is_name);
    if (is_name) SSL_set_tlsext_host_name(stream.native_handle(), origin.host.c_str());
    co_await connect(stream.next_layer(), origin);
    handshaking = true;
    co_await stream.async_handshake(asio::ssl::stream_base::client, use_awaitable);
    handshaking = false;
    // No closing handshake: the answer has a length, and a BMC may take for ever.
    co_return co_await ask(stream, message, limits);
  }
};

Error as_error(const boost::system::system_error& thrown, const Exchange& exchange) {
  const boost::system::error_code& code = thrown.code();
  if (exchange.handshaking && code.category() == asio::error::get_ssl_category()) {
    if (ERR_GET_REASON(static_cast<unsigned long>(code.value())) == SSL_R_CERTIFICATE_VERIFY_FAILED)
      return {Errc::Rejected, exchange.trust.pinned
                                  ? "its certificate is not the one in the inventory"
                                  : "its certificate is not of a trusted CA for this host; give "
                                    "its fingerprint as `certificate`"};
    return {Errc::Unavailable, "TLS: " + code.message()};
  }
  if (code == http::error::body_limit) return {Errc::Invalid, "the answer is larger than 1 MiB"};
  if (code == http::error::header_limit)
    return {Errc::Invalid, "the headers of the answer are too large"};
  const bool is_http = code.category() == make_error_code(http::error::bad_version).category();
  if (is_http && code != http::error::end_of_stream && code != http::error::partial_message)
    return {Errc::Invalid, "the answer is not HTTP: " + code.message()};
  return {Errc::Unavailable, code.message()};
}

}  // namespace

Result<HttpAnswer> http_exchange(const HttpOrigin& origin, const HttpTrust& trust,
                                 const HttpRequest& request, const HttpLimits& limits) {
  if (limits.stop.stop_requested()) return failure(Errc::Unavailable, "this controller ends");
  Exchange exchange{origin, trust, request, limits};
  std::optional<Result<HttpAnswer>> outcome;
  asio::io_context context(1);
  asio::co_spawn(context, exchange.run(context),
                 [&](const std::exception_ptr& thrown, HttpAnswer answer) {
                   if (!thrown) {
                     outcome = std::move(answer);
                     return;
                   }
                   try {
                     std::rethrow_exception(thrown);
                   } catch (const boost::system::system_error& error) {
                     outcome = tl::unexpected(as_error(error, exchange));
                   } catch (const std::exception& error) {
                     outcome = failure(Errc::Invalid, error.what());
                   }
                 });
  const std::stop_callback on_stop(limits.stop, [&] { context.stop(); });
  context.run_until(limits.until);
  if (outcome) return std::move(*outcome);
  if (limits.stop.stop_requested()) return failure(Errc::Unavailable, "this controller ends");
  return failure(Errc::TimedOut, "no complete answer in time");
}

}  // namespace switchyard::provisioner
