#include "provisioner/setup_files.h"

#include "provisioner/deploy_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <regex>

namespace switchyard::provisioner {
namespace {

constexpr const char* kScript = "/usr/local/lib/switchyard/first-boot";
constexpr const char* kUsers = "/etc/switchyard/users/";

// useradd and the tools for CA certificates differ in nothing that is used here.
constexpr const char* kFunctions = R"sh(#!/bin/sh
# Rendered by Switchyard: run once, when the server boots for the first time.
set -eu

user() {  # NAME
  id "$1" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$1"
  home=$(getent passwd "$1" | cut -d: -f6)
  group=$(id -gn "$1")
  install -d -m 0700 -o "$1" -g "$group" "$home/.ssh"
  install -m 0600 -o "$1" -g "$group" "/etc/switchyard/users/$1" "$home/.ssh/authorized_keys"
}

trust_ca() {
  if command -v update-ca-certificates >/dev/null; then update-ca-certificates; return; fi
  command -v update-ca-trust >/dev/null || { echo "first-boot: nothing here installs CA certificates" >&2; exit 1; }
  update-ca-trust
}

)sh";

constexpr const char* kUnit = R"(# Rendered by Switchyard.
[Unit]
Description=Users and CA certificates of this server
ConditionPathExists=!/var/lib/switchyard/set-up
After=local-fs.target
Before=ssh.service sshd.service switchyard-phone-home.service

[Service]
Type=oneshot
ExecStart=/usr/local/lib/switchyard/first-boot
ExecStartPost=/bin/mkdir -p /var/lib/switchyard
ExecStartPost=/bin/touch /var/lib/switchyard/set-up
)";

void add_time(std::vector<HostFile>& files, const std::vector<std::string>& servers) {
  if (servers.empty()) return;
  std::string timesyncd = "[Time]\nNTP=", chrony;
  for (const std::string& server : servers) {
    timesyncd += server + (&server == &servers.back() ? "\n" : " ");
    chrony += "server " + server + " iburst\n";
  }
  files.push_back({.path = "/etc/systemd/timesyncd.conf.d/switchyard.conf", .content = timesyncd});
  files.push_back({.path = "/etc/chrony/sources.d/switchyard.sources", .content = chrony});
}

void add_user(std::vector<HostFile>& files, const HostUser& user) {
  HostFile keys{.path = kUsers + user.name, .mode = "0600"};
  for (const std::string& key : user.ssh_keys)
    keys.content += key + "\n";
  files.push_back(std::move(keys));
  if (user.sudo)
    files.push_back({.path = "/etc/sudoers.d/switchyard-" + user.name,
                     .mode = "0440",
                     .content = user.name + " ALL=(ALL) NOPASSWD: ALL\n"});
}

void add_ca(std::vector<HostFile>& files, const std::string& pem) {
  // Where Debian and Ubuntu, the family of Red Hat, and SUSE look.
  for (const char* path :
       {"/usr/local/share/ca-certificates/switchyard.crt",
        "/etc/pki/ca-trust/source/anchors/switchyard.pem", "/etc/pki/trust/anchors/switchyard.pem"})
    files.push_back({.path = path, .content = pem});
}

// The network is ours: cloud-init would write its own over it.
void add_user_data(std::vector<HostFile>& files, const DeploymentRecord& deployment) {
  const std::string seed = "/var/lib/cloud/seed/nocloud/";
  files.push_back({.path = "/etc/cloud/cloud.cfg.d/90-switchyard.cfg",
                   .content = "datasource_list: [NoCloud, None]\nnetwork: {config: disabled}\n"});
  files.push_back({.path = seed + "meta-data",
                   .mode = "0600",
                   .content = fmt::format("instance-id: {}\nlocal-hostname: {}\n", deployment.id,
                                          deployment.name)});
  files.push_back(
      {.path = seed + "user-data", .mode = "0600", .content = deployment.plan.user_data});
}

}  // namespace

std::vector<HostFile> render_setup_files(const DeploymentRecord& deployment,
                                         const ServerDefaults& defaults) {
  std::vector<HostFile> files;
  add_time(files, defaults.ntp);
  if (!deployment.plan.user_data.empty()) add_user_data(files, deployment);
  const std::vector<HostUser>& users = deployment.plan.users;
  if (users.empty() && defaults.ca_pem.empty()) return files;
  std::string script = kFunctions;
  for (const HostUser& user : users) {
    add_user(files, user);
    script += "user " + user.name + "\n";
  }
  if (!defaults.ca_pem.empty()) {
    add_ca(files, defaults.ca_pem);
    script += "trust_ca\n";
  }
  files.push_back({.path = kScript, .mode = "0755", .content = std::move(script)});
  files.push_back({.path = "/etc/systemd/system/switchyard-first-boot.service", .content = kUnit});
  files.push_back({.path = "/etc/systemd/system/multi-user.target.d/switchyard-first-boot.conf",
                   .content = "[Unit]\nWants=switchyard-first-boot.service\n"});
  return files;
}

Status check_user(const HostUser& user) {
  static const std::regex kLogin("[a-z_][a-z0-9_-]{0,31}");
  if (!std::regex_match(user.name, kLogin) || user.name == "root")
    return failure(Errc::Invalid,
                   "user \"" + user.name.substr(0, 40) +
                       "\" is not a login name (a-z, 0-9, '_' and '-', at most 32, a "
                       "letter first; root's keys are ssh_keys)");
  if (user.ssh_keys.empty())
    return failure(Errc::Invalid, "user " + user.name + " has no SSH key, so nobody could log in");
  for (const std::string& key : user.ssh_keys)
    if (const Status good = check_ssh_key(key); !good)
      return tl::unexpected(good.error().in("user " + user.name));
  return {};
}

Status check_user_data(const std::string& user_data) {
  if (user_data.size() > kMostUserData)
    return failure(Errc::Invalid, fmt::format("user data of {} bytes; {} is the most",
                                              user_data.size(), kMostUserData));
  if (user_data.find('\0') != std::string::npos)
    return failure(Errc::Invalid, "user data holds a NUL");
  return {};
}

}  // namespace switchyard::provisioner
