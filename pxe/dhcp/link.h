// The sockets of one place where DHCP is heard. Internal to pxe/dhcp.
#pragma once

#include "pxe/dhcp/answer.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace switchyard::pxe::dhcp {

struct Listen {
  std::string interface {};         // empty: only what relays send to `address`
  Ipv4 address{};                   // ours there
  std::uint16_t port{kServerPort};  // 0: the kernel chooses one
};

// A file descriptor with one owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}

  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }

  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  [[nodiscard]] int get() const { return fd_; }

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

struct Datagram {
  Bytes bytes{};  // valid during the call only
  Ipv4 source{};
  std::uint16_t source_port{};
};

// Sending is thread-safe; receiving is for one thread.
class Link {
 public:
  // Unavailable, with the reason of the system, when a socket cannot be had.
  [[nodiscard]] static Result<std::unique_ptr<Link>> open(const Listen& listen);

  [[nodiscard]] const Listen& listen() const { return listen_; }

  // The address of the interface; zeros without one.
  [[nodiscard]] const MacAddress& mac() const { return mac_; }

  [[nodiscard]] int server_fd() const { return server_.get(); }

  // Hears the answers of other servers; -1 when there is no interface or the port is taken.
  [[nodiscard]] int client_fd() const { return client_.get(); }

  // Hands every waiting datagram of `fd` to `take`, up to a few hundred at once. Never blocks.
  void receive(int fd, const std::function<void(const Datagram&)>& take);

  // Lost messages are not reported: clients ask again.
  void send(std::span<const Reply* const> replies);
  // A request of ours to whatever servers are on the link.
  void broadcast_request(const Packet& packet);

 private:
  explicit Link(Listen listen) : listen_(std::move(listen)) {}

  Status open_sockets();
  void send_to_mac(const Reply& reply, Bytes message);

  Listen listen_;
  int index_{};
  MacAddress mac_{};
  Descriptor server_{};
  Descriptor client_{};
  Descriptor packet_{};  // for clients without an address
  Buffer receive_buffer_{};
};

}  // namespace switchyard::pxe::dhcp
