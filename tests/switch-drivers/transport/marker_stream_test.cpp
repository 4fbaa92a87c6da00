#include "switch-drivers/transport/marker_stream.h"

#include <gtest/gtest.h>

namespace switchyard::switch_drivers {
namespace {

std::vector<Answer> cut(std::string_view text, std::size_t commands, std::size_t piece) {
  MarkerStream stream("n0", commands);
  for (std::size_t at = 0; at < text.size(); at += piece)
    stream.add(text.substr(at, piece));
  EXPECT_TRUE(stream.is_complete());
  return std::move(stream).take();
}

TEST(MarkerStream, GivesEachCommandItsOutputAndStatusInPiecesOfAnySize) {
  const std::string text =
      "old SWY-n9-0-0\nSWY-n0-begin\nfirst\nSWY-n0-0-0\nSWY-n0-1-127\nno newlineSWY-n0-2-3\nrest";
  for (std::size_t piece = 1; piece < 40; ++piece) {
    const auto answers = cut(text, 3, piece);
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0].output, "first\n");
    EXPECT_EQ(answers[0].status, 0);
    EXPECT_EQ(answers[1].output, "");
    EXPECT_EQ(answers[1].status, 127);
    EXPECT_EQ(answers[2].output, "no newline");
    EXPECT_EQ(answers[2].status, 3);
  }
}

TEST(MarkerStream, IsNotFooledByMarksOfOtherCallsOrCommands) {
  const auto answers = cut("SWY-n0-begin\nSWY-n1-0-0\nSWY-n0-1-0\nSWY-n0-0-0\n", 1, 5);
  EXPECT_EQ(answers[0].output, "SWY-n1-0-0\nSWY-n0-1-0\n");
}

TEST(MarkerStream, KeepsBinaryOutput) {
  const std::string binary("\0\xff\r\n\0", 5);
  EXPECT_EQ(cut("SWY-n0-begin\n" + binary + "SWY-n0-0-0\n", 1, 2)[0].output, binary);
}

TEST(MarkerStream, CapsAnAnswerAndStillFindsItsEnd) {
  MarkerStream stream("n0", 2);
  stream.add("SWY-n0-begin\n");
  const std::string megabyte(1 << 20, 'x');
  for (int i = 0; i < 20; ++i)
    stream.add(megabyte);
  stream.add("SWY-n0-0-0\nshort\nSWY-n0-1-0\n");
  ASSERT_TRUE(stream.is_complete());
  const auto answers = std::move(stream).take();
  EXPECT_EQ(answers[0].output.size(), kLongestAnswer);
  EXPECT_EQ(answers[1].output, "short\n");
}

}  // namespace
}  // namespace switchyard::switch_drivers
