// What a server that waits in our RAM system is told to do: the half of the desk that makes orders.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "provisioner/boot/boot_desk.h"
#include "provisioner/boot/wipe_proof.h"

namespace switchyard::provisioner {

using pxe::installer::InstallWork;
using pxe::installer::Task;
using pxe::installer::WipeWork;

namespace {

InstallWork install_work(const InstallOrder& order, const pxe::installer::Image& image) {
  InstallWork work{.hostname = order.hostname, .image = image};
  for (const HostFile& file : order.files)
    work.files.push_back({.path = file.path,
                          .mode = static_cast<unsigned>(std::stoul(file.mode, nullptr, 8)),
                          .owner = file.owner,
                          .content = file.content});
  return work;
}

}  // namespace

// What the row of a server says from now on.
struct BootDesk::Order {
  Task task{};
  const char* phase{};
  std::string answers{};  // of an unattended install
};

Status BootDesk::order(const std::string& server, const std::string& operation,
                       const MakeOrder& make) {
  return db::write(tools_.pool, "order for " + server, [&](db::Session& session) -> Status {
    const auto row = db::select_one<std::string, std::string>(
        session,
        std::string("SELECT phase, operation FROM boot_desk WHERE server = :s") +
            session.for_update(),
        server);
    if (!row) return failure(Errc::Conflict, "server " + server + " has not booted our installer");
    if (std::get<1>(*row) == operation) return {};
    if (std::get<0>(*row) != "provisioning")
      return failure(Errc::Conflict, "the installer on server " + server +
                                         " does not wait for an order (phase " + std::get<0>(*row) +
                                         ")");
    const auto made = make(session);
    if (!made) return tl::unexpected(made.error());
    db::execute(session,
                "UPDATE boot_desk SET phase = :p, operation = :o, task = :t, answers = :a, "
                "progress = 0, detail = '', heard = " +
                    session.now_sql() + " WHERE server = :s",
                std::string(made->phase), operation, to_json_text(made->task), made->answers,
                server);
    if (tools_.ordered) session.on_commit([this, server] { tools_.ordered(server); });
    return {};
  });
}

Result<BootDesk::Order> BootDesk::unattended(db::Session& session, const std::string& server,
                                             const NativeInstaller& installer,
                                             const InstallOrder& order) const {
  const auto row =
      db::select_one<std::string>(session, "SELECT disks FROM boot_desk WHERE server = :s", server);
  const auto disks = parse_disks(row ? std::get<0>(*row) : "");
  if (!disks) return tl::unexpected(disks.error());
  const auto disk = choose_disk(installer, *disks);
  if (!disk) return tl::unexpected(disk.error().in("server " + server));
  const UnattendedOrder made = unattended_order(installer, order, tools_.boot_url, *disk);
  auto work = hand_over_work(installer, made, tools_.boot_url);
  if (!work) return tl::unexpected(work.error());
  return Order{.task = {.operation = order.operation, .work = std::move(*work)},
               .phase = "unattended",
               .answers = to_json_text(made)};
}

Status BootDesk::order_install(const std::string& server, const InstallOrder& order) {
  auto entry = tools_.find_image(order.image);
  if (!entry) return tl::unexpected(entry.error());
  return this->order(server, order.operation, [&](db::Session& session) -> Result<Order> {
    if (const auto* native = std::get_if<NativeInstaller>(&*entry))
      return unattended(session, server, *native, order);
    return Order{.task = {.operation = order.operation,
                          .work = install_work(order, std::get<pxe::installer::Image>(*entry))},
                 .phase = "installing"};
  });
}

Status BootDesk::order_wipe(const std::string& server, const std::string& operation) {
  return order(server, operation, [&](db::Session&) -> Result<Order> {
    return Order{.task = {.operation = operation, .work = WipeWork{}}, .phase = "wiping"};
  });
}

}  // namespace switchyard::provisioner
