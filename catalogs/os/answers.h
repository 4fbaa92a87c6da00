// The answers to a distribution's own unattended installer: an order goes in, files come out, which
// the boot site serves to the one server they are for (docs/os-images.md).
#pragma once

#include "catalogs/os/image_definition.h"
#include "core/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::catalogs::os {

// What templates see of one install. Values come from users and operators: render_answers() refuses
// what a shell, XML, YAML or JSON could take for more than text, but for `ssh_keys` and `lines`,
// which are one line of printable text each.
struct InstallView {
  std::string server{};
  std::string hostname{};               // one label
  std::string disk{};                   // "/dev/vda"
  std::string source{};                 // a URL
  std::vector<std::string> ssh_keys{};  // of the administrator
  // Where the server finds the answers, and reports to:
  //   GET  BASE/files.tar  what is put into the installed system
  //   POST BASE/progress, BASE/finished, BASE/failed  one line of text
  std::string base{};
};

// As base and kernel arguments hold them, for what is not known yet when answers are rendered.
inline constexpr std::string_view kSessionMark = "{session}";  // the session's secret
inline constexpr std::string_view kBootifMark = "{bootif}";    // as in PXELINUX's BOOTIF=

struct AnswerFile {
  std::string name{};
  std::string content{};
  friend bool operator==(const AnswerFile&, const AnswerFile&) = default;
};

struct RenderedAnswers {
  std::string arguments{};  // of the installer's kernel
  std::vector<AnswerFile> files{};
  std::vector<Fault> faults{};  // empty: everything is there
};

// Invalid: a value of the order or of the image that cannot be written. Other errors: of the
// engine.
[[nodiscard]] Result<RenderedAnswers> render_answers(TemplateEngine& engine,
                                                     const TemplateFiles& files,
                                                     const ImageDefinition& image,
                                                     const InstallView& view);

// docs/os-images.md: a line of Markdown for each name a template sees.
[[nodiscard]] std::string answer_variables_reference();

}  // namespace switchyard::catalogs::os
