#include "provisioner/boot/unattended.h"

#include "pxe/installer/fields.h"
#include "pxe/installer/storage.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

namespace os = catalogs::os;
using nlohmann::json;
using pxe::installer::Fields;
using pxe::installer::HandOverWork;

namespace {

constexpr std::size_t kMostManifest = 1U << 16U;

NativeInstaller read_native(Fields& fields) {
  NativeInstaller installer{.name = fields.filled_line("name", 128)};
  const auto kind = os::parse_installer_kind(fields.line("installer", 32));
  if (kind) installer.kind = *kind;
  if (!kind) fields.refuse("installer", "is none: " + kind.error().message);
  installer.kernel = read_download(fields.object("kernel"));
  installer.initrd = read_download(fields.object("initrd"));
  installer.arguments = fields.line("arguments", 1000);
  installer.source = fields.filled_line("source", 512);
  installer.disk = fields.filled_line("disk", 128);
  installer.packages = fields.lines("packages", 256, 128);
  installer.lines = fields.lines("lines", 256, 8192);
  return installer;
}

// A host name for the installed system in whatever way that reads it, and its own address.
std::vector<HostFile> name_files(const std::string& hostname) {
  return {{.path = "/etc/hostname", .content = hostname + "\n"},
          {.path = "/etc/hosts",
           .content = "127.0.0.1 localhost\n127.0.1.1 " + hostname + "\n::1 localhost\n"}};
}

}  // namespace

Result<NativeInstaller> parse_native_manifest(std::string_view text) {
  return pxe::installer::read_document(text, kMostManifest, "manifest", &read_native);
}

UnattendedOrder unattended_order(const NativeInstaller& installer, const InstallOrder& order,
                                 const std::string& boot_url, const std::string& disk) {
  UnattendedOrder made{
      .answers = {.kind = installer.kind,
                  .hostname = order.hostname,
                  .disk = disk,
                  .source = installer.source.starts_with('/') ? boot_url + installer.source
                                                              : installer.source,
                  .packages = installer.packages,
                  .lines = installer.lines,
                  .ssh_keys = order.ssh_keys},
      .files = name_files(order.hostname)};
  made.files.insert(made.files.end(), order.files.begin(), order.files.end());
  return made;
}

Result<HandOverWork> hand_over_work(const NativeInstaller& installer, const UnattendedOrder& order,
                                    const std::string& boot_url) {
  // The session is not known yet, and is no less harmless than this.
  const auto trial = os::render_answers(order.answers, answers_url(boot_url, "session"));
  if (!trial) return tl::unexpected(trial.error().in("image " + installer.name));
  std::string arguments = os::boot_arguments(order.answers, answers_url(boot_url, "{session}"));
  if (!installer.arguments.empty()) arguments += " " + installer.arguments;
  return HandOverWork{
      .kernel = installer.kernel, .initrd = installer.initrd, .arguments = std::move(arguments)};
}

Result<std::string> choose_disk(const NativeInstaller& installer,
                                const std::vector<KnownDisk>& disks) {
  if (installer.disk != "auto") return installer.disk;  // maybe a link only its own kernel makes
  std::vector<pxe::installer::Disk> seen;
  for (const KnownDisk& disk : disks)
    if (!disk.name.empty())
      seen.push_back({.name = disk.name, .path = "/dev/" + disk.name, .bytes = disk.bytes});
  return pxe::installer::choose_disk({}, seen).map(&pxe::installer::Disk::path);
}

std::string answers_url(const std::string& boot_url, const std::string& session) {
  return boot_url + "/boot/answer/" + session;
}

std::string to_json_text(const UnattendedOrder& order) {
  json files = json::array();
  for (const HostFile& file : order.files)
    files.push_back({file.path, file.mode, file.owner, file.content});
  const os::AnswerOrder& answers = order.answers;
  return json{{"kind", to_string(answers.kind)},
              {"hostname", answers.hostname},
              {"disk", answers.disk},
              {"source", answers.source},
              {"packages", answers.packages},
              {"lines", answers.lines},
              {"ssh_keys", answers.ssh_keys},
              {"files", files}}
      .dump();
}

Result<UnattendedOrder> parse_unattended_order(std::string_view json_text) {
  try {
    const json parsed = json::parse(json_text);
    const auto kind = os::parse_installer_kind(parsed.at("kind").get<std::string>());
    if (!kind) return tl::unexpected(kind.error());
    UnattendedOrder order{.answers = {.kind = *kind,
                                      .hostname = parsed.at("hostname").get<std::string>(),
                                      .disk = parsed.at("disk").get<std::string>(),
                                      .source = parsed.at("source").get<std::string>()}};
    parsed.at("packages").get_to(order.answers.packages);
    parsed.at("lines").get_to(order.answers.lines);
    parsed.at("ssh_keys").get_to(order.answers.ssh_keys);
    for (const json& file : parsed.at("files"))
      order.files.push_back({.path = file.at(0).get<std::string>(),
                             .mode = file.at(1).get<std::string>(),
                             .owner = file.at(2).get<std::string>(),
                             .content = file.at(3).get<std::string>()});
    return order;
  } catch (const json::exception& error) {
    return failure(Errc::Invalid, std::string("kept order of an installer: ") + error.what());
  }
}

}  // namespace switchyard::provisioner
