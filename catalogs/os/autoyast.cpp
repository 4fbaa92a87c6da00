// openSUSE's installer (YaST).
#include "catalogs/os/formats.h"

#include <fmt/format.h>

namespace switchyard::catalogs::os {
namespace {

constexpr const char* kText = R"(<?xml version="1.0"?>
<!DOCTYPE profile>
<!-- Rendered by Switchyard for {host}. -->
<profile xmlns="http://www.suse.com/1.0/yast2ns" xmlns:config="http://www.suse.com/1.0/configns">
  <general>
    <mode>
      <confirm config:type="boolean">false</confirm>
      <second_stage config:type="boolean">false</second_stage>
      <final_halt config:type="boolean">true</final_halt>
    </mode>
  </general>
  <scripts>
    <pre-scripts config:type="list">
      <script>
        <interpreter>shell</interpreter>
        <source>{fetch}
sh /tmp/switchyard begin
</source>
      </script>
    </pre-scripts>
    <chroot-scripts config:type="list">
      <script>
        <chrooted config:type="boolean">true</chrooted>
        <interpreter>shell</interpreter>
        <source>{fetch}
sh /tmp/switchyard finish /
</source>
      </script>
    </chroot-scripts>
  </scripts>
  <networking>
    <keep_install_network config:type="boolean">false</keep_install_network>
    <dns>
      <hostname>{host}</hostname>
    </dns>
  </networking>
  <partitioning config:type="list">
    <drive>
      <device>{disk}</device>
      <disklabel>gpt</disklabel>
      <initialize config:type="boolean">true</initialize>
      <use>all</use>
      <partitions config:type="list">
        <partition>
          <mount>/</mount>
          <filesystem config:type="symbol">ext4</filesystem>
          <size>max</size>
        </partition>
      </partitions>
    </drive>
  </partitioning>
  <bootloader>
    <global>
      <append>console=ttyS0</append>
    </global>
  </bootloader>
  <services-manager>
    <default_target>multi-user</default_target>
    <services>
      <enable config:type="list">
        <service>sshd</service>
      </enable>
    </services>
  </services-manager>
  <software>
    <patterns config:type="list">
      <pattern>minimal_base</pattern>
    </patterns>
    <packages config:type="list">
{packages}    </packages>
  </software>
</profile>
)";

std::string elements(const std::vector<std::string>& packages) {
  std::string text;
  for (const std::string& package : packages)
    text += "      <package>" + package + "</package>\n";
  return text;
}

}  // namespace

std::vector<AnswerFile> render_autoyast(const AnswerOrder& order, const std::string& base) {
  std::vector<std::string> packages{"curl", "openssh-server", "tar"};
  packages.insert(packages.end(), order.packages.begin(), order.packages.end());
  using fmt::arg;
  return {{.name = "autoinst.xml",
           .content =
               fmt::format(kText, arg("host", order.hostname), arg("disk", order.disk),
                           arg("fetch", fetch_script(base)), arg("packages", elements(packages)))},
          curl_script(order, base)};
}

}  // namespace switchyard::catalogs::os
