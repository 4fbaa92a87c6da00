#include "catalogs/os/answers.h"

#include "core/host_name.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace switchyard::catalogs::os {
namespace {

using nlohmann::json;

constexpr std::size_t kMostArguments = 1500;  // the kernel takes 2047, with what kexec adds

struct Install {
  const InstallView& view;
  const ImageDefinition& image;
  const Installer& installer;
};

// One name a template sees. The table is what renders and what the reference is printed from.
struct Variable {
  const char* name;
  const char* says;
  json (*value)(const Install&);
};

constexpr Variable kVariables[]{
    {"server", "name of the server in the inventory",
     [](const Install& of) { return json(of.view.server); }},
    {"hostname", "name the order gave it",
     [](const Install& of) { return json(of.view.hostname); }},
    {"image", "name of the OS image", [](const Install& of) { return json(of.image.name); }},
    {"disk", "the disk to install on: `/dev/sda`",
     [](const Install& of) { return json(of.view.disk); }},
    {"source", "where the distribution is: a URL",
     [](const Install& of) { return json(of.view.source); }},
    {"packages", "of `image.yaml`", [](const Install& of) { return json(of.installer.packages); }},
    {"lines", "of `image.yaml`", [](const Install& of) { return json(of.installer.lines); }},
    {"ssh_keys", "of the administrator, one OpenSSH line each; quote them (`tojson`, `e`)",
     [](const Install& of) { return json(of.view.ssh_keys); }},
    {"base",
     "URL below which the answers are, `files.tar`, and the reports `progress`, `finished` "
     "and `failed`",
     [](const Install& of) { return json(of.view.base); }},
    {"bootif", "for `arguments`: the NIC it booted from, as in PXELINUX's `BOOTIF=`",
     [](const Install&) { return json(kBootifMark); }},
};

bool is_made_of(std::string_view text, std::string_view signs) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && (std::isalnum(byte) != 0 || signs.find(c) != std::string_view::npos);
  });
}

bool is_disk(std::string_view text) {
  return text.starts_with("/dev/") && text.size() <= 128 && is_made_of(text, "/-_.:+") &&
         text.find("..") == std::string_view::npos;
}

// No quote, blank, '$', '&', '#' or backslash: the same in a shell, XML, YAML and JSON. Braces are
// those of the session's mark.
bool is_url(std::string_view text) {
  const bool known = text.starts_with("http://") || text.starts_with("https://");
  return known && text.size() <= 512 &&
         is_made_of(text.substr(text.find(':') + 3), ":/.-_~%+=[]@{}");
}

bool is_package(std::string_view text) {
  return text.size() <= 128 && is_made_of(text, "+-._:@") && text.front() != '-';
}

bool is_line(std::string_view text) {
  return !text.empty() && text.size() <= 8192 &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

template <class Accepts>
Status check_all(const std::vector<std::string>& values, const char* what, Accepts accepts) {
  for (const std::string& value : values)
    if (!accepts(value))
      return failure(Errc::Invalid, std::string(what) + " \"" + value.substr(0, 60) +
                                        "\" cannot be written into an installer's answers");
  return {};
}

Status check(const Install& install) {
  const InstallView& view = install.view;
  if (const Status good = check_all({view.hostname}, "host name", is_host_name); !good) return good;
  if (const Status good = check_all({view.disk}, "disk", is_disk); !good) return good;
  if (const Status good = check_all({view.source, view.base}, "URL", is_url); !good) return good;
  const Installer& installer = install.installer;
  if (const Status good = check_all(installer.packages, "package", is_package); !good) return good;
  if (const Status good = check_all(installer.lines, "line", is_line); !good) return good;
  return check_all(view.ssh_keys, "SSH key", is_line);
}

std::string variables_of(const Install& install) {
  json made = json::object();
  for (const Variable& variable : kVariables)
    made[variable.name] = variable.value(install);
  return made.dump();
}

// One line of the kernel's, without what would end it early.
bool is_arguments(std::string_view text) {
  return text.size() <= kMostArguments &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

Result<RenderedAnswers> render_answers(TemplateEngine& engine, const TemplateFiles& files,
                                       const ImageDefinition& image, const InstallView& view) {
  const auto* installer = std::get_if<Installer>(&image.install);
  if (installer == nullptr)
    return failure(Errc::Invalid, "image " + image.name + " has no installer of its own");
  const Install install{view, image, *installer};
  if (const Status good = check(install); !good)
    return tl::unexpected(
        good.error().in("image " + image.name + " for " + view.hostname.substr(0, 63)));
  const std::string variables = variables_of(install);
  std::vector<RenderJob> jobs{{.text = installer->arguments, .variables = variables}};
  for (const Answer& answer : installer->answers)
    jobs.push_back({.name = answer.template_name, .variables = variables});
  auto rendered = engine.render(files, jobs);
  if (!rendered) return tl::unexpected(rendered.error());
  RenderedAnswers made;
  const Rendered& arguments = rendered->front();
  if (!arguments)
    made.faults.push_back({kImageFile, 0, "arguments: " + arguments.error().message});
  else if (!is_arguments(*arguments))
    made.faults.push_back({kImageFile, 0, "arguments: are not one line of at most 1500 signs"});
  else
    made.arguments = *arguments;
  for (std::size_t i = 0; i < installer->answers.size(); ++i) {
    Rendered& content = (*rendered)[i + 1];
    if (content)
      made.files.push_back({installer->answers[i].name, std::move(*content)});
    else
      made.faults.push_back(content.error());
  }
  return made;
}

std::string answer_variables_reference() {
  std::string text = "| name | what it is |\n|---|---|\n";
  for (const Variable& variable : kVariables)
    text += std::string("| `") + variable.name + "` | " + variable.says + " |\n";
  return text;
}

}  // namespace switchyard::catalogs::os
