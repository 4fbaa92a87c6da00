#include "provisioner/bmc/console_text.h"

#include <gtest/gtest.h>

namespace switchyard::provisioner {
namespace {

const std::string kToken = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

std::string whole(std::string_view bytes) { return console_text(bytes, Beginning::Whole); }

TEST(ConsoleText, LeavesOutTerminalSequences) {
  EXPECT_EQ(whole("\x1b[2J\x1b[01;01H\x1b[0;37;40mBooting\r\n\x1b]0;title\agrub>\x1b=\n"),
            "Booting\ngrub>\n");
}

TEST(ConsoleText, LeavesOutWhatIsNotPrintable) {
  EXPECT_EQ(whole(std::string("a\0b\x07\tc\xff\xc3\xa9", 9) + "d"), "abcd");
}

TEST(ConsoleText, EndsWithAHalfSequence) {
  EXPECT_EQ(whole("a\x1b"), "a");
  EXPECT_EQ(whole("a\x1b["), "a");
  EXPECT_EQ(whole("a\x1b[12;"), "a");
  EXPECT_EQ(whole("a\x1b]0;x"), "a");
}

TEST(ConsoleText, MasksATokenOfOurs) {
  EXPECT_EQ(whole("switchyard.token=" + kToken + " switchyard.nic=02:00:00:00:00:01"),
            "switchyard.token=[masked] switchyard.nic=02:00:00:00:00:01");
}

// A terminal of 80 columns breaks the kernel's command line; firmware paints it piece by piece.
TEST(ConsoleText, MasksATokenThatIsBroken) {
  EXPECT_EQ(whole("token=" + kToken.substr(0, 30) + "\r\n" + kToken.substr(30) + "\r\nnext"),
            "token=[masked]\nnext");
  EXPECT_EQ(whole("token=" + kToken.substr(0, 10) + "\x1b[5;1H" + kToken.substr(10) + " x"),
            "token=[masked] x");
}

TEST(ConsoleText, LeavesShortNumbersAlone) {
  EXPECT_EQ(whole("0xdeadbeef 9f8e7d\n1234\n"), "0xdeadbeef 9f8e7d\n1234\n");
}

TEST(ConsoleText, DoesNotShowTheRestOfATokenAtACutBeginning) {
  EXPECT_EQ(console_text(kToken.substr(50) + " x\nthe first whole line\n", Beginning::Cut),
            "the first whole line\n");
  EXPECT_EQ(console_text("token=01234\r\n" + kToken.substr(45) + " x\nline", Beginning::Cut),
            " x\nline");
  EXPECT_EQ(console_text("no end of line", Beginning::Cut), "");
}

}  // namespace
}  // namespace switchyard::provisioner
