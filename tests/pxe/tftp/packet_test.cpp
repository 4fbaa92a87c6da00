#include "pxe/tftp/packet.h"

#include <gtest/gtest.h>

namespace switchyard::pxe::tftp {
namespace {

Result<Packet> parse(std::string_view text) {
  return parse_packet({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

using namespace std::string_view_literals;

TEST(TftpPacket, ReadsARequestWithOptionsInAnyCase) {
  const auto packet = parse("\0\1boot/k\0OCTET\0BlkSize\0001428\0tsize\0000\0"sv);
  ASSERT_TRUE(packet) << packet.error().message;
  const ReadRequest expected{
      .file = "boot/k", .mode = "octet", .options = {{"blksize", "1428"}, {"tsize", "0"}}};
  EXPECT_EQ(std::get<ReadRequest>(*packet), expected);
}

TEST(TftpPacket, TakesTheFirstOfAnOptionSentTwice) {
  const auto packet = parse("\0\1f\0octet\0blksize\0008\0BLKSIZE\0009\0"sv);
  ASSERT_TRUE(packet);
  EXPECT_EQ(std::get<ReadRequest>(*packet).options, (std::vector<Option>{{"blksize", "8"}}));
}

TEST(TftpPacket, IgnoresThePaddingAndHalfAnOptionOfBootRoms) {
  const auto padded = parse("\0\1f\0octet\0\0\0\0\0"sv);
  ASSERT_TRUE(padded);
  EXPECT_TRUE(std::get<ReadRequest>(*padded).options.empty());
  const auto half = parse("\0\1f\0octet\0blksize\0001428"sv);
  ASSERT_TRUE(half);
  EXPECT_TRUE(std::get<ReadRequest>(*half).options.empty());
}

TEST(TftpPacket, RefusesWhatIsCutShortOrGoesTheOtherWay) {
  for (const std::string_view bad :
       {""sv, "\0"sv, "\0\1"sv, "\0\1a"sv, "\0\1a\0octet"sv, "\0\1\0octet\0"sv, "\0\3\0\1data"sv,
        "\0\6x\0y\0"sv, "\0\7\0\0"sv, "\1\4\0\1"sv})
    EXPECT_FALSE(parse(bad));
}

TEST(TftpPacket, RefusesTooManyOptionsAndTooLongRequests) {
  std::string many("\0\1f\0octet\0"sv);
  for (int i = 0; i < 17; ++i)
    many += "o" + std::to_string(i) + std::string("\0v\0"sv);
  EXPECT_FALSE(parse(many));
  EXPECT_FALSE(parse("\0\1"sv.data() + std::string(3000, 'a') + std::string("\0octet\0"sv)));
}

TEST(TftpPacket, ReadsAcksAndErrorsAndKeepsTheirTextHarmless) {
  EXPECT_EQ(std::get<Ack>(*parse("\0\4\xff\xfe"sv)), Ack{.block = 0xfffe});
  EXPECT_EQ(std::get<Ack>(*parse("\0\4\0\1padding"sv)), Ack{.block = 1});
  EXPECT_EQ(std::get<PeerError>(*parse("\0\5\0\x08no\033[2J\0"sv)),
            (PeerError{.code = 8, .message = "no?[2J"}));
  EXPECT_EQ(std::get<PeerError>(*parse("\0\5\0\0"sv)), PeerError{});
  EXPECT_TRUE(std::holds_alternative<WriteRequest>(*parse("\0\2f\0octet\0"sv)));
}

TEST(TftpPacket, ReadsBackTheRequestItWrites) {
  const ReadRequest request{.file = "a b", .mode = "octet", .options = {{"windowsize", "16"}}};
  EXPECT_EQ(std::get<ReadRequest>(*parse_packet(read_request_packet(request))), request);
}

TEST(TftpPacket, WritesOptionsAndErrorsAsTheRfcsWant) {
  const auto text = [](const std::vector<std::uint8_t>& packet) {
    return std::string(packet.begin(), packet.end());
  };
  EXPECT_EQ(text(oack_packet({{"tsize", "7"}, {"blksize", "8"}})),
            "\0\6tsize\0007\0blksize\0008\0"sv);
  EXPECT_EQ(text(error_packet(ErrorCode::FileNotFound, "no file x")), "\0\5\0\1no file x\0"sv);
  EXPECT_EQ(error_packet(ErrorCode::Undefined, std::string(900, 'x')).size(), 505U);
}

}  // namespace
}  // namespace switchyard::pxe::tftp
