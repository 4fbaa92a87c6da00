// Everything that is the same for all routes: authorisation, query parameters, Idempotency-Key,
// problem answers. No exception leaves it. Knows nothing of Pistache (see pistache_host.h), so it
// can be asked without a socket.
#pragma once

#include "core/clock.h"
#include "web/api/call.h"
#include "web/api/idempotency.h"
#include "web/api/keyring.h"
#include "web/api/tokens.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::web::api {

using Handler = std::function<Answer(const Call&)>;

struct Route {
  std::string method{};              // GET, POST, PUT, PATCH, DELETE
  std::string pattern{};             // "/api/v1/switches/:name/ports"
  std::vector<std::string> query{};  // names that are understood; others are refused
  Handler handler{};
};

// A request as it comes from the edge.
struct Incoming {
  std::string method{};
  std::string path{};   // still percent-encoded
  std::string query{};  // still percent-encoded
  edge::Headers headers{};
  std::string body{};
  std::string request_id{};
};

struct Outgoing {
  int status{};
  edge::Headers headers{};  // internal ones for the edge included
  std::string body{};
};

struct ApiParts {
  db::Pool& pool;
  const Clock& clock;
  const Keyring& keys;
};

// Routes are added before the first request; from then on thread-safe.
class Api {
 public:
  explicit Api(const ApiParts& parts);

  void add(Route route);
  // GET routes with `page_size` and `page_token`, and other names.
  void get(std::string pattern, std::vector<std::string> query, Handler handler);
  // Mutations understand dry_run.
  void post(std::string pattern, Handler handler);
  void put(std::string pattern, Handler handler);
  void patch(std::string pattern, Handler handler);
  void remove(std::string pattern, Handler handler);

  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

  [[nodiscard]] TokenStore& tokens() { return tokens_; }

  [[nodiscard]] const Keyring& keys() const { return parts_.keys; }

  [[nodiscard]] const Clock& clock() const { return parts_.clock; }

  // For a request whose route is known already.
  [[nodiscard]] Outgoing handle(const Route& route, const Incoming& incoming);
  // Finds the route first; 404 and 405 when there is none.
  [[nodiscard]] Outgoing handle(const Incoming& incoming);

 private:
  [[nodiscard]] Answer answer(const Route& route, const Incoming& incoming);
  [[nodiscard]] Checked<Principal> authenticate(const Route& route, const Incoming& incoming);
  [[nodiscard]] Answer run_once(const Route& route, const Call& call);
  [[nodiscard]] Answer replay_or_run(const Route& route, const Call& call,
                                     const IdempotencyKey& key);

  ApiParts parts_;
  TokenStore tokens_;
  IdempotencySweeper old_keys_;
  std::vector<Route> routes_{};
};

// The decoded parameters of `path` if it has the shape of `pattern`.
[[nodiscard]] std::optional<std::map<std::string, std::string, std::less<>>> match_path(
    std::string_view pattern, std::string_view path);

}  // namespace switchyard::web::api
