// The values that pass between the network side of the edge and what answers a request.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::web::edge {

struct Header {
  std::string name{};
  std::string value{};
  friend bool operator==(const Header&, const Header&) = default;
};

using Headers = std::vector<Header>;

// The first value of a field, or null. `name` in lower case; field names compare without case.
[[nodiscard]] const std::string* find_header(const Headers& headers, std::string_view name);
[[nodiscard]] bool equal_without_case(std::string_view a, std::string_view b);

// A complete, checked request: one Host, one framing, a normalised path.
struct Request {
  std::string method{};      // upper case
  std::string path{};        // begins with '/', no empty or dot segments, still percent-encoded
  std::string query{};       // without '?', still percent-encoded
  Headers headers{};         // names in lower case
  std::string body{};        // decoded from chunks
  std::string client{};      // address of the peer as text
  std::string request_id{};  // made here, or the client's if it was well-formed
};

// An open regular file. Closed with the last owner.
class File {
 public:
  File(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}

  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] std::uint64_t size() const { return size_; }

  // Bytes read at `offset`, at most `count`; 0 at the end and on any error.
  [[nodiscard]] std::size_t read_at(std::uint64_t offset, char* to, std::size_t count) const;

 private:
  int descriptor_;
  std::uint64_t size_;
};

struct FilePart {
  std::shared_ptr<const File> file{};
  std::uint64_t offset{};
  std::uint64_t length{};
};

// Asks the edge to answer with the event log from here on instead of a body.
struct EventStream {
  std::uint64_t after{};  // the first event sent has a greater id
  std::string project{};  // empty: all of them
};

struct Response {
  int status{200};
  Headers
      headers{};  // without the ones the edge owns: Date, Connection, Content-Length, X-Request-ID
  std::string body{};
  std::optional<FilePart> file{};       // instead of body
  std::optional<EventStream> events{};  // instead of body
  bool unfinished{false};               // what `?wait=` waits for has not happened yet: ask again
};

// Whatever answers requests. serve() may be called from any thread of the edge, returns soon, and
// `done` is called exactly once, from any thread, even when the client has left long ago.
class Application {
 public:
  using Done = std::function<void(Response)>;
  virtual ~Application() = default;
  virtual void serve(const Request& request, Done done) = 0;
};

// An error answer as RFC 9457 problem+json. `detail` is safe to show.
[[nodiscard]] Response problem(int status, std::string_view code, std::string_view detail,
                               std::string_view request_id = {});
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace switchyard::web::edge
