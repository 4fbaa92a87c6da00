// Credentials at rest: sealed with a key that is not in the database (libsodium secretbox,
// XSalsa20-Poly1305).
#pragma once

#include "core/result.h"
#include "core/secret.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard {

// Thread-safe after it was made. Its text form is "s1.<key id>.<base64url of nonce and box>".
class Sealer {
 public:
  // Reads the keys from a file: one base64 key a line; the first seals, all of them open, so a key
  // is replaced by putting a new line in front. The file is made with one new key if it is not
  // there. Invalid: readable by others than its owner, owned by somebody else, or no keys.
  // Unavailable: cannot be read or made.
  [[nodiscard]] static Result<Sealer> from_file(const std::string& path);

  ~Sealer();
  Sealer(const Sealer&) = default;
  Sealer& operator=(const Sealer&) = default;

  [[nodiscard]] std::string seal(const Secret& secret) const;

  // Invalid: not a sealed text, or changed since. NotFound: sealed with a key that is not in the
  // file.
  [[nodiscard]] Result<Secret> open(std::string_view sealed) const;

  // Sealed with a key that is no longer the first: seal it again.
  [[nodiscard]] bool is_outdated(std::string_view sealed) const;

 private:
  struct Key {
    std::string id{};  // eight characters of a hash of the key
    std::array<std::uint8_t, 32> bytes{};
  };

  explicit Sealer(std::vector<Key> keys) : keys_(std::move(keys)) {}

  [[nodiscard]] static Result<std::vector<Key>> parse_keys(std::string_view text);

  std::vector<Key> keys_;
};

}  // namespace switchyard
