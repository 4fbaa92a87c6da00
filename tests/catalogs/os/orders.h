// What the tests of the answers order.
#pragma once

#include "catalogs/os/answers.h"

namespace switchyard::catalogs::os {

inline const std::string kBase = "http://172.16.100.1:8080/boot/answer/5ec7e7";

inline constexpr InstallerKind kEveryKind[]{InstallerKind::Preseed, InstallerKind::Autoinstall,
                                            InstallerKind::Kickstart, InstallerKind::Ignition,
                                            InstallerKind::Autoyast};

inline AnswerOrder order_of(InstallerKind kind) {
  AnswerOrder order{.kind = kind,
                    .hostname = "web1",
                    .disk = "/dev/vda",
                    .source = "http://172.16.100.1:8080/files/debian",
                    .packages = {"frr", "openssh-server"}};
  // What is hostile and yet printable: quotes, brackets and what YAML, XML and shells read.
  order.ssh_keys = {"ssh-ed25519 AAAA a'b\"c<d>&e$(f)`g`%h\\i: #j"};
  if (kind == InstallerKind::Ignition) order.packages.clear();
  return order;
}

}  // namespace switchyard::catalogs::os
