#include "pxe/installer/task.h"

#include "pxe/installer/hand_over.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace switchyard::pxe::installer {
namespace {

nlohmann::json install_json() {
  return nlohmann::json::parse(R"({"kind":"install","operation":"op-1","hostname":"web1",
    "image":{"name":"debian-12","url":"/files/images/debian-12.tar.zst","format":"tar.zst","bytes":10,
             "sha256":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
    "layout":{"disk":"auto","filesystem":"ext4","raid1":false,"lvm":false},
    "files":[{"path":"/etc/frr/frr.conf","mode":"0640","owner":"frr:frr","content":"x\n"}],
    "phone_home":{"url":"https://10.0.0.1/p","pin":"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","token":"t"}})");
}

std::string problem_of(const nlohmann::json& json) {
  const auto task = parse_task(json.dump());
  return task ? "" : task.error().message;
}

TEST(Task, OfAnInstallReadsBackAsItWasWritten) {
  const auto task = parse_task(install_json().dump());
  ASSERT_TRUE(task) << task.error().message;
  EXPECT_EQ(nlohmann::json::parse(to_json_text(*task)), install_json());
  EXPECT_EQ(std::get<InstallWork>(task->work).files.at(0).mode, 0640U);
}

TEST(Task, OfTheOtherKindsReadsBackAsItWasWritten) {
  for (const char* text :
       {R"({"kind":"wipe","operation":"op-2"})", R"({"kind":"inspect","operation":"op-3"})",
        R"({"kind":"rescue","operation":"op-4","ssh_keys":["ssh-ed25519 AAAA a"]})",
        R"({"kind":"hand-over","operation":"op-5","arguments":"a=b",
            "kernel":{"url":"/files/k","bytes":1,"sha256":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
            "initrd":{"url":"/files/i","bytes":2,"sha256":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}})"}) {
    const auto task = parse_task(text);
    ASSERT_TRUE(task) << task.error().message;
    EXPECT_EQ(nlohmann::json::parse(to_json_text(*task)), nlohmann::json::parse(text));
  }
}

TEST(Task, OfAHandOverFillsInWhatOnlyTheServerKnows) {
  const HandOverWork work{.arguments =
                              "url=http://a/{session}/x BOOTIF={bootif} {session} {other}"};
  EXPECT_EQ(kernel_arguments(work, Secret("5ec7e7"), *parse_mac("52:54:00:00:00:0a")),
            "url=http://a/5ec7e7/x BOOTIF=01-52-54-00-00-00-0a 5ec7e7 {other}");
}

TEST(Task, RefusesAPathThatLeavesTheRoot) {
  for (const char* path :
       {"etc/passwd", "/etc/../x", "/..", "/", "/a//b", "/a/", "/a/./b", "/a\nb"}) {
    auto json = install_json();
    json["files"][0]["path"] = path;
    EXPECT_EQ(problem_of(json).substr(0, 19), "task.files[0]: path") << path;
  }
}

TEST(Task, RefusesWhatIsOutsideItsBounds) {
  const auto with = [](const char* pointer, nlohmann::json value) {
    auto json = install_json();
    json[nlohmann::json::json_pointer{pointer}] = std::move(value);
    return problem_of(json);
  };
  EXPECT_EQ(with("/files/0/mode", "640"), "task.files[0]: mode is not four octal digits");
  EXPECT_EQ(with("/files/0/mode", "0980"), "task.files[0]: mode is not four octal digits");
  EXPECT_EQ(with("/files/0/owner", "frr"), "task.files[0]: owner is not user:group");
  EXPECT_EQ(with("/image/sha256", "12"), "task.image: sha256 is not 64 lower-case hex digits");
  EXPECT_EQ(with("/image/bytes", 0), "task.image: bytes is 0");
  EXPECT_EQ(with("/image/bytes", -1), "task.image: bytes is not a whole number");
  EXPECT_EQ(with("/image/url", "http://evil/x"), "task.image: url is not a clean absolute path");
  EXPECT_EQ(with("/image/format", "zip"), "task.image: format is none of the known ones");
  EXPECT_EQ(with("/layout/disk", "/etc/passwd"),
            "task.layout: disk is neither \"auto\" nor a path below /dev");
  EXPECT_EQ(with("/hostname", "-web"), "task: hostname is no host name");
  EXPECT_EQ(with("/phone_home/pin", "sha256//x"), "task.phone_home: pin is not sha256//BASE64");
  EXPECT_EQ(with("/surprise", 1), "task: \"surprise\" is not a known field");
}

TEST(Task, RefusesTwoFilesOfOnePath) {
  auto json = install_json();
  json["files"].push_back(json["files"][0]);
  EXPECT_EQ(problem_of(json), "task.files[1]: path is there twice");
}

TEST(Task, OfARescueNeedsAKey) {
  EXPECT_EQ(
      problem_of({{"kind", "rescue"}, {"operation", "o"}, {"ssh_keys", nlohmann::json::array()}}),
      "task: ssh_keys is empty");
}

TEST(Task, LargerThanAMegabyteIsRefusedUnread) {
  EXPECT_FALSE(parse_task(std::string((1U << 20U) + 1, ' ')));
}

}  // namespace
}  // namespace switchyard::pxe::installer
