#include "provisioner/boot/wipe_proof.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>

namespace switchyard::provisioner {

using pxe::installer::WipedDisk;

namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

KnownDisk known(const WipedDisk& disk) {
  return {.name = disk.disk, .serial = trimmed(disk.serial), .bytes = disk.bytes};
}

bool is_same(const KnownDisk& one, const KnownDisk& other) {
  if (one.serial.empty() && other.serial.empty()) return one.name == other.name;
  return one.serial == other.serial;
}

std::string text_of(const KnownDisk& disk) {
  if (disk.name.empty()) return "disk with serial number " + disk.serial;
  return "disk " + disk.name + (disk.serial.empty() ? "" : " (" + disk.serial + ")");
}

// Takes the disk out of `from`. Several disks may have one serial number (the namespaces of an NVMe
// drive), so each is taken once, and first the one of the same name.
std::optional<KnownDisk> take(std::vector<KnownDisk>& from, const KnownDisk& disk) {
  auto found = std::ranges::find_if(from, [&](const KnownDisk& other) {
    return is_same(disk, other) && disk.name == other.name;
  });
  if (found == from.end())
    found =
        std::ranges::find_if(from, [&](const KnownDisk& other) { return is_same(disk, other); });
  if (found == from.end()) return std::nullopt;
  KnownDisk taken = *found;
  from.erase(found);
  return taken;
}

// Of one disk by itself.
std::optional<std::string> unproved(const WipedDisk& disk) {
  if (disk.samples == 0) return text_of(known(disk)) + " was not read back";
  if (disk.nonzero_samples > 0)
    return text_of(known(disk)) + ": " + std::to_string(disk.nonzero_samples) + " of " +
           std::to_string(disk.samples) + " samples are not zero";
  return std::nullopt;
}

}  // namespace

std::vector<KnownDisk> disks_of(const pxe::installer::Inspection& inspection) {
  std::vector<KnownDisk> disks;
  for (const pxe::installer::Disk& disk : inspection.disks)
    disks.push_back({.name = disk.name, .serial = trimmed(disk.serial), .bytes = disk.bytes});
  return disks;
}

std::vector<KnownDisk> with_earlier(std::vector<KnownDisk> now,
                                    const std::vector<KnownDisk>& before) {
  std::vector<KnownDisk> still_there = now;
  for (const KnownDisk& disk : before)
    if (!take(still_there, disk)) now.push_back(disk);
  return now;
}

std::optional<std::string> unproved(const std::vector<WipedDisk>& wiped,
                                    const std::vector<KnownDisk>& owed) {
  if (wiped.empty()) return "the wiper reported no disk";
  std::vector<KnownDisk> left;
  for (const WipedDisk& disk : wiped) {
    if (auto why = unproved(disk)) return why;
    left.push_back(known(disk));
  }
  for (const KnownDisk& disk : owed) {
    const auto found = take(left, disk);
    if (!found) return text_of(disk) + " belongs to the server and was not wiped";
    if (found->bytes < disk.bytes)
      return text_of(disk) + ": only " + std::to_string(found->bytes) + " of its " +
             std::to_string(disk.bytes) + " bytes were wiped";
  }
  return std::nullopt;
}

std::string to_json_text(const std::vector<KnownDisk>& disks) {
  nlohmann::json list = nlohmann::json::array();
  for (const KnownDisk& disk : disks)
    list.push_back({{"name", disk.name}, {"serial", disk.serial}, {"bytes", disk.bytes}});
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<std::vector<KnownDisk>> parse_disks(std::string_view json_text) {
  std::vector<KnownDisk> disks;
  if (json_text.empty()) return disks;
  try {
    for (const auto& item : nlohmann::json::parse(json_text))
      disks.push_back({.name = item.at("name").get<std::string>(),
                       .serial = item.at("serial").get<std::string>(),
                       .bytes = item.at("bytes").get<std::uint64_t>()});
  } catch (const nlohmann::json::exception& thrown) {
    return failure(Errc::Invalid, std::string("kept list of disks: ") + thrown.what());
  }
  return disks;
}

}  // namespace switchyard::provisioner
