// One vantage point and what can go wrong with it: scripted, and a real sshd with a real ping.
#include "core/db/transaction.h"
#include "provisioner/store/probes.h"
#include "tests/provisioner/scripted_vantage.h"
#include "tests/provisioner/simulated_site.h"
#include "tests/switch-drivers/transport/sshd.h"

#include <gmock/gmock.h>

namespace switchyard::provisioner {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Two addresses; the second one is nobody's.
Plan plan_of(const char* one, const char* other) {
  Plan plan;
  plan.vrfs.push_back(
      {.vrf = {"vrf-prv"}, .tag = {101}, .addresses = {*parse_ip(one), *parse_ip(other)}});
  return plan;
}

class Vantage : public testing::TestWithParam<db::Backend> {
 protected:
  Vantage() { import(vantage_inventory()); }

  void import(const std::string& text) {
    const auto imported = site_.service->import_inventory("vantage.yaml", text, Mode::Real);
    EXPECT_TRUE(imported) << imported.error().message;
  }

  void watch(std::chrono::seconds how_long) {
    EXPECT_TRUE(db::write(*site_.pool, "watch", [&](db::Session& session) -> Status {
      watch_probes(session, plan_, how_long);
      return {};
    }));
  }

  std::vector<ProbeTarget> probes() {
    return *db::read(*site_.pool, "probes",
                     [&](db::Session& session) -> Result<std::vector<ProbeTarget>> {
                       return list_probes(session, plan_);
                     });
  }

  void run(VantageWorker& worker, int ticks) {
    for (int i = 0; i < ticks; ++i)
      site_.clock.advance(std::max<std::chrono::milliseconds>(worker.tick(), 200ms));
  }

  VantageView view() { return site_.service->list_vantage_points({})->items.at(0); }

  ProbeContext context(const Site& site, MakeShell make) {
    return {*site_.pool, site_.clock, site_.wakeup, site, std::move(make)};
  }

  MakeShell scripted() {
    return [this](const VantageRecord&, const std::shared_ptr<const switch_drivers::Permit>&) {
      ++connections_;
      return Result<std::unique_ptr<switch_drivers::Shell>>(make_scripted_shell(vantage_));
    };
  }

  SimulatedSite site_{GetParam()};
  Plan plan_{plan_of("10.1.0.1", "10.1.0.2")};
  ScriptedVantage vantage_{};
  int connections_{};
  ProbeContext context_{context(site_.site, scripted())};
  VantageWorker worker_{context_, "spine1"};
};

TEST_P(Vantage, SendsNothingWhileNothingIsWatched) {
  run(worker_, 50);
  EXPECT_EQ(vantage_.rounds, 0);
  EXPECT_EQ(view().state, "reachable") << "it was asked once whether it can";
  EXPECT_EQ(vantage_.exchanges, 1);
  watch(10s);
  run(worker_, 100);
  EXPECT_GE(vantage_.rounds, 40) << "several a second";
  const int rounds = vantage_.rounds;
  run(worker_, 100);
  EXPECT_EQ(vantage_.rounds, rounds);
}

TEST_P(Vantage, KeepsWhatItSaw) {
  vantage_.answers = [](const std::string& address, int) { return address == "10.1.0.1"; };
  watch(60s);
  run(worker_, 5);
  const auto seen = probes();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].answered, seen[0].sent);
  EXPECT_GE(seen[0].sent, 4);
  EXPECT_EQ(seen[0].paths, 2);
  EXPECT_EQ(seen[0].bytes, 1472);
  EXPECT_EQ(seen[1].answered, 0);
  EXPECT_EQ(seen[1].lost_in_row, seen[1].sent);
  EXPECT_EQ(view().watched, 2);
}

TEST_P(Vantage, IsDrivenByOneController) {
  Site other_site = site_.site;
  other_site.controller = "other";
  ProbeContext other_context = context(other_site, scripted());
  VantageWorker other(other_context, "spine1");
  watch(600s);
  run(worker_, 3);
  const int rounds = vantage_.rounds;
  static_cast<void>(other.tick());
  EXPECT_EQ(vantage_.rounds, rounds);
  site_.clock.advance(61s);  // without a sign of life
  static_cast<void>(other.tick());
  EXPECT_EQ(vantage_.rounds, rounds + 1);
}

TEST_P(Vantage, WhoLostItsLeaseRecordsNothing) {
  Site other_site = site_.site;
  other_site.controller = "other";
  ProbeContext other_context = context(other_site, scripted());
  VantageWorker other(other_context, "spine1");
  watch(600s);
  vantage_.during_round = [&] {
    site_.clock.advance(61s);
    static_cast<void>(other.tick());
  };
  static_cast<void>(worker_.tick());
  EXPECT_EQ(probes()[0].sent, 1) << "the other one's";
}

struct Fault {
  Errc code{};
  const char* text{};
  const char* state{};
};

TEST_P(Vantage, SaysWhatIsWrongAndComesBack) {
  watch(6000s);
  run(worker_, 3);
  for (const Fault& fault :
       {Fault{Errc::Unavailable, "the session ended", "unreachable"},
        Fault{Errc::TimedOut, "command 1 of 1 took too long", "unreachable"},
        Fault{Errc::Rejected, "the host key is SHA256:y and not the pinned SHA256:x", "refused"}}) {
    const long long sent = probes()[0].sent;
    vantage_.broken = Error{fault.code, fault.text};
    const int exchanges = vantage_.exchanges;
    run(worker_, 20);
    EXPECT_EQ(view().state, fault.state);
    EXPECT_EQ(view().error, fault.text);
    EXPECT_EQ(probes()[0].sent, sent) << "what nobody looked at is not lost";
    EXPECT_LE(vantage_.exchanges - exchanges, 20) << "later and later";
    vantage_.broken.reset();
    run(worker_, 30);
    EXPECT_EQ(view().state, "reachable");
    EXPECT_EQ(view().error, "");
    EXPECT_GT(probes()[0].sent, sent);
  }
}

TEST_P(Vantage, SaysWhatItLacks) {
  vantage_.missing = "there is no device vrf-prv\n";
  run(worker_, 3);
  EXPECT_EQ(view().error, "vantage point spine1: there is no device vrf-prv");
}

TEST_P(Vantage, IsReachedAnewWhenTheInventorySaysSo) {
  run(worker_, 3);
  const int connections = connections_;
  import(vantage_inventory("    port: 2222\n"));
  run(worker_, 5);
  EXPECT_EQ(connections_, connections + 1);
  EXPECT_EQ(view().port, 2222);
  import(vantage_inventory("    port: 2222\n"));
  EXPECT_EQ(view().version, 2) << "nothing new";
}

TEST_P(Vantage, ProbesWithARealPingOverARealSession) {
  const switch_drivers::Sshd sshd;
  const auto access = sshd.access();
  plan_ = plan_of("127.0.0.1", "192.0.2.1");  // both by lo, so the second one never leaves
  ProbeContext real = context(
      site_.site, [&](const VantageRecord&, std::shared_ptr<const switch_drivers::Permit> permit) {
        auto with = access;
        with.permit = std::move(permit);
        return Result<std::unique_ptr<switch_drivers::Shell>>(switch_drivers::make_ssh_shell(with));
      });
  std::string text = vantage_inventory();
  text.replace(text.find("device: vrf-prv"), 15, "device: lo");
  import(text);
  VantageWorker worker(real, "spine1");
  watch(6000s);
  run(worker, 4);
  EXPECT_EQ(view().error, "");
  const auto seen = probes();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_GE(seen[0].sent, 3);
  EXPECT_EQ(seen[0].answered, seen[0].sent);
  EXPECT_EQ(seen[0].paths, 1);
  EXPECT_EQ(seen[1].answered, 0);
  EXPECT_EQ(seen[1].lost_in_row, seen[1].sent);
}

INSTANTIATE_TEST_SUITE_P(Databases, Vantage, testing::ValuesIn(db::backends_under_test()),
                         db::name_of);

}  // namespace
}  // namespace switchyard::provisioner
