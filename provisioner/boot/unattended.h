// A distribution's own installer, and the order it is given.
#pragma once

#include "catalogs/os/answers.h"
#include "catalogs/os/image_definition.h"
#include "catalogs/render/template_engine.h"
#include "core/result.h"
#include "provisioner/bmc/install_order.h"
#include "provisioner/boot/wipe_proof.h"
#include "pxe/installer/task.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::provisioner {

// An image whose definition has an installer, with its templates.
struct NativeInstaller {
  catalogs::os::ImageDefinition image{};
  catalogs::TemplateFiles files{};
};

// What an unattended install needs beside its task, kept by the desk until it is over.
struct UnattendedOrder {
  std::vector<catalogs::os::AnswerFile> answers{};  // with kSessionMark
  std::vector<HostFile> files{};
};

struct UnattendedPlan {
  pxe::installer::HandOverWork work{};
  UnattendedOrder order{};
};

// `boot_url`: the boot server in clear text, "http://172.16.100.1:8080". `disk`: of this server.
// Invalid: a template's fault, with file and line, or what the answers cannot hold: said before
// anything is begun. Other errors: of the engine.
[[nodiscard]] Result<UnattendedPlan> plan_unattended(
    catalogs::TemplateEngine& engine, const NativeInstaller& installer, const std::string& server,
    const InstallOrder& order, const std::string& boot_url, const std::string& disk);

// The path of the disk it installs on, chosen among those of this server as our own installer
// chooses. NotFound: there is none that is large enough.
[[nodiscard]] Result<std::string> choose_disk(const catalogs::os::Installer& installer,
                                              const std::vector<KnownDisk>& disks);

// Where an installer of this session finds its answers and reports to.
[[nodiscard]] std::string answers_url(const std::string& boot_url, std::string_view session);
// As this session's installer reads it.
[[nodiscard]] std::string with_session(std::string text, const std::string& session);

// As it is kept in the database.
[[nodiscard]] std::string to_json_text(const UnattendedOrder& order);
[[nodiscard]] Result<UnattendedOrder> parse_unattended_order(std::string_view json_text);

}  // namespace switchyard::provisioner
