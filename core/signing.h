// Signatures that anybody can check: Ed25519 (RFC 8032) over the exact bytes of a text. Keys and
// signatures travel as base64 (RFC 4648, with padding).
#pragma once

#include "core/result.h"
#include "core/secret.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace switchyard {

// Thread-safe after it was made.
class SigningKey {
 public:
  // A new one, of the system's random bytes.
  [[nodiscard]] static SigningKey make();
  // The key of this seed() again. Invalid: not 32 bytes as base64.
  [[nodiscard]] static Result<SigningKey> from_seed(const Secret& seed);
  ~SigningKey();
  SigningKey(const SigningKey&) = default;
  SigningKey& operator=(const SigningKey&) = default;

  [[nodiscard]] Secret seed() const;
  [[nodiscard]] std::string public_key() const;
  [[nodiscard]] std::string sign(std::string_view text) const;

 private:
  explicit SigningKey(const std::array<std::uint8_t, 32>& seed);

  std::array<std::uint8_t, 32> public_{};
  std::array<std::uint8_t, 64> secret_{};  // seed and public key, as libsodium keeps it
};

// How a record names the key it was signed with: 16 hex digits of the SHA-256 of its base64.
[[nodiscard]] std::string signing_key_id(std::string_view public_key);

// Invalid: the key or the signature is no base64 of the right length; Rejected: the signature is
// not that of this text by this key.
[[nodiscard]] Status verify(std::string_view public_key, std::string_view text,
                            std::string_view signature);

}  // namespace switchyard
