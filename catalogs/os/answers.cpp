#include "catalogs/os/answers.h"

#include "catalogs/os/formats.h"
#include "core/host_name.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace switchyard::catalogs::os {
namespace {

constexpr std::array<std::string_view, 5> kKinds{"preseed", "autoinstall", "kickstart", "ignition",
                                                 "autoyast"};

bool is_made_of(std::string_view text, std::string_view signs) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && (std::isalnum(byte) != 0 || signs.find(c) != std::string_view::npos);
  });
}

bool is_disk(std::string_view text) {
  return text.starts_with("/dev/") && text.size() <= 128 && is_made_of(text, "/-_.:+") &&
         text.find("..") == std::string_view::npos;
}

// No quote, blank, '$', '&', '#' or backslash: the same in a shell, XML, YAML and JSON.
bool is_url(std::string_view text) {
  const bool known = text.starts_with("http://") || text.starts_with("https://");
  return known && text.size() <= 512 && is_made_of(text.substr(text.find(':') + 3), ":/.-_~%+=[]@");
}

bool is_package(std::string_view text) {
  return text.size() <= 128 && is_made_of(text, "+-._:@") && text.front() != '-';
}

bool is_line(std::string_view text) {
  return !text.empty() && text.size() <= 8192 &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

template <class Accepts>
Status check_all(const std::vector<std::string>& values, const char* what, Accepts accepts) {
  for (const std::string& value : values)
    if (!accepts(value))
      return failure(Errc::Invalid, std::string(what) + " \"" + value.substr(0, 60) +
                                        "\" cannot be written into an installer's answers");
  return {};
}

// What a format has no place for.
Status check_for_kind(const AnswerOrder& order) {
  const bool has_lines =
      order.kind == InstallerKind::Preseed || order.kind == InstallerKind::Kickstart;
  if (!has_lines && !order.lines.empty())
    return failure(Errc::Invalid, "an installer of kind " + std::string(to_string(order.kind)) +
                                      " takes no lines of its own");
  if (order.kind == InstallerKind::Ignition && !order.packages.empty())
    return failure(Errc::Invalid, "an installer of kind ignition installs no packages");
  return {};
}

Status check(const AnswerOrder& order, const std::string& base) {
  if (const Status good = check_all({order.hostname}, "host name", is_host_name); !good)
    return good;
  if (const Status good = check_all({order.disk}, "disk", is_disk); !good) return good;
  if (const Status good = check_all({order.source, base}, "URL", is_url); !good) return good;
  if (const Status good = check_all(order.packages, "package", is_package); !good) return good;
  if (const Status good = check_all(order.lines, "line", is_line); !good) return good;
  if (const Status good = check_all(order.ssh_keys, "SSH key", is_line); !good) return good;
  return check_for_kind(order);
}

}  // namespace

Result<std::vector<AnswerFile>> render_answers(const AnswerOrder& order, const std::string& base) {
  if (const Status good = check(order, base); !good)
    return tl::unexpected(good.error().in("answers for " + order.hostname.substr(0, 63)));
  switch (order.kind) {
    case InstallerKind::Preseed: return render_preseed(order, base);
    case InstallerKind::Autoinstall: return render_autoinstall(order, base);
    case InstallerKind::Kickstart: return render_kickstart(order, base);
    case InstallerKind::Ignition: return render_ignition(order, base);
    case InstallerKind::Autoyast: return render_autoyast(order, base);
  }
  return failure(Errc::Invalid, "no such installer");
}

std::string boot_arguments(const AnswerOrder& order, const std::string& base) {
  switch (order.kind) {
    // Language and keyboard are asked before the network is there; IPv6 would be waited for.
    case InstallerKind::Preseed:
      return "auto=true priority=critical locale=en_US.UTF-8 keymap=us ipv6.disable=1 hostname=" +
             order.hostname + " domain= BOOTIF={bootif} url=" + base + "/preseed.cfg";
    case InstallerKind::Autoinstall:
      return "ip=dhcp BOOTIF={bootif} autoinstall url=" + order.source +
             " cloud-config-url=/dev/null ds=nocloud-net;s=" + base + "/";
    case InstallerKind::Kickstart:
      return "ip=dhcp BOOTIF={bootif} ksdevice=bootif inst.cmdline inst.repo=" + order.source +
             " inst.ks=" + base + "/ks.cfg";
    case InstallerKind::Ignition:
      return "flatcar.first_boot=1 ignition.config.url=" + base + "/live.ign";
    case InstallerKind::Autoyast:
      return "BOOTIF={bootif} ifcfg=*=dhcp install=" + order.source + " autoyast=" + base +
             "/autoinst.xml";
  }
  return "";
}

std::string_view to_string(InstallerKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

Result<InstallerKind> parse_installer_kind(std::string_view text) {
  const auto* const found = std::ranges::find(kKinds, text);
  if (found == kKinds.end())
    return failure(Errc::Invalid, "no installer is called " + std::string(text.substr(0, 60)) +
                                      "; there are preseed, autoinstall, kickstart, ignition and "
                                      "autoyast");
  return static_cast<InstallerKind>(found - kKinds.begin());
}

std::string join(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : between) + word;
  return text;
}

}  // namespace switchyard::catalogs::os
