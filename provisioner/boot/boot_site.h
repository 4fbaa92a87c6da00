// The dynamic routes of the boot server: the iPXE script of a server, the installer's protocol
// (docs/boot.md) and the answers to other installers (unattended_routes.h). Who asks is known by
// the lease of its address, never by what it says.
#pragma once

#include "provisioner/boot/boot_desk.h"
#include "pxe/http/message.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace switchyard::provisioner {

// How a server in its RAM system reaches us.
struct BootAddress {
  std::string address{};  // of the boot segment
  std::uint16_t port{};   // clear text: kernel and initrd
  std::uint16_t tls_port{};
  std::string pin{};  // "sha256//BASE64" of the TLS key
};

// Who asks.
struct Asker {
  std::string server{};                // of the inventory, or the discovery_id() of a stranger
  std::optional<Stranger> stranger{};  // the inventory does not know it
  KnownBy known_by{};
};

// Who an address was lent to; nothing when nobody who is welcome holds it. Thread-safe; must not
// block.
using AskerAt = std::function<std::optional<Asker>(const std::string& address)>;

// "http://172.16.100.1:8080".
[[nodiscard]] std::string boot_url(const BootAddress& address);

// What iPXE is to do. Pure.
[[nodiscard]] std::string ipxe_script(const BootTicket& ticket, const BootAddress& address);

// An error as the client hears it.
[[nodiscard]] pxe::http::Answer refused(const Error& error);

// What is woken when the server has a new task.
[[nodiscard]] std::string task_topic(const std::string& server);

// Thread-safe. The desk outlives it.
class BootSite final : public pxe::http::Site {
 public:
  BootSite(BootDesk& desk, AskerAt asker_at, std::function<BootAddress()> address)
      : desk_(desk), asker_at_(std::move(asker_at)), address_(std::move(address)) {}

  [[nodiscard]] pxe::http::Answer answer(const pxe::http::Request& request) override;
  // Files, too, are for those we lent an address to.
  [[nodiscard]] bool may_fetch(const pxe::http::Request& request) override;

 private:
  [[nodiscard]] pxe::http::Answer script(const Asker& asker);
  [[nodiscard]] pxe::http::Answer installer(const pxe::http::Request& request, const Asker& asker);
  [[nodiscard]] pxe::http::Answer task(const Secret& session, const std::string& server);

  BootDesk& desk_;
  AskerAt asker_at_;
  std::function<BootAddress()> address_;
};

}  // namespace switchyard::provisioner
