// The identity of the boot server: self-signed certificates, made at the first start and kept. Who
// talks to it knows it by the hash of its public key, not by a name or an authority.
#pragma once

#include "core/result.h"

#include <string>

namespace switchyard::pxe::http {

// Two keys, because old iPXE speaks RSA only; everybody else gets the elliptic one.
struct Identity {
  std::string ec_certificate{};   // paths of PEM files; P-256
  std::string ec_key{};           // mode 0600
  std::string rsa_certificate{};  // 2048 bits
  std::string rsa_key{};
  std::string ec_pin{};   // "sha256//BASE64" of the SubjectPublicKeyInfo, as of curl
  std::string rsa_pin{};  // --pinnedpubkey and RFC 7469
};

// Reads the identity of `folder` (made with mode 0700 if it is not there), and makes what is
// missing. The certificates are valid from 2000 to 2049: servers boot with clocks years off.
// Unavailable: the folder cannot be written; Invalid: a file in it is no certificate or key, or
// they do not belong together.
[[nodiscard]] Result<Identity> ensure_identity(const std::string& folder);

}  // namespace switchyard::pxe::http
