#include "pxe/http/certificate.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

namespace switchyard::pxe::http {
namespace {

template <auto F> struct Free {
  template <class T> void operator()(T* object) const { F(object); }
};

using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;

struct Close {
  void operator()(FILE* file) const { (void)std::fclose(file); }
};

using Stdio = std::unique_ptr<FILE, Close>;

constexpr const char* kFrom = "20000101000000Z";
constexpr const char* kTo = "20491231235959Z";

tl::unexpected<Error> library_failure(const std::string& what) {
  std::array<char, 160> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  ERR_clear_error();
  return failure(Errc::Unavailable, what + ": " + text.data());
}

Key make_key(bool is_ec) { return Key(is_ec ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048U)); }

bool add_extension(X509* certificate, int which, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, which, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

Certificate make_certificate(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  std::array<unsigned char, 16> serial{};
  if (!certificate || RAND_bytes(serial.data(), serial.size()) != 1) return nullptr;
  serial[0] = static_cast<unsigned char>(1 | (serial[0] & 0x7f));  // positive and not shortened
  const std::unique_ptr<BIGNUM, Free<BN_free>> number(
      BN_bin2bn(serial.data(), serial.size(), nullptr));
  X509* raw = certificate.get();
  X509_NAME* name = X509_get_subject_name(raw);
  const bool made =
      number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(raw)) != nullptr &&
      X509_set_version(raw, X509_VERSION_3) == 1 &&
      ASN1_TIME_set_string_X509(X509_getm_notBefore(raw), kFrom) == 1 &&
      ASN1_TIME_set_string_X509(X509_getm_notAfter(raw), kTo) == 1 &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                 reinterpret_cast<const unsigned char*>("switchyard boot"), -1, -1,
                                 0) == 1 &&
      X509_set_issuer_name(raw, name) == 1 && X509_set_pubkey(raw, key) == 1 &&
      add_extension(raw, NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(raw, NID_ext_key_usage, "serverAuth") &&
      add_extension(raw, NID_subject_alt_name, "DNS:switchyard") &&
      X509_sign(raw, key, EVP_sha256()) != 0;
  return made ? std::move(certificate) : nullptr;
}

// Under another name first: a half-written key would never be replaced.
Status write_file(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  const auto failed = [&](const char* what) {
    return failure(Errc::Unavailable,
                   std::string(what) + " " + draft + ": " + std::generic_category().message(errno));
  };
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed("open");
  const bool is_written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  if (!is_written) return failed("write");
  if (::rename(draft.c_str(), path.c_str()) != 0) return failed("rename");
  return {};
}

template <class Write> std::string pem_of(Write write) {
  const std::unique_ptr<BIO, Free<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
  if (!memory || write(memory.get()) != 1) return {};
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

// The key last: when it is there, all is.
Status make_pair(const std::string& certificate_file, const std::string& key_file, bool is_ec) {
  const Key key = make_key(is_ec);
  if (!key) return library_failure("make a key for " + key_file);
  const Certificate certificate = make_certificate(key.get());
  if (!certificate) return library_failure("make " + certificate_file);
  auto written = write_file(
      certificate_file, pem_of([&](BIO* to) { return PEM_write_bio_X509(to, certificate.get()); }));
  if (!written) return written;
  return write_file(key_file, pem_of([&](BIO* to) {
                      return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr,
                                                      nullptr);
                    }));
}

std::string pin_of(X509* certificate) {
  unsigned char* encoded = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded);
  if (size <= 0) return {};
  std::array<unsigned char, 32> hash{};
  const int hashed = EVP_Digest(encoded, static_cast<std::size_t>(size), hash.data(), nullptr,
                                EVP_sha256(), nullptr);
  OPENSSL_free(encoded);
  std::array<unsigned char, 48> text{};
  const int length = EVP_EncodeBlock(text.data(), hash.data(), hash.size());
  if (hashed != 1) return {};
  return "sha256//" +
         std::string(reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length));
}

Result<std::string> read_pair(const std::string& certificate_file, const std::string& key_file) {
  const Stdio first(std::fopen(certificate_file.c_str(), "re"));
  const Stdio second(std::fopen(key_file.c_str(), "re"));
  if (!first || !second) {
    return failure(Errc::Unavailable, "read " + certificate_file + " and " + key_file + ": " +
                                          std::generic_category().message(errno));
  }
  const Certificate certificate(PEM_read_X509(first.get(), nullptr, nullptr, nullptr));
  const Key key(PEM_read_PrivateKey(second.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!certificate || !key || X509_check_private_key(certificate.get(), key.get()) != 1) {
    ERR_clear_error();
    return failure(Errc::Invalid, certificate_file + " and " + key_file +
                                      " are not a certificate and its key; remove both to get "
                                      "new ones");
  }
  return pin_of(certificate.get());
}

Result<std::string> ensure_pair(const std::string& certificate_file, const std::string& key_file,
                                bool is_ec) {
  if (::access(key_file.c_str(), F_OK) != 0) {
    const auto made = make_pair(certificate_file, key_file, is_ec);
    if (!made) return tl::unexpected(made.error());
  }
  return read_pair(certificate_file, key_file);
}

}  // namespace

Result<Identity> ensure_identity(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return failure(Errc::Unavailable,
                   "identity folder " + folder + ": " + std::generic_category().message(errno));
  }
  Identity identity{.ec_certificate = folder + "/boot-ec.pem",
                    .ec_key = folder + "/boot-ec.key",
                    .rsa_certificate = folder + "/boot-rsa.pem",
                    .rsa_key = folder + "/boot-rsa.key"};
  const auto ec = ensure_pair(identity.ec_certificate, identity.ec_key, true);
  if (!ec) return tl::unexpected(ec.error());
  const auto rsa = ensure_pair(identity.rsa_certificate, identity.rsa_key, false);
  if (!rsa) return tl::unexpected(rsa.error());
  identity.ec_pin = *ec;
  identity.rsa_pin = *rsa;
  return identity;
}

}  // namespace switchyard::pxe::http
