#include "core/db/url.h"

#include <charconv>
#include <optional>

namespace switchyard::db {

namespace {

constexpr std::string_view kSqlite = "sqlite://";
constexpr std::string_view kMysql = "mysql://";

tl::unexpected<Error> wrong(const std::string& why) {
  return failure(Errc::Invalid, "database url: " + why);
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    unsigned value = 0;
    const auto digits = text.substr(i + 1, 2);
    const auto end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value, 16);
    if (digits.size() < 2 || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    plain += static_cast<char>(value);
    i += 2;
  }
  // A control character has no meaning in any part and would end a C string or a log line.
  for (const char c : plain)
    if (static_cast<unsigned char>(c) < 0x20) return std::nullopt;
  return plain;
}

// Splits at the first `mark`; the second half is empty when there is none.
std::pair<std::string_view, std::string_view> split(std::string_view text, char mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

Status read_option(std::string_view key, const std::string& value, DatabaseUrl& url) {
  if (key == "socket") {
    url.socket = value;
  } else if (key == "tls_ca") {
    url.tls_ca = value;
  } else if (key == "allow_unsafe" && (value == "0" || value == "1")) {
    url.allow_unsafe = value == "1";
  } else {
    return wrong("option '" + std::string{key.substr(0, 40)} +
                 "' is not one of socket=PATH, tls_ca=FILE, allow_unsafe=0|1");
  }
  return {};
}

Status read_options(std::string_view query, DatabaseUrl& url) {
  while (!query.empty()) {
    const auto [option, rest] = split(query, '&');
    const auto [key, encoded] = split(option, '=');
    const auto value = percent_decoded(encoded);
    if (!value) return wrong("a percent escape of option '" + std::string{key} + "' is wrong");
    if (auto read = read_option(key, *value, url); !read) return read;
    query = rest;
  }
  return {};
}

Status read_address(std::string_view address, DatabaseUrl& url) {
  std::string_view port;
  if (address.starts_with('[')) {  // an IPv6 address, RFC 3986 3.2.2
    const auto end = address.find(']');
    if (end == std::string_view::npos) return wrong("'[' without ']' in the host");
    url.host = address.substr(1, end - 1);
    const auto rest = address.substr(end + 1);
    if (!rest.empty() && rest[0] != ':') return wrong("text between ']' and the port");
    port = rest.empty() ? rest : rest.substr(1);
  } else {
    const auto [host, after] = split(address, ':');
    url.host = host;
    port = after;
  }
  if (port.empty()) return {};
  const auto read = std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (read.ec != std::errc{} || read.ptr != port.data() + port.size() || url.port < 1 ||
      url.port > 65535)
    return wrong("the port is not a number in 1..65535");
  return {};
}

Status read_login(std::string_view login, DatabaseUrl& url) {
  const auto [user, password] = split(login, ':');
  const auto plain_user = percent_decoded(user);
  const auto plain_password = percent_decoded(password);
  if (!plain_user || !plain_password)
    return wrong("a percent escape of the user or the password is wrong");
  url.user = *plain_user;
  url.password = Secret{*plain_password};
  return {};
}

Result<DatabaseUrl> parse_sqlite(std::string_view path) {
  if (path.empty()) return wrong("sqlite:// without a path; write sqlite:///var/lib/.../state.db");
  if (path == ":memory:" || path.find('?') != std::string_view::npos)
    return wrong("SQLite needs a plain file: every session of the pool opens it by its path");
  if (path.find_first_of("\"'\\\n") != std::string_view::npos)
    return wrong("quotes and backslashes cannot be used in the path of an SQLite file");
  return DatabaseUrl{.backend = Backend::Sqlite, .path = std::string{path}};
}

Result<DatabaseUrl> parse_mysql(std::string_view rest) {
  DatabaseUrl url{.backend = Backend::Mysql};
  const auto [location, query] = split(rest, '?');
  const auto [authority, name] = split(location, '/');
  const auto at = authority.rfind('@');
  const auto plain_name = percent_decoded(name);
  if (!plain_name || plain_name->empty())
    return wrong("no database name; write mysql://user:password@host:port/name");
  url.name = *plain_name;
  if (at != std::string_view::npos) {
    if (const auto read = read_login(authority.substr(0, at), url); !read)
      return tl::unexpected(read.error());
  }
  const auto address = at == std::string_view::npos ? authority : authority.substr(at + 1);
  if (const auto read = read_address(address, url); !read) return tl::unexpected(read.error());
  if (auto read = read_options(query, url); !read) return tl::unexpected(read.error());
  if (url.user.empty()) return wrong("no user; write mysql://user:password@host:port/name");
  if (url.host.empty() && url.socket.empty()) return wrong("neither a host nor ?socket=PATH");
  return url;
}

}  // namespace

Result<DatabaseUrl> parse_database_url(std::string_view text) {
  if (text.starts_with(kSqlite)) return parse_sqlite(text.substr(kSqlite.size()));
  if (text.starts_with(kMysql)) return parse_mysql(text.substr(kMysql.size()));
  return wrong("starts with neither sqlite:// nor mysql://");
}

}  // namespace switchyard::db
