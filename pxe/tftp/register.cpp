#include "pxe/tftp/register.h"

#include "pxe/tftp/session.h"

namespace switchyard::pxe::tftp {

Register::Admission Register::admit(const udp::endpoint& client,
                                    const std::vector<std::uint8_t>& request) {
  const std::lock_guard lock(mutex_);
  const auto known = transfers_.find(client);
  if (known != transfers_.end()) {
    if (known->second.request == request) return Admission::Repeated;
    if (const auto session = known->second.session.lock()) session->abandon();
    transfers_.erase(known);
    count_out(client.address());
  }
  if (transfers_.size() >= limits_.transfers) return Admission::ServerFull;
  std::size_t& of_client = clients_[client.address()];
  if (of_client >= limits_.client_transfers) return Admission::ClientFull;
  ++of_client;
  transfers_[client] = {.request = request};
  return Admission::New;
}

void Register::add(const udp::endpoint& client, const std::shared_ptr<Session>& session) {
  const std::lock_guard lock(mutex_);
  auto& entry = transfers_[client];
  entry.session = session;
  entry.identity = session.get();
}

void Register::remove(const udp::endpoint& client, const Session* session) {
  const std::lock_guard lock(mutex_);
  const auto known = transfers_.find(client);
  if (known == transfers_.end() || known->second.identity != session) return;
  transfers_.erase(known);
  count_out(client.address());
}

void Register::count_out(const net::ip::address& client) {
  const auto known = clients_.find(client);
  if (known != clients_.end() && --known->second == 0) clients_.erase(known);
}

void Register::abandon_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& [client, entry] : transfers_)
    if (const auto session = entry.session.lock()) session->abandon();
}

std::size_t Register::active() const {
  const std::lock_guard lock(mutex_);
  return transfers_.size();
}

}  // namespace switchyard::pxe::tftp
