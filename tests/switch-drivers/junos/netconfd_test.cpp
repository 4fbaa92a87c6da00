// What is sent to a Junos switch, sent to Debian's netconfd with a model of the same shape
// (yang/junos-subset.yang): each edit of every change of mode is taken, commits, and reads back as
// the state it should make. So what `replace` and `delete` of our XML do is a real server's word.
#include "tests/switch-drivers/transport/netconfd.h"

#include "switch-drivers/junos/exchange.h"
#include "switch-drivers/junos/plan.h"
#include "switch-drivers/junos/wish.h"
#include "switch-drivers/transport/netconf_operations.h"
#include "tests/switch-drivers/intents.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace switchyard::switch_drivers::junos {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

constexpr const char* kPort = "et-0/0/5";

class JunosOnNetconfd : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (Netconfd::is_installed())
      netconfd_ = new Netconfd(SWITCHYARD_JUNOS_TESTS "/yang", {"junos-subset"});
  }

  static void TearDownTestSuite() {
    delete netconfd_;
    netconfd_ = nullptr;
  }

  void SetUp() override {
    if (netconfd_ == nullptr) GTEST_SKIP() << "netconfd is not installed";
    session_ = make_netconf(netconfd_->access());
    const std::string base = fmt::format(
        "<configuration xmlns=\"{}\" nc:operation=\"replace\"><interfaces><interface><name>{}"
        "</name><disable/><speed>100g</speed></interface><interface><name>et-0/0/50</name>"
        "<mtu>9192</mtu></interface></interfaces><routing-instances><instance><name>vrf-prv</name>"
        "<instance-type>virtual-router</instance-type></instance><instance><name>vrf-pub</name>"
        "<instance-type>virtual-router</instance-type></instance></routing-instances>"
        "</configuration>",
        kNamespace, kPort);
    ASSERT_TRUE(committed({netconf::edit_config({.config = base})}));
  }

  bool committed(std::vector<std::string> edits) {
    edits.push_back(netconf::commit());
    const auto replies = session_->call(edits, 20s);
    EXPECT_TRUE(replies) << replies.error().message;
    bool all = replies.has_value();
    for (std::size_t i = 0; replies && i < replies->size(); ++i) {
      EXPECT_TRUE((*replies)[i].ok()) << as_error((*replies)[i], "test", "edit").message << "\n"
                                      << edits[i];
      all = all && (*replies)[i].ok();
    }
    return all;
  }

  Config config() {
    const std::vector<std::string> operations{netconf::get_config(netconf::Datastore::Running)};
    const auto replies = session_->call(operations, 20s);
    EXPECT_TRUE(replies);
    auto parsed = parse_config(replies->front());
    EXPECT_TRUE(parsed) << parsed.error().message;
    return *parsed;
  }

  PortState state(const Config& of) {
    PortState state = port_state(of, kPort);
    state.shared = of.shared;
    return state;
  }

  // One commit, as the driver makes it.
  void make(const PortState& to, const std::string& change_id) {
    const Config before = config();
    Edits edits = edits_between(state(before), to);
    if (change_id.empty())
      remove_mark(edits, kPort);
    else
      add_mark(edits, kPort, change_id);
    ASSERT_TRUE(committed({edit(edits)}));
    const Config after = config();
    for (const Difference& one : difference(to, state(after), after.all))
      ADD_FAILURE() << one.subject << " wished [" << one.wished << "] observed [" << one.observed
                    << "]";
    EXPECT_EQ(after.marks.contains(kPort), !change_id.empty());
    EXPECT_TRUE(
        after.all.contains({{{"interfaces", ""}, {"interface", kPort}, {"speed", ""}}, "100g"}));
    EXPECT_EQ(beneath(after.all, port_path("et-0/0/50")).size(), 1U);
  }

  static Netconfd* netconfd_;
  std::unique_ptr<Netconf> session_{};
};

Netconfd* JunosOnNetconfd::netconfd_ = nullptr;

TEST_F(JunosOnNetconfd, EveryChangeOfModeIsTakenAndReadsBack) {
  PortIntent granted = routed_port(kPort);
  granted.attachments[0].accept.insert(granted.attachments[0].accept.begin(),
                                       prefix("10.1.0.200/32"));
  granted.attachments[1].policy = {.in = {"then community add 65000:101"},
                                   .out = {"then as-path-prepend \"65001 65001\""}};
  const std::vector<PortIntent> way{
      provisioning_port(kPort), routed_port(kPort),       granted,
      segment_port(kPort),      routed_port(kPort),       shut_port(kPort),
      segment_port(kPort),      provisioning_port(kPort), shut_port(kPort)};
  const Statement disable{{{"interfaces", ""}, {"interface", kPort}, {"disable", ""}}, ""};
  int number = 0;
  for (const PortIntent& intent : way) {
    SCOPED_TRACE(fmt::format("{}: {}", ++number, summary(intent)));
    const PortState to = wished_state(intent).value();
    const PortState from = state(config());
    if (goes_through_shut(from, to)) {
      PortState closed = from;
      closed.own.insert(disable);
      make(closed, "chg-1");
      closed = to;
      closed.own.insert(disable);
      make(closed, "chg-1");
    }
    make(to, "chg-1");
    make(to, "");
  }
  // What is left is only what nobody needs, and it goes.
  const Config last = config();
  Edits leftovers;
  leftovers.deleted = unused_shared(last);
  EXPECT_EQ(leftovers.deleted.size(), last.shared.size());
  ASSERT_TRUE(committed({edit(leftovers)}));
  EXPECT_THAT(config().shared, IsEmpty());
}

TEST_F(JunosOnNetconfd, ARefusedEditIsAnErrorThatNamesWhatItIsAbout) {
  PortIntent intent = shut_port(kPort);
  intent.mtu = 9999;
  const Edits edits = edits_between(state(config()), wished_state(intent).value());
  const std::vector<std::string> operations{edit(edits)};
  const auto replies = session_->call(operations, 20s);
  ASSERT_TRUE(replies);
  ASSERT_FALSE(replies->front().ok());
  EXPECT_THAT(as_error(replies->front(), "tor1", "edit-config").message,
              testing::AllOf(testing::HasSubstr("tor1"), testing::HasSubstr("mtu")));
}

}  // namespace
}  // namespace switchyard::switch_drivers::junos
