#include "catalogs/os/check_image.h"

#include "catalogs/os/shelf.h"
#include "catalogs/syntax_tools.h"

#include <algorithm>

namespace switchyard::catalogs::os {
namespace {

// A key whose comment has what YAML, XML, JSON and shells read, so that a template which forgets to
// quote it is found here.
InstallView sample(const ImageDefinition& image) {
  const auto& installer = std::get<Installer>(image.install);
  return {.server = "srv1",
          .hostname = "web1",
          .disk = installer.disk == "auto" ? "/dev/vda" : installer.disk,
          .source = installer.source.starts_with('/') ? "http://192.0.2.1:8080" + installer.source
                                                      : installer.source,
          .ssh_keys = {R"(ssh-ed25519 AAAA a'b"c<d>&e$(f)`g`%h\i: #j)"},
          .base = "http://192.0.2.1:8080/boot/answer/" + std::string(kSessionMark)};
}

void add(std::vector<Fault>& faults, const std::vector<Fault>& more) {
  faults.insert(faults.end(), more.begin(), more.end());
}

const std::string& template_of(const ImageDefinition& image, const std::string& answer) {
  const auto& answers = std::get<Installer>(image.install).answers;
  return std::ranges::find(answers, answer, &Answer::name)->template_name;
}

// A program's fault stands in what was rendered: the template's name is added.
void read_by_programs(ImageCheck& check, const std::vector<AnswerFile>& answers) {
  std::vector<RenderedFile> files;
  for (const AnswerFile& answer : answers)
    files.push_back({.path = std::string(kAnswers) + answer.name, .content = answer.content});
  SyntaxTools tools;
  auto syntax = tools.check(files);
  for (Fault& fault : syntax.faults) {
    fault.file.erase(0, kAnswers.size());
    fault.message += " (rendered by " + template_of(check.definition, fault.file) + ")";
    check.faults.push_back(std::move(fault));
  }
  check.notes.insert(check.notes.end(), syntax.notes.begin(), syntax.notes.end());
}

Status try_answers(TemplateEngine& engine, const TemplateFiles& files, ImageCheck& check) {
  const auto made = render_answers(engine, files, check.definition, sample(check.definition));
  if (!made && made.error().code == Errc::Invalid) {
    check.faults.push_back({kImageFile, 0, made.error().message});
    return {};
  }
  if (!made) return tl::unexpected(made.error());
  add(check.faults, made->faults);
  read_by_programs(check, made->files);
  check.files = static_cast<int>(made->files.size());
  return {};
}

}  // namespace

Result<ImageCheck> check_image(TemplateEngine& engine, const CatalogFolder& folder,
                               const std::string& boot_folder) {
  ImageCheck check{.faults = folder.faults};
  for (const auto& [name, text] : folder.files)
    if (!is_catalog_file_name(name))
      check.faults.push_back({name.substr(0, 80), 0, "is no name for a file"});
  const ParsedImage parsed = parse_image(folder.files);
  check.definition = parsed.definition;
  add(check.faults, parsed.faults);
  const auto readable = engine.check(folder.files);
  if (!readable) return tl::unexpected(readable.error());
  add(check.faults, *readable);
  if (!check.faults.empty()) return check;
  if (std::holds_alternative<Installer>(check.definition.install))
    if (const Status tried = try_answers(engine, folder.files, check); !tried)
      return tl::unexpected(tried.error());
  if (!boot_folder.empty())
    add(check.faults, check_shelf(boot_folder, files_of(check.definition), Depth::Digest));
  return check;
}

}  // namespace switchyard::catalogs::os
