// What passes between the boot server and whoever answers its dynamic routes.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::pxe::http {

struct Header {
  std::string name{};
  std::string value{};
  friend bool operator==(const Header&, const Header&) = default;
};

using Headers = std::vector<Header>;

// The value of the first field of that name (any case), or empty.
[[nodiscard]] std::string_view value_of(const Headers& headers, std::string_view name);

// A complete request.
struct Request {
  std::string method{};  // as sent; GET, HEAD, POST, PUT or DELETE
  std::string path{};    // percent-decoded, begins with '/', no "." or ".." segments
  std::string query{};   // without '?', still percent-encoded
  Headers headers{};     // names in lower case
  std::string body{};    // at most Limits::body_bytes
  std::string client{};  // the peer's address as text; not from any header
  std::string local{};   // our address the client reached, for URLs that lead back to it
  bool tls{false};
};

struct Answer {
  int status{200};
  Headers headers{};   // without Content-Length, Connection and Date, which the server owns
  std::string body{};  // of any length

  // Instead of a body: the file of this name below the root, with ranges and validators, or 404.
  std::string file{};

  // More than zero: there is nothing to say yet. The server asks again with the same request when
  // somebody calls Server::wake(topic), and every Limits::ask_again; when `hold` has passed since
  // the request came, or the answer has no `hold`, it is sent. No thread waits meanwhile.
  std::chrono::milliseconds hold{0};
  std::string topic{};
};

// Answers everything that is not below /files/. Called on several threads of a small pool at once;
// may block on a database for a moment. An exception becomes 500.
class Site {
 public:
  virtual ~Site() = default;
  [[nodiscard]] virtual Answer answer(const Request& request) = 0;

  // Whether this GET or HEAD below /files/ is answered; otherwise it is 403, whether or not there
  // is such a file. Called on a thread of the network, so it must not block.
  [[nodiscard]] virtual bool may_fetch(const Request& request) {
    (void)request;
    return true;
  }

  // Instead of an answer that has not come in time, or for which too many wait. Called on a thread
  // of the network, so it must not block.
  [[nodiscard]] virtual Answer late(const Request& request);
};

// {"error":"…"} as application/json. `detail` is safe to show.
[[nodiscard]] Answer error_answer(int status, std::string_view detail);
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace switchyard::pxe::http
