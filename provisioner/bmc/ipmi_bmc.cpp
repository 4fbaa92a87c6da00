#include "provisioner/bmc/ipmi_bmc.h"

#include "core/crash_point.h"
#include "provisioner/bmc/gate.h"
#include "provisioner/bmc/ipmi_answer.h"
#include "provisioner/bmc/ipmitool.h"
#include "provisioner/bmc/pause.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace switchyard::provisioner {
namespace {

using Instant = std::chrono::steady_clock::time_point;
using Words = std::vector<std::string>;

class IpmiBmc final : public Bmc {
 public:
  IpmiBmc(const BmcAccess& access, IpmiUrl url)
      : access_(access),
        url_(std::move(url)),
        who_("BMC of " + access.server),
        gate_(access.gates ? access.gates->of("ipmi://" + url_.host)
                           : std::make_shared<BmcGate>(std::chrono::milliseconds(0))) {}

  Result<Power> power() override { return read_power(deadline()); }

  Status set_power(PowerAction action) override {
    if (action != PowerAction::Cycle) return reset(action);
    const Status off = reset(PowerAction::ForceOff);
    return off ? reset(PowerAction::On) : off;
  }

  // The flags are written as a whole, so a mode is always said.
  Status set_next_boot(BootDevice device, std::optional<BootMode> mode) override {
    const Instant until = deadline();
    const auto wished = ipmi::boot_flags(device, mode.value_or(BootMode::Uefi));
    Words words{"chassis", "bootdev", device == BootDevice::Network ? "pxe" : "disk"};
    if (wished.uefi) words.emplace_back("options=efiboot");
    if (const auto set = change(words, until); !set) return tl::unexpected(set.error());
    return read_back("accepted the boot device", until, [&]() -> Result<std::string> {
      return ask({"chassis", "bootparam", "get", "5"}, until)
          .and_then([](const std::string& text) { return ipmi::parse_boot_flags(text); })
          .map([&](const ipmi::BootFlags& shown) { return ipmi::difference(shown, wished); });
    });
  }

  Result<BmcInventory> inventory() override {
    return ask({"fru", "print", "0"}, deadline()).map(&ipmi::parse_fru);
  }

  Result<ConsoleAddress> console() override {
    return ConsoleAddress{"ipmi-sol", url_.host, url_.port};
  }

 private:
  [[nodiscard]] Instant deadline() const {
    return std::min(std::chrono::steady_clock::now() + access_.times.call, access_.limits.until);
  }

  // What ipmitool printed.
  Result<std::string> ask(const Words& words, Instant until) {
    if (access_.limits.stop.stop_requested() ||
        std::chrono::steady_clock::now() >= access_.limits.until)
      return failure(Errc::Unavailable,
                     who_ + ": this controller ends or no longer holds the operation");
    const auto turn = gate_->enter(until, access_.limits.stop);
    if (!turn) return tl::unexpected(turn.error().in(who_));
    Words all{"-N", "2", "-R", "2"};
    all.insert(all.end(), words.begin(), words.end());
    auto finished = run_process(ipmitool_command(access_, url_, all),
                                {.until = until, .stop = access_.limits.stop});
    if (!finished) return tl::unexpected(finished.error().in(who_));
    if (finished->status == 0) return std::move(finished->out);
    return tl::unexpected(as_error(*finished));
  }

  // ipmitool does not tell a wrong password from silence, and neither do some BMCs.
  [[nodiscard]] Error as_error(const Finished& finished) const {
    const std::string text = ipmitool_clause(finished.err.empty() ? finished.out : finished.err);
    if (text.find("Unable to establish") != std::string::npos)
      return {Errc::Unavailable,
              who_ + ": no session: it does not answer, or refuses the login of " + access_.user +
                  " or cipher suite " + std::to_string(url_.cipher)};
    return {Errc::Rejected, who_ + ": ipmitool: " + text};
  }

  Result<std::string> change(const Words& words, Instant until) {
    crash_point("before power or boot");
    auto answer = ask(words, until);
    crash_point("after power or boot");
    return answer;
  }

  Result<Power> read_power(Instant until) {
    auto power = ask({"chassis", "power", "status"}, until).and_then([](const std::string& text) {
      return ipmi::parse_power(text);
    });
    if (!power && power.error().code == Errc::Invalid)
      return tl::unexpected(power.error().in(who_));
    return power;
  }

  Status reset(PowerAction action) {
    const Instant until = deadline();
    const Power wanted = action == PowerAction::On ? Power::On : Power::Off;
    const auto now = read_power(until);
    if (!now) return tl::unexpected(now.error());
    if (*now == wanted) return {};
    const char* verb = action == PowerAction::On            ? "on"
                       : action == PowerAction::GracefulOff ? "soft"
                                                            : "off";
    if (const auto asked = change({"chassis", "power", verb}, until); !asked)
      return tl::unexpected(asked.error());
    if (action == PowerAction::GracefulOff) return {};
    return read_back(std::string("accepted power ") + verb, until, [&]() -> Result<std::string> {
      return read_power(until).map([&](Power shown) {
        return shown == wanted ? std::string() : std::string("the server ") + to_string(shown);
      });
    });
  }

  // Looks until `differs` has nothing to say; silence in between is what many have after a change.
  Status read_back(const std::string& did, Instant until,
                   const std::function<Result<std::string>()>& differs) {
    std::string last;
    do {
      const auto difference = differs();
      if (!difference && !is_transient(difference.error().code))
        return tl::unexpected(difference.error());
      if (difference && difference->empty()) return {};
      // The end of our time says less than what was seen before.
      if (difference || last.empty()) last = difference ? *difference : difference.error().message;
    } while (pause(access_.times.look, until, access_.limits.stop));
    return failure(Errc::TimedOut, who_ + " " + did + " but shows: " + last);
  }

  BmcAccess access_;
  IpmiUrl url_;
  std::string who_;
  std::shared_ptr<BmcGate> gate_;
};

}  // namespace

Result<std::unique_ptr<Bmc>> make_ipmi_bmc(const BmcAccess& access) {
  auto url = parse_ipmi_url(access.url);
  if (!url) return tl::unexpected(url.error().in("BMC of " + access.server));
  if (access.user.empty() || access.user.find('\0') != std::string::npos ||
      access.password.reveal().find('\0') != std::string::npos)
    return failure(Errc::Invalid, "BMC of " + access.server + ": IPMI needs a user and a password");
  if (!access.certificate.empty() || access.insecure)
    return failure(Errc::Invalid, "BMC of " + access.server +
                                      ": IPMI has no certificate; it is as safe as its password "
                                      "and its network");
  return std::make_unique<IpmiBmc>(access, std::move(*url));
}

}  // namespace switchyard::provisioner
