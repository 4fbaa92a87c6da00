#include "pxe/tftp/terms.h"

#include <gtest/gtest.h>

namespace switchyard::pxe::tftp {
namespace {

using Options = std::vector<Option>;

TEST(TftpTerms, AreThoseOfRfc1350WithoutOptions) {
  EXPECT_EQ(agree({}, {.file_size = 9}), Terms{});
}

TEST(TftpTerms, GrantWhatIsAskedAndPossible) {
  const auto terms =
      agree({{"tsize", "0"}, {"blksize", "1428"}, {"timeout", "3"}, {"windowsize", "4"}},
            {.file_size = 5'000'000'000});
  EXPECT_EQ(terms.block_size, 1428);
  EXPECT_EQ(terms.window, 4);
  EXPECT_EQ(terms.timeout, std::chrono::seconds(3));
  EXPECT_EQ(
      terms.accepted,
      (Options{
          {"blksize", "1428"}, {"tsize", "5000000000"}, {"timeout", "3"}, {"windowsize", "4"}}));
}

TEST(TftpTerms, KeepABlockInOnePacketOfThePath) {
  const auto terms = agree({{"blksize", "65464"}}, {.largest_block = 1468});
  EXPECT_EQ(terms.block_size, 1468);
  EXPECT_EQ(terms.accepted, (Options{{"blksize", "1468"}}));
}

TEST(TftpTerms, KeepWindowAndFlightInBounds) {
  EXPECT_EQ(agree({{"windowsize", "65535"}}, {}).window, 64);
  const Offer offer{.largest_flight = 200'000};
  EXPECT_EQ(agree({{"windowsize", "64"}, {"blksize", "65464"}}, offer).window, 3);
  EXPECT_EQ(agree({{"windowsize", "64"}, {"blksize", "65464"}}, {.largest_flight = 1}).window, 1);
}

TEST(TftpTerms, IgnoreUnknownOptionsAndValuesOutOfRange) {
  for (const Option& option : Options{{"rollover", "0"},
                                      {"multicast", ""},
                                      {"blksize", "7"},
                                      {"blksize", "65465"},
                                      {"blksize", "1428x"},
                                      {"blksize", "-1"},
                                      {"blksize", ""},
                                      {"blksize", "99999999999999999999"},
                                      {"timeout", "0"},
                                      {"timeout", "256"},
                                      {"windowsize", "0"},
                                      {"windowsize", "65536"},
                                      {"tsize", "no"}})
    EXPECT_EQ(agree({option}, {}), Terms{}) << option.first << "=" << option.second;
}

TEST(TftpTerms, GrantTheGoodOptionsBesideABadOne) {
  EXPECT_EQ(agree({{"blksize", "0"}, {"tsize", "0"}}, {.file_size = 3}).accepted,
            (Options{{"tsize", "3"}}));
}

}  // namespace
}  // namespace switchyard::pxe::tftp
