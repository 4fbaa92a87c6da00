// The answers to a distribution's own unattended installer. Pure: an order goes in, files come out,
// which the boot site serves to the one server they are for (docs/os-images.md).
#pragma once

#include "core/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::catalogs::os {

enum class InstallerKind { Preseed, Autoinstall, Kickstart, Ignition, Autoyast };

// What an unattended install is told. Values come from users and operators: render_answers() writes
// each so that its format takes it for text, and refuses what no format can hold.
struct AnswerOrder {
  InstallerKind kind{};
  std::string hostname{};               // one label
  std::string disk{};                   // "/dev/vda"
  std::string source{};                 // where the distribution's packages or image are: a URL
  std::vector<std::string> packages{};  // beside the smallest system
  std::vector<std::string> lines{};     // the operator's own, of a preseed or a kickstart
  std::vector<std::string> ssh_keys{};  // of the administrator
  friend bool operator==(const AnswerOrder&, const AnswerOrder&) = default;
};

struct AnswerFile {
  std::string name{};
  std::string content{};
};

// `base` is where the server finds these files, and reports to:
//   GET  BASE/files.tar  what is put into the installed system
//   POST BASE/progress, BASE/finished, BASE/failed  one line of text
// Invalid: names the value that cannot be written.
[[nodiscard]] Result<std::vector<AnswerFile>> render_answers(const AnswerOrder& order,
                                                             const std::string& base);

// What the installer's kernel is told so that it finds its answers. `base` as above; "{bootif}" in
// it is left for the one who boots the kernel (pxe/installer/task.h).
[[nodiscard]] std::string boot_arguments(const AnswerOrder& order, const std::string& base);

[[nodiscard]] std::string_view to_string(InstallerKind kind);  // "preseed", "autoinstall", …
[[nodiscard]] Result<InstallerKind> parse_installer_kind(std::string_view text);

}  // namespace switchyard::catalogs::os
