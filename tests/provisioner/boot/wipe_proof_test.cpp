#include "provisioner/boot/wipe_proof.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using pxe::installer::WipedDisk;
using testing::HasSubstr;

WipedDisk clean(const std::string& name, const std::string& serial, std::uint64_t bytes = 8) {
  return {.disk = name, .serial = serial, .bytes = bytes, .method = "nvme-format", .samples = 3};
}

TEST(WipeProof, NeedsNothingMoreThanCleanDisksOfAServerNobodyKnows) {
  EXPECT_FALSE(unproved({clean("sda", "S1")}, {}));
}

TEST(WipeProof, FailsWithoutAnyDisk) { EXPECT_THAT(*unproved({}, {}), HasSubstr("no disk")); }

TEST(WipeProof, NamesTheDiskThatIsNotZeroOrWasNotReadBack) {
  WipedDisk dirty = clean("sda", "S1");
  dirty.nonzero_samples = 1;
  EXPECT_EQ(*unproved({dirty}, {}), "disk sda (S1): 1 of 3 samples are not zero");
  WipedDisk unread = clean("sdb", "");
  unread.samples = 0;
  EXPECT_EQ(*unproved({unread}, {}), "disk sdb was not read back");
}

TEST(WipeProof, KnowsADiskByItsSerialNumberUnderAnyName) {
  EXPECT_FALSE(unproved({clean("sdb", " S1 ")}, {{.name = "sda", .serial = "S1", .bytes = 8}}));
  EXPECT_EQ(*unproved({clean("sda", "S2")}, {{.name = "sda", .serial = "S1", .bytes = 8}}),
            "disk sda (S1) belongs to the server and was not wiped");
}

TEST(WipeProof, KnowsADiskWithoutSerialNumberByItsName) {
  EXPECT_FALSE(unproved({clean("vda", "")}, {{.name = "vda", .bytes = 8}}));
  EXPECT_TRUE(unproved({clean("vdb", "")}, {{.name = "vda", .bytes = 8}}));
}

TEST(WipeProof, TakesEachDiskOnceWhereSeveralShareASerialNumber) {
  const std::vector<KnownDisk> namespaces{{.name = "nvme0n1", .serial = "S1", .bytes = 8},
                                          {.name = "nvme0n2", .serial = "S1", .bytes = 8}};
  EXPECT_TRUE(unproved({clean("nvme0n2", "S1")}, namespaces));
  EXPECT_FALSE(unproved({clean("nvme0n2", "S1"), clean("nvme0n1", "S1")}, namespaces));
}

TEST(WipeProof, WantsTheWholeDisk) {
  EXPECT_EQ(*unproved({clean("sda", "S1", 7)}, {{.name = "sda", .serial = "S1", .bytes = 8}}),
            "disk sda (S1): only 7 of its 8 bytes were wiped");
}

TEST(WipeProof, ADiskThatIsGoneIsStillOwed) {
  const KnownDisk first{.name = "sda", .serial = "S1", .bytes = 8};
  const KnownDisk second{.name = "sdb", .serial = "S2", .bytes = 8};
  const KnownDisk renamed{.name = "sda", .serial = "S2", .bytes = 8};
  EXPECT_EQ(with_earlier({renamed}, {first, second}), (std::vector{renamed, first}));
  EXPECT_EQ(with_earlier({first}, {}), std::vector{first});
}

TEST(WipeProof, DisksAreKeptAsText) {
  const std::vector<KnownDisk> disks{{.name = "sda", .serial = "S1", .bytes = 8}, {.serial = "S2"}};
  EXPECT_EQ(*parse_disks(to_json_text(disks)), disks);
  EXPECT_TRUE(parse_disks("")->empty());
  for (const char* text : {"{", "[1]", "[{}]", R"([{"name":1,"serial":"","bytes":1}])"})
    EXPECT_FALSE(parse_disks(text)) << text;
}

}  // namespace
}  // namespace switchyard::provisioner
