// What a server that waits in our RAM system is told to do: the half of the desk that makes orders.
#include "core/db/query.h"
#include "core/db/transaction.h"
#include "provisioner/boot/boot_desk.h"
#include "provisioner/boot/wipe_proof.h"
#include "provisioner/store/phone_homes.h"

namespace switchyard::provisioner {

using pxe::installer::InstallWork;
using pxe::installer::RescueWork;
using pxe::installer::Task;
using pxe::installer::WipeWork;

namespace {

InstallWork install_work(const InstallOrder& order, const pxe::installer::Image& image) {
  InstallWork work{.hostname = order.hostname, .image = image};
  work.layout.raid1 = order.layout.raid1;
  work.layout.lvm = order.layout.lvm;
  for (const HostFile& file : order.files)
    work.files.push_back({.path = file.path,
                          .mode = static_cast<unsigned>(std::stoul(file.mode, nullptr, 8)),
                          .owner = file.owner,
                          .content = file.content});
  return work;
}

// Said before anything is begun on the server.
Status check_layout(const InstallOrder& order, const ShelfEntry& entry) {
  if (order.layout == DiskLayout{}) return {};
  const auto* image = std::get_if<pxe::installer::Image>(&entry);
  if (image != nullptr && !is_whole_disk(image->format)) return {};
  return failure(Errc::Invalid, "image " + order.image +
                                    (image == nullptr ? " is installed by its own installer"
                                                      : " is an image of a whole disk") +
                                    ", which lays out the disks itself: order it without RAID1 "
                                    "and LVM");
}

Status check_cloud_init(const InstallOrder& order, const ShelfEntry& entry) {
  const auto* image = std::get_if<pxe::installer::Image>(&entry);
  if (!order.needs_cloud_init || (image != nullptr && image->has_cloud_init)) return {};
  return failure(Errc::Invalid, "nothing in image " + order.image +
                                    " would read user data: it does not say "
                                    "\"cloud_init\": true. Order it without");
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

// Templates are rendered before the row is locked.
Result<UnattendedPlan> BootDesk::plan(const std::string& server, const NativeInstaller& installer,
                                      const InstallOrder& order) {
  const auto disks = db::read(tools_.pool, "disks of " + server, [&](db::Session& session) {
    const auto row = db::select_one<std::string>(
        session, "SELECT disks FROM boot_desk WHERE server = :s", server);
    return parse_disks(row ? std::get<0>(*row) : "");
  });
  if (!disks) return tl::unexpected(disks.error());
  const auto disk = choose_disk(std::get<catalogs::os::Installer>(installer.image.install), *disks);
  if (!disk) return tl::unexpected(disk.error().in("server " + server));
  return plan_unattended(templates_, installer, server, order, tools_.boot_url, *disk);
}

Status BootDesk::order_install(const std::string& server, const InstallOrder& order) {
  auto entry = tools_.find_image(order.image, order.image_version);
  if (!entry) return tl::unexpected(entry.error());
  if (const Status fits = check_layout(order, *entry); !fits) return fits;
  if (const Status fits = check_cloud_init(order, *entry); !fits) return fits;
  if (const auto* native = std::get_if<NativeInstaller>(&*entry)) {
    auto made = plan(server, *native, order);
    if (!made) return tl::unexpected(made.error());
    return this->order(server, order.operation, [&](db::Session&) -> Result<Order> {
      return Order{.task = {.operation = order.operation, .work = std::move(made->work)},
                   .phase = "unattended",
                   .answers = to_json_text(made->order)};
    });
  }
  return this->order(server, order.operation, [&](db::Session& session) -> Result<Order> {
    const auto& image = std::get<pxe::installer::Image>(*entry);
    InstallWork work = install_work(order, image);
    // An image without the program would keep the token on its disk for ever.
    if (tools_.home && image.phones_home)
      work.phone_home =
          pxe::installer::PhoneHome{.url = tools_.home->url,
                                    .pin = tools_.home->pin,
                                    .token = make_phone_home_token(session, order.operation)};
    return Order{.task = {.operation = order.operation, .work = std::move(work)},
                 .phase = "installing"};
  });
}

Status BootDesk::order_wipe(const std::string& server, const std::string& operation) {
  return order(server, operation, [&](db::Session&) -> Result<Order> {
    return Order{.task = {.operation = operation, .work = WipeWork{}}, .phase = "wiping"};
  });
}

Status BootDesk::order_rescue(const std::string& server, const RescueOrder& order) {
  return this->order(server, order.operation, [&](db::Session&) -> Result<Order> {
    return Order{
        .task = {.operation = order.operation, .work = RescueWork{.ssh_keys = order.ssh_keys}},
        .phase = "rescuing"};
  });
}

}  // namespace switchyard::provisioner
