// Files of the network tools: which of a catalog a server gets, and the shipped ones against golden
// texts, which tests/lab/test_network_tools.py brings up for real. SWITCHYARD_WRITE_GOLDEN=1 writes
// them anew.
#include "catalogs/catalog_folder.h"
#include "catalogs/network_tool.h"
#include "catalogs/render_server.h"
#include "catalogs/syntax_tools.h"
#include "core/net.h"
#include "tests/catalogs/tool_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>

namespace switchyard::catalogs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Tools = std::vector<NetworkTool>;

TEST(NetworkTools, AreReadAsTheyArePrinted) {
  for (const NetworkTool tool : all_network_tools())
    EXPECT_EQ(parse_network_tool(to_string(tool)), tool);
}

TEST(NetworkTools, AreListedToWhoeverNamesAnother) {
  EXPECT_EQ(parse_network_tool("wicked").error().message,
            "there is no network tool \"wicked\"; known are ifupdown2, systemd-networkd, netplan, "
            "networkmanager");
}

ServerView routed_server() {
  ServerView server{.server = "srv1",
                    .hostname = "web1",
                    .image = "debian-12",
                    .asn = {4200000005U},
                    .router_id = "10.1.0.5",
                    .mtu = 1400,  // a NIC of User Mode Linux takes 1500 at most
                    .vrfs = {{.vrf = {"vrf-prv"},
                              .tag = {101},
                              .device = "vni0",
                              .addresses = {*parse_ip("10.1.0.5"), *parse_ip("fd10:1::5")},
                              .advertise = {*parse_prefix("10.0.0.0/8")},
                              .maximum_prefix = 8},
                             {.vrf = {"vrf-pub"},
                              .tag = {201},
                              .device = "vni1",
                              .addresses = {*parse_ip("203.0.113.5")},
                              .advertise = {*parse_prefix("0.0.0.0/0")},
                              .maximum_prefix = 8}}};
  for (const std::string number : {"1", "2"})
    server.links.push_back({.nic = "eth" + number,
                            .mac = "02:00:00:00:00:0" + number,
                            .switch_name = "tor" + number,
                            .switch_asn = {65001},
                            .legs = {{"eth" + number + ".101", {"vrf-prv"}, {101}},
                                     {"eth" + number + ".201", {"vrf-pub"}, {201}}}});
  return server;
}

ServerView segment_server() {
  ServerView server = routed_server();
  server.vrfs.clear();
  server.segment = Segment{.untagged = VlanId{301}, .tagged = {{302}, {303}}};
  for (LinkView& link : server.links)
    link.legs.clear();
  return server;
}

// A catalog of one file for each tool and one for all.
constexpr const char* kOneEach = R"(name: tiny
attachments: [{vrf: vrf-prv}]
images: ["*"]
server:
  - {path: /etc/all, template: t.j2}
  - {path: /etc/a, template: t.j2, tools: [ifupdown2]}
  - {path: /etc/b, template: t.j2, tools: [systemd-networkd, netplan]}
  - {path: /etc/c, template: t.j2, tools: [networkmanager]}
)";

TemplateEngine& engine() {
  static TemplateEngine one;
  return one;
}

std::vector<std::string> paths_for(const Tools& tools) {
  const TemplateFiles files{{kCatalogFile, kOneEach}, {"t.j2", "{{ network_tools | join }}\n"}};
  const ParsedCatalog parsed = parse_catalog(files);
  EXPECT_THAT(parsed.faults, IsEmpty());
  ServerView server = routed_server();
  server.tools = tools;
  const auto made = render_server(engine(), files, parsed.definition, server);
  EXPECT_TRUE(made) << made.error().message;
  std::vector<std::string> paths;
  for (const RenderedFile& file : made->files)
    paths.push_back(file.path);
  return paths;
}

TEST(FilesOfTools, AreRenderedWhereTheImageHasOneOfThem) {
  EXPECT_THAT(paths_for({NetworkTool::Netplan}), ElementsAre("/etc/all", "/etc/b"));
  EXPECT_THAT(paths_for({NetworkTool::NetworkManager}), ElementsAre("/etc/all", "/etc/c"));
  EXPECT_THAT(paths_for(ServerView{}.tools), ElementsAre("/etc/all", "/etc/a", "/etc/b"));
  EXPECT_THAT(paths_for({}), ElementsAre("/etc/all"));
}

struct Wrong {
  std::string name{};
  std::string tools{};
  std::string said{};
};

void PrintTo(const Wrong& one, std::ostream* out) { *out << one.name; }

class WrongTools : public testing::TestWithParam<Wrong> {};

TEST_P(WrongTools, AreRefusedWithFileAndLine) {
  std::string yaml = kOneEach;
  const std::string there = "tools: [networkmanager]";
  yaml.replace(yaml.find(there), there.size(), GetParam().tools);
  std::vector<std::string> said;
  for (const Fault& fault : parse_catalog({{kCatalogFile, yaml}, {"t.j2", ""}}).faults)
    said.push_back(to_string(fault));
  EXPECT_THAT(said, ElementsAre(HasSubstr(GetParam().said)));
}

INSTANTIATE_TEST_SUITE_P(
    Definitions, WrongTools,
    testing::Values(
        Wrong{"Unknown", "tools: [wicked]",
              "catalog.yaml:8: server[3].tools[0]: there is no network tool \"wicked\"; known are "
              "ifupdown2,"},
        Wrong{"Twice", "tools: [netplan, netplan]",
              "catalog.yaml:8: server[3].tools[1]: netplan is there twice"},
        Wrong{"NoList", "tools: netplan", "catalog.yaml:8: server[3].tools: "},
        Wrong{"Nothing", "tools: []", "catalog.yaml:8: server[3].tools: names no tool"},
        Wrong{"OtherKey", "tool: netplan", "catalog.yaml:8: server[3]: unknown key 'tool'"}),
    [](const auto& one) { return one.param.name; });

struct Shape {
  std::string catalog{};
  NetworkTool tool{};
};

std::string name_of(const Shape& one) { return one.catalog + "-" + to_string(one.tool); }

void PrintTo(const Shape& one, std::ostream* out) { *out << name_of(one); }

std::vector<RenderedFile> files_of(const std::string& catalog, const ServerView& server) {
  const auto folder =
      read_catalog_folder(std::string(SWITCHYARD_SOURCE_DIR) + "/catalogs/shipped/" + catalog);
  EXPECT_TRUE(folder) << folder.error().message;
  const auto made =
      render_server(engine(), folder->files, parse_catalog(folder->files).definition, server);
  EXPECT_TRUE(made) << made.error().message;
  for (const Fault& fault : made->faults)
    ADD_FAILURE() << to_string(fault);
  return made->files;
}

// What a tool is given of a shipped catalog, as one text.
std::string rendered(const Shape& shape) {
  ServerView server = shape.catalog == "l2-segment" ? segment_server() : routed_server();
  server.tools = {shape.tool};
  std::string text;
  for (const RenderedFile& file : files_of(shape.catalog, server))
    if (!file.path.starts_with("/etc/frr") && !file.path.starts_with("/etc/systemd/system") &&
        !file.path.starts_with("/usr/"))
      text.append("==> " + file.path + " " + file.mode + "\n" + file.content);
  return text;
}

class ShippedFiles : public testing::TestWithParam<Shape> {};

TEST_P(ShippedFiles, AreTheGoldenOnes) {
  const std::filesystem::path golden = std::filesystem::path(SWITCHYARD_SOURCE_DIR) /
                                       "tests/catalogs/golden" / (name_of(GetParam()) + ".txt");
  const std::string text = rendered(GetParam());
  if (std::getenv("SWITCHYARD_WRITE_GOLDEN") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
    std::filesystem::create_directories(golden.parent_path());
    std::ofstream(golden) << text;
  }
  std::ostringstream stored;
  stored << std::ifstream(golden).rdbuf();
  EXPECT_EQ(stored.str(), text);
}

std::vector<Shape> shapes() {
  std::vector<Shape> all;
  for (const char* const catalog : {"l3-dual", "l2-segment"})
    for (const NetworkTool tool : all_network_tools())
      all.push_back({catalog, tool});
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, ShippedFiles, testing::ValuesIn(shapes()), [](const auto& one) {
  std::string name = name_of(one.param);
  std::erase(name, '-');
  return name;
});

// Nobody else may read them; NetworkManager does not take a keyfile that others can.
TEST(FilesOfNetworkTools, AreForRootAlone) {
  for (const Shape& shape : shapes()) {
    std::istringstream lines(rendered(shape));
    for (std::string line; std::getline(lines, line);) {
      const bool is_secret = line.starts_with("==> /etc/netplan/") ||
                             line.starts_with("==> /etc/NetworkManager/system-connections/");
      EXPECT_TRUE(!is_secret || line.ends_with(" 0600")) << line;
    }
  }
}

// What the shipped definition itself, an access port, does not come to.
TEST(FilesOfNetworkTools, AreGoodForATrunkWithoutAddresses) {
  use_unpacked_tools();
  SyntaxTools tools;
  ServerView server = segment_server();
  server.segment->untagged = std::nullopt;
  for (const NetworkTool tool : all_network_tools()) {
    server.tools = {tool};
    const SyntaxCheck check = tools.check(files_of("l2-segment", server));
    EXPECT_THAT(check.notes, IsEmpty());
    for (const Fault& fault : check.faults)
      ADD_FAILURE() << to_string(fault);
  }
}

}  // namespace
}  // namespace switchyard::catalogs
