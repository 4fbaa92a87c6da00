#include "tests/pxe/desk_orders.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <iostream>

namespace switchyard::provisioner {

using nlohmann::json;

namespace {

InstallOrder order_of(const json& said) {
  InstallOrder order{.operation = "op-lab",
                     .image = said.at("install").get<std::string>(),
                     .hostname = said.at("hostname").get<std::string>()};
  for (const json& file : said.at("files"))
    order.files.push_back({.path = file.at("path").get<std::string>(),
                           .mode = file.at("mode").get<std::string>(),
                           .owner = file.at("owner").get<std::string>(),
                           .content = file.at("content").get<std::string>()});
  return order;
}

Result<DeskEntry> carry_out(InstallerDesk& desk, const std::string& server, const json& said) {
  Status done;
  if (said.contains("expect"))
    done =
        desk.expect(server, said.at("expect") == "disk" ? BootDevice::Disk : BootDevice::Network);
  if (said.contains("wipe")) done = desk.order_wipe(server, "op-lab");
  if (said.contains("install")) done = desk.order_install(server, order_of(said));
  if (!done) return tl::unexpected(done.error());
  return desk.read(server);
}

void answer(const Result<DeskEntry>& entry) {
  const json line = entry ? json{{"phase", entry->phase},
                                 {"detail", entry->detail},
                                 {"operation", entry->operation}}
                          : json{{"error", entry.error().message}};
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
}

}  // namespace

void follow_orders(InstallerDesk& desk, const std::string& server) {
  for (std::string line; std::getline(std::cin, line);)
    answer(carry_out(desk, server, json::parse(line)));
}

}  // namespace switchyard::provisioner
