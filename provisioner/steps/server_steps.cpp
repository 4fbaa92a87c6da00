// Steps that move the server itself: power, boot device, install, wipe.
#include "provisioner/steps/deployment_files.h"
#include "provisioner/steps/ram_system.h"

namespace switchyard::provisioner {

using namespace std::chrono_literals;

namespace {

constexpr auto kLook = 1s;
constexpr auto kQuickLook = 250ms;
// A server's firmware takes minutes before anything of ours is heard.
constexpr auto kBootPatience = 5min;
// Our RAM system says every 5 s that it is at work.
constexpr auto kWorkPatience = 60s;
// A distribution's own installer says nothing before its system is up and has fetched our script.
constexpr auto kUnattendedPatience = 10min;
// With people in it, our RAM system asks for work every 20 s; what they do must not be cut short.
constexpr auto kRescuePatience = 5min;

// A server that is on is switched off and on again, because only a boot reads the boot device.
StepOutcome boot(const Job& job, BootDevice device, const BootStatus& status, ServerBoot& server) {
  if (status.power == Power::On) {
    const Status off = server.set_power(Power::Off);
    if (!off) return failed(off.error(), job);
    return Wait{"power off before booting", kQuickLook};
  }
  Status done = server.set_next_boot(device);
  if (done) done = server.set_power(Power::On);
  if (!done) return failed(done.error(), job);
  return Wait{device == BootDevice::Network ? "booting from the network" : "booting from disk",
              kQuickLook};
}

bool is_installing(const BootStatus& status) {
  return status.phase == "installing" || status.phase == "unattended";
}

// Whether it is at the work of this operation, or lets its people in.
bool is_at_work(const Job& job, const BootStatus& status) {
  return status.operation == job.operation.id &&
         (is_installing(status) || status.phase == "wiping" || status.phase == "rescuing" ||
          status.phase == "rescue");
}

std::chrono::microseconds patience_with(const BootStatus& status) {
  if (status.phase == "unattended") return kUnattendedPatience;
  return status.phase == "rescue" ? kRescuePatience : kWorkPatience;
}

}  // namespace

StepOutcome failed(const Error& error, const Job& job) {
  return error.in("server " + job.server.name);
}

std::string with_progress(const BootStatus& status) {
  std::string text = status.detail.empty() ? status.phase : status.detail;
  if (status.progress > 0) text += ", " + std::to_string(status.progress) + " %";
  return text;
}

std::optional<StepOutcome> bring_into_installer(const Job& job, const BootStatus& status,
                                                ServerBoot& server) {
  const bool is_on = status.power == Power::On;
  const auto quiet_for = [&](std::chrono::microseconds patience, bool otherwise) {
    return status.quiet ? *status.quiet >= patience : otherwise;
  };
  if (is_on && status.phase == "provisioning") return std::nullopt;
  const bool at_work = is_at_work(job, status);
  if (is_on && at_work && !quiet_for(patience_with(status), false)) return std::nullopt;
  // One that is on its way ("off" phase while on) gets its time before that.
  const bool is_elsewhere = status.phase == "running" || status.phase == "installed";
  if (is_on && !at_work && !is_elsewhere && !quiet_for(kBootPatience, job.in_state >= 60s))
    return Wait{"waiting for the installer: " + with_progress(status), kQuickLook};
  return boot(job, BootDevice::Network, status, server);
}

StepOutcome power_off(const Job& job, StepContext& context) {
  const auto server = context.make_server_boot(job.server, job.limits);
  if (!server) return failed(server.error(), job);
  const auto status = (*server)->read();
  if (!status) return failed(status.error(), job);
  if (status->power == Power::Off) return Done{};
  const Status asked = (*server)->set_power(Power::Off);
  if (!asked) return failed(asked.error(), job);
  return Wait{"waiting until the BMC says it is off", kQuickLook};
}

StepOutcome boot_from_network(const Job& job, StepContext& context) {
  const auto server = context.make_server_boot(job.server, job.limits);
  if (!server) return failed(server.error(), job);
  const auto status = (*server)->read();
  if (!status) return failed(status.error(), job);
  if (const auto unready = bring_into_installer(job, *status, **server)) return *unready;
  return Done{};
}

StepOutcome install_image(const Job& job, StepContext& context) {
  const auto server = context.make_server_boot(job.server, job.limits);
  if (!server) return failed(server.error(), job);
  const auto status = (*server)->read();
  if (!status) return failed(status.error(), job);
  const bool ours = status->operation == job.operation.id;
  if (ours && status->phase == "installed") return Done{};
  if (ours && status->phase == "failed")
    return Error{Errc::Rejected,
                 "server " + job.server.name + ": the install failed: " + status->detail};
  if (const auto unready = bring_into_installer(job, *status, **server)) return *unready;
  if (ours && is_installing(*status)) return Wait{with_progress(*status), kQuickLook};
  auto files = deployment_files(job, context);
  if (!files) return failed(files.error(), job);
  const Status started =
      (*server)->start_install({.operation = job.operation.id,
                                .image = job.deployment.image,
                                .image_version = job.deployment.image_version,
                                .hostname = job.deployment.name,
                                .layout = job.deployment.plan.layout,
                                .files = std::move(*files),
                                .ssh_keys = job.deployment.plan.ssh_keys,
                                .needs_cloud_init = !job.deployment.plan.user_data.empty()});
  if (!started) return failed(started.error(), job);
  return Wait{"the install has started", kQuickLook};
}

StepOutcome boot_from_disk(const Job& job, StepContext& context) {
  const auto server = context.make_server_boot(job.server, job.limits);
  if (!server) return failed(server.error(), job);
  const auto status = (*server)->read();
  if (!status) return failed(status.error(), job);
  if (status->power == Power::On && status->phase == "running") return Done{};
  if (status->power == Power::On)
    return Wait{"booting from disk: " + with_progress(*status), kQuickLook};
  return boot(job, BootDevice::Disk, *status, **server);
}

StepOutcome wipe_disks(const Job& job, StepContext& context) {
  const auto server = context.make_server_boot(job.server, job.limits);
  if (!server) return failed(server.error(), job);
  const auto status = (*server)->read();
  if (!status) return failed(status.error(), job);
  const bool ours = status->operation == job.operation.id;
  if (ours && status->phase == "wiped") return Done{};
  if (ours && status->phase == "failed")
    return Error{Errc::Rejected,
                 "server " + job.server.name + ": the wipe failed: " + status->detail};
  if (const auto unready = bring_into_installer(job, *status, **server)) return *unready;
  if (ours && status->phase == "wiping") return Wait{with_progress(*status), kLook};
  const Status started = (*server)->start_wipe(job.operation.id);
  if (!started) return failed(started.error(), job);
  return Wait{"the wipe has started", kQuickLook};
}

}  // namespace switchyard::provisioner
