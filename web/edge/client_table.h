// How many connections and requests each client has: one IPv4 address or one IPv6 /64.
#pragma once

#include "web/edge/limits.h"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace switchyard::web::edge {

// Thread-safe. Holds an entry only while a client is connected or its bucket is not full again.
class ClientTable {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit ClientTable(const Limits& limits) : limits_(limits) {}

  enum class Admission { Admitted, ClientFull, EdgeFull };
  // Counts a connection in if it is admitted; then left() must follow.
  [[nodiscard]] Admission arrived(const std::string& client, Time now);
  void left(const std::string& client, Time now);

  // Takes one request from the client's token bucket, or says how long to wait for the next.
  [[nodiscard]] std::optional<std::chrono::seconds> over_rate(const std::string& client, Time now);

  [[nodiscard]] std::size_t connections() const;

 private:
  struct Client {
    std::size_t connections{};
    double tokens{};
    Time refilled{};
  };

  void refill(Client& client, Time now) const;

  const Limits limits_;
  mutable std::mutex mutex_;
  std::size_t connections_{};
  std::unordered_map<std::string, Client> clients_{};
};

// The key of a peer address: the address, or the /64 of an IPv6 one.
[[nodiscard]] std::string client_key(const std::string& address);

}  // namespace switchyard::web::edge
