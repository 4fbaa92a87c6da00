#include "tests/bench/boot_storm/digest.h"
#include "tests/bench/boot_storm/fetch.h"

// Before Beast: see pxe/http/asio.h.
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <array>
#include <vector>

namespace switchyard::bench {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

using net::redirect_error;
using net::use_awaitable;

constexpr std::chrono::seconds kConnect{10};
constexpr std::chrono::seconds kStall{60};  // longest silence; a held answer takes 20 s
constexpr std::size_t kMostText = 1U << 20U;

// "sha256//BASE64" of the key the other side has shown.
std::string pin_of(SSL* ssl) {
  const std::unique_ptr<X509, void (*)(X509*)> shown{SSL_get1_peer_certificate(ssl), &X509_free};
  if (!shown) return "";
  unsigned char* key = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(shown.get()), &key);
  if (size <= 0) return "";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(key, static_cast<std::size_t>(size), hash.data());
  OPENSSL_free(key);
  std::array<unsigned char, 64> text{};
  const int length = EVP_EncodeBlock(text.data(), hash.data(), static_cast<int>(hash.size()));
  return "sha256//" + std::string(text.begin(), text.begin() + length);
}

http::request<http::string_body> request_of(const Door& door, const HttpAsk& ask) {
  http::request<http::string_body> request{http::string_to_verb(ask.method), ask.path, 11};
  request.set(http::field::host, pxe::dhcp::to_string(door.service));
  request.keep_alive(false);
  if (!ask.bearer.empty()) request.set(http::field::authorization, "Bearer " + ask.bearer);
  if (ask.method == "POST") {
    request.set(http::field::content_type, "application/json");
    request.body() = ask.body;
    request.prepare_payload();
  }
  return request;
}

Error no_answer(const HttpAsk& ask, const char* what, const error_code& error) {
  const bool is_late = error == beast::error::timeout;
  return {is_late ? Errc::TimedOut : Errc::Unavailable,
          ask.method + " " + ask.path + ": " + what + ": " + error.message()};
}

// The answer, its body in pieces.
template <class Stream>
net::awaitable<Result<HttpReply>> converse(Stream& stream, const Door& door, const HttpAsk& ask,
                                           Keep keep) {
  error_code error;
  auto request = request_of(door, ask);
  beast::get_lowest_layer(stream).expires_after(kStall);
  co_await http::async_write(stream, request, redirect_error(use_awaitable, error));
  if (error) co_return tl::unexpected(no_answer(ask, "send", error));
  http::response_parser<http::buffer_body> parser;
  parser.body_limit(std::uint64_t{1} << 40U);
  beast::flat_buffer bytes;
  co_await http::async_read_header(stream, bytes, parser, redirect_error(use_awaitable, error));
  if (error) co_return tl::unexpected(no_answer(ask, "answer", error));
  HttpReply reply{.status = parser.get().result_int()};
  std::vector<char> piece(64 << 10);
  Digest digest;
  while (!parser.is_done()) {
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    beast::get_lowest_layer(stream).expires_after(kStall);
    co_await http::async_read(stream, bytes, parser, redirect_error(use_awaitable, error));
    if (error == http::error::need_buffer) error = {};
    if (error) co_return tl::unexpected(no_answer(ask, "body", error));
    const std::size_t got = piece.size() - parser.get().body().size;
    reply.file.bytes += got;
    if (keep == Keep::Text && reply.text.size() + got <= kMostText)
      reply.text.append(piece.data(), got);
    if (keep == Keep::Digest) digest.add(piece.data(), got);
  }
  if (keep == Keep::Digest) reply.file.sha256 = digest.hex();
  co_return reply;
}

net::awaitable<error_code> connect(beast::tcp_stream& stream, const Door& door) {
  error_code error;
  stream.socket().open(tcp::v4(), error);
  if (!error) stream.socket().set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) stream.socket().bind({to_asio(door.from), 0}, error);
  if (error) co_return error;
  stream.expires_after(kConnect);
  co_await stream.async_connect(tcp::endpoint(to_asio(door.service), door.port),
                                redirect_error(use_awaitable, error));
  co_return error;
}

}  // namespace

net::awaitable<Result<HttpReply>> http_ask(Door door, HttpAsk ask, Keep keep) {
  beast::tcp_stream plain(co_await net::this_coro::executor);
  if (const auto error = co_await connect(plain, door); error)
    co_return tl::unexpected(no_answer(ask, "connect", error));
  if (door.tls == nullptr) co_return co_await converse(plain, door, ask, keep);
  beast::ssl_stream<beast::tcp_stream> sealed(std::move(plain), *door.tls);
  error_code error;
  beast::get_lowest_layer(sealed).expires_after(kConnect);
  co_await sealed.async_handshake(net::ssl::stream_base::client,
                                  redirect_error(use_awaitable, error));
  if (error) co_return tl::unexpected(no_answer(ask, "TLS", error));
  if (pin_of(sealed.native_handle()) != door.pin)
    co_return failure(Errc::Rejected, ask.path + ": not the pinned key");
  co_return co_await converse(sealed, door, ask, keep);
}

}  // namespace switchyard::bench
