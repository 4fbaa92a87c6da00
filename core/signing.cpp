#include "core/signing.h"

#include "core/digest.h"

#include <sodium.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace switchyard {

namespace {

constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;
constexpr std::size_t kIdLength = 16;

void start_sodium() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised");
}

template <std::size_t Size> std::string base64(const std::array<std::uint8_t, Size>& bytes) {
  std::string text(sodium_base64_encoded_len(Size, kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), Size, kBase64);
  text.pop_back();  // the terminator sodium writes
  return text;
}

// Exactly so many bytes, or nothing.
template <std::size_t Size>
std::optional<std::array<std::uint8_t, Size>> from_base64(std::string_view text) {
  std::array<std::uint8_t, Size> bytes{};
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes.data(), Size, text.data(), text.size(), nullptr, &size, &end,
                        kBase64) != 0 ||
      end != text.data() + text.size() || size != Size)
    return std::nullopt;
  return bytes;
}

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

static_assert(crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_SECRETKEYBYTES == 64 &&
              crypto_sign_SEEDBYTES == 32 && crypto_sign_BYTES == 64);

SigningKey::SigningKey(const std::array<std::uint8_t, 32>& seed) {
  crypto_sign_seed_keypair(public_.data(), secret_.data(), seed.data());
}

SigningKey::~SigningKey() { sodium_memzero(secret_.data(), secret_.size()); }

SigningKey SigningKey::make() {
  start_sodium();
  std::array<std::uint8_t, 32> seed{};
  randombytes_buf(seed.data(), seed.size());
  SigningKey made(seed);
  sodium_memzero(seed.data(), seed.size());
  return made;
}

Result<SigningKey> SigningKey::from_seed(const Secret& seed) {
  start_sodium();
  auto bytes = from_base64<32>(seed.reveal());
  if (!bytes) return failure(Errc::Invalid, "signing key: not 32 bytes as base64");
  SigningKey made(*bytes);
  sodium_memzero(bytes->data(), bytes->size());
  return made;
}

Secret SigningKey::seed() const {
  std::array<std::uint8_t, 32> seed{};
  crypto_sign_ed25519_sk_to_seed(seed.data(), secret_.data());
  Secret text(base64(seed));
  sodium_memzero(seed.data(), seed.size());
  return text;
}

std::string SigningKey::public_key() const { return base64(public_); }

std::string SigningKey::sign(std::string_view text) const {
  std::array<std::uint8_t, 64> signature{};
  crypto_sign_detached(signature.data(), nullptr, bytes_of(text), text.size(), secret_.data());
  return base64(signature);
}

std::string signing_key_id(std::string_view public_key) {
  return sha256_hex(public_key).substr(0, kIdLength);
}

Status verify(std::string_view public_key, std::string_view text, std::string_view signature) {
  start_sodium();
  const auto key = from_base64<32>(public_key);
  if (!key) return failure(Errc::Invalid, "public key: not 32 bytes as base64");
  const auto signed_as = from_base64<64>(signature);
  if (!signed_as) return failure(Errc::Invalid, "signature: not 64 bytes as base64");
  if (crypto_sign_verify_detached(signed_as->data(), bytes_of(text), text.size(), key->data()) != 0)
    return failure(Errc::Rejected, "the signature is not that of this text");
  return {};
}

}  // namespace switchyard
