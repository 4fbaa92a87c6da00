// What the tests of installers' answers order: the shipped images, rendered.
#pragma once

#include "catalogs/os/answers.h"
#include "catalogs/shipped.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace switchyard::catalogs::os {

inline const std::string kBase = "http://172.16.100.1:8080/boot/answer/5ec7e7";

inline constexpr const char* kEveryInstaller[]{"debian-installer", "ubuntu-installer", "anaconda",
                                               "flatcar", "yast"};

struct ShippedImage {
  TemplateFiles files{};
  ImageDefinition image{};

  [[nodiscard]] Installer& installer() { return std::get<Installer>(image.install); }
};

inline ShippedImage shipped_image(const std::string& name) {
  ShippedImage shipped{.files = shipped_as(name, name, Shipped::OsImages)};
  const ParsedImage parsed = parse_image(shipped.files);
  EXPECT_TRUE(parsed.faults.empty()) << as_error(parsed.faults).message;
  shipped.image = parsed.definition;
  return shipped;
}

// The key's comment is hostile and yet printable: quotes, brackets and what YAML, XML and shells
// read.
inline InstallView order_view() {
  return {.server = "srv1",
          .hostname = "web1",
          .disk = "/dev/vda",
          .source = "http://172.16.100.1:8080/files/debian",
          .ssh_keys = {"ssh-ed25519 AAAA a'b\"c<d>&e$(f)`g`%h\\i: #j"},
          .base = kBase};
}

inline ShippedImage golden_image(const std::string& name) {
  ShippedImage shipped = shipped_image(name);
  if (name != "flatcar") shipped.installer().packages = {"frr", "openssh-server"};
  return shipped;
}

inline Result<RenderedAnswers> render(const ShippedImage& of, const InstallView& view) {
  static TemplateEngine engine;
  return render_answers(engine, of.files, of.image, view);
}

// The answers of a shipped installer by their names.
inline std::map<std::string, std::string> answers_of(const std::string& name) {
  std::map<std::string, std::string> answers;
  const auto made = render(golden_image(name), order_view());
  EXPECT_TRUE(made) << made.error().message;
  if (!made) return answers;
  EXPECT_TRUE(made->faults.empty()) << as_error(made->faults).message;
  for (const AnswerFile& file : made->files)
    answers[file.name] = file.content;
  return answers;
}

}  // namespace switchyard::catalogs::os
