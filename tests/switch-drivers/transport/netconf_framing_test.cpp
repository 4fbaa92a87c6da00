#include "switch-drivers/transport/netconf_framing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <vector>

namespace switchyard::switch_drivers {
namespace {

// In pieces of `piece` bytes; ends with what take() said last.
Result<bool> cut(MessageStream& stream, std::string_view text, std::size_t piece,
                 std::vector<std::string>& messages) {
  Result<bool> last = false;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    stream.add(text.substr(at, piece));
    std::string message;
    for (last = stream.take(message); last && *last; last = stream.take(message))
      messages.push_back(message);
    if (!last) return last;
  }
  return last;
}

TEST(NetconfFraming, FindsMessagesInPiecesOfAnySize) {
  const std::vector<std::string> sent{"<a/>", "]]>]", "x]]>]]\n##\n>", std::string(5000, 'y')};
  for (const Framing framing : {Framing::EndOfMessage, Framing::Chunked}) {
    std::string text;
    for (const std::string& message : sent)
      text += framed(message, framing);
    for (std::size_t piece = 1; piece < 30; ++piece) {
      MessageStream stream;
      stream.use(framing);
      std::vector<std::string> got;
      ASSERT_TRUE(cut(stream, text, piece, got)) << piece;
      EXPECT_EQ(got, sent) << piece;
    }
  }
}

// RFC 6242, 4.2, the example: one message in three chunks.
TEST(NetconfFraming, JoinsChunks) {
  MessageStream stream;
  stream.use(Framing::Chunked);
  std::vector<std::string> got;
  ASSERT_TRUE(cut(stream, "\n#4\n<rpc\n#2\n>\n\n#6\n</rpc>\n##\n", 1, got));
  EXPECT_EQ(got, (std::vector<std::string>{"<rpc>\n</rpc>"}));
}

TEST(NetconfFraming, ChangesAfterTheHello) {
  MessageStream stream;
  std::vector<std::string> got;
  ASSERT_TRUE(cut(stream, "<hello/>]]>]]>", 3, got));
  stream.use(Framing::Chunked);
  ASSERT_TRUE(cut(stream, "\n#3\n<a>\n##\n", 3, got));
  EXPECT_EQ(got, (std::vector<std::string>{"<hello/>", "<a>"}));
}

TEST(NetconfFraming, RefusesWhatIsNoChunkAtItsFirstWrongByte) {
  for (const std::string_view text :
       {"<rpc-reply/>", "\n<", "#4\n", "\n#0\n", "\n#04\nabcd", "\n#-1\n", "\n# 4\n", "\n#4 \n",
        "\n#4294967296\n", "\n#99999999999999999999", "\n#x", "\n##\n", "\n#4\nabcd\n#4\nabcdX",
        "\n#4\nabcd##\n", "\n#2\nab\n#\n", "\n#2\nab\n##x"}) {
    for (std::size_t piece = 1; piece < 8; ++piece) {
      MessageStream stream;
      stream.use(Framing::Chunked);
      std::vector<std::string> got;
      const auto last = cut(stream, text, piece, got);
      ASSERT_FALSE(last) << text;
      EXPECT_EQ(last.error().code, Errc::Rejected);
      EXPECT_TRUE(got.empty());
    }
  }
}

TEST(NetconfFraming, RefusesAMessageWithoutEnd) {
  const std::string megabyte(1 << 20, 'x');
  MessageStream stream;
  std::string message;
  Result<bool> last = false;
  for (int i = 0; i < 17 && last; ++i) {
    stream.add(megabyte);
    last = stream.take(message);
  }
  EXPECT_FALSE(last);

  MessageStream chunked;
  chunked.use(Framing::Chunked);
  last = false;
  for (int i = 0; i < 17 && last; ++i) {
    chunked.add(fmt::format("\n#{}\n{}", megabyte.size(), megabyte));
    last = chunked.take(message);
  }
  EXPECT_FALSE(last);
  // Before it is believed, not after it has come.
  MessageStream boast;
  boast.use(Framing::Chunked);
  boast.add("\n#4000000000\n");
  EXPECT_FALSE(boast.take(message));
}

}  // namespace
}  // namespace switchyard::switch_drivers
