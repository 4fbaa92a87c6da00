// The NETCONF transport against servers that are none, or mean no good.
#include "switch-drivers/transport/netconf.h"
#include "switch-drivers/transport/netconf_framing.h"
#include "tests/fakes/ssh/server.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>

namespace switchyard::contract {
namespace {

using namespace std::chrono_literals;
using namespace switch_drivers;
using fakes::Effect;

constexpr std::string_view kBase = "urn:ietf:params:xml:ns:netconf:base:1.0";

std::string hello(std::string_view versions) {
  std::string capabilities;
  for (const char version : versions)
    capabilities +=
        fmt::format("<capability>urn:ietf:params:netconf:base:1.{}</capability>", version);
  return framed(fmt::format("<hello xmlns=\"{}\"><capabilities>{}</capabilities><session-id>7"
                            "</session-id></hello>",
                            kBase, capabilities),
                Framing::EndOfMessage);
}

std::string reply(std::string_view id, std::string_view content = "<ok/>") {
  return fmt::format("<rpc-reply xmlns=\"{}\" message-id=\"{}\">{}</rpc-reply>", kBase, id,
                     content);
}

// Says what it is told to, piece by piece, whatever it hears.
struct Script {
  std::string text{};
  std::size_t piece{1U << 20U};
  std::size_t repeated{1};  // the whole text
  Effect::Then end{Effect::Then::Idle};
};

class Speaker final : public fakes::SshProgram {
 public:
  explicit Speaker(Script script) : script_(std::move(script)) {}

  void feed(std::string_view) override {}

  void end_of_input() override {}

  void lost() override {}

  Effect next() override {
    if (at_ == script_.text.size() && said_ + 1 < script_.repeated) {
      ++said_;
      at_ = 0;
    }
    if (at_ == script_.text.size()) return {"", script_.end, {}, 0};
    const std::string piece = script_.text.substr(at_, script_.piece);
    at_ += piece.size();
    return {piece, Effect::Then::Wait, std::chrono::microseconds{1}, 0};
  }

 private:
  Script script_;
  std::size_t at_{};
  std::size_t said_{};
};

class Peer final : public fakes::SshPeer {
 public:
  explicit Peer(Script script) : script_(std::move(script)) {}

  bool accepts_password(std::string_view, std::string_view) override { return true; }

  bool accepts_key(std::string_view, std::string_view) override { return false; }

  fakes::SshLimits limits() override { return {}; }

  bool reachable() override { return true; }

  std::unique_ptr<fakes::SshProgram> start(std::string_view) override { return nullptr; }

  std::unique_ptr<fakes::SshProgram> start_subsystem(std::string_view name) override {
    if (name != "netconf" || script_.text == "none") return nullptr;
    return std::make_unique<Speaker>(script_);
  }

 private:
  Script script_;
};

Result<std::vector<NetconfReply>> ask(const Script& script,
                                      std::chrono::milliseconds deadline = 20s) {
  fakes::SshServer server;
  Peer peer(script);
  fakes::SshEndpoint endpoint(server, peer);
  const auto session = make_netconf({.name = "tor1",
                                     .address = "127.0.0.1",
                                     .port = endpoint.port(),
                                     .password = Secret("x"),
                                     .host_key = endpoint.host_key_fingerprint()});
  const std::vector<std::string> operations{"<a/>", "<b/>"};
  return session->call(operations, deadline);
}

void expect_error(const Script& script, Errc code, std::chrono::milliseconds deadline = 20s) {
  const auto replies = ask(script, deadline);
  ASSERT_FALSE(replies);
  EXPECT_EQ(replies.error().code, code) << replies.error().message;
  EXPECT_TRUE(replies.error().message.starts_with("switch tor1: ")) << replies.error().message;
}

TEST(NetconfPeers, AreUnderstoodInEitherFramingAndOneByteAtATime) {
  const std::string old = hello("0") + framed(reply("1"), Framing::EndOfMessage) +
                          framed(reply("2"), Framing::EndOfMessage);
  const std::string chunked =
      hello("01") + framed(reply("1"), Framing::Chunked) + framed(reply("2"), Framing::Chunked);
  for (const std::string& text : {old, chunked}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, text.size()}) {
      const auto replies = ask({.text = text, .piece = piece});
      ASSERT_TRUE(replies) << replies.error().message;
      EXPECT_TRUE(replies->at(0).ok() && replies->at(1).ok());
    }
  }
}

TEST(NetconfPeers, ThatAreNoneAreRejected) {
  expect_error({.text = "220 welcome to the printer\n]]>]]>"}, Errc::Rejected);
  expect_error({.text = hello("")}, Errc::Rejected);
  expect_error({.text = hello("7")}, Errc::Rejected);
  expect_error({.text = framed(reply("1"), Framing::EndOfMessage)}, Errc::Rejected);
}

TEST(NetconfPeers, ThatFrameWronglyAreRejected) {
  expect_error({.text = hello("1") + framed(reply("1"), Framing::EndOfMessage)}, Errc::Rejected);
  expect_error({.text = hello("1") + "\n#99999999\n"}, Errc::Rejected);
}

TEST(NetconfPeers, ThatAnswerSomethingElseAreRejected) {
  for (const std::string_view id : {"2", "0", ""})
    expect_error({.text = hello("1") + framed(reply(id), Framing::Chunked)}, Errc::Rejected);
  expect_error({.text = hello("1") + framed("<rpc-reply/>", Framing::Chunked)}, Errc::Rejected);
  expect_error({.text = hello("1") + framed("<!DOCTYPE a>" + reply("1"), Framing::Chunked)},
               Errc::Rejected);
}

TEST(NetconfPeers, ThatNeverEndAMessageAreCutOff) {
  expect_error({.text = std::string(1U << 20U, 'x'), .repeated = 40}, Errc::Rejected);
  expect_error({.text = hello("0") + std::string(20U << 20U, 'x')}, Errc::Rejected);
}

TEST(NetconfPeers, ThatSayNothingAreTimedOut) {
  expect_error({.text = ""}, Errc::TimedOut, 300ms);
  expect_error({.text = hello("1")}, Errc::TimedOut, 300ms);
  expect_error({.text = hello("1") + framed(reply("1"), Framing::Chunked)}, Errc::TimedOut, 300ms);
}

TEST(NetconfPeers, ThatLeaveAreUnavailable) {
  expect_error({.text = "none"}, Errc::Unavailable);
  for (const auto end : {Effect::Then::Exit, Effect::Then::Drop}) {
    expect_error({.text = "", .end = end}, Errc::Unavailable);
    expect_error({.text = hello("1"), .end = end}, Errc::Unavailable);
    expect_error({.text = hello("1") + framed(reply("1"), Framing::Chunked), .end = end},
                 Errc::Unavailable);
  }
}

TEST(NetconfPeers, ACallForAWarmSessionNeverConnects) {
  fakes::SshServer server;
  Peer peer({.text = hello("1")});
  fakes::SshEndpoint endpoint(server, peer);
  const auto session = make_netconf({.name = "tor1",
                                     .address = "127.0.0.1",
                                     .port = endpoint.port(),
                                     .password = Secret("x"),
                                     .host_key = endpoint.host_key_fingerprint()});
  const std::vector<std::string> operations{"<a/>"};
  const auto replies = session->call(operations, 20s, Netconf::Session::Warm);
  ASSERT_FALSE(replies);
  EXPECT_EQ(replies.error().code, Errc::Unavailable);
  EXPECT_EQ(endpoint.counters().connections, 0);
}

}  // namespace
}  // namespace switchyard::contract
