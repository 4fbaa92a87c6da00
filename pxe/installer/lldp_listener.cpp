#include "pxe/installer/lldp_listener.h"

#include "pxe/installer/lldp.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace switchyard::pxe::installer {
namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned short kLldp = 0x88cc;
constexpr std::size_t kMostNeighbours = 16;  // of one NIC

// Switches send to this group, which a NIC drops unless somebody asks for it.
void join(int socket, unsigned index) {
  packet_mreq group{.mr_ifindex = static_cast<int>(index),
                    .mr_type = PACKET_MR_MULTICAST,
                    .mr_alen = 6,
                    .mr_address = {0x01, 0x80, 0xc2, 0, 0, 0x0e}};
  ::setsockopt(socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &group, sizeof group);
}

}  // namespace

LldpListener::LldpListener()
    : until_(Clock::now() + std::chrono::seconds{35}),
      thread_([this](const std::stop_token& stop) { listen(stop); }) {}

void LldpListener::listen(const std::stop_token& stop) {
  const int socket = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(kLldp));
  if (socket < 0) return;
  if (auto* names = if_nameindex(); names != nullptr) {
    for (auto* name = names; name->if_index != 0; ++name)
      join(socket, name->if_index);
    if_freenameindex(names);
  }
  while (!stop.stop_requested() && Clock::now() < until_) {
    pollfd waiting{socket, POLLIN, 0};
    if (::poll(&waiting, 1, 500) > 0) hear(socket);
  }
  ::close(socket);
}

void LldpListener::hear(int socket) {
  std::array<std::uint8_t, 2048> frame{};
  sockaddr_ll from{};
  socklen_t size = sizeof from;
  const auto got =
      ::recvfrom(socket, frame.data(), frame.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
  if (got <= 0 || from.sll_pkttype == PACKET_OUTGOING) return;
  const auto seen = parse_lldp(std::span{frame}.first(static_cast<std::size_t>(got)));
  std::array<char, IF_NAMESIZE> name{};
  if (!seen || if_indextoname(static_cast<unsigned>(from.sll_ifindex), name.data()) == nullptr)
    return;
  const std::lock_guard lock{mutex_};
  auto& at = heard_[name.data()];
  if (at.size() < kMostNeighbours && std::find(at.begin(), at.end(), *seen) == at.end())
    at.push_back(*seen);
}

void LldpListener::add_to(std::vector<Nic>& nics, bool patient) {
  const auto all_heard = [&] {
    const std::lock_guard lock{mutex_};
    return std::all_of(nics.begin(), nics.end(),
                       [&](const Nic& nic) { return !nic.carrier || heard_.contains(nic.name); });
  };
  while (patient && Clock::now() < until_ && !all_heard())
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
  const std::lock_guard lock{mutex_};
  for (Nic& nic : nics)
    if (const auto found = heard_.find(nic.name); found != heard_.end()) nic.lldp = found->second;
}

}  // namespace switchyard::pxe::installer
