#include "pxe/installer/inspection.h"

#include "pxe/installer/fields.h"

#include <set>

namespace switchyard::pxe::installer {
namespace {

constexpr std::uint64_t kMostBytes = 1ULL << 60U;
constexpr std::size_t kMostDevices = 256;

Product read_product(Fields fields) {
  Product product{.vendor = fields.line("vendor"),
                  .name = fields.line("name"),
                  .serial = fields.line("serial"),
                  .uuid = fields.line("uuid")};
  fields.done();
  return product;
}

Disk read_disk(Fields& fields) {
  Disk disk{.name = fields.filled_line("name", 64),
            .path = fields.filled_line("path", 128),
            .bytes = fields.number("bytes", kMostBytes),
            .model = fields.line("model"),
            .serial = fields.line("serial"),
            .rotational = fields.flag("rotational"),
            .transport = fields.line("transport", 32)};
  fields.done();
  return disk;
}

Neighbour read_neighbour(Fields& fields) {
  Neighbour neighbour{.chassis = fields.line("chassis"),
                      .port = fields.line("port"),
                      .system = fields.line("system")};
  fields.done();
  return neighbour;
}

Nic read_nic(Fields& fields) {
  Nic nic{.name = fields.filled_line("name", 64),
          .mac = fields.mac("mac"),
          .carrier = fields.flag("carrier"),
          .speed_mbps = fields.number("speed_mbps", 10'000'000),
          .driver = fields.line("driver", 64)};
  for (Fields& item : fields.objects("lldp", 16))
    nic.lldp.push_back(read_neighbour(item));
  fields.done();
  return nic;
}

std::optional<BmcSeen> read_bmc(std::optional<Fields> fields) {
  if (!fields) return std::nullopt;
  BmcSeen bmc{.address = fields->line("address", 64),
              .mac = fields->line("mac", 17),
              .firmware = fields->line("firmware", 64)};
  fields->done();
  return bmc;
}

nlohmann::json to_json(const Nic& nic) {
  auto lldp = nlohmann::json::array();
  for (const Neighbour& seen : nic.lldp)
    lldp.push_back({{"chassis", seen.chassis}, {"port", seen.port}, {"system", seen.system}});
  return {{"name", nic.name},       {"mac", to_string(nic.mac)},
          {"carrier", nic.carrier}, {"speed_mbps", nic.speed_mbps},
          {"driver", nic.driver},   {"lldp", lldp}};
}

nlohmann::json to_json(const Disk& disk) {
  return {{"name", disk.name},          {"path", disk.path},     {"bytes", disk.bytes},
          {"model", disk.model},        {"serial", disk.serial}, {"rotational", disk.rotational},
          {"transport", disk.transport}};
}

}  // namespace

Inspection read_inspection(Fields fields) {
  Inspection found{.product = read_product(fields.object("product")),
                   .firmware = fields.one_of("firmware", {"bios", "uefi"}) == 0 ? Firmware::Bios
                                                                                : Firmware::Uefi,
                   .cpus = fields.number("cpus", 65'536),
                   .cpu_model = fields.line("cpu_model"),
                   .memory_bytes = fields.number("memory_bytes", kMostBytes)};
  std::set<std::string> names;
  for (Fields& item : fields.objects("disks", kMostDevices)) {
    found.disks.push_back(read_disk(item));
    if (!names.insert(found.disks.back().name).second) item.refuse("name", "is there twice");
  }
  for (Fields& item : fields.objects("nics", kMostDevices))
    found.nics.push_back(read_nic(item));
  found.bmc = read_bmc(fields.object_or_null("bmc"));
  fields.done();
  return found;
}

nlohmann::json to_json(const Inspection& found) {
  auto disks = nlohmann::json::array();
  for (const Disk& disk : found.disks)
    disks.push_back(to_json(disk));
  auto nics = nlohmann::json::array();
  for (const Nic& nic : found.nics)
    nics.push_back(to_json(nic));
  nlohmann::json bmc;
  if (found.bmc)
    bmc = {{"address", found.bmc->address},
           {"mac", found.bmc->mac},
           {"firmware", found.bmc->firmware}};
  return {{"product",
           {{"vendor", found.product.vendor},
            {"name", found.product.name},
            {"serial", found.product.serial},
            {"uuid", found.product.uuid}}},
          {"firmware", found.firmware == Firmware::Bios ? "bios" : "uefi"},
          {"cpus", found.cpus},
          {"cpu_model", found.cpu_model},
          {"memory_bytes", found.memory_bytes},
          {"disks", disks},
          {"nics", nics},
          {"bmc", bmc}};
}

}  // namespace switchyard::pxe::installer
