#include "pxe/http/client_count.h"

namespace switchyard::pxe::http {

bool ClientCount::enter(const std::string& client, std::size_t most) {
  const std::lock_guard lock(mutex_);
  const auto known = clients_.find(client);
  if (known != clients_.end() && known->second >= most) return false;
  ++clients_[client];
  ++all_;
  return true;
}

void ClientCount::leave(const std::string& client) {
  const std::lock_guard lock(mutex_);
  const auto known = clients_.find(client);
  if (known == clients_.end()) return;
  --all_;
  if (--known->second == 0) clients_.erase(known);
}

std::size_t ClientCount::of(const std::string& client) const {
  const std::lock_guard lock(mutex_);
  const auto known = clients_.find(client);
  return known == clients_.end() ? 0 : known->second;
}

std::size_t ClientCount::all() const {
  const std::lock_guard lock(mutex_);
  return all_;
}

}  // namespace switchyard::pxe::http
