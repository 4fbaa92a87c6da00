#include "provisioner/boot/machine_identity.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using testing::HasSubstr;
using testing::Optional;

const MacAddress kFirst = *parse_mac("02:00:00:00:00:01");
const MacAddress kSecond = *parse_mac("02:00:00:00:00:02");
const MacAddress kOthers = *parse_mac("02:00:00:00:00:99");
const std::vector<OwnedNic> kNics{{"srv1", "eth1", kFirst}, {"srv1", "eth2", kSecond}};

std::optional<std::string> problem(KnownBy known_by, const std::vector<MacAddress>& macs,
                                   std::vector<OwnedNic> nics = kNics) {
  pxe::installer::Inspection inspection;
  for (const MacAddress& mac : macs)
    inspection.nics.push_back({.name = "x", .mac = mac});
  return another_machine("srv1", known_by, nics, inspection);
}

TEST(MachineIdentity, AServerHasItsNicsAndMayHaveMore) {
  EXPECT_EQ(problem(KnownBy::Mac, {kSecond, kFirst, kOthers}), std::nullopt);
  EXPECT_EQ(problem(KnownBy::Port, {kFirst, kSecond}), std::nullopt);
}

TEST(MachineIdentity, OneMacIsNotProofEnough) {
  EXPECT_THAT(problem(KnownBy::Mac, {kFirst, kOthers}),
              Optional(HasSubstr("does not have its NIC eth2 (02:00:00:00:00:02)")));
}

TEST(MachineIdentity, AtItsPortAServerMayHaveANewNic) {
  EXPECT_EQ(problem(KnownBy::Port, {kOthers}), std::nullopt);
}

TEST(MachineIdentity, ANicOfAnotherServerIsRefusedEverywhere) {
  auto nics = kNics;
  nics.push_back({"srv2", "eth1", kOthers});
  for (const KnownBy known_by : {KnownBy::Mac, KnownBy::Port})
    EXPECT_THAT(problem(known_by, {kFirst, kSecond, kOthers}, nics),
                Optional(HasSubstr("NIC eth1 (02:00:00:00:00:99) of server srv2")));
}

TEST(MachineIdentity, AMachineNobodyKnowsIsWhoeverItSays) {
  EXPECT_EQ(problem(KnownBy::Mac, {kFirst}, {{"srv2", "eth1", kFirst}}), std::nullopt);
}

}  // namespace
}  // namespace switchyard::provisioner
