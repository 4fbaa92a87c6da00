// The desk in the database: what each server's next boot is for, which RAM system may speak for it,
// what that was told to do and what it said. One row a server, so several controllers serve the
// same servers. docs/boot.md has the whole exchange.
#pragma once

#include "core/db/pool.h"
#include "core/secret.h"
#include "core/signing.h"
#include "provisioner/bmc/installer_desk.h"
#include "provisioner/boot/discovery.h"
#include "provisioner/boot/image_shelf.h"
#include "provisioner/boot/machine_identity.h"
#include "provisioner/wakeup.h"
#include "pxe/installer/messages.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace switchyard::provisioner {

enum class BootChoice {
  Hold,       // nobody asked for this boot: the server waits and asks again
  Installer,  // our RAM system, with the token
  Disk,       // its own disk
};

struct BootTicket {
  BootChoice choice{};
  Secret token{};  // of BootChoice::Installer: opens one session, once, within BootDesk::kTokenLife
  bool for_stranger{};  // whom nobody but itself switches on again
  std::string lent{};   // "fd00::5/64" for a RAM system that is to use it; empty: it asks DHCP
};

// Finds a version of an image; 0: the inventory's, by its manifest. NotFound: no such image.
using FindImage = std::function<Result<ShelfEntry>(const std::string& name, int version)>;

// What a distribution's own installer may know of the work it is at.
struct UnattendedWork {
  std::string operation{};
  UnattendedOrder order{};
};

// How an installed system reaches this service, from its VRFs.
struct HomeAddress {
  std::string url{};  // https
  std::string pin{};  // "sha256//BASE64" of the key there
};

// What the desk works with. All outlive it.
struct BootDeskTools {
  db::Pool& pool;
  Wakeup& wakeup;
  const SigningKey& key;  // of the site: signs what was wiped
  std::string site{};
  FindImage find_image{};
  std::string boot_url{};  // the boot server in clear text: "http://172.16.100.1:8080"
  // Where installed systems call home; nothing: they do not.
  std::optional<HomeAddress> home{};
  // A server has a new order. On any thread, after the commit; must not block. May be empty.
  std::function<void(const std::string& server)> ordered{};
};

// Thread-safe; every call is one unit of work.
class BootDesk final : public InstallerDesk {
 public:
  static constexpr std::chrono::minutes kTokenLife{10};

  explicit BootDesk(BootDeskTools tools) : tools_(std::move(tools)) {}

  // --- For the workflows.
  [[nodiscard]] Result<DeskEntry> read(const std::string& server) override;
  [[nodiscard]] Status expect(const std::string& server, BootDevice device) override;
  [[nodiscard]] Status order_install(const std::string& server, const InstallOrder& order) override;
  [[nodiscard]] Status order_wipe(const std::string& server, const std::string& operation) override;
  [[nodiscard]] Status order_rescue(const std::string& server, const RescueOrder& order) override;

  // --- For the boot services. `server` is who the source address belongs to, by its lease.
  // A machine the inventory does not know asks for a boot: it is to be inspected, under the name
  // discovery_id() gives it. Conflict: too many of them wait, or a server has that name.
  [[nodiscard]] Status discover(const Stranger& stranger);
  // What this boot is for. Each call for the installer makes a new token and ends older ones.
  [[nodiscard]] Result<BootTicket> open_boot(const std::string& server);
  // The same request again, by a machine that did not hear the answer, gets the same session.
  // Rejected: the token is not this server's, was used, or is too old; or the machine is another
  // one (machine_identity.h), which is an event of the server. `address`: it speaks from.
  [[nodiscard]] Result<pxe::installer::SessionAnswer> open_session(
      const std::string& server, const pxe::installer::SessionRequest& request, KnownBy known_by,
      const std::string& address = "");
  // The task as its JSON text, nothing while there is none. That it asks is all that a RAM system
  // says while people are in it. Rejected, as in the calls below: no such session of this server,
  // or it ended with the next boot.
  [[nodiscard]] Result<std::optional<std::string>> find_task(const std::string& server,
                                                             const Secret& session);
  // What was handed over to a distribution's own installer, until it said how that ended. It goes
  // on with the session of the RAM system that booted it, and reports with the two calls below.
  [[nodiscard]] Result<UnattendedWork> find_unattended(const std::string& server,
                                                       const Secret& session);
  // Whether the operation is over, so that the RAM system should stop. Conflict: another operation.
  [[nodiscard]] Result<bool> note_progress(const std::string& server, const Secret& session,
                                           const pxe::installer::Progress& progress);
  // The same result twice is fine. A wipe is taken for done only when it is proved (wipe_proof.h),
  // and leaves a signed record then (wipe_record.h).
  [[nodiscard]] Status note_result(const std::string& server, const Secret& session,
                                   const pxe::installer::TaskResult& result);

 private:
  [[nodiscard]] Status note_alive(const std::string& server, const Secret& session);

  struct Order;
  using MakeOrder = std::function<Result<Order>(db::Session&)>;

  [[nodiscard]] Status order(const std::string& server, const std::string& operation,
                             const MakeOrder& make);
  [[nodiscard]] Result<UnattendedPlan> plan(const std::string& server,
                                            const NativeInstaller& installer,
                                            const InstallOrder& order);

  BootDeskTools tools_;
  catalogs::TemplateEngine templates_{};  // of answers for installers
};

}  // namespace switchyard::provisioner
