// catalog.yaml, read strictly: what a network catalog is made of.
//
//   name: l3-private               # and description, mtu, keepalive, hold, attachments as in an
//   …                              # inventory file (network_catalog_yaml.h)
//   segment: {untagged: 301, tagged: [302, 303]}   # instead of attachments: VLANs, nothing routed
//   images: ["debian-*"]           # OS images it fits; '*' stands for anything
//   include: [common]              # folders beside this one (catalog_folder.h)
//   variables: variables.json      # JSON Schema of the catalog's own variables; may be left out
//   server:                        # files for the server
//     - path: /etc/frr/frr.conf    # a template, too
//       template: server/frr.conf.j2
//       mode: "0640"               # 0644
//       owner: frr:frr             # root:root
//       for_each: vrf              # vrf, link, leg or vlan: one file for each; left out: one file
//       images: [debian-12]        # of these images only
//       tools: [netplan]           # where the image has one of these (network_tool.h); left out:
//                                  # always
//   switch:                        # what is added to the policy of sessions, one for each NOS
//     - {nos: linux-frr, template: switch/linux-frr.j2}
#pragma once

#include "catalogs/network_catalog.h"
#include "catalogs/network_tool.h"
#include "catalogs/render/template_engine.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::catalogs {

enum class ForEach : std::uint8_t { Server, Vrf, Link, Leg, Vlan };

struct ServerFile {
  std::string path{};  // a template
  std::string name{};  // of the template that makes it
  std::string mode{"0644"};
  std::string owner{};  // empty: root
  ForEach for_each{ForEach::Server};
  std::vector<std::string> images{};  // empty: of all that the catalog fits
  std::vector<NetworkTool> tools{};   // empty: whatever the image has
};

struct SwitchTemplate {
  std::string nos{};
  std::string name{};  // of the template
};

struct CatalogDefinition {
  NetworkCatalog network{};
  std::vector<std::string> images{};
  std::string schema{"{}"};  // of the variables, JSON
  std::vector<ServerFile> server{};
  std::vector<SwitchTemplate> switches{};
};

struct ParsedCatalog {
  CatalogDefinition definition{};
  std::vector<Fault> faults{};  // empty: the definition can be used
};

[[nodiscard]] ParsedCatalog parse_catalog(const TemplateFiles& files);

// Whether `file` is for a server whose image has `tools`.
[[nodiscard]] bool is_for(const ServerFile& file, const std::vector<NetworkTool>& tools);

// Whether `image` is one of `patterns`.
[[nodiscard]] bool fits(const std::vector<std::string>& patterns, std::string_view image);

}  // namespace switchyard::catalogs
