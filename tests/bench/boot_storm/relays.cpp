#include "tests/bench/boot_storm/relays.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <array>

namespace switchyard::bench {

namespace dhcp = pxe::dhcp;
namespace code = pxe::dhcp::code;

namespace {

constexpr std::uint16_t kServerPort = 67;
constexpr int kReceiveBuffer = 4 << 20;
constexpr std::array kFirmwarePatience{4, 8, 16, 32};
constexpr std::array kIpxePatience{1, 2, 4, 8, 10, 10, 10};
constexpr std::array kUdhcpcPatience{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                     1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

std::span<const int> patience_of(Voice voice) {
  switch (voice) {
    case Voice::Ipxe: return kIpxePatience;
    case Voice::RamSystem: return kUdhcpcPatience;
    case Voice::BiosFirmware:
    case Voice::UefiFirmware: break;
  }
  return kFirmwarePatience;
}

void speak_as(Voice voice, dhcp::Options& options) {
  constexpr std::array<std::uint8_t, 6> kParameters{1, 3, 6, 43, 66, 67};
  options.set(code::kParameters, kParameters);
  if (voice == Voice::RamSystem) return options.set_text(code::kVendorClass, "udhcp 1.35.0");
  const bool is_bios = voice == Voice::BiosFirmware;
  options.set_text(code::kVendorClass, is_bios ? "PXEClient:Arch:00000:UNDI:002001"
                                               : "PXEClient:Arch:00007:UNDI:003016");
  const std::array<std::uint8_t, 2> arch{0, static_cast<std::uint8_t>(is_bios ? 0 : 7)};
  options.set(code::kClientArch, arch);
  if (voice != Voice::Ipxe) return;
  options.set_text(code::kUserClass, "iPXE");
  constexpr std::array<std::uint8_t, 6> kFeatures{19, 1, 1, 24, 1, 1};  // HTTP, bzImage
  options.set(code::kIpxe, kFeatures);
}

dhcp::Packet message_of(const Line& line, Voice voice, dhcp::MessageType type, std::uint32_t xid) {
  dhcp::Packet packet{.hops = 1, .xid = xid, .giaddr = line.relay};
  std::copy(line.mac.bytes.begin(), line.mac.bytes.end(), packet.chaddr.begin());
  packet.options.set_u8(code::kMessageType, static_cast<std::uint8_t>(type));
  speak_as(voice, packet.options);
  dhcp::Buffer circuit{1, static_cast<std::uint8_t>(line.port.size())};
  circuit.insert(circuit.end(), line.port.begin(), line.port.end());
  packet.options.set(code::kRelayInfo, circuit);
  return packet;
}

std::string boot_file_of(const dhcp::Packet& packet) {
  const std::string_view option = packet.options.text(code::kBootFile);
  return option.empty() ? packet.file : std::string(option);
}

}  // namespace

Status Relays::open(Ipv4 address) {
  auto socket = std::make_unique<udp::socket>(context_);
  error_code error;
  socket->open(udp::v4(), error);
  if (!error) socket->set_option(net::socket_base::receive_buffer_size(kReceiveBuffer), error);
  if (!error) socket->bind({to_asio(address), kServerPort}, error);
  if (!error) socket->non_blocking(true, error);
  if (error)
    return failure(Errc::Unavailable, "relay " + dhcp::to_string(address) + ": " + error.message());
  net::co_spawn(context_, hear(*socket), net::detached);
  sockets_[address.value] = std::move(socket);
  return {};
}

net::awaitable<void> Relays::hear(udp::socket& socket) {
  std::array<std::uint8_t, 2048> bytes{};
  error_code error;
  while (true) {
    co_await socket.async_wait(udp::socket::wait_read,
                               net::redirect_error(net::use_awaitable, error));
    if (error) co_return;
    for (udp::endpoint peer; true;) {
      const std::size_t size = socket.receive_from(net::buffer(bytes), peer, 0, error);
      if (error) break;
      take(std::span(bytes).first(size));
    }
  }
}

void Relays::take(std::span<const std::uint8_t> datagram) {
  auto packet = dhcp::parse_packet(datagram);
  if (!packet || packet->op != dhcp::Op::Reply) {
    ++counts_.wrong;
    return;
  }
  const auto found = waiting_.find(packet->xid);
  if (found == waiting_.end()) {
    ++counts_.unasked;
    return;
  }
  Waiting& waiting = *found->second;
  const auto echoed = packet->options.find(code::kRelayInfo);
  const bool is_its_own = packet->mac() == waiting.line.mac &&
                          packet->giaddr == waiting.line.relay && echoed &&
                          dhcp::as_text(echoed->subspan(2)) == waiting.line.port;
  if (!is_its_own) {
    ++counts_.wrong;
    return;
  }
  waiting.answer = std::move(*packet);
  waiting.timer.cancel();
}

void Relays::send(const dhcp::Packet& packet) {
  const auto encoded = dhcp::encode_packet(packet, dhcp::kEthernetLimit);
  error_code error;
  sockets_.at(packet.giaddr.value)
      ->send_to(net::buffer(encoded.bytes), {to_asio(service_), kServerPort}, 0, error);
  ++counts_.sent;
  if (error) ++counts_.unsent;
}

net::awaitable<std::optional<dhcp::Packet>> Relays::ask(const Line& line, dhcp::Packet packet,
                                                        std::span<const int> patience) {
  Waiting waiting{.timer = net::steady_timer(context_), .line = line};
  waiting_[packet.xid] = &waiting;
  for (const int seconds : patience) {
    send(packet);
    waiting.timer.expires_after(std::chrono::seconds(seconds));
    error_code ignored;
    co_await waiting.timer.async_wait(net::redirect_error(net::use_awaitable, ignored));
    if (waiting.answer) break;
    ++counts_.repeats;
  }
  waiting_.erase(packet.xid);
  co_return std::move(waiting.answer);
}

net::awaitable<Result<Lent>> Relays::lend(Line line, Voice voice) {
  auto discover = message_of(line, voice, dhcp::MessageType::Discover, ++last_xid_);
  const auto offered = co_await ask(line, std::move(discover), patience_of(voice));
  if (!offered) co_return failure(Errc::TimedOut, "no DHCP offer");
  auto request = message_of(line, voice, dhcp::MessageType::Request, ++last_xid_);
  request.options.set_ip(code::kRequestedAddress, offered->yiaddr);
  request.options.set_ip(code::kServerId, offered->options.ip(code::kServerId).value_or(Ipv4{}));
  const auto given = co_await ask(line, std::move(request), patience_of(voice));
  if (!given) co_return failure(Errc::TimedOut, "no DHCP acknowledgement");
  if (given->type() != dhcp::MessageType::Ack)
    co_return failure(Errc::Rejected, "the DHCP server took its offer back");
  if (given->yiaddr != offered->yiaddr)
    co_return failure(Errc::Invalid, "another address was acknowledged than offered");
  co_return Lent{.address = given->yiaddr, .boot_file = boot_file_of(*given)};
}

}  // namespace switchyard::bench
