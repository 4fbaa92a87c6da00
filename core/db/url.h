// The address of a database, taken apart.
#pragma once

#include "core/db/pool.h"
#include "core/result.h"
#include "core/secret.h"

#include <string>
#include <string_view>

namespace switchyard::db {

struct DatabaseUrl {
  Backend backend{};
  std::string path{};  // SQLite: the file

  std::string host{};  // MySQL from here on
  int port{3306};
  std::string user{};
  Secret password{};
  std::string name{};
  std::string socket{};  // a path; used instead of host and port
  std::string tls_ca{};  // a PEM file; TLS is used when it is given
  // Accept a server that acknowledges commits before they are on its disk.
  bool allow_unsafe{};
};

// sqlite:///absolute/path or sqlite://relative/path; mysql://user:password@host:port/name with
// ?socket=, ?tls_ca=, ?allow_unsafe=1. User, password and values are percent-encoded where they
// hold reserved characters (RFC 3986). Invalid names what is wrong and never shows the password.
[[nodiscard]] Result<DatabaseUrl> parse_database_url(std::string_view text);

}  // namespace switchyard::db
