// A distribution's own installer: how the image shelf describes it, and the order it is given.
#pragma once

#include "catalogs/os/answers.h"
#include "core/result.h"
#include "provisioner/bmc/install_order.h"
#include "provisioner/boot/wipe_proof.h"
#include "pxe/installer/task.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::provisioner {

// A manifest images/NAME.json with `installer` instead of `format`.
struct NativeInstaller {
  std::string name{};
  catalogs::os::InstallerKind kind{};
  pxe::installer::Download kernel{};
  pxe::installer::Download initrd{};
  std::string arguments{};  // of the kernel, beside those that lead to the answers
  std::string source{};     // a URL, or a path of the boot server
  std::string disk{"auto"};
  std::vector<std::string> packages{};
  std::vector<std::string> lines{};
};

// {"name":"debian-12-native","installer":"preseed","kernel":{"url":"/files/…","bytes":1,"sha256":"…"},
//  "initrd":{…},"arguments":"console=ttyS0","source":"http://…/debian","disk":"auto",
//  "packages":["frr"],"lines":[]}. Pure. Invalid: names the field.
[[nodiscard]] Result<NativeInstaller> parse_native_manifest(std::string_view text);

// What an unattended install needs beside its task, kept by the desk until it is over.
struct UnattendedOrder {
  catalogs::os::AnswerOrder answers{};
  std::vector<HostFile> files{};
};

// `boot_url`: the boot server in clear text, "http://172.16.100.1:8080". `disk`: of this server.
[[nodiscard]] UnattendedOrder unattended_order(const NativeInstaller& installer,
                                               const InstallOrder& order,
                                               const std::string& boot_url,
                                               const std::string& disk);
// Invalid: what the answers cannot hold, said before anything is begun.
[[nodiscard]] Result<pxe::installer::HandOverWork> hand_over_work(const NativeInstaller& installer,
                                                                  const UnattendedOrder& order,
                                                                  const std::string& boot_url);

// The path of the disk it installs on, chosen among those of this server as our own installer
// chooses. NotFound: there is none that is large enough.
[[nodiscard]] Result<std::string> choose_disk(const NativeInstaller& installer,
                                              const std::vector<KnownDisk>& disks);

// Where an installer of this session finds its answers and reports to.
[[nodiscard]] std::string answers_url(const std::string& boot_url, const std::string& session);

// As it is kept in the database.
[[nodiscard]] std::string to_json_text(const UnattendedOrder& order);
[[nodiscard]] Result<UnattendedOrder> parse_unattended_order(std::string_view json_text);

}  // namespace switchyard::provisioner
