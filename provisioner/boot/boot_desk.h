// The desk in the database: what each server's next boot is for, which RAM system may speak for it,
// what that was told to do and what it said. One row a server, so several controllers serve the
// same servers. docs/boot.md has the whole exchange.
#pragma once

#include "core/db/pool.h"
#include "core/secret.h"
#include "provisioner/bmc/installer_desk.h"
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
};

// Finds the file of an image by its name. NotFound: no such image.
using FindImage = std::function<Result<pxe::installer::Image>(const std::string& name)>;

// Thread-safe; every call is one unit of work.
class BootDesk final : public InstallerDesk {
 public:
  static constexpr std::chrono::minutes kTokenLife{10};

  // All outlive the desk.
  BootDesk(db::Pool& pool, Wakeup& wakeup, FindImage find_image)
      : pool_(pool), wakeup_(wakeup), find_image_(std::move(find_image)) {}

  // --- For the workflows.
  [[nodiscard]] Result<DeskEntry> read(const std::string& server) override;
  [[nodiscard]] Status expect(const std::string& server, BootDevice device) override;
  [[nodiscard]] Status order_install(const std::string& server, const InstallOrder& order) override;
  [[nodiscard]] Status order_wipe(const std::string& server, const std::string& operation) override;

  // --- For the boot services. `server` is who the source address belongs to, by its lease.
  // What this boot is for. Each call for the installer makes a new token and ends older ones.
  [[nodiscard]] Result<BootTicket> open_boot(const std::string& server);
  // Rejected: the token is not this server's, was used, or is too old.
  [[nodiscard]] Result<pxe::installer::SessionAnswer> open_session(
      const std::string& server, const pxe::installer::SessionRequest& request);
  // The task as its JSON text, nothing while there is none. Rejected, as in the calls below: no
  // such session, or it ended with the next boot.
  [[nodiscard]] Result<std::optional<std::string>> find_task(const Secret& session);
  // Whether the operation is over, so that the RAM system should stop. Conflict: another operation.
  [[nodiscard]] Result<bool> note_progress(const Secret& session,
                                           const pxe::installer::Progress& progress);
  // The same result twice is fine.
  [[nodiscard]] Status note_result(const Secret& session, const pxe::installer::TaskResult& result);

 private:
  [[nodiscard]] Status order(const std::string& server, const pxe::installer::Task& task,
                             const char* phase);

  db::Pool& pool_;
  Wakeup& wakeup_;
  FindImage find_image_;
};

}  // namespace switchyard::provisioner
