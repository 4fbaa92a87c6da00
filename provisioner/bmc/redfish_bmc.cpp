#include "provisioner/bmc/redfish_bmc.h"

#include "provisioner/bmc/redfish_answer.h"
#include "provisioner/bmc/redfish_client.h"
#include "provisioner/bmc/redfish_quirks.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>

namespace switchyard::provisioner {
namespace {

using redfish::PowerState;
using redfish::System;
using Instant = RedfishClient::Instant;

constexpr std::size_t kMaxNics = 32;

// What a System's answer was, with what a PATCH of it must show.
struct Seen {
  System system{};
  std::string etag{};
};

bool is_there(PowerState state, Power wanted) {
  return state == (wanted == Power::On ? PowerState::On : PowerState::Off);
}

const char* word_of(PowerState state) {
  switch (state) {
    case PowerState::Off: return "off";
    case PowerState::On: return "on";
    case PowerState::PoweringOn: return "powering on";
    case PowerState::PoweringOff: return "powering off";
    case PowerState::Unknown: return "in a power state it does not tell";
  }
  return "";
}

class RedfishBmc final : public Bmc {
 public:
  RedfishBmc(const BmcAccess& access, HttpUrl url, HttpTrust trust)
      : path_(url.path == "/redfish/v1" ? "" : url.path), client_(access, std::move(url), trust) {}

  Result<Power> power() override {
    const auto seen = look(client_.deadline());
    if (!seen) return tl::unexpected(seen.error());
    switch (seen->system.power) {
      case PowerState::Off:
      case PowerState::PoweringOn: return Power::Off;
      case PowerState::On:
      case PowerState::PoweringOff: return Power::On;
      case PowerState::Unknown: break;
    }
    return failure(Errc::Unavailable, client_.who() + ": it does not know the power state now");
  }

  Status set_power(PowerAction action) override {
    if (action != PowerAction::Cycle) return reset(action);
    const Status off = reset(PowerAction::ForceOff);
    return off ? reset(PowerAction::On) : off;
  }

  Status set_next_boot(BootDevice device, std::optional<BootMode> mode) override {
    const Instant until = client_.deadline();
    const redfish::BootWish wish = redfish::boot_wish(device, mode);
    const auto seen = look(until);
    if (!seen) return tl::unexpected(seen.error());
    if (redfish::boot_difference(seen->system, wish).empty()) return {};
    if (const Status sent = send_boot(*seen, wish, until); !sent) return sent;
    const auto shows = [&](const System& system) { return redfish::boot_difference(system, wish); };
    return read_back("accepted the boot device", shows, until);
  }

  Result<BmcInventory> inventory() override {
    const Instant until = client_.deadline();
    const auto seen = look(until);
    if (!seen) return tl::unexpected(seen.error());
    const System& system = seen->system;
    BmcInventory inventory{.manufacturer = system.manufacturer,
                           .model = system.model,
                           .serial = system.serial,
                           .uuid = system.uuid,
                           .bios_version = system.bios_version,
                           .memory_bytes = system.memory_bytes,
                           .cpus = system.cpus};
    if (system.nics_path.empty()) return inventory;
    const auto nics = fetch(system.nics_path, &redfish::parse_collection, until);
    if (!nics) return tl::unexpected(nics.error());
    for (const std::string& path : *nics) {
      if (inventory.macs.size() == kMaxNics) break;
      const auto mac = fetch(path, &redfish::parse_nic, until);
      if (!mac) return tl::unexpected(mac.error());
      if (*mac) inventory.macs.push_back(**mac);
    }
    return inventory;
  }

  Result<ConsoleAddress> console() override {
    const Instant until = client_.deadline();
    const auto seen = look(until);
    if (!seen) return tl::unexpected(seen.error());
    const std::string& host = client_.url().origin.host;
    if (const auto port = seen->system.ssh_console_port; port != 0)
      return ConsoleAddress{"ssh", host, port};
    if (const auto port = seen->system.ipmi_console_port; port != 0)
      return ConsoleAddress{"ipmi-sol", host, port};
    if (!seen->system.manager_path.empty()) {
      const auto protocols =
          fetch(seen->system.manager_path, &redfish::parse_manager_console, until);
      if (!protocols) return tl::unexpected(protocols.error());
      const auto has = [&](const char* name) {
        return std::ranges::find(*protocols, name) != protocols->end();
      };
      if (has("SSH")) return ConsoleAddress{"ssh", host, 22};
      if (has("IPMI")) return ConsoleAddress{"ipmi-sol", host, 623};
    }
    return failure(Errc::NotFound,
                   client_.who() + ": it has no serial console that is switched on");
  }

 private:
  template <class T>
  Result<T> fetch(const std::string& path, Result<T> (*parse)(std::string_view), Instant until) {
    const auto answer = client_.get(path, until);
    if (!answer) return tl::unexpected(answer.error());
    auto parsed = parse(answer->body);
    if (!parsed) return tl::unexpected(parsed.error().in(client_.who() + ": " + path));
    return parsed;
  }

  // The system the URL names, otherwise the only one of the service.
  Status find_system(Instant until) {
    if (!path_.empty()) return {};
    const auto root = fetch("/redfish/v1/", &redfish::parse_service_root, until);
    if (!root) return tl::unexpected(root.error());
    const auto systems = fetch(root->systems, &redfish::parse_collection, until);
    if (!systems) return tl::unexpected(systems.error());
    if (systems->size() != 1)
      return failure(Errc::Invalid, client_.who() + ": it manages " +
                                        std::to_string(systems->size()) +
                                        " systems; the URL must name one of them");
    path_ = systems->front();
    return {};
  }

  Result<Seen> look(Instant until) {
    if (const Status found = find_system(until); !found) return tl::unexpected(found.error());
    const auto answer = client_.get(path_, until);
    if (!answer) return tl::unexpected(answer.error());
    auto system = redfish::parse_system(answer->body);
    if (!system) return tl::unexpected(system.error().in(client_.who() + ": " + path_));
    return Seen{std::move(*system), answer->etag};
  }

  Result<std::vector<std::string>> reset_types(const System& system, Instant until) {
    if (!system.reset_types.empty() || system.reset_info_path.empty()) return system.reset_types;
    return fetch(system.reset_info_path, &redfish::parse_reset_info, until);
  }

  Status reset(PowerAction action) {
    const Instant until = client_.deadline();
    const Power wanted = action == PowerAction::On ? Power::On : Power::Off;
    const auto seen = look(until);
    if (!seen) return tl::unexpected(seen.error());
    if (is_there(seen->system.power, wanted)) return {};
    const auto types = reset_types(seen->system, until);
    if (!types) return tl::unexpected(types.error());
    const auto type = redfish::reset_type(action, *types);
    if (!type) return tl::unexpected(type.error().in(client_.who()));
    const std::string path = seen->system.reset_path.empty()
                                 ? path_ + "/Actions/ComputerSystem.Reset"
                                 : seen->system.reset_path;
    const auto answer = client_.post(path, nlohmann::json{{"ResetType", *type}}.dump(), until);
    // Some refuse what has become true since we looked: then reading back is the better answer.
    if (!answer && answer.error().code != Errc::Rejected) return tl::unexpected(answer.error());
    if (!answer) {
      const auto now = look(until);
      if (now && is_there(now->system.power, wanted)) return {};
      return tl::unexpected(answer.error());
    }
    if (action == PowerAction::GracefulOff) return {};
    const auto shows = [&](const System& system) {
      return is_there(system.power, wanted) ? std::string()
                                            : std::string("the server ") + word_of(system.power);
    };
    return read_back("accepted ResetType " + *type, shows, until);
  }

  // A resource that somebody else changed since it was read is read and written once more; a body
  // that is refused is followed by the next one.
  Status send_boot(const Seen& first, const redfish::BootWish& wish, Instant until) {
    const auto bodies = redfish::boot_patches(first.system, wish);
    if (!bodies) return tl::unexpected(bodies.error().in(client_.who()));
    std::string etag = first.etag;
    Result<HttpAnswer> answer;
    for (const std::string& body : *bodies) {
      answer = client_.patch(path_, body, etag, until);
      if (!answer && answer.error().code == Errc::Conflict) {
        const auto seen = look(until);
        if (!seen) return tl::unexpected(seen.error());
        etag = seen->etag;
        answer = client_.patch(path_, body, etag, until);
      }
      if (answer || answer.error().code != Errc::Rejected) break;
    }
    return answer.map([](const HttpAnswer&) {});
  }

  // Looks until `difference` has nothing to say. A BMC that cannot be asked for a moment, as many
  // cannot just after a change, gets as long as one that is slow.
  Status read_back(const std::string& did,
                   const std::function<std::string(const System&)>& difference, Instant until) {
    std::string last;
    do {
      const auto seen = look(until);
      if (!seen && !is_transient(seen.error().code)) return tl::unexpected(seen.error());
      const std::string shown = seen ? difference(seen->system) : seen.error().message;
      if (shown.empty()) return {};
      // The end of our time says less than what was seen before.
      if (seen || last.empty()) last = shown;
    } while (client_.pause(until));
    return failure(Errc::TimedOut, client_.who() + " " + did + " but shows: " + last);
  }

  std::string path_;  // of the system; empty until it is found
  RedfishClient client_;
};

}  // namespace

Result<std::unique_ptr<Bmc>> make_redfish_bmc(const BmcAccess& access) {
  const std::string where = "BMC of " + access.server;
  auto url = parse_http_url(access.url);
  if (!url) return tl::unexpected(url.error().in(where));
  HttpTrust trust{.any = access.insecure};
  if (!access.certificate.empty()) {
    const auto pinned = parse_fingerprint(access.certificate);
    if (!pinned) return tl::unexpected(pinned.error().in(where));
    if (!url->origin.tls)
      return failure(Errc::Invalid, where + ": a certificate needs an https URL: " + access.url);
    trust.pinned = *pinned;
  }
  if (!url->origin.tls && !access.user.empty() && !access.insecure)
    return failure(Errc::Invalid, where + ": its password would travel in clear to " + access.url +
                                      "; use https, or `insecure: true` if that is what you want");
  return std::make_unique<RedfishBmc>(access, std::move(*url), trust);
}

}  // namespace switchyard::provisioner
