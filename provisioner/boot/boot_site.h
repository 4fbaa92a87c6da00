// The dynamic routes of the boot server: the iPXE script of a server and the installer's protocol
// (docs/boot.md). Who asks is known by the lease of its address, never by what it says.
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

// The server an address was lent to; nothing when nobody we know holds it. Thread-safe.
using ServerAt = std::function<std::optional<std::string>(const std::string& address)>;

// What iPXE is to do. Pure.
[[nodiscard]] std::string ipxe_script(const BootTicket& ticket, const BootAddress& address);

// What is woken when the server has a new task.
[[nodiscard]] std::string task_topic(const std::string& server);

// Thread-safe. The desk outlives it.
class BootSite final : public pxe::http::Site {
 public:
  BootSite(BootDesk& desk, ServerAt server_at, std::function<BootAddress()> address)
      : desk_(desk), server_at_(std::move(server_at)), address_(std::move(address)) {}

  [[nodiscard]] pxe::http::Answer answer(const pxe::http::Request& request) override;

 private:
  [[nodiscard]] pxe::http::Answer script(const std::string& server);
  [[nodiscard]] pxe::http::Answer installer(const pxe::http::Request& request,
                                            const std::string& server);
  [[nodiscard]] pxe::http::Answer task(const Secret& session, const std::string& server);

  BootDesk& desk_;
  ServerAt server_at_;
  std::function<BootAddress()> address_;
};

}  // namespace switchyard::provisioner
