// The web room as a whole: the edge that faces the network, the API on Pistache behind it.
#pragma once

#include "core/clock.h"
#include "core/result.h"
#include "web/edge/event_source.h"
#include "web/edge/limits.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace switchyard::db {
class Pool;
}

namespace switchyard::provisioner {
class Service;
}

namespace switchyard::web {

namespace api {
class Api;
}

struct WebOptions {
  std::string address{"127.0.0.1"};
  std::uint16_t port{0};           // 0: the kernel chooses
  std::string certificate_file{};  // PEM; empty: plain HTTP
  std::string key_file{};
  std::string portal_directory{};  // static files of the portal; empty: none
  std::string pepper_file{};       // key of token hashes; made at the first start
  std::string admin_token_file{};  // local admin token; made at the first start; empty: none
  std::string version{"0.1.0"};
  edge::Limits limits{};
  int edge_threads{2};
  int api_threads{4};
};

// What the web room uses; all of it outlives the server. The schema holds web::api::migrations().
struct WebParts {
  db::Pool& pool;
  const Clock& clock;
  edge::EventSource& events;
  // Adds the resources of the domain: domain_routes(service), or a test's own.
  std::function<void(api::Api&)> add_routes{};
};

[[nodiscard]] std::function<void(api::Api&)> domain_routes(provisioner::Service& service);

class Server {
 public:
  // Listens and answers when it returns. Raises the soft limit of open files to the hard one.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(const WebOptions& options,
                                                             WebParts parts);
  ~Server();

  [[nodiscard]] std::uint16_t port() const;
  // Lets answers under way finish, then closes everything. Idempotent.
  void stop();

  struct Counts {
    std::uint64_t served{};
    std::uint64_t mismatched{};  // answers of the API that were not for their question; must stay 0
    std::size_t connections{};
    std::size_t event_streams{};
  };

  [[nodiscard]] Counts counts() const;
  // Where Pistache listens on 127.0.0.1, for tests that try to go past the edge.
  [[nodiscard]] std::vector<std::uint16_t> api_ports() const;

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace switchyard::web
