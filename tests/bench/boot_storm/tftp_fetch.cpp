#include "pxe/tftp/packet.h"
#include "tests/bench/boot_storm/digest.h"
#include "tests/bench/boot_storm/fetch.h"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace switchyard::bench {

namespace tftp = pxe::tftp;

namespace {

constexpr std::chrono::seconds kPatience{4};
constexpr int kTries = 6;
constexpr std::uint16_t kPort = 69;

// A socket whose every wait has a deadline.
class Port {
 public:
  Port(const net::any_io_executor& executor, Ipv4 from)
      : socket_(executor, udp::endpoint(to_asio(from), 0)), timer_(executor) {
    socket_.non_blocking(true);
  }

  void send(tftp::Bytes bytes, const udp::endpoint& to) {
    error_code lost;  // is asked again
    socket_.send_to(net::buffer(bytes.data(), bytes.size()), to, 0, lost);
  }

  // Bytes received into `buffer`, of `peer`; nothing when the deadline came first.
  net::awaitable<std::optional<std::size_t>> receive(std::vector<std::uint8_t>& buffer,
                                                     udp::endpoint& peer) {
    error_code error;
    std::size_t size = socket_.receive_from(net::buffer(buffer), peer, 0, error);
    if (error) {
      timer_.expires_after(kPatience);
      timer_.async_wait([alive = std::weak_ptr(alive_), this, wait = ++waits_](error_code ended) {
        if (!ended && !alive.expired() && wait == waits_) socket_.cancel();
      });
      size = co_await socket_.async_receive_from(net::buffer(buffer), peer,
                                                 net::redirect_error(net::use_awaitable, error));
      ++waits_;
      timer_.cancel();
    }
    if (error) co_return std::nullopt;
    co_return size;
  }

 private:
  udp::socket socket_;
  net::steady_timer timer_;
  int waits_{};
  std::shared_ptr<int> alive_{std::make_shared<int>()};
};

std::vector<std::uint8_t> request_of(const std::string& file, const TftpTerms& terms) {
  tftp::ReadRequest request{.file = file, .mode = "octet"};
  request.options.emplace_back("tsize", "0");
  request.options.emplace_back("blksize", std::to_string(terms.block));
  if (terms.window > 0) request.options.emplace_back("windowsize", std::to_string(terms.window));
  return tftp::read_request_packet(request);
}

struct Arrival {
  std::uint16_t code{};   // 3 DATA, 5 ERROR, 6 OACK
  std::uint16_t block{};  // of DATA
  std::size_t bytes{};    // after the head
};

Arrival arrival_of(const std::vector<std::uint8_t>& buffer, std::size_t size) {
  if (size < 4) return {};
  return {.code = static_cast<std::uint16_t>(buffer[0] << 8 | buffer[1]),
          .block = static_cast<std::uint16_t>(buffer[2] << 8 | buffer[3]),
          .bytes = size - 4};
}

// One transfer under way: what it got so far and when it has to say so.
struct Transfer {
  Port& port;
  const TftpTerms& terms;
  std::vector<std::uint8_t> request{};
  udp::endpoint peer{};  // after the first answer: the transfer's own port
  bool is_open{};
  std::uint16_t last{};
  unsigned in_window{};
  Digest digest{};
  std::uint64_t bytes{};

  void say_again(Ipv4 service) {
    if (is_open)
      acknowledge();
    else
      port.send(request, {to_asio(service), kPort});
  }

  void acknowledge() {
    port.send(tftp::ack_packet(last), peer);
    in_window = 0;
  }

  // Whether it was the last block.
  bool take(const Arrival& arrival, const std::uint8_t* data) {
    if (arrival.code == 6 && last == 0) {
      is_open = true;
      acknowledge();
      return false;
    }
    is_open = true;
    if (arrival.block != static_cast<std::uint16_t>(last + 1)) {
      if (in_window > 0) acknowledge();
      return false;
    }
    digest.add(data, arrival.bytes);
    bytes += arrival.bytes;
    last = arrival.block;
    const bool is_end = arrival.bytes < terms.block;
    if (is_end || ++in_window >= std::max(1U, terms.window)) acknowledge();
    return is_end;
  }
};

}  // namespace

net::awaitable<Result<Fetched>> tftp_fetch(Ipv4 from, Ipv4 service, std::string file,
                                           TftpTerms terms, std::uint64_t& repeats) {
  const auto executor = co_await net::this_coro::executor;
  std::vector<std::uint8_t> buffer(terms.block + 4 + 512);
  bool only_size = terms.asks_size_first;
  std::optional<Port> port(std::in_place, executor, from);
  while (true) {
    Transfer transfer{.port = *port, .terms = terms, .request = request_of(file, terms)};
    transfer.say_again(service);
    for (int tries = 0; true;) {
      udp::endpoint peer;
      const auto size = co_await port->receive(buffer, peer);
      if (!size) {
        ++repeats;
        if (++tries > kTries) co_return failure(Errc::TimedOut, file + ": TFTP fell silent");
        transfer.say_again(service);
        continue;
      }
      if (transfer.is_open && peer != transfer.peer) continue;
      transfer.peer = peer;
      const Arrival arrival = arrival_of(buffer, *size);
      if (arrival.code != 3 && arrival.code != 6)
        co_return failure(
            Errc::Rejected,
            file + ": TFTP error " +
                std::string(buffer.begin() + 4, buffer.begin() + static_cast<long>(*size)));
      tries = 0;
      if (only_size) {
        port->send(tftp::error_packet(tftp::ErrorCode::OptionsRefused, "aborted"), peer);
        break;
      }
      if (transfer.take(arrival, buffer.data() + 4))
        co_return Fetched{.bytes = transfer.bytes, .sha256 = transfer.digest.hex()};
    }
    only_size = false;
    port.emplace(executor, from);
  }
}

}  // namespace switchyard::bench
