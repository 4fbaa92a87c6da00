#include "catalogs/os/image_definition.h"

#include "core/host_name.h"
#include "core/yaml.h"

#include <algorithm>
#include <array>
#include <limits>
#include <regex>
#include <set>

namespace switchyard::catalogs::os {
namespace {

using yaml::Node;

constexpr std::array<std::string_view, 3> kModes{"bios", "uefi", "secure-boot"};
constexpr std::array<std::string_view, 4> kFormats{"tar", "tar.zst", "raw", "raw.zst"};
constexpr std::size_t kMostAnswers = 32;

Result<std::string> parse_name(std::string_view text) {
  if (is_host_name(text)) return std::string(text);
  return failure(Errc::Invalid, "is no name: 1 to 63 of a-z, 0-9 and -");
}

Result<std::string> parse_format(std::string_view text) {
  if (std::ranges::find(kFormats, text) != kFormats.end()) return std::string(text);
  return failure(Errc::Invalid, "is tar, tar.zst, raw or raw.zst");
}

// Below the boot folder and nowhere else.
Result<std::string> parse_path(std::string_view text) {
  static const std::regex kPath("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");
  if (text.size() <= 200 && std::regex_match(text.begin(), text.end(), kPath))
    return std::string(text);
  return failure(Errc::Invalid, "is no path below the boot folder, like images/debian-12.tar.zst");
}

Result<std::string> parse_sha256(std::string_view text) {
  static const std::regex kSum("[0-9a-f]{64}");
  if (std::regex_match(text.begin(), text.end(), kSum)) return std::string(text);
  return failure(Errc::Invalid, "is 64 lower-case hex digits, as sha256sum prints them");
}

Result<std::string> parse_answer_name(std::string_view text) {
  static const std::regex kName("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  const bool is_ours = text == "files.tar" || text == "progress" || text == "finished" ||
                       text == "failed";  // unattended_routes.h
  if (!is_ours && std::regex_match(text.begin(), text.end(), kName)) return std::string(text);
  return failure(Errc::Invalid,
                 is_ours ? "means something else there already" : "is one name, like preseed.cfg");
}

ShelfFile read_file(const Node& of, std::string_view key) {
  const auto node = of.find(key);
  if (!node) {
    of.report(key, "is missing: {path: …, bytes: …, sha256: …}");
    return {};
  }
  ShelfFile file{.path = node->parsed<std::string>("path", &parse_path),
                 .bytes = static_cast<std::uint64_t>(
                     node->integer("bytes", 1, std::numeric_limits<std::int64_t>::max())),
                 .sha256 = node->parsed<std::string>("sha256", &parse_sha256)};
  node->done();
  return file;
}

DiskImage read_image(const Node& node) {
  DiskImage image{.format = node.parsed<std::string>("format", &parse_format),
                  .file = read_file(node, "file"),
                  .phones_home = node.flag_or("phones_home", false),
                  .has_cloud_init = node.flag_or("cloud_init", false)};
  node.done();
  return image;
}

std::vector<Answer> read_answers(const Node& node, const TemplateFiles& files) {
  std::vector<Answer> answers;
  std::set<std::string> seen;
  for (const Node& item : node.items("answers")) {
    Answer answer{.name = item.parsed<std::string>("name", &parse_answer_name),
                  .template_name = item.text("template")};
    if (!answer.template_name.empty() && !files.contains(answer.template_name))
      item.report("template", "there is no file " + answer.template_name);
    if (!answer.name.empty() && !seen.insert(answer.name).second)
      item.report("name", answer.name + " is there twice");
    item.done();
    answers.push_back(std::move(answer));
  }
  if (answers.empty()) node.report("answers", "an installer needs something to read");
  if (answers.size() > kMostAnswers) node.report("answers", "are more than 32");
  return answers;
}

Installer read_installer(const Node& node, const TemplateFiles& files) {
  Installer installer{.kernel = read_file(node, "kernel"),
                      .initrd = read_file(node, "initrd"),
                      .arguments = node.text("arguments"),
                      .source = node.text("source"),
                      .disk = node.text_or("disk", "auto"),
                      .packages = node.texts("packages"),
                      .lines = node.texts("lines"),
                      .answers = read_answers(node, files)};
  node.done();
  return installer;
}

std::vector<FirmwareMode> read_firmware(const Node& node) {
  if (!node.find("firmware")) return ImageDefinition{}.firmware;
  std::vector<FirmwareMode> modes;
  for (const std::string& text : node.texts("firmware")) {
    const auto* const found = std::ranges::find(kModes, text);
    if (found == kModes.end()) {
      node.report("firmware", "is bios, uefi or secure-boot: " + text.substr(0, 40));
      continue;
    }
    modes.push_back(static_cast<FirmwareMode>(found - kModes.begin()));
  }
  if (modes.empty()) node.report("firmware", "needs at least one that the image boots on");
  return modes;
}

std::vector<NetworkTool> read_network(const Node& node) {
  if (!node.find("network")) return ImageDefinition{}.network;
  std::vector<NetworkTool> tools;
  for (const std::string& text : node.texts("network")) {
    const auto tool = parse_network_tool(text);
    if (tool)
      tools.push_back(*tool);
    else
      node.report("network", tool.error().message);
  }
  if (tools.empty())
    node.report("network", "needs at least one: " + to_string(all_network_tools()));
  return tools;
}

ImageDefinition read_definition(const Node& node, const TemplateFiles& files) {
  ImageDefinition read{.name = node.parsed<std::string>("name", &parse_name),
                       .description = node.text_or("description", ""),
                       .firmware = read_firmware(node),
                       .network = read_network(node)};
  (void)node.texts("include");
  const auto image = node.find("image");
  const auto installer = node.find("installer");
  if (image.has_value() == installer.has_value())
    node.report(
        "give image (our RAM system writes it) or installer (the distribution's own), one "
        "of them");
  else if (image)
    read.install = read_image(*image);
  else
    read.install = read_installer(*installer, files);
  node.done();
  return read;
}

}  // namespace

ParsedImage parse_image(const TemplateFiles& files) {
  ParsedImage parsed;
  const auto file = files.find(kImageFile);
  if (file == files.end()) {
    parsed.faults.push_back({kImageFile, 0, "is missing"});
    return parsed;
  }
  yaml::Problems problems;
  parsed.definition = read_definition(yaml::parse(kImageFile, file->second, problems), files);
  for (const yaml::Problem& problem : problems.list())
    parsed.faults.push_back({problem.file, problem.line, problem.message});
  return parsed;
}

std::vector<ShelfFile> files_of(const ImageDefinition& image) {
  if (const auto* whole = std::get_if<DiskImage>(&image.install)) return {whole->file};
  const auto& installer = std::get<Installer>(image.install);
  return {installer.kernel, installer.initrd};
}

std::string_view to_string(FirmwareMode mode) { return kModes.at(static_cast<std::size_t>(mode)); }

}  // namespace switchyard::catalogs::os
