#include "pxe/dhcp/throttle.h"

namespace switchyard::pxe::dhcp {
namespace {

constexpr std::chrono::seconds kSilence{60};
constexpr std::size_t kMostKeys = 10'000;

}  // namespace

void Throttle::note(const Sighting& sighting) {
  if (sighting.kind == SightingKind::AddressServed || is_news(sighting)) behind_.note(sighting);
}

bool Throttle::is_news(const Sighting& sighting) {
  // A foreign server is one, whoever tells of it.
  const bool foreign = sighting.kind == SightingKind::ForeignServer;
  const std::string key =
      std::string{to_string(sighting.kind)} + " " + (foreign ? "" : to_string(sighting.mac)) + " " +
      (foreign ? "" : to_string(sighting.port)) + " " + to_string(sighting.address);
  const std::lock_guard lock(mutex_);
  if (last_.size() >= kMostKeys) last_.clear();  // a flood of made-up clients
  const auto now = clock_.steady();
  const auto [entry, is_new] = last_.try_emplace(key, now);
  if (is_new) return true;
  if (now - entry->second < kSilence) return false;
  entry->second = now;
  return true;
}

}  // namespace switchyard::pxe::dhcp
