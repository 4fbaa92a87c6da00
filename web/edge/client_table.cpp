#include "web/edge/client_table.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <cmath>

namespace switchyard::web::edge {

void ClientTable::refill(Client& client, Time now) const {
  const double elapsed = std::chrono::duration<double>(now - client.refilled).count();
  const double added = elapsed * static_cast<double>(limits_.client_requests_per_second);
  client.tokens =
      std::min(client.tokens + std::max(added, 0.0), static_cast<double>(limits_.client_burst));
  client.refilled = now;
}

ClientTable::Admission ClientTable::arrived(const std::string& client, Time now) {
  const std::lock_guard lock(mutex_);
  if (connections_ >= limits_.connections) return Admission::EdgeFull;
  auto [entry, is_new] = clients_.try_emplace(client);
  if (is_new) entry->second = Client{0, static_cast<double>(limits_.client_burst), now};
  if (entry->second.connections >= limits_.client_connections) return Admission::ClientFull;
  ++entry->second.connections;
  ++connections_;
  return Admission::Admitted;
}

void ClientTable::left(const std::string& client, Time now) {
  const std::lock_guard lock(mutex_);
  --connections_;
  const auto entry = clients_.find(client);
  if (entry == clients_.end() || --entry->second.connections > 0) return;
  refill(entry->second, now);
  if (entry->second.tokens >= static_cast<double>(limits_.client_burst)) clients_.erase(entry);
  // Entries kept for their bucket are swept when they could fill the memory.
  if (clients_.size() <= 2 * limits_.connections) return;
  for (auto next = clients_.begin(); next != clients_.end();) {
    refill(next->second, now);
    const bool is_idle = next->second.connections == 0 &&
                         next->second.tokens >= static_cast<double>(limits_.client_burst);
    next = is_idle ? clients_.erase(next) : std::next(next);
  }
}

std::optional<std::chrono::seconds> ClientTable::over_rate(const std::string& client, Time now) {
  if (limits_.client_requests_per_second == 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto entry = clients_.find(client);
  if (entry == clients_.end()) return std::nullopt;
  refill(entry->second, now);
  if (entry->second.tokens >= 1) {
    entry->second.tokens -= 1;
    return std::nullopt;
  }
  const double missing =
      (1 - entry->second.tokens) / static_cast<double>(limits_.client_requests_per_second);
  return std::chrono::seconds(std::max(1, static_cast<int>(std::ceil(missing))));
}

std::size_t ClientTable::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::string client_key(const std::string& address) {
  boost::system::error_code ignored;
  auto parsed = boost::asio::ip::make_address(address, ignored);
  if (!parsed.is_v6()) return address;
  auto v6 = parsed.to_v6();
  if (v6.is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_string();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return boost::asio::ip::address_v6(bytes).to_string();
}

}  // namespace switchyard::web::edge
