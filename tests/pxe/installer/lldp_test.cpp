#include "pxe/installer/lldp.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace switchyard::pxe::installer {
namespace {

using namespace std::string_literals;

const std::string kHeader = "\x01\x80\xc2\x00\x00\x0e\x52\x54\x00\x00\x00\x01\x88\xcc"s;

std::string part(unsigned type, const std::string& value) {
  const auto head = static_cast<unsigned>(type << 9U | value.size());
  return std::string{static_cast<char>(head >> 8U), static_cast<char>(head & 0xffU)} + value;
}

Result<Neighbour> parse(const std::string& frame) {
  return parse_lldp({reinterpret_cast<const std::uint8_t*>(frame.data()), frame.size()});
}

const std::string kFrame = kHeader + part(1, "\x04\x52\x54\x00\xab\xcd\xef"s) +
                           part(2, "\x05swp1") + part(3, "\x00\x78"s) + part(5, "tor1") +
                           part(0, "");

TEST(ParseLldp, ReadsWhoIsAtTheOtherEnd) {
  const Neighbour expected{.chassis = "52:54:00:ab:cd:ef", .port = "swp1", .system = "tor1"};
  EXPECT_EQ(parse(kFrame).value(), expected);
  EXPECT_EQ(parse(kFrame + std::string(46, '\0')).value(), expected) << "with padding";
}

TEST(ParseLldp, LooksBehindAVlanTag) {
  auto tagged = kFrame;
  tagged.insert(12, "\x81\x00\x00\x64"s);
  EXPECT_EQ(parse(tagged)->port, "swp1");
}

TEST(ParseLldp, MakesForeignTextHarmless) {
  const auto seen = parse(kHeader + part(1, "\x07" + "a\nb\xff"s) + part(2, "\x05x"));
  EXPECT_EQ(seen->chassis, "a b?");
}

TEST(ParseLldp, RefusesAFrameThatIsCutShortAnywhereBeforeItsPort) {
  const auto least = kHeader.size() + 9 + 7;
  for (std::size_t size = 0; size < least; ++size)
    EXPECT_FALSE(parse(kFrame.substr(0, size))) << size;
  EXPECT_TRUE(parse(kFrame.substr(0, least)));
}

TEST(ParseLldp, RefusesAnotherProtocol) {
  auto other = kFrame;
  other[12] = 8;
  EXPECT_EQ(parse(other).error().message, "not an LLDP frame");
}

}  // namespace
}  // namespace switchyard::pxe::installer
