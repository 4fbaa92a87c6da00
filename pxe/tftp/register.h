// Which transfers there are, so that a repeated request starts no second one and nobody has too
// many.
#pragma once

#include "pxe/tftp/server.h"
#include "pxe/tftp/udp.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace switchyard::pxe::tftp {

class Session;

// Thread-safe.
class Register {
 public:
  explicit Register(const Limits& limits) : limits_(limits) {}

  // A client's port is the identity of its transfer (RFC 1350 4).
  enum class Admission {
    New,
    Repeated,  // the same request again: the transfer under way repeats by itself
    ClientFull,
    ServerFull,
  };
  // New: a transfer is counted in, add() or remove() must follow. Another request from the port of
  // a transfer under way means that the client gave up on it: it is ended.
  [[nodiscard]] Admission admit(const udp::endpoint& client,
                                const std::vector<std::uint8_t>& request);
  void add(const udp::endpoint& client, const std::shared_ptr<Session>& session);
  // `session` null: admitted and never added.
  void remove(const udp::endpoint& client, const Session* session);
  void abandon_all();

  [[nodiscard]] std::size_t active() const;

  std::atomic<std::uint64_t> started{0};
  std::atomic<std::uint64_t> complete{0};
  std::atomic<std::uint64_t> refused{0};

 private:
  struct Entry {
    std::vector<std::uint8_t> request{};
    std::weak_ptr<Session> session{};
    const Session* identity{};
  };

  void count_out(const net::ip::address& client);

  const Limits limits_;
  mutable std::mutex mutex_{};
  std::map<udp::endpoint, Entry> transfers_{};
  std::map<net::ip::address, std::size_t> clients_{};
};

}  // namespace switchyard::pxe::tftp
