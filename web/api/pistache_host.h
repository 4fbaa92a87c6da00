// Pistache's Router and endpoints around an Api. Each endpoint has one thread and, as the edge
// opens one lane to each port, one connection: a slow handler holds up nobody but its own client.
// Timeouts are at years, because Pistache closing a connection is what must never happen.
#pragma once

#include "core/result.h"
#include "web/api/api.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace switchyard::web::api {

struct HostOptions {
  int endpoints{4};
  std::string secret{};                   // requests without it in X-Switchyard-Secret are refused
  std::size_t largest_request{24 << 20};  // the edge has its own, smaller limit
};

class PistacheHost {
 public:
  // Listens on ports of 127.0.0.1 that the kernel chooses. `api` outlives the host; its routes do
  // not change any more.
  [[nodiscard]] static Result<std::unique_ptr<PistacheHost>> start(Api& api,
                                                                   const HostOptions& options);
  ~PistacheHost();

  [[nodiscard]] const std::vector<std::uint16_t>& ports() const;
  // Announces a lane: on `port` only a connection from this source port is read from now on.
  // Whoever else connects meets a parser that takes nothing, so the faults of Pistache's own are
  // out of reach.
  void expect(std::uint16_t port, std::uint16_t source_port);
  // Ends the endpoints. Only when nobody asks them any more.
  void stop();

 private:
  struct State;
  explicit PistacheHost(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace switchyard::web::api
