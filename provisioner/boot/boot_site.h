// The dynamic routes of the boot server: the script of a server for iPXE or GRUB (boot_script.h),
// the installer's protocol (docs/boot.md) and the answers to other installers
// (unattended_routes.h). Who asks is known by the lease of its address, never by what it says.
#pragma once

#include "provisioner/boot/boot_desk.h"
#include "provisioner/boot/boot_script.h"
#include "pxe/http/message.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace switchyard::provisioner {

// Who asks.
struct Asker {
  std::string server{};                // of the inventory, or the discovery_id() of a stranger
  std::optional<Stranger> stranger{};  // the inventory does not know it
  KnownBy known_by{};
};

// Who an address was lent to; nothing when nobody who is welcome holds it. Thread-safe; must not
// block.
using AskerAt = std::function<std::optional<Asker>(const std::string& address)>;

// An error as the client hears it.
[[nodiscard]] pxe::http::Answer refused(const Error& error);

// What is woken when the server has a new task.
[[nodiscard]] std::string task_topic(const std::string& server);

// Thread-safe. The desk outlives it.
class BootSite final : public pxe::http::Site {
 public:
  // `address`: how a client of that address reaches us.
  BootSite(BootDesk& desk, AskerAt asker_at,
           std::function<BootAddress(const std::string& client)> address)
      : desk_(desk), asker_at_(std::move(asker_at)), address_(std::move(address)) {}

  [[nodiscard]] pxe::http::Answer answer(const pxe::http::Request& request) override;
  // Files, too, are for those we lent an address to.
  [[nodiscard]] bool may_fetch(const pxe::http::Request& request) override;
  // A boot script is never an error that time mends, which would end the boot.
  [[nodiscard]] pxe::http::Answer late(const pxe::http::Request& request) override;

  // What a signed GRUB, which speaks TFTP only, asks for instead (pxe/tftp/server.h: Pages).
  [[nodiscard]] static bool is_page(std::string_view name);
  // Nothing: the address was not lent to a known server.
  [[nodiscard]] std::optional<std::string> page(std::string_view name, const std::string& client);

 private:
  // What this boot of the server is for.
  [[nodiscard]] Result<BootTicket> decide(const Asker& asker, const std::string& client);
  [[nodiscard]] pxe::http::Answer installer(const pxe::http::Request& request, const Asker& asker);
  [[nodiscard]] pxe::http::Answer task(const Secret& session, const std::string& server);

  BootDesk& desk_;
  AskerAt asker_at_;
  std::function<BootAddress(const std::string& client)> address_;
};

}  // namespace switchyard::provisioner
