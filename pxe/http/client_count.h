// How many connections each client has.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace switchyard::pxe::http {

// Thread-safe.
class ClientCount {
 public:
  ClientCount(std::size_t most, std::size_t most_of_one) : most_(most), most_of_one_(most_of_one) {}

  // True: counted in, and left() must follow.
  [[nodiscard]] bool arrived(const std::string& client);
  void left(const std::string& client);
  [[nodiscard]] std::size_t all() const;

 private:
  const std::size_t most_;
  const std::size_t most_of_one_;
  mutable std::mutex mutex_{};
  std::size_t all_{0};
  std::map<std::string, std::size_t> clients_{};
};

}  // namespace switchyard::pxe::http
