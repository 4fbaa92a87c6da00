// Each answer file before the validator of its own distribution, where Debian 12 packages it. It
// has none of Anaconda's (ksvalidator) and no schema of AutoYaST: those are read as far as we can.
#include "tests/catalogs/os/orders.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace switchyard::catalogs::os {
namespace {

struct Ran {
  int status{};
  std::string said{};
};

Ran run(const std::string& command) {
  std::FILE* pipe = ::popen((command + " 2>&1 </dev/null").c_str(), "r");
  if (pipe == nullptr) return {-1, "no process"};
  Ran ran;
  std::array<char, 4096> part{};
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe))
    ran.said.append(part.data(), size);
  ran.status = ::pclose(pipe);
  return ran;
}

class Validators : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& content) {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << content;
    return folder_ + "/" + name;
  }

  // The files of a shipped installer, by name: their paths and contents.
  std::map<std::string, std::pair<std::string, std::string>> files_of(const std::string& image) {
    std::map<std::string, std::pair<std::string, std::string>> written;
    for (const auto& [name, content] : answers_of(image))
      written[name] = {write(name, content), content};
    return written;
  }

  static void expect_valid(const std::string& command) {
    const Ran ran = run(command);
    EXPECT_EQ(ran.status, 0) << command << "\n" << ran.said;
  }

  static void expect_invalid(const std::string& command) {
    EXPECT_NE(run(command).status, 0) << command;
  }

  std::string folder_{testing::TempDir() + "switchyard-answers-" + std::to_string(::getpid())};
};

TEST_F(Validators, DebconfTakesThePreseed) {
  const auto files = files_of("debian-installer");
  const std::string check = "debconf-set-selections --checkonly ";
  expect_valid(check + files.at("preseed.cfg").first);
  EXPECT_EQ(run(check + files.at("preseed.cfg").first).said, "") << "it warns";
  EXPECT_NE(run(check + write("bad", "d-i only-two\n")).said, "");
}

TEST_F(Validators, CloudInitTakesTheAutoinstall) {
  const auto files = files_of("ubuntu-installer");
  const std::string check = "cloud-init schema --config-file ";
  expect_valid(check + files.at("user-data").first);
  expect_valid(check + files.at("vendor-data").first);
  expect_invalid(check + write("bad", "#cloud-config\nautoinstall: {version: one}\n"));
}

TEST_F(Validators, IgnitionTakesBothConfigs) {
  const auto files = files_of("flatcar");
  expect_valid("ignition-validate " + files.at("live.ign").first);
  expect_valid("ignition-validate " + files.at("config.ign").first);
  expect_invalid("ignition-validate " + write("bad", R"({"ignition":{"version":"9.9.9"}})"));
}

TEST_F(Validators, TheAutoyastProfileIsWellFormed) {
  expect_valid("xmllint --noout --nonet " + files_of("yast").at("autoinst.xml").first);
  expect_invalid("xmllint --noout --nonet " + write("bad", "<profile><a></profile>"));
}

// docs: anaconda's kickstart reference. Every section is closed, and every other line is a command.
TEST_F(Validators, TheKickstartHasKnownCommandsAndClosedSections) {
  const std::set<std::string> commands{
      "cmdline",  "url",        "lang",    "keyboard",  "timezone",   "network",  "rootpw",
      "services", "ignoredisk", "zerombr", "clearpart", "bootloader", "autopart", "poweroff"};
  const std::set<std::string> sections{"%packages", "%pre", "%post", "%onerror"};
  std::istringstream text(files_of("anaconda").at("ks.cfg").second);
  bool inside = false;
  for (std::string line; std::getline(text, line);) {
    const std::string word = line.substr(0, line.find(' '));
    if (inside) {
      EXPECT_FALSE(sections.contains(word)) << line;
      inside = word != "%end";
      continue;
    }
    if (line.empty() || line.front() == '#') continue;
    inside = sections.contains(word);
    EXPECT_TRUE(inside || commands.contains(word)) << line;
  }
  EXPECT_FALSE(inside) << "a section without %end";
}

TEST_F(Validators, ScriptsAreTakenByShellcheck) {
  for (const char* image : kEveryInstaller)
    for (const auto& [name, file] : files_of(image))
      if (name.ends_with(".sh"))
        expect_valid("shellcheck -s " +
                     std::string(file.second.starts_with("#!/bin/bash") ? "bash " : "sh ") +
                     file.first);
}

}  // namespace
}  // namespace switchyard::catalogs::os
