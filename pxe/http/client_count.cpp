#include "pxe/http/client_count.h"

namespace switchyard::pxe::http {

bool ClientCount::arrived(const std::string& client) {
  const std::lock_guard lock(mutex_);
  if (all_ >= most_) return false;
  const auto known = clients_.find(client);
  if (known != clients_.end() && known->second >= most_of_one_) return false;
  ++clients_[client];
  ++all_;
  return true;
}

void ClientCount::left(const std::string& client) {
  const std::lock_guard lock(mutex_);
  const auto known = clients_.find(client);
  if (known == clients_.end()) return;
  --all_;
  if (--known->second == 0) clients_.erase(known);
}

std::size_t ClientCount::all() const {
  const std::lock_guard lock(mutex_);
  return all_;
}

}  // namespace switchyard::pxe::http
