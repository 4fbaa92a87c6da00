#include "web/cli/text.h"

#include "web/cli/event_stream.h"

#include <gtest/gtest.h>

namespace switchyard::web::cli {
namespace {

TEST(Printable, KeepsTextAndStopsControls) {
  EXPECT_EQ(printable("größe 機架 ✓"), "größe 機架 ✓");
  EXPECT_EQ(printable("a\x1b[31mb\nc\x7f"), "a?[31mb c?");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "?31m");  // C1 control sequence introducer
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a?b");                                            // right-to-left override
  EXPECT_EQ(printable("\xff\xc0\xaf\xed\xa0\x80"), "??????");  // no UTF-8, overlong, surrogate
}

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("größe"), 5);
  EXPECT_EQ(display_width("機架"), 4);
  EXPECT_EQ(display_width("e\xcc\x81"), 1);  // combining accent
}

TEST(Shortened, NeverExceedsItsColumns) {
  EXPECT_EQ(shortened("short", 5, "…"), "short");
  EXPECT_EQ(shortened("longer", 5, "…"), "long…");
  EXPECT_EQ(shortened("機架機架", 6, "…"), "機架…");
  EXPECT_EQ(shortened("longer", 0, "…"), "");
}

TEST(DurationText, ReadsLikeATime) {
  EXPECT_EQ(duration_text(0.04), "0.0 s");
  EXPECT_EQ(duration_text(2.14), "2.1 s");
  EXPECT_EQ(duration_text(9.96), "10 s");
  EXPECT_EQ(duration_text(185), "3 min 05 s");
  EXPECT_EQ(duration_text(7800), "2 h 10 min");
}

TEST(TimeText, ShortensRfc3339) {
  EXPECT_EQ(time_text("2026-11-21T03:14:15.000001Z"), "2026-11-21 03:14:15");
  EXPECT_EQ(time_text(""), "");
}

TEST(EventReader, PutsEventsTogetherFromPiecesOfAnySize) {
  const std::string stream =
      ": comment\r\n\r\nid: 1\nevent: a\ndata: x\ndata: y\n\nretry: 5\n\ndata\n\nid:2\rdata:z\r\r";
  const std::vector<StreamedEvent> wanted{{"1", "a", "x\ny"}, {"1", "", ""}, {"2", "", "z"}};
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    EventReader reader;
    std::vector<StreamedEvent> events;
    for (std::size_t at = 0; at < stream.size(); at += size)
      for (auto& event : reader.read(std::string_view(stream).substr(at, size)))
        events.push_back(event);
    EXPECT_EQ(events, wanted) << "pieces of " << size;
  }
}

}  // namespace
}  // namespace switchyard::web::cli
