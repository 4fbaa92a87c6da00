#include "pxe/dhcp/frame.h"
#include "tests/pxe/dhcp/site.h"

namespace switchyard::pxe::dhcp {
namespace {

using testing::HasSubstr;

class DhcpSettings : public DhcpSite {
 protected:
  std::string problem() const {
    const Status checked = check(settings_);
    return checked ? "" : checked.error().message;
  }
};

TEST_F(DhcpSettings, AreGoodHere) { EXPECT_EQ(problem(), ""); }

TEST_F(DhcpSettings, RefuseAPoolOutsideOfItsPrefix) {
  settings_.segments[0].last = v4("172.16.101.1");
  EXPECT_EQ(problem(), "DHCP segment provisioning: its pool is not inside 172.16.100.0/24");
}

TEST_F(DhcpSettings, RefuseAPoolThatHoldsTheServer) {
  settings_.segments[0].first = kServer;
  EXPECT_THAT(problem(), HasSubstr("its pool holds 172.16.100.1"));
}

TEST_F(DhcpSettings, RefuseSegmentsThatOverlap) {
  settings_.segments.push_back(settings_.segments[0]);
  settings_.segments[1].name = "other";
  EXPECT_EQ(problem(), "DHCP segments provisioning and other overlap");
}

TEST(Cabling, RefusesTwoServersAtOnePortOrWithOneMac) {
  const auto at_port = Cabling::make(
      {{.server = "a", .ports = {{"tor1", "swp1"}}}, {.server = "b", .ports = {{"tor1", "swp1"}}}},
      {});
  EXPECT_EQ(at_port.error().message, "port tor1/swp1 is claimed by a and by b");
  const auto with_mac =
      Cabling::make({{.server = "a", .macs = {kWeb1}}, {.server = "b", .macs = {kWeb1}}}, {});
  EXPECT_EQ(with_mac.error().message, "MAC 52:54:00:00:00:01 is claimed by a and by b");
}

// The example of RFC 1071 section 3, whose sum is ddf2.
TEST(InternetChecksum, IsThatOfItsRfc) {
  EXPECT_EQ(internet_checksum(Buffer{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}),
            0xffff - 0xddf2);
}

TEST(IpFrame, HasChecksumsThatAddUp) {
  const Buffer frame = ip_frame({.source = kServer,
                                 .source_port = 67,
                                 .destination = v4("172.16.100.100"),
                                 .destination_port = 68},
                                Buffer{1, 2, 3});
  EXPECT_EQ(internet_checksum(Bytes{frame}.first(20)), 0);
  const std::uint32_t pseudo = 0xac10 + 0x6401 + 0xac10 + 0x6464 + 17 + 11;
  EXPECT_EQ(internet_checksum(Bytes{frame}.subspan(20), pseudo), 0);
  EXPECT_EQ(frame.size(), 31U);
}

}  // namespace
}  // namespace switchyard::pxe::dhcp
