// image.yaml: what is read, what is refused with its line, and the check of a whole folder.
#include "catalogs/os/image_definition.h"

#include "catalogs/os/check_image.h"
#include "catalogs/os/shelf.h"
#include "tests/catalogs/os/orders.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace switchyard::catalogs::os {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string yaml(const std::string& more = "", const std::string& sum = std::string(64, 'a')) {
  return "name: debian-12\ndescription: Debian 12\n" + more +
         "image:\n  format: tar.zst\n  file: {path: images/debian-12.tar.zst, bytes: 8, sha256: "
         "\"" +
         sum + "\"}\n";
}

std::string first_fault(const std::string& text) {
  const ParsedImage parsed = parse_image({{kImageFile, text}});
  return parsed.faults.empty() ? "none" : to_string(parsed.faults.front());
}

TEST(ImageDefinition, IsRead) {
  const ParsedImage parsed = parse_image(
      {{kImageFile, yaml("firmware: [uefi, secure-boot]\n") + "  phones_home: true\n"}});
  ASSERT_TRUE(parsed.faults.empty()) << to_string(parsed.faults.front());
  const ImageDefinition& image = parsed.definition;
  EXPECT_EQ(image.name, "debian-12");
  EXPECT_THAT(image.firmware, ElementsAre(FirmwareMode::Uefi, FirmwareMode::SecureBoot));
  const auto& disk = std::get<DiskImage>(image.install);
  EXPECT_EQ(disk.format, "tar.zst");
  EXPECT_TRUE(disk.phones_home);
  EXPECT_THAT(files_of(image),
              ElementsAre(ShelfFile{"images/debian-12.tar.zst", 8, std::string(64, 'a')}));
  EXPECT_THAT(parse_image({{kImageFile, yaml()}}).definition.firmware,
              ElementsAre(FirmwareMode::Bios, FirmwareMode::Uefi));
}

TEST(ImageDefinition, NamesWhatIsWrongAndItsLine) {
  const auto without = [](const std::string& part, const std::string& instead) {
    std::string text = yaml();
    text.replace(text.find(part), part.size(), instead);
    return first_fault(text);
  };
  EXPECT_THAT(first_fault(yaml("firmware: [efi]\n")), HasSubstr("image.yaml:3: "));
  EXPECT_THAT(first_fault(yaml("firmware: []\n")), HasSubstr("at least one"));
  EXPECT_THAT(first_fault(yaml("firmwear: [bios]\n")), HasSubstr("firmwear"));
  EXPECT_THAT(first_fault(yaml("network: [wicked]\n")),
              HasSubstr("no network tool \"wicked\"; known are ifupdown2"));
  EXPECT_THAT(first_fault(yaml("network: []\n")), HasSubstr("at least one"));
  EXPECT_THAT(first_fault("name: x\n"), HasSubstr("image (our RAM system writes it) or installer"));
  EXPECT_THAT(without("debian-12\n", "Debian 12\n"), HasSubstr("is no name"));
  EXPECT_THAT(without("tar.zst\n", "zip\n"), HasSubstr("tar, tar.zst, raw or raw.zst"));
  EXPECT_THAT(without("images/debian-12.tar.zst", "/etc/shadow"),
              HasSubstr("below the boot folder"));
  EXPECT_THAT(without("images/debian-12.tar.zst", "images/../../x"),
              HasSubstr("below the boot folder"));
  EXPECT_THAT(without("bytes: 8", "bytes: 0"), HasSubstr("bytes"));
  EXPECT_THAT(without(std::string(64, 'a'), "A1"), HasSubstr("64 lower-case hex digits"));
  EXPECT_THAT(first_fault("- 1\n"), HasSubstr("image.yaml"));
  EXPECT_THAT(parse_image({}).faults.front().message, HasSubstr("missing"));
}

TEST(ImageDefinition, NamesWhatIsWrongWithAnInstaller) {
  const TemplateFiles good = shipped_as("anaconda", "rocky-9", Shipped::OsImages);
  const auto with = [&](const std::string& part, const std::string& instead) {
    TemplateFiles files = good;
    std::string& text = files[kImageFile];
    text.replace(text.find(part), part.size(), instead);
    const ParsedImage parsed = parse_image(files);
    return parsed.faults.empty() ? std::string("none") : to_string(parsed.faults.front());
  };
  EXPECT_EQ(with("rocky-9", "rocky-8"), "none");
  EXPECT_THAT(with("template: ks.cfg.j2", "template: none.j2"), HasSubstr("no file none.j2"));
  EXPECT_THAT(with("name: ks.cfg", "name: files.tar"), HasSubstr("something else"));
  EXPECT_THAT(with("name: ks.cfg", "name: a/b"), HasSubstr("one name"));
  EXPECT_THAT(with("name: ks.cfg", "name: switchyard.sh"), HasSubstr("there twice"));
  EXPECT_THAT(with("source:", "sauce:"), HasSubstr("installer.source: is required"));
  EXPECT_THAT(with("  kernel:", "  kernels:"), HasSubstr("kernel"));
}

class CheckImage : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(boot_ + "/images");
    std::ofstream(boot_ + "/images/debian-12.tar.zst") << "1234567\n";
  }

  void TearDown() override { std::filesystem::remove_all(boot_); }

  std::string fault(const TemplateFiles& files, const std::string& boot_folder = "") {
    const auto check = check_image(engine_, {.files = files}, boot_folder);
    EXPECT_TRUE(check) << check.error().message;
    if (!check) return check.error().message;
    return check->faults.empty() ? "none" : as_error(check->faults).message;
  }

  TemplateEngine engine_{};
  std::string boot_{testing::TempDir() + "switchyard-boot-" + std::to_string(::getpid())};
};

TEST_F(CheckImage, TakesWhatIsShipped) {
  for (const std::string& name : shipped_names(Shipped::OsImages))
    EXPECT_EQ(fault(shipped_as(name, name, Shipped::OsImages)), "none") << name;
}

TEST_F(CheckImage, ReadsEveryByteOfTheBootFolder) {
  const std::string said = fault({{kImageFile, yaml()}}, boot_);
  EXPECT_THAT(said, HasSubstr("images/debian-12.tar.zst is bytes: 8, sha256: "));
  const std::string right = said.substr(said.rfind(' ') + 1);
  EXPECT_EQ(fault({{kImageFile, yaml("", right)}}, boot_), "none") << right;
  std::filesystem::remove(boot_ + "/images/debian-12.tar.zst");
  EXPECT_THAT(fault({{kImageFile, yaml("", right)}}, boot_),
              HasSubstr("is not in the boot folder"));
}

TEST_F(CheckImage, FindsWhatTemplatesDoWrong) {
  const auto with = [&](const std::string& name, const std::string& text) {
    TemplateFiles files = shipped_as("anaconda", "rocky-9", Shipped::OsImages);
    files[name] = text;
    return fault(files);
  };
  EXPECT_THAT(with("ks.cfg.j2", "a\n{{ hostnmae }}\n"), HasSubstr("ks.cfg.j2:2: 'hostnmae'"));
  EXPECT_THAT(with("ks.cfg.j2", "{% for %}\n"), HasSubstr("ks.cfg.j2:1"));
  EXPECT_THAT(with("ks.cfg.j2", "{{ ''.__class__.__mro__ }}"), HasSubstr("ks.cfg.j2:1"));
  EXPECT_THAT(with("ks.cfg.j2",
                   "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in "
                   "range(9999) %}{% endfor %}{% endfor %}{% endfor %}"),
              HasSubstr("ks.cfg.j2"));
  EXPECT_THAT(with("ks.cfg.j2", "{{ ssh_keys[9] }}"), HasSubstr("ks.cfg.j2:1"));
  EXPECT_THAT(with("../ks.cfg", "x"), HasSubstr("is no name for a file"));
}

TEST_F(CheckImage, HasRealProgramsReadTheAnswers) {
  const auto with = [&](const char* image, const std::string& name, const std::string& text) {
    TemplateFiles files = shipped_as(image, image, Shipped::OsImages);
    files[name] = text;
    return fault(files);
  };
  EXPECT_THAT(with("debian-installer", "preseed.cfg.j2", "d-i a/b string x\nd-i only-two\n"),
              HasSubstr("preseed.cfg:2: 'd-i only-two' (rendered by preseed.cfg.j2)"));
  EXPECT_THAT(
      with("ubuntu-installer", "user-data.j2", "#cloud-config\nautoinstall: {version: x}\n"),
      HasSubstr("is not of type 'integer'"));
  EXPECT_THAT(with("ubuntu-installer", "user-data.j2", "#cloud-config\na: [\n"),
              HasSubstr("user-data:"));
  EXPECT_THAT(with("flatcar", "live.ign.j2", R"({"ignition":{"version":"9.9.9"}})"),
              HasSubstr("live.ign: ignition-validate does not take it"));
  EXPECT_THAT(with("flatcar", "install.sh.j2", "#!/bin/bash\nfor x in\nif\n"),
              HasSubstr("install.sh:3: "));
  EXPECT_THAT(with("flatcar", "config.ign.j2", "{\"key\": \"{{ ssh_keys[0] }}\"}"),
              HasSubstr("config.ign"))
      << "a key that is not quoted";
  EXPECT_THAT(with("yast", "autoinst.xml.j2", "<p>\n<a></p>\n"), HasSubstr("autoinst.xml:2: "));
  EXPECT_THAT(with("anaconda", "switchyard.sh.j2", "#!/bin/sh\nif\n"), HasSubstr("switchyard.sh:"));
}

}  // namespace
}  // namespace switchyard::catalogs::os
