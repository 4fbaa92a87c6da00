// One Switchyard service over its REST API. Every call has a total deadline and a cap on the size
// of the answer, whatever the other end does.
#pragma once

#include "core/secret.h"
#include "web/cli/failure.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace switchyard::web::cli {

struct ClientOptions {
  std::string url{};      // "http://127.0.0.1:8080", no path
  Secret token{};         // empty: none is sent
  std::string ca_file{};  // PEM of whom to trust besides nobody; empty: the system's
  std::chrono::milliseconds connect{5'000};
  std::chrono::milliseconds deadline{45'000};  // of a whole exchange
  std::size_t largest_answer{64U << 20U};
};

struct Answer {
  int status{};
  std::string etag{};
  nlohmann::json body{};  // null for 204
};

// "/api/v1/switches/tor1/ports/swp1%2F1" of {"switches", "tor1", "ports", "swp1/1"}.
[[nodiscard]] std::string resource(std::initializer_list<std::string_view> segments);

using Query = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// Appends those that are not empty.
[[nodiscard]] std::string with_query(std::string path, Query query);

// Not thread-safe.
class Client {
 public:
  // Wrong usage when the URL is none.
  [[nodiscard]] static Outcome<std::unique_ptr<Client>> open(ClientOptions options);
  ~Client();

  [[nodiscard]] Outcome<Answer> get(const std::string& path);
  // The items of all pages; `path` may have a query.
  [[nodiscard]] Outcome<nlohmann::json> get_all(const std::string& path);
  // With a fresh Idempotency-Key, under which it is sent again when the connection breaks.
  [[nodiscard]] Outcome<Answer> post(const std::string& path, const nlohmann::json& body);
  [[nodiscard]] Outcome<Answer> post_text(const std::string& path, const std::string& media_type,
                                          const std::string& text);
  [[nodiscard]] Outcome<Answer> patch(const std::string& path, const std::string& etag,
                                      const nlohmann::json& body);
  [[nodiscard]] Outcome<Answer> remove(const std::string& path, const std::string& etag);

  // Follows an event stream until `take` answers false or the connection ends, which is no failure.
  // `last_id` empty: from now on.
  [[nodiscard]] Outcome<void> follow(const std::string& path, const std::string& last_id,
                                     const std::function<bool(std::string_view)>& take);

  [[nodiscard]] const std::string& url() const;

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace switchyard::web::cli
