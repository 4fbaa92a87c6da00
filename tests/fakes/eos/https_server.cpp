#include "tests/fakes/eos/https_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace switchyard::fakes {

namespace {

constexpr int kLook = 20;  // ms between looks at whether the server ends
constexpr std::size_t kMostRequest = 32U << 20U;

}  // namespace

// A key and its self-signed certificate.
struct HttpsServer::Tls {
  Tls() {
    key.reset(EVP_EC_gen("P-256"));
    certificate.reset(X509_new());
    static std::atomic<long> serial{1};
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -86'400);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 10L * 365 * 86'400);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("switch"), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    context.reset(SSL_CTX_new(TLS_server_method()));
    if (SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1)
      throw std::runtime_error("cannot make a certificate");
  }

  template <auto Free> struct Deleter {
    template <class T> void operator()(T* value) const { Free(value); }
  };

  std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>> key{};
  std::unique_ptr<X509, Deleter<X509_free>> certificate{};
  std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>> context{};
};

HttpsServer::HttpsServer(Handler handler)
    : handler_(std::move(handler)), tls_(std::make_shared<Tls>()) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("cannot listen on 127.0.0.1");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

HttpsServer::~HttpsServer() {
  stops_ = true;
  ::shutdown(listener_, SHUT_RDWR);  // wakes the acceptor
  acceptor_.join();
  drop_connections();
  reap(/*all=*/true);
  ::close(listener_);
}

std::string HttpsServer::fingerprint() {
  const std::lock_guard lock(mutex_);
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  X509_digest(tls_->certificate.get(), EVP_sha256(), digest.data(), &size);
  std::string text = "SHA256:";
  for (const unsigned char byte : digest)
    text += fmt::format("{:02x}", byte);
  return text;
}

void HttpsServer::change_certificate() {
  auto fresh = std::make_shared<Tls>();
  const std::lock_guard lock(mutex_);
  tls_ = std::move(fresh);
}

void HttpsServer::drop_connections() {
  const std::lock_guard lock(mutex_);
  for (const auto& connection : open_)
    if (!connection->done) ::shutdown(connection->fd, SHUT_RDWR);
}

void HttpsServer::reap(bool all) {
  std::list<std::unique_ptr<Connection>> ended;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = open_.begin(); at != open_.end();) {
      const auto next = std::next(at);
      if (all || (*at)->done) ended.splice(ended.end(), open_, at);
      at = next;
    }
  }
  for (const auto& connection : ended) {
    connection->thread.join();
    ::close(connection->fd);
  }
}

void HttpsServer::accept_all() {
  while (!stops_) {
    reap(/*all=*/false);
    pollfd item{.fd = listener_, .events = POLLIN, .revents = 0};
    if (::poll(&item, 1, kLook) <= 0) continue;
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    if (refuses_) {
      ::close(fd);
      continue;
    }
    const int on = 1;
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++connections_;
    const std::lock_guard lock(mutex_);
    open_.push_back(std::make_unique<Connection>());
    Connection& connection = *open_.back();
    connection.fd = fd;
    connection.thread = std::thread([this, &connection] { serve(connection); });
  }
}

void HttpsServer::serve(Connection& connection) {
  // OpenSSL writes to what the client has closed.
  sigset_t pipe{};
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  if (hangs_) {
    std::array<char, 512> ignored{};
    while (::recv(connection.fd, ignored.data(), ignored.size(), 0) > 0) {
    }
  } else {
    serve_tls(connection);
  }
  ::shutdown(connection.fd, SHUT_RDWR);
  connection.done = true;
}

namespace {

// The value of a header of this head; names are lower case.
std::string header(const std::string& head, const std::string& name) {
  std::string lower = head;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::size_t at = lower.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

bool read_some(SSL* ssl, std::string& into) {
  std::array<char, 16'384> buffer{};
  const int got = SSL_read(ssl, buffer.data(), buffer.size());
  if (got > 0) into.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

std::optional<WebRequest> read_request(SSL* ssl, std::string& pending) {
  std::size_t end = 0;
  while ((end = pending.find("\r\n\r\n")) == std::string::npos)
    if (pending.size() > kMostRequest || !read_some(ssl, pending)) return std::nullopt;
  const std::string head = pending.substr(0, end + 2);
  const auto length =
      static_cast<std::size_t>(std::strtoul(header(head, "content-length").c_str(), nullptr, 10));
  while (pending.size() < end + 4 + length)
    if (pending.size() > kMostRequest || !read_some(ssl, pending)) return std::nullopt;
  WebRequest request{.authorization = header(head, "authorization"),
                     .body = pending.substr(end + 4, length)};
  const std::size_t space = head.find(' ');
  request.method = head.substr(0, space);
  request.path = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
  pending.erase(0, end + 4 + length);
  return request;
}

}  // namespace

void HttpsServer::serve_tls(Connection& connection) {
  std::shared_ptr<Tls> tls;
  {
    const std::lock_guard lock(mutex_);
    tls = tls_;
  }
  long long left = cut_after_;
  const std::unique_ptr<SSL, Tls::Deleter<SSL_free>> ssl{SSL_new(tls->context.get())};
  SSL_set_fd(ssl.get(), connection.fd);
  if (SSL_accept(ssl.get()) != 1) return;
  std::string pending;
  while (const auto request = read_request(ssl.get(), pending)) {
    const auto answer = handler_(*request);
    if (!answer) return;
    std::string text =
        answer->raw.empty()
            ? fmt::format(
                  "HTTP/1.1 {} X\r\nContent-Type: application/json\r\nContent-Length: "
                  "{}\r\n\r\n{}",
                  answer->status, answer->body.size(), answer->body)
            : answer->raw;
    const bool is_cut = left >= 0 && static_cast<long long>(text.size()) > left;
    if (is_cut) text.resize(static_cast<std::size_t>(left));
    const std::size_t piece = answer->drip.count() > 0 ? 1 : text.size();
    for (std::size_t at = 0; at < text.size(); at += piece) {
      if (SSL_write(ssl.get(), text.data() + at, static_cast<int>(piece)) <= 0) return;
      // Not a sleep: ends when the client does.
      pollfd item{.fd = connection.fd, .events = POLLIN, .revents = 0};
      if (piece == 1 && ::poll(&item, 1, static_cast<int>(answer->drip.count())) > 0) return;
    }
    if (is_cut) return;
    if (left >= 0) left -= static_cast<long long>(text.size());
  }
}

}  // namespace switchyard::fakes
