// What a server without an operating system hears: DHCP, TFTP and HTTP on the boot segment, joined
// with the boot desk. Threads of their own; made once by main.cpp.
#pragma once

#include "core/clock.h"
#include "core/config.h"
#include "core/db/pool.h"
#include "provisioner/boot/boot_desk.h"
#include "provisioner/wakeup.h"

#include <memory>

namespace switchyard::provisioner {

class BootServices {
 public:
  // Serves from now on; wipes are signed with the site's `key`. All arguments outlive it. Invalid:
  // the segment makes no sense; Unavailable: a port, the boot folder or the database cannot be had.
  [[nodiscard]] static Result<std::unique_ptr<BootServices>> start(const Config& config,
                                                                   db::Pool& pool, Wakeup& wakeup,
                                                                   const Clock& clock,
                                                                   const SigningKey& key);
  ~BootServices();
  BootServices(const BootServices&) = delete;
  BootServices& operator=(const BootServices&) = delete;

  [[nodiscard]] InstallerDesk& desk();

 private:
  struct State;
  explicit BootServices(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace switchyard::provisioner
