// How many connections each client has: nobody takes all of them, and who has many gets a smaller
// turn on each.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace switchyard::pxe::http {

// Thread-safe.
class ClientCount {
 public:
  // False: this client has `most` already; nothing is counted.
  [[nodiscard]] bool enter(const std::string& client, std::size_t most);
  void leave(const std::string& client);

  [[nodiscard]] std::size_t of(const std::string& client) const;
  [[nodiscard]] std::size_t all() const;

 private:
  mutable std::mutex mutex_{};
  std::unordered_map<std::string, std::size_t> clients_{};
  std::size_t all_{0};
};

}  // namespace switchyard::pxe::http
