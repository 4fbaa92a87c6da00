// One commit of many ports, with a switch that is played: what becomes of those it refuses.
#include "switch-drivers/junos/candidate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <deque>

namespace switchyard::switch_drivers::junos {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Answers each operation by what `answer` says of it: "" is ok, else the message of an error.
class PlayedNetconf final : public Netconf {
 public:
  explicit PlayedNetconf(std::function<std::string(const std::string&)> answer)
      : answer_(std::move(answer)) {}

  Result<NetconfHello> hello(std::chrono::milliseconds) override { return NetconfHello{}; }

  Result<std::vector<NetconfReply>> call(std::span<const std::string> operations,
                                         std::chrono::milliseconds, Session) override {
    std::vector<NetconfReply> replies;
    for (const std::string& operation : operations) {
      sent.push_back(operation);
      replies.push_back(reply(operation));
    }
    return replies;
  }

  void drop() override { dropped = true; }

  [[nodiscard]] std::vector<std::string> kinds() const {
    std::vector<std::string> words;
    for (const std::string& one : sent)
      words.push_back(one.substr(1, one.find_first_of(" />", 1) - 1));
    return words;
  }

  std::vector<std::string> sent{};
  bool dropped{};

 private:
  NetconfReply reply(const std::string& operation) {
    std::string content = "<ok/>";
    if (operation.starts_with("<get-config")) content = "<data><configuration/></data>";
    if (operation.starts_with("<get-interface")) content = "<interface-information/>";
    if (const std::string message = answer_(operation); !message.empty())
      content = "<rpc-error><error-tag>operation-failed</error-tag><error-message>" + message +
                "</error-message></rpc-error>";
    return parse_reply(fmt::format("<rpc-reply xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\" "
                                   "message-id=\"1\">{}</rpc-reply>",
                                   content),
                       "1")
        .value();
  }

  std::function<std::string(const std::string&)> answer_;
};

std::vector<PortEdits> edits_of(const std::vector<std::string>& ports) {
  std::vector<PortEdits> all;
  for (const std::string& port : ports) {
    Path path = port_path(port);
    path.push_back({"mtu", ""});
    all.push_back({port, {.replaced = {{path, {{path, "1518"}}}}}});
  }
  return all;
}

bool is_commit(const std::string& operation) { return operation.starts_with("<commit"); }

TEST(JunosCandidate, CommitsAllInOne) {
  PlayedNetconf netconf([](const std::string&) { return ""; });
  Candidate candidate(netconf, "tor1", 1s);
  const auto committed = candidate.commit(edits_of({"et-0/0/1", "et-0/0/2"}), commit_for_good());
  ASSERT_TRUE(committed);
  EXPECT_TRUE(committed->view);
  EXPECT_THAT(committed->refused, IsEmpty());
  EXPECT_THAT(netconf.kinds(), ElementsAre("edit-config", "edit-config", "commit", "get-config",
                                           "get-interface-information"));
}

TEST(JunosCandidate, APortThatTheCommitNamesIsLeftOutAndTheOthersAreSentAgain) {
  bool has_failed = false;
  PlayedNetconf netconf([&](const std::string& operation) -> std::string {
    if (!is_commit(operation) || std::exchange(has_failed, true)) return "";
    return "[edit interfaces et-0/0/1 unit 101]: no memory for et-0/0/1.101";
  });
  Candidate candidate(netconf, "tor1", 1s);
  const auto committed =
      candidate.commit(edits_of({"et-0/0/1", "et-0/0/11", "et-0/0/2"}), commit_for_good());
  ASSERT_TRUE(committed);
  EXPECT_TRUE(committed->view);
  ASSERT_EQ(committed->refused.size(), 1U);
  EXPECT_THAT(committed->refused.at("et-0/0/1").message, HasSubstr("no memory"));
  EXPECT_THAT(netconf.sent.at(7), Not(HasSubstr("et-0/0/1<")));
  EXPECT_THAT(netconf.kinds(),
              ElementsAre("edit-config", "edit-config", "edit-config", "commit", "get-config",
                          "get-interface-information", "discard-changes", "edit-config",
                          "edit-config", "commit", "get-config", "get-interface-information"));
}

TEST(JunosCandidate, ACommitThatNamesNobodyIsRefusedForAllAndEnds) {
  PlayedNetconf netconf([](const std::string& operation) -> std::string {
    return is_commit(operation) ? "no space left on device" : "";
  });
  Candidate candidate(netconf, "tor1", 1s);
  const auto committed = candidate.commit(edits_of({"et-0/0/1", "et-0/0/2"}), commit_for_good());
  ASSERT_TRUE(committed);
  EXPECT_FALSE(committed->view);
  EXPECT_EQ(committed->refused.size(), 2U);
  EXPECT_EQ(netconf.kinds().back(), "discard-changes");
}

TEST(JunosCandidate, WithoutEditsThereIsNoCommit) {
  PlayedNetconf netconf([](const std::string&) { return ""; });
  Candidate candidate(netconf, "tor1", 1s);
  const auto committed = candidate.commit({{"et-0/0/1", {}}}, commit_for_good());
  ASSERT_TRUE(committed);
  EXPECT_FALSE(committed->view);
  EXPECT_THAT(netconf.sent, IsEmpty());
}

TEST(JunosCandidate, ALockThatCannotBeGivenBackEndsWithItsSession) {
  PlayedNetconf netconf([](const std::string& operation) -> std::string {
    return operation.starts_with("<unlock") ? "no" : "";
  });
  Candidate candidate(netconf, "tor1", 1s);
  candidate.unlock();
  EXPECT_TRUE(netconf.dropped);
}

TEST(JunosCandidate, ALockThatALostSessionStillHoldsIsAskedForAgain) {
  int asked = 0;
  PlayedNetconf netconf([&](const std::string& operation) -> std::string {
    return operation.starts_with("<lock") && ++asked == 1 ? "locked by session 4" : "";
  });
  Candidate candidate(netconf, "tor1", 20s);
  EXPECT_TRUE(candidate.lock());
  EXPECT_EQ(asked, 2);
}

TEST(JunosCandidate, ALockOfSomebodyElseIsUnavailableAndNothingIsDiscarded) {
  PlayedNetconf netconf([](const std::string& operation) -> std::string {
    return operation.starts_with("<lock") ? "configuration database modified" : "";
  });
  Candidate candidate(netconf, "tor1", 1s);
  const auto view = candidate.lock();
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().code, Errc::Unavailable);
  EXPECT_THAT(netconf.kinds(), Not(testing::Contains("discard-changes")));
}

}  // namespace
}  // namespace switchyard::switch_drivers::junos
