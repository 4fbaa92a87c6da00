// What a NETCONF server says, and what a hostile one may.
#include "switch-drivers/transport/netconf.h"

#include "switch-drivers/transport/netconf_operations.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace switchyard::switch_drivers {
namespace {

using testing::HasSubstr;

std::string reply_with(std::string_view content, std::string_view id = "7") {
  return fmt::format(
      "<?xml version=\"1.0\"?>\n<nc:rpc-reply xmlns:nc=\"{}\" message-id=\"{}\">{}"
      "</nc:rpc-reply>",
      netconf::kBase, id, content);
}

TEST(NetconfReplies, AreTakenWhateverTheirPrefix) {
  const auto reply = parse_reply(reply_with("<nc:ok/>"), "7");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_TRUE(reply->ok());
  EXPECT_NE(reply->content.child("ok"), nullptr);
}

TEST(NetconfReplies, OfAnotherQuestionAreRefused) {
  for (const std::string_view id : {"8", "", "07", "7 "})
    EXPECT_FALSE(parse_reply(reply_with("<nc:ok/>", id), "7")) << id;
}

TEST(NetconfReplies, TellErrorsFromWarnings) {
  const auto reply = parse_reply(
      reply_with("<nc:rpc-error><nc:error-type>application</nc:error-type>"
                 "<nc:error-tag>operation-failed</nc:error-tag><nc:error-severity>warning"
                 "</nc:error-severity><nc:error-message>old statement</nc:error-message>"
                 "</nc:rpc-error><nc:rpc-error><nc:error-tag>bad-element</nc:error-tag>"
                 "<nc:error-severity>error</nc:error-severity><nc:error-path>/a:b[c='d']"
                 "</nc:error-path><nc:error-message>\n syntax\n error \n</nc:error-message>"
                 "</nc:rpc-error>"),
      "7");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->warnings.size(), 1U);
  ASSERT_EQ(reply->errors.size(), 1U);
  EXPECT_EQ(as_error(*reply, "tor1", "edit-config").message,
            "switch tor1: edit-config: bad-element at /a:b[c='d']: syntax  error");
}

TEST(NetconfReplies, AnotherSessionInTheWayIsUnavailable) {
  for (const std::string_view tag : {"lock-denied", "in-use", "resource-denied"}) {
    const auto reply =
        parse_reply(reply_with(fmt::format(
                        "<nc:rpc-error><nc:error-tag>{}</nc:error-tag></nc:rpc-error>", tag)),
                    "7");
    ASSERT_TRUE(reply);
    EXPECT_EQ(as_error(*reply, "tor1", "lock").code, Errc::Unavailable);
  }
}

TEST(NetconfReplies, OfHostilePeersAreRefused) {
  std::string deep, closing;
  for (int i = 0; i < 100; ++i) {
    deep += "<a>";
    closing += "</a>";
  }
  const std::string laughs =
      "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]>" +
      reply_with("&b;");
  for (const std::string& text :
       {std::string{}, std::string{"<"}, std::string{"ok"}, reply_with("<nc:ok>"),
        reply_with("<x:ok/>").substr(0, 90), laughs, reply_with("&file;"),
        reply_with(deep + closing), std::string{"<rpc-reply message-id=\"7\"><ok/></rpc-reply>"},
        std::string{"<hello xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\"/>"},
        reply_with("<nc:ok/>") + reply_with("<nc:ok/>"), reply_with(std::string_view{"\0", 1}),
        reply_with("\x01"), reply_with("\xff\xfe")}) {
    const auto reply = parse_reply(text, "7");
    ASSERT_FALSE(reply) << text;
    EXPECT_EQ(reply.error().code, Errc::Rejected);
    for (const char c : reply.error().message)
      EXPECT_GE(c, ' ') << reply.error().message;
  }
}

TEST(NetconfHellos, NeedCapabilitiesAndASession) {
  const auto hello = [](std::string_view content) {
    return parse_hello(fmt::format("<hello xmlns=\"{}\">{}</hello>", netconf::kBase, content));
  };
  const std::string capabilities =
      "<capabilities><capability>\n urn:ietf:params:netconf:base:1.1\n</capability><capability>"
      "urn:ietf:params:netconf:capability:url:1.0?scheme=ftp</capability></capabilities>";
  const auto good = hello(capabilities + "<session-id>4</session-id>");
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->session_id, 4U);
  EXPECT_TRUE(good->has(netconf::kBase11));
  EXPECT_FALSE(good->has(netconf::kBase10));
  EXPECT_TRUE(good->has("capability:url:1.0"));
  EXPECT_FALSE(good->has("base:1.10"));
  for (const std::string& bad :
       {capabilities, capabilities + "<session-id>0</session-id>",
        capabilities + "<session-id>-1</session-id>", capabilities + "<session-id>4x</session-id>",
        capabilities + "<session-id>99999999999</session-id>",
        std::string{"<session-id>4</session-id>"}})
    EXPECT_FALSE(hello(bad)) << bad;
  EXPECT_FALSE(parse_hello("SSH-2.0-OpenSSH"));
}

TEST(NetconfOperations, AreWhatTheRfcShows) {
  using namespace std::chrono_literals;
  EXPECT_EQ(netconf::lock(netconf::Datastore::Candidate),
            "<lock><target><candidate/></target></lock>");
  EXPECT_EQ(netconf::commit(), "<commit/>");
  EXPECT_EQ(netconf::commit({.confirmed = true, .timeout = 60s, .persist = "a<b"}),
            "<commit><confirmed/><confirm-timeout>60</confirm-timeout><persist>a&lt;b</persist>"
            "</commit>");
  EXPECT_EQ(netconf::commit({.persist_id = "x"}), "<commit><persist-id>x</persist-id></commit>");
  EXPECT_EQ(netconf::get_config(netconf::Datastore::Running, "<a/>"),
            "<get-config><source><running/></source><filter type=\"subtree\"><a/></filter>"
            "</get-config>");
  EXPECT_EQ(
      netconf::edit_config({.operation = netconf::DefaultOperation::None,
                            .test = netconf::TestOption::TestThenSet,
                            .on_error = netconf::ErrorOption::RollbackOnError,
                            .config = "<a/>"}),
      "<edit-config><target><candidate/></target><default-operation>none</default-operation>"
      "<test-option>test-then-set</test-option><error-option>rollback-on-error</error-option>"
      "<config xmlns:nc=\"urn:ietf:params:xml:ns:netconf:base:1.0\"><a/></config></edit-config>");
  EXPECT_EQ(netconf::copy_config(netconf::Datastore::Running, netconf::Datastore::Startup),
            "<copy-config><target><startup/></target><source><running/></source></copy-config>");
}

TEST(Xml, EscapesWhatWouldBeMarkup) {
  EXPECT_EQ(escape_xml("a<b>&\"'\x01\n"), "a&lt;b&gt;&amp;&quot;&apos;\n");
  const auto parsed =
      parse_xml("<r k=\"1\" xmlns=\"urn:x\">" + escape_xml("a<b>&'") + "<c> d </c></r>");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->text, "a<b>&'");
  EXPECT_EQ(parsed->space, "urn:x");
  EXPECT_EQ(parsed->attribute("k"), "1");
  EXPECT_EQ(parsed->child_text("c"), "d");
}

}  // namespace
}  // namespace switchyard::switch_drivers
