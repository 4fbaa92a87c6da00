#include "pxe/installer/inspect.h"

#include "pxe/installer/text.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace switchyard::pxe::installer {
namespace {

namespace fs = std::filesystem;

std::uint64_t read_number(const std::string& path) {
  const auto text = read_line(path);
  if (text.empty() || text[0] == '-') return 0;  // speed is -1 without a link
  return std::strtoull(text.c_str(), nullptr, 10);
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

std::string transport_of(const std::string& name, const std::string& device) {
  if (name.starts_with("nvme")) return "nvme";
  if (name.starts_with("vd")) return "virtio";
  if (device.find("/ata") != std::string::npos) return "sata";
  if (device.find("/usb") != std::string::npos) return "usb";
  return name.starts_with("sd") ? "scsi" : "";
}

// Where the kernel keeps it depends on the bus; a SCSI (or SATA) disk's is a VPD page, whose text
// begins after four bytes (SPC-4, 7.8.15).
std::string serial_of(const std::string& at) {
  for (const char* file : {"/serial", "/device/serial"})
    if (auto serial = read_line(at + file); !serial.empty()) return serial;
  std::ifstream stream{at + "/device/vpd_pg80", std::ios::binary};
  const std::string page{std::istreambuf_iterator<char>{stream}, {}};
  return page.size() <= 4 ? "" : printable(std::string_view{page}.substr(4), 200);
}

std::vector<Disk> find_disks() {
  std::vector<Disk> disks;
  for (const auto& name : names_in("/sys/block")) {
    const std::string at = "/sys/block/" + name;
    const bool is_disk =
        name.starts_with("sd") || name.starts_with("vd") || name.starts_with("nvme");
    if (!is_disk || read_number(at + "/removable") != 0 || read_number(at + "/size") == 0) continue;
    std::error_code ignored;
    disks.push_back({.name = name,
                     .path = "/dev/" + name,
                     .bytes = read_number(at + "/size") * 512,
                     .model = read_line(at + "/device/model"),
                     .serial = serial_of(at),
                     .rotational = read_number(at + "/queue/rotational") != 0,
                     .transport = transport_of(name, fs::canonical(at, ignored).string())});
  }
  return disks;
}

std::vector<Nic> find_nics() {
  std::vector<Nic> nics;
  for (const auto& name : names_in("/sys/class/net")) {
    const std::string at = "/sys/class/net/" + name;
    std::error_code ignored;
    const auto mac = parse_mac(read_line(at + "/address"));
    if (!mac || !fs::exists(at + "/device", ignored)) continue;
    nics.push_back({.name = name,
                    .mac = *mac,
                    .carrier = read_number(at + "/carrier") == 1,
                    .speed_mbps = read_number(at + "/speed"),
                    .driver = fs::canonical(at + "/device/driver", ignored).filename()});
  }
  return nics;
}

std::string value_of(const std::string& file, const std::string& key) {
  std::ifstream stream{file};
  for (std::string line; std::getline(stream, line);) {
    const auto colon = line.find(':');
    if (!line.starts_with(key) || colon == std::string::npos) continue;
    const auto start = line.find_first_not_of(" \t", colon + 1);
    return start == std::string::npos ? "" : printable(std::string_view{line}.substr(start), 200);
  }
  return "";
}

}  // namespace

std::string read_line(const std::string& path) {
  std::ifstream stream{path};
  std::string line;
  std::getline(stream, line);
  return printable(line, 200);
}

Inspection inspect() {
  const std::string dmi = "/sys/class/dmi/id/";
  return {.product = {.vendor = read_line(dmi + "sys_vendor"),
                      .name = read_line(dmi + "product_name"),
                      .serial = read_line(dmi + "product_serial"),
                      .uuid = read_line(dmi + "product_uuid")},
          .firmware = fs::exists("/sys/firmware/efi") ? Firmware::Uefi : Firmware::Bios,
          .cpus = std::thread::hardware_concurrency(),
          .cpu_model = value_of("/proc/cpuinfo", "model name"),
          .memory_bytes =
              std::strtoull(value_of("/proc/meminfo", "MemTotal").c_str(), nullptr, 10) * 1024,
          .disks = find_disks(),
          .nics = find_nics()};
}

}  // namespace switchyard::pxe::installer
