#include "pxe/tftp/transfer.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace switchyard::pxe::tftp {
namespace {

using What = Step::What;

Step blocks(std::uint64_t first, std::uint16_t count) {
  return {.what = What::SendBlocks, .first = first, .count = count};
}

Step over(Outcome outcome) { return {.what = What::End, .outcome = outcome}; }

const Step kNothing{};
const Step kOptions{.what = What::SendOptions};

Terms plain(std::uint16_t window = 1) { return {.window = window}; }

Terms with_options(std::uint16_t window = 1) {
  return {.window = window, .accepted = {{"tsize", "1"}}};
}

TEST(TftpTransfer, SendsBlockAfterBlockAndEndsWithTheShortOne) {
  Transfer transfer(plain(), 1000);
  EXPECT_EQ(transfer.start(), blocks(1, 1));
  EXPECT_EQ(transfer.on_ack(1), blocks(2, 1));
  EXPECT_EQ(transfer.on_ack(2), over(Outcome::Complete));
  EXPECT_TRUE(transfer.is_over());
}

TEST(TftpTransfer, EndsAFileOfWholeBlocksWithAnEmptyOne) {
  EXPECT_EQ(Transfer(plain(), 1024).block_count(), 3U);
  EXPECT_EQ(Transfer(plain(), 0).block_count(), 1U);
  EXPECT_EQ(Transfer(plain(), 511).block_count(), 1U);
}

TEST(TftpTransfer, WaitsForTheOptionsToBeAcknowledged) {
  Transfer transfer(with_options(), 1000);
  EXPECT_EQ(transfer.start(), kOptions);
  EXPECT_EQ(transfer.on_ack(1), kNothing);
  EXPECT_EQ(transfer.on_timeout(), kOptions);
  EXPECT_EQ(transfer.on_ack(0), blocks(1, 1));
}

TEST(TftpTransfer, TakesARefusalOfTheOptionsForAProbe) {
  Transfer probed(with_options(), 1000);
  (void)probed.start();
  EXPECT_EQ(probed.on_error(8), over(Outcome::Probed));
  Transfer abandoned(with_options(), 1000);
  (void)abandoned.start();
  (void)abandoned.on_ack(0);
  EXPECT_EQ(abandoned.on_error(8), over(Outcome::Abandoned));
}

TEST(TftpTransfer, DoesNotAnswerARepeatedAck) {
  Transfer transfer(plain(), 5000);
  (void)transfer.start();
  EXPECT_EQ(transfer.on_ack(1), blocks(2, 1));
  EXPECT_EQ(transfer.on_ack(1), kNothing);
  EXPECT_EQ(transfer.on_ack(0), kNothing);
  EXPECT_EQ(transfer.on_ack(3), kNothing);  // never sent
  EXPECT_EQ(transfer.on_timeout(), blocks(2, 1));
}

TEST(TftpTransfer, CountsOnPastBlock65535) {
  Transfer transfer({.block_size = 8}, 8 * 70'000);
  (void)transfer.start();
  for (std::uint64_t i = 1; i < 65'536; ++i)
    ASSERT_EQ(transfer.on_ack(static_cast<std::uint16_t>(i)), blocks(i + 1, 1));
  EXPECT_EQ(transfer.on_ack(65'535), kNothing);
  EXPECT_EQ(transfer.on_ack(0), blocks(65'537, 1));
  EXPECT_EQ(transfer.on_ack(1), blocks(65'538, 1));
}

TEST(TftpTransfer, SendsAWindowAtATime) {
  Transfer transfer(plain(4), 512 * 6);
  EXPECT_EQ(transfer.start(), blocks(1, 4));
  EXPECT_EQ(transfer.on_ack(4), blocks(5, 3));
  EXPECT_EQ(transfer.on_ack(7), over(Outcome::Complete));
}

TEST(TftpTransfer, GoesBackToTheGapAndOnlyOnce) {
  Transfer transfer(plain(4), 512 * 100);
  (void)transfer.start();
  EXPECT_EQ(transfer.on_ack(2), blocks(3, 4));
  EXPECT_EQ(transfer.on_ack(2), kNothing);
  EXPECT_EQ(transfer.on_ack(6), blocks(7, 4));
}

TEST(TftpTransfer, GoesBackToTheStartOfAWindowButNotForEchoesOfIt) {
  Transfer transfer(plain(4), 512 * 100);
  (void)transfer.start();
  EXPECT_EQ(transfer.on_ack(4), blocks(5, 4));
  EXPECT_EQ(transfer.on_ack(4), blocks(5, 4));  // block 5 was lost
  EXPECT_EQ(transfer.on_ack(4), kNothing);
  EXPECT_EQ(transfer.on_ack(8), blocks(9, 4));
  EXPECT_EQ(transfer.on_ack(8), kNothing);  // the echo of the window sent twice
}

TEST(TftpTransfer, GivesUpOnASilentClient) {
  Transfer transfer(plain(), 1000);
  (void)transfer.start();
  std::chrono::milliseconds waited{0};
  Step step = blocks(1, 1);
  while (step == blocks(1, 1)) {
    waited += transfer.patience();
    step = transfer.on_timeout();
  }
  EXPECT_EQ(step, over(Outcome::Lost));
  EXPECT_GE(waited, std::chrono::seconds(15));
  EXPECT_LE(waited, std::chrono::seconds(30));
  EXPECT_EQ(transfer.on_ack(1), kNothing);
}

TEST(TftpTransfer, WaitsAsLongAsAgreed) {
  Transfer transfer({.timeout = std::chrono::seconds(9)}, 1000);
  (void)transfer.start();
  EXPECT_EQ(transfer.patience(), std::chrono::seconds(9));
  (void)transfer.on_timeout();
  EXPECT_EQ(transfer.patience(), std::chrono::seconds(9));
}

TEST(TftpTransfer, IsCompleteWhenTheClientLeavesAfterTheLastBlock) {
  Transfer transfer(plain(), 600);
  (void)transfer.start();
  (void)transfer.on_ack(1);
  EXPECT_EQ(transfer.on_gone(), over(Outcome::Complete));
  Transfer half(plain(), 600);
  (void)half.start();
  EXPECT_EQ(half.on_gone(), over(Outcome::Lost));
}

// A client by RFC 7440 behind a line that loses and repeats packets both ways.
class Client {
 public:
  Client(std::uint16_t window, std::uint64_t last) : window_(window), last_(last) {}

  // The ACK to send, if any.
  std::optional<std::uint16_t> on_block(std::uint64_t block) {
    const bool is_next = block == got_ + 1;
    if (is_next) ++got_;
    ++since_ack_;
    if (is_next && got_ != last_ && since_ack_ < window_) return std::nullopt;
    since_ack_ = 0;
    return static_cast<std::uint16_t>(got_);
  }

  [[nodiscard]] bool has_all() const { return got_ == last_; }

 private:
  std::uint16_t window_;
  std::uint64_t last_;
  std::uint64_t got_{0};
  std::uint16_t since_ack_{0};
};

struct Line {
  unsigned loss{};    // of a hundred packets, each way
  unsigned repeat{};  // of a hundred
};

// How many blocks were sent until the client had all.
std::uint64_t run(Transfer& transfer, Client& client, const Line& line, unsigned seed) {
  std::mt19937 random(seed);
  const auto happens = [&random](unsigned percent) { return random() % 100 < percent; };
  std::deque<std::uint16_t> acks;
  std::uint64_t sent = 0;
  Step step = transfer.start();
  while (!transfer.is_over()) {
    for (std::uint64_t i = step.first; i < step.first + step.count; ++i) {
      ++sent;
      for (int copies = happens(line.loss) ? 0 : happens(line.repeat) ? 2 : 1; copies > 0; --copies)
        if (const auto ack = client.on_block(i); ack && !happens(line.loss)) acks.push_back(*ack);
    }
    if (acks.empty()) {
      step = transfer.on_timeout();
      continue;
    }
    step = transfer.on_ack(acks.front());
    acks.pop_front();
  }
  return sent;
}

TEST(TftpTransfer, BringsEveryBlockOverALineThatLosesAndRepeats) {
  for (const std::uint16_t window : std::initializer_list<std::uint16_t>{1, 2, 4, 16, 64}) {
    for (unsigned seed = 0; seed < 40; ++seed) {
      Transfer transfer({.block_size = 8, .window = window}, 8 * 3000);
      Client client(window, transfer.block_count());
      const auto sent = run(transfer, client, {.loss = 5, .repeat = 5}, seed);
      ASSERT_TRUE(client.has_all()) << "window " << window << ", seed " << seed;
      ASSERT_LE(sent, transfer.block_count() * (window == 1 ? 2 : 1 + window)) << window;
    }
  }
}

TEST(TftpTransfer, IsNoSorcerersApprentice) {
  for (const std::uint16_t window : std::initializer_list<std::uint16_t>{1, 8}) {
    Transfer transfer({.block_size = 8, .window = window}, 8 * 4000);
    Client client(window, transfer.block_count());
    const auto sent = run(transfer, client, {.loss = 0, .repeat = 100}, 1);
    // The client of a window acknowledges each copy, which may mean a gap; still nothing grows.
    EXPECT_LE(sent, transfer.block_count() * (window == 1 ? 1 : window)) << window;
  }
}

}  // namespace
}  // namespace switchyard::pxe::tftp
