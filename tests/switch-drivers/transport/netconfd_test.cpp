// The NETCONF transport against Debian's netconfd behind OpenSSH: confirmed commits in every way
// they can end, locks, and what is refused. "Wait" here is for a state, with a deadline.
#include "tests/switch-drivers/transport/netconfd.h"

#include "switch-drivers/transport/netconf.h"
#include "switch-drivers/transport/netconf_operations.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <thread>

namespace switchyard::switch_drivers {
namespace {

using namespace std::chrono_literals;
using netconf::Commit;
using netconf::Datastore;
using testing::HasSubstr;

class NetconfdTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (Netconfd::is_installed())
      netconfd_ = new Netconfd(SWITCHYARD_TRANSPORT_TESTS "/yang", {"switchyard-test"});
  }

  static void TearDownTestSuite() {
    delete netconfd_;
    netconfd_ = nullptr;
  }

  // Whatever the test before left: nothing is pending, nothing is there.
  void SetUp() override {
    if (netconfd_ == nullptr) GTEST_SKIP() << "netconfd is not installed";
    session_ = make_netconf(netconfd_->access());
    (void)call(*session_, {netconf::cancel_commit()});
    (void)call(*session_, {netconf::cancel_commit("swy")});
    ASSERT_TRUE(succeeds(*session_, netconf::discard_changes()));
    ASSERT_TRUE(succeeds(*session_, remove_all()));
    ASSERT_TRUE(succeeds(*session_, netconf::commit()));
    ASSERT_EQ(mode("e1"), "");
  }

  static std::string remove_all() {
    return netconf::edit_config(
        {.config = "<ports xmlns=\"urn:switchyard:test\" nc:operation=\"remove\"/>"});
  }

  static std::string set_mode(const std::string& port, const std::string& mode) {
    return netconf::edit_config(
        {.test = netconf::TestOption::TestThenSet,
         .on_error = netconf::ErrorOption::RollbackOnError,
         .config = fmt::format("<ports xmlns=\"urn:switchyard:test\"><port><name>{}</name>"
                               "<mode>{}</mode></port></ports>",
                               port, mode)});
  }

  static std::vector<NetconfReply> call(Netconf& session, std::vector<std::string> operations) {
    auto replies = session.call(operations, 20s);
    EXPECT_TRUE(replies) << replies.error().message;
    return replies ? *replies : std::vector<NetconfReply>(operations.size());
  }

  static bool succeeds(Netconf& session, const std::string& operation) {
    const auto replies = call(session, {operation});
    EXPECT_TRUE(replies[0].ok()) << operation << "\n"
                                 << as_error(replies[0], "test", "operation").message;
    return replies[0].ok();
  }

  static std::string mode_in(Netconf& session, Datastore store, const std::string& port) {
    const auto replies =
        call(session, {netconf::get_config(store, "<ports xmlns=\"urn:switchyard:test\"/>")});
    const XmlElement* data = replies[0].content.child("data");
    const XmlElement* ports = data == nullptr ? nullptr : data->child("ports");
    if (ports == nullptr) return "";
    for (const XmlElement& one : ports->children)
      if (one.child_text("name") == port) return one.child_text("mode");
    return "";
  }

  std::string mode(const std::string& port) { return mode_in(*session_, Datastore::Running, port); }

  // Until the switch shows it. netconfd looks at its timers only when nobody has asked it anything
  // for a second, so it is left alone between two looks.
  bool shows(const std::string& port, const std::string& wished, std::chrono::seconds within) {
    const auto until = std::chrono::steady_clock::now() + within;
    for (; std::chrono::steady_clock::now() < until; ::poll(nullptr, 0, 1200))
      if (mode(port) == wished) return true;
    return false;
  }

  static std::unique_ptr<Netconf> another() { return make_netconf(netconfd_->access()); }

  static Netconfd* netconfd_;
  std::unique_ptr<Netconf> session_{};
};

Netconfd* NetconfdTest::netconfd_ = nullptr;

TEST_F(NetconfdTest, SaysWhatItCan) {
  const auto hello = session_->hello(20s);
  ASSERT_TRUE(hello) << hello.error().message;
  for (const std::string_view capability :
       {netconf::kBase10, netconf::kBase11, netconf::kCandidate, netconf::kConfirmedCommit11,
        netconf::kRollbackOnError, netconf::kValidate11})
    EXPECT_TRUE(hello->has(capability)) << capability;
  EXPECT_FALSE(hello->has("capability:candidate"));
  EXPECT_GT(hello->session_id, 0U);
}

TEST_F(NetconfdTest, CarriesOutManyOperationsInOneRoundTripAndInOrder) {
  std::vector<std::string> operations;
  for (int i = 0; i < 40; ++i)
    operations.push_back(set_mode(fmt::format("e{}", i), "routed"));
  operations.push_back(netconf::commit());
  for (const NetconfReply& reply : call(*session_, operations))
    EXPECT_TRUE(reply.ok());
  EXPECT_EQ(mode("e39"), "routed");
}

TEST_F(NetconfdTest, AnEditIsInForceOnlyOnceItIsCommitted) {
  ASSERT_TRUE(succeeds(*session_, set_mode("e1", "routed")));
  EXPECT_EQ(mode("e1"), "");
  EXPECT_EQ(mode_in(*session_, Datastore::Candidate, "e1"), "routed");
  ASSERT_TRUE(succeeds(*session_, netconf::discard_changes()));
  EXPECT_EQ(mode_in(*session_, Datastore::Candidate, "e1"), "");
}

TEST_F(NetconfdTest, AnInvalidEditIsRefusedAndNothingChanges) {
  ASSERT_TRUE(succeeds(*session_, set_mode("e1", "shut")));
  ASSERT_TRUE(succeeds(*session_, netconf::commit()));
  const auto replies = call(*session_, {set_mode("e1", "bridged"), netconf::commit()});
  ASSERT_FALSE(replies[0].ok());
  const Error error = as_error(replies[0], "tor1", "edit-config");
  EXPECT_EQ(error.code, Errc::Rejected);
  EXPECT_THAT(error.message, testing::StartsWith("switch tor1: edit-config: "));
  EXPECT_THAT(error.message, HasSubstr("mode"));  // the path
  EXPECT_EQ(mode("e1"), "shut");
  EXPECT_EQ(mode_in(*session_, Datastore::Candidate, "e1"), "shut");
}

TEST_F(NetconfdTest, ARefusedEditOfOnePortDoesNotTakeBackThatOfAnother) {
  const auto replies = call(*session_, {set_mode("e1", "routed"), set_mode("e2", "bridged"),
                                        set_mode("e3", "shut"), netconf::commit()});
  EXPECT_TRUE(replies[0].ok());
  EXPECT_FALSE(replies[1].ok());
  EXPECT_TRUE(replies[2].ok());
  EXPECT_TRUE(replies[3].ok());
  EXPECT_EQ(mode("e1"), "routed");
  EXPECT_EQ(mode("e2"), "");
  EXPECT_EQ(mode("e3"), "shut");
}

TEST_F(NetconfdTest, AConfirmedCommitIsKeptByTheCommitThatConfirmsIt) {
  ASSERT_TRUE(succeeds(*session_, set_mode("e1", "routed")));
  ASSERT_TRUE(succeeds(*session_, netconf::commit({.confirmed = true, .timeout = 600s})));
  EXPECT_EQ(mode("e1"), "routed");
  ASSERT_TRUE(succeeds(*session_, netconf::commit()));
  // Nothing is left to be cancelled, so nothing can take it back.
  EXPECT_FALSE(call(*session_, {netconf::cancel_commit()})[0].ok());
  session_->drop();
  EXPECT_EQ(mode("e1"), "routed");
}

TEST_F(NetconfdTest, AConfirmedCommitIsTakenBackWhenItsTimeIsUp) {
  ASSERT_TRUE(succeeds(*session_, set_mode("e1", "routed")));
  ASSERT_TRUE(succeeds(*session_, netconf::commit({.confirmed = true, .timeout = 1s})));
  EXPECT_TRUE(shows("e1", "", 20s));
}

TEST_F(NetconfdTest, AConfirmedCommitIsTakenBackWhenItsSessionIsLost) {
  const auto other = another();
  ASSERT_TRUE(succeeds(*other, set_mode("e1", "routed")));
  ASSERT_TRUE(succeeds(*other, netconf::commit({.confirmed = true, .timeout = 600s})));
  EXPECT_EQ(mode("e1"), "routed");
  other->drop();
  EXPECT_TRUE(shows("e1", "", 20s));
}

TEST_F(NetconfdTest, APersistentOneOutlivesItsSessionAndIsConfirmedFromAnother) {
  const auto other = another();
  ASSERT_TRUE(succeeds(*other, set_mode("e1", "routed")));
  ASSERT_TRUE(
      succeeds(*other, netconf::commit({.confirmed = true, .timeout = 600s, .persist = "swy"})));
  const auto closed = call(*other, {netconf::close_session()});
  EXPECT_TRUE(closed[0].ok());
  EXPECT_EQ(mode("e1"), "routed");
  // Only who knows its name.
  EXPECT_FALSE(call(*session_, {netconf::commit({.persist_id = "not-it"})})[0].ok());
  ASSERT_TRUE(succeeds(*session_, netconf::commit({.persist_id = "swy"})));
  EXPECT_FALSE(call(*session_, {netconf::cancel_commit("swy")})[0].ok());
  EXPECT_EQ(mode("e1"), "routed");
}

TEST_F(NetconfdTest, APersistentOneIsTakenBackWhenItsTimeIsUp) {
  const auto other = another();
  ASSERT_TRUE(succeeds(*other, set_mode("e1", "routed")));
  ASSERT_TRUE(
      succeeds(*other, netconf::commit({.confirmed = true, .timeout = 1s, .persist = "swy"})));
  other->drop();
  EXPECT_TRUE(shows("e1", "", 20s));
  EXPECT_FALSE(call(*session_, {netconf::commit({.persist_id = "swy"})})[0].ok());
}

TEST_F(NetconfdTest, APersistentOneIsCancelledFromAnotherSession) {
  const auto other = another();
  ASSERT_TRUE(succeeds(*other, set_mode("e1", "routed")));
  ASSERT_TRUE(
      succeeds(*other, netconf::commit({.confirmed = true, .timeout = 600s, .persist = "swy"})));
  EXPECT_FALSE(call(*session_, {netconf::cancel_commit("not-it")})[0].ok());
  EXPECT_EQ(mode("e1"), "routed");
  ASSERT_TRUE(succeeds(*session_, netconf::cancel_commit("swy")));
  EXPECT_EQ(mode("e1"), "");
}

// RFC 6241, 8.4.1: what follows belongs to the same confirmed commit.
TEST_F(NetconfdTest, WhatFollowsIsTakenBackWithTheFirst) {
  ASSERT_TRUE(succeeds(*session_, set_mode("e1", "shut")));
  ASSERT_TRUE(
      succeeds(*session_, netconf::commit({.confirmed = true, .timeout = 600s, .persist = "swy"})));
  ASSERT_TRUE(succeeds(*session_, set_mode("e1", "routed")));
  ASSERT_TRUE(succeeds(*session_,
                       netconf::commit({.confirmed = true, .timeout = 600s, .persist_id = "swy"})));
  EXPECT_EQ(mode("e1"), "routed");
  ASSERT_TRUE(succeeds(*session_, netconf::cancel_commit("swy")));
  EXPECT_EQ(mode("e1"), "");
}

// netconfd 2.13 takes a candidate for unchanged once it was validated, and commits nothing, with
// ok. So an edit is validated by its test-option, and a commit validates anyway; what an ok was
// worth only the running configuration tells.
TEST_F(NetconfdTest, ValidateBeforeAConfirmedCommitIsWorthOnlyWhatIsReadBack) {
  ASSERT_TRUE(succeeds(*session_, set_mode("e1", "routed")));
  ASSERT_TRUE(succeeds(*session_, netconf::validate(Datastore::Candidate)));
  ASSERT_TRUE(succeeds(*session_, netconf::commit({.confirmed = true, .timeout = 600s})));
  const std::string taken = mode("e1");
  EXPECT_TRUE(taken.empty() || taken == "routed") << taken;
  if (taken.empty()) std::printf("netconfd: validated, committed with ok, and nothing changed\n");
  // The edit said again is committed.
  ASSERT_TRUE(succeeds(*session_, netconf::discard_changes()));
  ASSERT_TRUE(succeeds(*session_, set_mode("e1", "routed")));
  ASSERT_TRUE(succeeds(*session_, netconf::commit({.confirmed = true, .timeout = 600s})));
  EXPECT_EQ(mode("e1"), "routed");
  ASSERT_TRUE(succeeds(*session_, netconf::commit()));
  EXPECT_EQ(mode("e1"), "routed");
}

TEST_F(NetconfdTest, ALockOfAnotherSessionIsUnavailableAndNamesIt) {
  const auto other = another();
  ASSERT_TRUE(succeeds(*other, netconf::lock(Datastore::Candidate)));
  const auto replies = call(*session_, {netconf::lock(Datastore::Candidate)});
  ASSERT_FALSE(replies[0].ok());
  EXPECT_EQ(replies[0].errors[0].tag, "lock-denied");
  EXPECT_EQ(as_error(replies[0], "tor1", "lock").code, Errc::Unavailable);
  ASSERT_FALSE(call(*session_, {set_mode("e1", "routed")})[0].ok());
  ASSERT_TRUE(succeeds(*other, netconf::unlock(Datastore::Candidate)));
  EXPECT_TRUE(succeeds(*session_, netconf::lock(Datastore::Candidate)));
  EXPECT_TRUE(succeeds(*session_, netconf::unlock(Datastore::Candidate)));
}

TEST_F(NetconfdTest, ALockEndsWithItsSession) {
  const auto other = another();
  ASSERT_TRUE(succeeds(*other, netconf::lock(Datastore::Candidate)));
  other->drop();
  const auto until = std::chrono::steady_clock::now() + 20s;
  bool locked = false;
  while (!locked && std::chrono::steady_clock::now() < until)
    locked = call(*session_, {netconf::lock(Datastore::Candidate)})[0].ok();
  EXPECT_TRUE(locked);
  EXPECT_TRUE(succeeds(*session_, netconf::unlock(Datastore::Candidate)));
}

TEST_F(NetconfdTest, AKilledSessionIsUnavailableAndTheNextCallGreetsAgain) {
  const auto other = another();
  const auto hello = other->hello(20s);
  ASSERT_TRUE(hello);
  ASSERT_TRUE(succeeds(*session_, netconf::kill_session(hello->session_id)));
  const std::vector<std::string> lock{netconf::lock(Datastore::Candidate)};
  const auto until = std::chrono::steady_clock::now() + 20s;
  auto cut = other->call(lock, 20s, Netconf::Session::Warm);
  while (cut && std::chrono::steady_clock::now() < until)
    cut = other->call(lock, 20s, Netconf::Session::Warm);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, Errc::Unavailable);
  const auto again = other->hello(20s);
  ASSERT_TRUE(again);
  EXPECT_NE(again->session_id, hello->session_id);
}

TEST_F(NetconfdTest, SendsNothingWithoutAPermit) {
  const SystemClock clock;
  const auto permit = std::make_shared<Permit>(clock);
  SwitchAccess access = netconfd_->access();
  access.permit = permit;
  const auto guarded = make_netconf(access);
  EXPECT_EQ(guarded->hello(20s).error().code, Errc::Unavailable);
  permit->extend(clock.steady() + 1h);
  ASSERT_TRUE(guarded->hello(20s));
  permit->withdraw();
  const std::vector<std::string> operations{set_mode("e1", "routed"), netconf::commit()};
  EXPECT_EQ(guarded->call(operations, 20s).error().code, Errc::Unavailable);
  EXPECT_EQ(mode("e1"), "");
}

TEST_F(NetconfdTest, RefusesAnotherHostKey) {
  SwitchAccess access = netconfd_->access();
  access.host_key = "SHA256:0000000000000000000000000000000000000000000";
  const auto refused = make_netconf(access)->hello(20s);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::Rejected);
}

}  // namespace
}  // namespace switchyard::switch_drivers
