#include "provisioner/boot/link_local.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <memory>

namespace switchyard::provisioner {

std::vector<IpAddress> link_local_addresses(const std::string& interface) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
  std::vector<IpAddress> found;
  for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET6) continue;
    const in6_addr& address = reinterpret_cast<const sockaddr_in6*>(at->ifa_addr)->sin6_addr;
    if (interface != at->ifa_name || !IN6_IS_ADDR_LINKLOCAL(&address)) continue;
    IpAddress own{.family = Family::V6};
    std::copy_n(address.s6_addr, own.key.size(), own.key.begin());
    found.push_back(own);
  }
  return found;
}

}  // namespace switchyard::provisioner
