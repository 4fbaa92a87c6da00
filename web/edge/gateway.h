// The bridge from the edge to Pistache. Pistache 0.0.5 delivers answers to the wrong client when a
// connection is closed under it (facts/ecosystem.md 7.3), so its only clients are the lanes of this
// class: they never close, ask one thing at a time, read every answer to its end, and check that
// the answer is the one to their question.
#pragma once

#include "web/edge/http.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace switchyard::web::edge {

struct GatewayOptions {
  std::vector<std::uint16_t> ports{};  // on 127.0.0.1; one lane each, each served by its own thread
  std::string secret{};                // proves to the API that it is us who ask
  // Told before a lane connects: the API's port and the port the lane comes from. May be empty.
  std::function<void(std::uint16_t port, std::uint16_t source_port)> announce{};
  std::size_t queue{1024};                             // requests waiting for a lane; beyond: 503
  std::chrono::milliseconds longest_in_queue{20'000};  // then 503
};

struct GatewayCounts {
  std::uint64_t answered{};
  std::uint64_t mismatched{};  // answers that belonged to another question; must stay 0
  std::uint64_t reconnected{};
};

// Names of the header fields between edge and API.
namespace internal_header {
inline constexpr std::string_view kSecret = "X-Switchyard-Secret";
inline constexpr std::string_view kExchange = "X-Switchyard-Exchange";
inline constexpr std::string_view kRequestId = "X-Switchyard-Request-Id";
inline constexpr std::string_view kClient = "X-Switchyard-Client";
inline constexpr std::string_view kQuery = "X-Switchyard-Query";
inline constexpr std::string_view kForwarded = "X-Switchyard-H-";  // + name of the client's field
inline constexpr std::string_view kUnfinished = "X-Switchyard-Unfinished";
inline constexpr std::string_view kEvents = "X-Switchyard-Events";  // {"after":n,"project":"…"}
}  // namespace internal_header

class Gateway final : public Application {
 public:
  Gateway(boost::asio::io_context& context, GatewayOptions options);
  ~Gateway() override;
  void serve(const Request& request, Done done) override;
  [[nodiscard]] GatewayCounts counts() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace switchyard::web::edge
