// Debian's installer: its answers, and a script of ours that it runs. What d-i runs first is
// fetched by name, so both are files of their own.
#include "catalogs/os/formats.h"

#include <fmt/format.h>

namespace switchyard::catalogs::os {
namespace {

struct Mirror {
  std::string protocol{};
  std::string host{};
  std::string directory{};
};

Mirror parts_of(const std::string& url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t directory = std::min(url.find('/', host), url.size());
  return {.protocol = url.substr(0, host - 3),
          .host = url.substr(host, directory - host),
          .directory = directory == url.size() ? "/" : url.substr(directory)};
}

// A password nobody has ("*"): keys open the account. A "!" has newer installers ask for one.
constexpr const char* kFixed = R"(d-i debian-installer/locale string en_US.UTF-8
d-i keyboard-configuration/xkb-keymap select us
d-i passwd/root-login boolean true
d-i passwd/root-password-crypted password *
d-i passwd/make-user boolean false
d-i clock-setup/utc boolean true
d-i clock-setup/ntp boolean false
d-i time/zone string Etc/UTC
d-i partman-auto/method string regular
d-i partman-auto/choose_recipe select atomic
d-i partman-basicfilesystems/no_swap boolean false
d-i partman-auto/expert_recipe string server :: 1 1 1 free $iflabel{ gpt } $reusemethod{ } method{ biosgrub } . 256 256 256 free $iflabel{ gpt } $reusemethod{ } method{ efi } format{ } . 1500 10000 -1 ext4 method{ format } format{ } use_filesystem{ } filesystem{ ext4 } mountpoint{ / } .
d-i partman-partitioning/choose_label select gpt
d-i partman-partitioning/default_label string gpt
d-i partman-lvm/device_remove_lvm boolean true
d-i partman-md/device_remove_md boolean true
d-i partman-partitioning/confirm_write_new_label boolean true
d-i partman/choose_partition select finish
d-i partman/confirm boolean true
d-i partman/confirm_nooverwrite boolean true
d-i partman-efi/non_efi_system boolean true
d-i base-installer/install-recommends boolean false
d-i apt-setup/services-select multiselect
d-i apt-setup/enable-source-repositories boolean false
d-i apt-setup/cdrom/set-first boolean false
tasksel tasksel/first multiselect
popularity-contest popularity-contest/participate boolean false
d-i pkgsel/upgrade select none
d-i pkgsel/update-policy select none
d-i grub-installer/only_debian boolean true
d-i debian-installer/add-kernel-opts string console=ttyS0
d-i cdrom-detect/eject boolean false
d-i finish-install/reboot_in_progress note
d-i debian-installer/exit/poweroff boolean true
)";

std::string preseed(const AnswerOrder& order, const std::string& base) {
  const Mirror mirror = parts_of(order.source);
  std::string text = fmt::format(
      "# Rendered by Switchyard for {0}.\n"
      "d-i preseed/early_command string wget -q -O /tmp/switchyard {1}/switchyard.sh && "
      "sh /tmp/switchyard begin\n"
      "d-i preseed/late_command string sh /tmp/switchyard files\n"
      "d-i netcfg/get_hostname string {0}\n"
      "d-i netcfg/get_domain string\n"
      "d-i mirror/country string manual\n"
      "d-i mirror/protocol string {2}\n"
      "d-i mirror/{2}/hostname string {3}\n"
      "d-i mirror/{2}/directory string {4}\n"
      "d-i mirror/{2}/proxy string\n"
      "d-i partman-auto/disk string {5}\n"
      "d-i grub-installer/bootdev string {5}\n"
      "d-i pkgsel/include string {6}\n",
      order.hostname, base, mirror.protocol, mirror.host, mirror.directory, order.disk,
      join(order.packages, " "));
  text += kFixed;
  for (const std::string& line : order.lines)
    text += line + "\n";
  return text;
}

// d-i asks on its console when a part of it fails, and would wait for ever: its log tells. What it
// does after the disk is unmounted is in files it reads in order; ours is the last of them but the
// one that ends the network.
constexpr const char* kScript = R"sh(
say() {  # ROUTE TEXT
  wget -q -T 20 -O /dev/null --post-data "$2" "$base/$1"
}

menu_item() { sed -n "s/.*main-menu.*Menu item '\([^']*\)' selected.*/\1/p" /var/log/syslog | tail -n 1; }

failure() { sed -n "s/.*main-menu.*WARNING \*\*: \(Configuring '.*' failed.*\)/\1/p" /var/log/syslog | tail -n 1; }

watch() {
  while [ -z "$(failure)" ]; do
    say progress "$(menu_item)"
    sleep 10
  done
  say failed "$(failure)"
}

begin() {
  mkdir -p /usr/lib/finish-install.d
  cat >/usr/lib/finish-install.d/96switchyard <<'END'
#!/bin/sh
sh /tmp/switchyard end
END
  chmod 755 /usr/lib/finish-install.d/96switchyard
  # A process of its own: who keeps d-i's descriptors, as a subshell does, keeps it waiting.
  sh "$0" watch </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
}

files() {
  wget -q -O /target/tmp/files.tar "$base/files.tar" &&
    chroot /target tar -C / -xf /tmp/files.tar &&
    rm /target/tmp/files.tar &&
    settle /target &&
    touch /tmp/switchyard-files
}

end() {
  if [ -e /tmp/switchyard-files ]; then
    sync
    say finished "debian-installer is done"
  else
    say failed "the server's own files could not be put into the installed system"
  fi
}

"$1"
)sh";

}  // namespace

std::vector<AnswerFile> render_preseed(const AnswerOrder& order, const std::string& base) {
  return {{.name = "preseed.cfg", .content = preseed(order, base)},
          {.name = "switchyard.sh",
           .content = "#!/bin/sh\n# Rendered by Switchyard for " + order.hostname +
                      ": what debian-installer runs.\nbase='" + base + "'\n" + settle_function() +
                      kScript}};
}

}  // namespace switchyard::catalogs::os
