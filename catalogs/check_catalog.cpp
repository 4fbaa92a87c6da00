#include "catalogs/check_catalog.h"

#include "catalogs/render_server.h"
#include "catalogs/syntax_tools.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <utility>

namespace switchyard::catalogs {
namespace {

// Tags and addresses of samples: documentation ranges (RFC 5737, RFC 3849).
constexpr int kFirstTag = 101;
constexpr std::chrono::seconds kMostTime{40};   // for all samples
constexpr std::chrono::seconds kEnoughTime{5};  // when something is wrong already

enum class Families : std::uint8_t { Both, V4, V6 };

const char* to_string(Families families) {
  switch (families) {
    case Families::V4: return "IPv4";
    case Families::V6: return "IPv6";
    case Families::Both: break;
  }
  return "IPv4 and IPv6";
}

VrfView sample_vrf(const CatalogAttachment& attachment, std::size_t index, Families families) {
  VrfView vrf{
      .vrf = attachment.vrf,
      .tag = attachment.tag.value_or(VlanId{static_cast<std::uint16_t>(kFirstTag + 100 * index)}),
      .device = "vni" + std::to_string(index),
      .advertise = attachment.advertise,
      .maximum_prefix = attachment.maximum_prefix};
  const std::string host = std::to_string(index + 1);
  if (attachment.ipv4 && families != Families::V6)
    vrf.addresses.push_back(*parse_ip("192.0.2." + host));
  if (attachment.ipv6 && families != Families::V4)
    vrf.addresses.push_back(*parse_ip("2001:db8::" + host));
  for (const IpAddress& own : vrf.addresses)
    if (attachment.anycast)
      vrf.anycast.push_back(
          *parse_ip((own.family == Family::V4 ? "198.51.100." : "2001:db8:1::") + host));
  return vrf;
}

LinkView sample_link(int number, const std::vector<VrfView>& vrfs) {
  const std::string which = std::to_string(number);
  LinkView link{.nic = "eth" + which,
                .mac = "02:00:00:00:00:0" + which,
                .switch_name = "tor" + which,
                .switch_asn = {65000U + static_cast<std::uint32_t>(number)}};
  for (const VrfView& vrf : vrfs)
    link.legs.push_back({link.nic + "." + std::to_string(vrf.tag.value), vrf.vrf, vrf.tag});
  return link;
}

// Nobody when the catalog has a VRF without these families.
std::optional<ServerView> sample_server(const CatalogDefinition& definition,
                                        const std::string& image, Families families) {
  ServerView server{.server = "srv1",
                    .hostname = "web1",
                    .image = image,
                    .asn = {4200000005U},
                    .router_id = "192.0.2.1",
                    .mtu = definition.network.mtu,
                    .keepalive = definition.network.keepalive,
                    .hold = definition.network.hold,
                    .segment = definition.network.segment};
  for (std::size_t i = 0; i < definition.network.attachments.size(); ++i) {
    server.vrfs.push_back(sample_vrf(definition.network.attachments[i], i, families));
    if (server.vrfs.back().addresses.empty()) return std::nullopt;
  }
  // It has no addresses whose family could vary.
  if (server.segment && families != Families::Both) return std::nullopt;
  for (const int number : {1, 2})
    server.links.push_back(sample_link(number, server.vrfs));
  return server;
}

// One name for each pattern that the catalog or one of its files has.
std::set<std::string> sample_images(const CatalogDefinition& definition) {
  std::set<std::string> images;
  const auto add = [&](const std::string& pattern) {
    std::string name = pattern;
    std::ranges::replace(name, '*', 'x');
    if (fits(definition.images, name)) images.insert(name);
  };
  std::ranges::for_each(definition.images, add);
  for (const ServerFile& file : definition.server)
    std::ranges::for_each(file.images, add);
  return images;
}

class Checker {
 public:
  explicit Checker(TemplateEngine& engine) : engine_(engine) {}

  void add(const std::vector<Fault>& faults, const std::string& of = "") {
    for (Fault fault : faults) {
      if (!of.empty()) fault.message += " (" + of + ")";
      // Each sample meets the same fault: said once.
      if (seen_.insert({fault.file, fault.line}).second) check.faults.push_back(std::move(fault));
    }
  }

  // Of one rendered file. A program that lost its way at one line complains about all that follow.
  void add_syntax(const RenderedFile& file, const std::vector<Fault>& all, const std::string& of) {
    constexpr std::size_t kMost = 3;
    std::vector<Fault> faults;
    std::ranges::copy_if(all, std::back_inserter(faults),
                         [&](const Fault& fault) { return fault.file == file.path; });
    if (faults.empty() || !refused_.insert(file.made_by).second) return;
    const std::size_t count = faults.size();
    if (count > kMost) {
      faults.resize(kMost);
      faults.back().message += ", and " + std::to_string(count - kMost) + " lines more";
    }
    add(faults, file.made_by + " for " + of);
  }

  Status try_server(const CatalogFolder& folder, const CatalogDefinition& definition,
                    const ServerView& server, const std::string& of) {
    const auto made = render_server(engine_, folder.files, definition, server);
    if (!made) return tl::unexpected(made.error());
    add(made->faults, of);
    const SyntaxCheck syntax = tools_.check(made->files);
    for (const RenderedFile& file : made->files)
      add_syntax(file, syntax.faults, of);
    for (const std::string& note : syntax.notes)
      add_note(note);
    check.files += static_cast<int>(made->files.size());
    ++check.servers;
    return {};
  }

  void add_note(const std::string& note) {
    if (notes_.insert(note).second) check.notes.push_back(note);
  }

  CatalogCheck check{};

 private:
  TemplateEngine& engine_;
  SyntaxTools tools_{};
  std::set<std::pair<std::string, int>> seen_{};
  std::set<std::string> refused_{};  // templates whose files a program did not take
  std::set<std::string> notes_{};
};

// A catalog that knows tools is silent about those it has nothing for.
void note_tools_without_files(Checker& checker, const CatalogDefinition& definition) {
  std::set<NetworkTool> served;
  for (const ServerFile& file : definition.server)
    served.insert(file.tools.begin(), file.tools.end());
  if (served.empty()) return;
  for (const NetworkTool tool : all_network_tools())
    if (!served.contains(tool))
      checker.add_note("tools: no file is for " + to_string(tool) +
                       "; a server whose image has only that gets no network");
}

// Each tool, and the two of an image that does not say; for a catalog that knows no tools those
// two.
std::vector<std::vector<NetworkTool>> sample_tools(const CatalogFolder& folder,
                                                   const CatalogDefinition& definition) {
  std::vector<std::vector<NetworkTool>> sets{ServerView{}.tools};
  const bool is_of_tools =
      std::ranges::any_of(definition.server,
                          [](const ServerFile& file) { return !file.tools.empty(); }) ||
      std::ranges::any_of(folder.files, [](const auto& file) {
        return file.second.find("network_tools") != std::string::npos;
      });
  if (!is_of_tools) return sets;
  for (const NetworkTool tool : all_network_tools())
    sets.push_back({tool});
  return sets;
}

struct Sample {
  ServerView server{};
  std::string of{};  // what it stands for
};

// Every image, address family and set of tools, as far as the catalog has them.
std::vector<Sample> sample_servers(const CatalogFolder& folder,
                                   const CatalogDefinition& definition) {
  std::vector<Sample> samples;
  for (const std::string& image : sample_images(definition))
    for (const std::vector<NetworkTool>& tools : sample_tools(folder, definition))
      for (const Families families : {Families::Both, Families::V4, Families::V6}) {
        auto server = sample_server(definition, image, families);
        if (!server) continue;
        server->tools = tools;
        std::string of = "image " + image + ", " + to_string(tools);
        if (!server->segment) of += std::string(", ") + to_string(families);
        samples.push_back({*server, of});
      }
  return samples;
}

Status try_samples(Checker& checker, const CatalogFolder& folder,
                   const CatalogDefinition& definition) {
  const auto begun = std::chrono::steady_clock::now();
  for (const auto& [server, of] : sample_servers(folder, definition)) {
    const auto passed = std::chrono::steady_clock::now() - begun;
    if (passed > kEnoughTime && !checker.check.faults.empty()) return {};
    if (passed > kMostTime) {
      checker.add({{kCatalogFile, 0, "takes too long to render; not all samples were tried"}});
      return {};
    }
    if (const Status tried = checker.try_server(folder, definition, server, of); !tried)
      return tried;
  }
  return {};
}

}  // namespace

Result<CatalogCheck> check_catalog(TemplateEngine& engine, const JudgePolicy& judge,
                                   const CatalogFolder& folder) {
  Checker checker(engine);
  checker.add(folder.faults);
  for (const auto& [name, text] : folder.files)
    if (!is_catalog_file_name(name))
      checker.add({{name.substr(0, 80), 0, "is no name for a file"}});
  const ParsedCatalog parsed = parse_catalog(folder.files);
  CatalogDefinition& definition = checker.check.definition;
  definition = parsed.definition;
  checker.check.name = definition.network.name;
  checker.add(parsed.faults);
  const auto readable = engine.check(folder.files);
  if (!readable) return tl::unexpected(readable.error());
  checker.add(*readable);
  const auto values = engine.check_values(definition.schema, "{}");
  if (!values) return tl::unexpected(values.error());
  // What is required of an order or a site is not missing here.
  for (const Fault& fault : values->faults)
    if (fault.message.starts_with("the schema")) checker.add({{kCatalogFile, 0, fault.message}});
  if (!checker.check.faults.empty()) return checker.check;
  auto policies = render_policies(engine, judge, folder.files, definition);
  if (!policies) return tl::unexpected(policies.error());
  checker.add(policies->faults);
  definition.network = std::move(policies->network);
  note_tools_without_files(checker, definition);
  if (const Status tried = try_samples(checker, folder, definition); !tried)
    return tl::unexpected(tried.error());
  return checker.check;
}

}  // namespace switchyard::catalogs
