// The server's own secret, the "pepper": 32 bytes in a file that only the service can read. Keys
// for different uses are derived from it, so one file is all there is to keep. Controllers that
// share a database share it.
#pragma once

#include "core/result.h"
#include "core/secret.h"

#include <string>
#include <string_view>

namespace switchyard::web::api {

// Thread-safe; immutable.
class Keyring {
 public:
  // Reads the file, or makes it (mode 0600) when it is absent. Invalid when it is not 64 hex digits
  // or others may read it.
  [[nodiscard]] static Result<Keyring> open(const std::string& path);
  explicit Keyring(Secret key);  // 32 bytes; for tests

  // Keyed BLAKE2b of `text`, 32 bytes as hex. Different `use`s never give the same value.
  [[nodiscard]] std::string mac(std::string_view use, std::string_view text) const;

 private:
  Secret key_;
};

// Takes the same time whatever differs.
[[nodiscard]] bool equal_secrets(std::string_view a, std::string_view b);

// Writes a file that only its owner may read, replacing what is there at once or not at all.
[[nodiscard]] Status write_private_file(const std::string& path, std::string_view text);
[[nodiscard]] Result<std::string> read_private_file(const std::string& path);

}  // namespace switchyard::web::api
