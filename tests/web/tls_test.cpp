// TLS at the edge: who is silent or leaves in the handshake holds up nobody.
#include "tests/web/raw_client.h"
#include "tests/web/test_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

namespace switchyard::web::test {
namespace {

using namespace std::chrono_literals;

// A self-signed certificate for this test.
struct Certificate {
  explicit Certificate(const Directory& directory)
      : certificate_file(directory.path("cert.pem")), key_file(directory.path("key.pem")) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_sign(certificate, key, EVP_sha256());
    std::FILE* file = std::fopen(certificate_file.c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    file = std::fopen(key_file.c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }

  std::string certificate_file;
  std::string key_file;
};

// One GET over TLS; the whole answer, or "".
std::string get_over_tls(std::uint16_t port, const std::string& request,
                         int version = TLS1_2_VERSION) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{10, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_port = htons(port);
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string text;
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_max_proto_version(context, version == TLS1_2_VERSION ? 0 : version);
  SSL* tls = SSL_new(context);
  SSL_set_fd(tls, socket);
  const bool connected =
      ::connect(socket, reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0;
  if (connected && SSL_connect(tls) == 1) {
    SSL_write(tls, request.data(), static_cast<int>(request.size()));
    std::array<char, 4096> bytes{};
    for (int count = 0; (count = SSL_read(tls, bytes.data(), bytes.size())) > 0;)
      text.append(bytes.data(), static_cast<std::size_t>(count));
  }
  SSL_free(tls);
  SSL_CTX_free(context);
  ::close(socket);
  return text;
}

class TlsEdge : public testing::Test {
 protected:
  Directory directory{};
  Certificate certificate{directory};
  WebOptions options{.certificate_file = certificate.certificate_file,
                     .key_file = certificate.key_file,
                     .limits = {.handshake = 500ms},
                     .edge_threads = 1};
  const std::string request = get_text("/api/v1/healthz", "", "Connection: close\r\n");
};

TEST_F(TlsEdge, AnswersOverTls) {
  TestServer server(options);
  const std::string answer = get_over_tls(server.port(), request);
  EXPECT_NE(answer.find("HTTP/1.1 200 OK"), std::string::npos);
  EXPECT_NE(answer.find("Strict-Transport-Security"), std::string::npos);
}

TEST_F(TlsEdge, RefusesOldProtocols) {
  TestServer server(options);
  EXPECT_EQ(get_over_tls(server.port(), request, TLS1_1_VERSION), "");
}

TEST_F(TlsEdge, SilentClientsHoldUpNobodyAndAreCutOff) {
  TestServer server(options);
  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 20; ++i)
    silent.push_back(std::make_unique<RawClient>(server.port()));
  EXPECT_NE(get_over_tls(server.port(), request).find("200 OK"), std::string::npos);
  for (const auto& client : silent)
    EXPECT_TRUE(client->is_closed_by_server());
}

TEST_F(TlsEdge, ClientsThatLeaveInTheHandshakeEndNothing) {
  TestServer server(options);
  for (int i = 0; i < 50; ++i) {
    RawClient client(server.port());
    client.send(std::string("\x16\x03\x01\x00\x80\x01", 6));
    if (i % 2 == 0) client.reset();
  }
  EXPECT_NE(get_over_tls(server.port(), request).find("200 OK"), std::string::npos);
}

TEST_F(TlsEdge, PlainHttpIsNotAnswered) {
  TestServer server(options);
  RawClient client(server.port());
  client.send(request);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(TlsEdge, ABadCertificateIsNamed) {
  options.certificate_file = "/nonexistent.pem";
  try {
    const TestServer server(options);
    FAIL() << "started without a certificate";
  } catch (const std::runtime_error& thrown) {
    EXPECT_NE(std::string(thrown.what()).find("/nonexistent.pem"), std::string::npos);
  }
}

}  // namespace
}  // namespace switchyard::web::test
