#include "provisioner/boot/unattended.h"

#include "pxe/installer/storage.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {

namespace os = catalogs::os;
using nlohmann::json;
using pxe::installer::Download;

namespace {

// A host name for the installed system in whatever way that reads it, and its own address.
std::vector<HostFile> name_files(const std::string& hostname) {
  return {{.path = "/etc/hostname", .content = hostname + "\n"},
          {.path = "/etc/hosts",
           .content = "127.0.0.1 localhost\n127.0.1.1 " + hostname + "\n::1 localhost\n"}};
}

Download download_of(const os::ShelfFile& file) {
  return {.url = "/files/" + file.path, .bytes = file.bytes, .sha256 = file.sha256};
}

}  // namespace

Result<UnattendedPlan> plan_unattended(catalogs::TemplateEngine& engine,
                                       const NativeInstaller& installer, const std::string& server,
                                       const InstallOrder& order, const std::string& boot_url,
                                       const std::string& disk) {
  const auto& of = std::get<os::Installer>(installer.image.install);
  auto made =
      os::render_answers(engine, installer.files, installer.image,
                         {.server = server,
                          .hostname = order.hostname,
                          .disk = disk,
                          .source = of.source.starts_with('/') ? boot_url + of.source : of.source,
                          .ssh_keys = order.ssh_keys,
                          .base = answers_url(boot_url, os::kSessionMark)});
  if (!made) return tl::unexpected(made.error());
  if (!made->faults.empty())
    return tl::unexpected(catalogs::as_error(made->faults).in("image " + installer.image.name));
  UnattendedPlan plan{
      .work = {.kernel = download_of(of.kernel),
               .initrd = download_of(of.initrd),
               .arguments = std::move(made->arguments)},
      .order = {.answers = std::move(made->files), .files = name_files(order.hostname)}};
  plan.order.files.insert(plan.order.files.end(), order.files.begin(), order.files.end());
  return plan;
}

Result<std::string> choose_disk(const os::Installer& installer,
                                const std::vector<KnownDisk>& disks) {
  if (installer.disk != "auto") return installer.disk;  // maybe a link only its own kernel makes
  std::vector<pxe::installer::Disk> seen;
  for (const KnownDisk& disk : disks)
    if (!disk.name.empty())
      seen.push_back({.name = disk.name, .path = "/dev/" + disk.name, .bytes = disk.bytes});
  return pxe::installer::choose_disk({}, seen).map(&pxe::installer::Disk::path);
}

std::string answers_url(const std::string& boot_url, std::string_view session) {
  return boot_url + "/boot/answer/" + std::string(session);
}

std::string with_session(std::string text, const std::string& session) {
  for (std::size_t at = 0; (at = text.find(os::kSessionMark, at)) != std::string::npos;
       at += session.size())
    text.replace(at, os::kSessionMark.size(), session);
  return text;
}

std::string to_json_text(const UnattendedOrder& order) {
  json answers = json::array(), files = json::array();
  for (const os::AnswerFile& answer : order.answers)
    answers.push_back({answer.name, answer.content});
  for (const HostFile& file : order.files)
    files.push_back({file.path, file.mode, file.owner, file.content});
  return json{{"answers", answers}, {"files", files}}.dump();
}

Result<UnattendedOrder> parse_unattended_order(std::string_view json_text) {
  try {
    const json parsed = json::parse(json_text);
    UnattendedOrder order;
    for (const json& answer : parsed.at("answers"))
      order.answers.push_back({answer.at(0).get<std::string>(), answer.at(1).get<std::string>()});
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
