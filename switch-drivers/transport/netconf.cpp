#include "switch-drivers/transport/netconf.h"

#include "core/crash_point.h"
#include "switch-drivers/recording/exchange_tap.h"
#include "switch-drivers/transport/netconf_framing.h"
#include "switch-drivers/transport/netconf_operations.h"
#include "switch-drivers/transport/ssh_channel.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace switchyard::switch_drivers {

namespace {

const std::string kProtocol = "netconf";
constexpr std::string_view kUrn = "urn:ietf:params:netconf:";
constexpr std::size_t kLongestComplaint = 300;

// Fit for an error: the switch chose these bytes, and a server part of them.
std::string one_line(std::string_view text) {
  std::string line{trimmed(text).substr(0, kLongestComplaint)};
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return line;
}

NetconfError parse_error(const XmlElement& element) {
  NetconfError error{.tag = one_line(element.child_text("error-tag")),
                     .severity = one_line(element.child_text("error-severity")),
                     .path = one_line(element.child_text("error-path")),
                     .message = one_line(element.child_text("error-message"))};
  // Junos names the statement in error-info.
  if (const XmlElement* info = element.child("error-info"); info != nullptr && error.path.empty())
    error.path = one_line(info->child_text("bad-element"));
  return error;
}

std::string our_hello() {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><hello xmlns=\"{}\"><capabilities><capability>{}{}"
      "</capability><capability>{}{}</capability></capabilities></hello>",
      netconf::kBase, kUrn, netconf::kBase10, kUrn, netconf::kBase11);
}

class NetconfOverSsh final : public Netconf {
 public:
  explicit NetconfOverSsh(SwitchAccess access)
      : name_(access.name),
        tap_(access.tap),
        channel_(std::move(access), {ChannelRequest::Kind::Subsystem, "netconf"}) {}

  Result<NetconfHello> hello(std::chrono::milliseconds deadline) override {
    const std::vector<std::string> sent{"<hello/>"};
    if (const auto played = tap_ ? tap_->answer(kProtocol, sent) : std::nullopt) {
      if (played->error) return tl::unexpected(*played->error);
      return parse_hello(played->answered.front());
    }
    const Status greeted = begin(deadline, Session::AnyNew);
    if (tap_) note({.protocol = kProtocol, .sent = sent, .answered = {hello_text_}}, greeted);
    if (!greeted) return tl::unexpected(greeted.error());
    return hello_;
  }

  Result<std::vector<NetconfReply>> call(std::span<const std::string> operations,
                                         std::chrono::milliseconds deadline,
                                         Session session) override {
    if (operations.empty()) return std::vector<NetconfReply>{};
    if (!tap_) return ask(operations, deadline, session);
    Exchange now{.protocol = kProtocol, .sent = {operations.begin(), operations.end()}};
    if (const auto played = tap_->answer(kProtocol, now.sent)) return replies_of(*played);
    answered_.clear();
    auto replies = ask(operations, deadline, session);
    now.answered = std::move(answered_);
    note(std::move(now), replies ? Status{} : Status(tl::unexpected(replies.error())));
    return replies;
  }

  void drop() override { channel_.drop(); }

 private:
  // A reply without the number of its message, so that equal replies are equal texts.
  static std::string unnumbered(std::string message, const std::string& id) {
    const std::string numbered = "message-id=\"" + id + "\"";
    if (const std::size_t at = message.find(numbered); at != std::string::npos)
      message.replace(at, numbered.size(), "message-id=\"\"");
    return message;
  }

  static Result<std::vector<NetconfReply>> replies_of(const Exchange& played) {
    if (played.error) return tl::unexpected(*played.error);
    std::vector<NetconfReply> replies;
    for (const std::string& message : played.answered) {
      auto reply = parse_reply(message, "");
      if (!reply) return tl::unexpected(reply.error());
      replies.push_back(std::move(*reply));
    }
    return replies;
  }

  void note(Exchange exchange, const Status& status) {
    if (!status) {
      exchange.answered.clear();
      exchange.error = status.error();
    }
    tap_->note(exchange);
  }

  Result<std::vector<NetconfReply>> ask(std::span<const std::string> operations,
                                        std::chrono::milliseconds deadline, Session session) {
    if (auto status = begin(deadline, session); !status) return tl::unexpected(status.error());
    crash_point("before exchange");
    auto replies = exchange(operations);
    crash_point("after exchange");
    if (!replies) return dropped(replies.error());
    return replies;
  }

  tl::unexpected<Error> dropped(const Error& error) {
    channel_.drop();
    return tl::unexpected(error.in("switch " + name_));
  }

  Status begin(std::chrono::milliseconds deadline, Session session) {
    channel_.begin(deadline);
    if (!channel_.may_talk()) return dropped(channel_.late("an exchange").value());
    if (channel_.is_alive()) return {};
    if (session == Session::Warm)
      return dropped({Errc::Unavailable, "the session ended, and what it held with it"});
    if (auto status = channel_.connect(); !status) return dropped(status.error());
    if (auto status = greet(); !status) return dropped(status.error());
    return {};
  }

  // RFC 6241, 8.1: both speak at once, in the old framing; what both have of base is used then.
  Status greet() {
    stream_ = MessageStream{};
    unsent_.clear();
    framing_ = Framing::EndOfMessage;
    next_id_ = 1;
    std::string message;
    if (auto status = converse(framed(our_hello(), framing_), message); !status) return status;
    auto hello = parse_hello(message);
    if (!hello) return tl::unexpected(hello.error());
    hello_ = std::move(*hello);
    if (tap_) hello_text_ = message;
    if (hello_.has(netconf::kBase11)) framing_ = Framing::Chunked;
    if (!hello_.has(netconf::kBase11) && !hello_.has(netconf::kBase10))
      return failure(Errc::Rejected, "the NETCONF hello offers neither base:1.0 nor base:1.1");
    stream_.use(framing_);
    return {};
  }

  Result<std::vector<NetconfReply>> exchange(std::span<const std::string> operations) {
    const std::uint64_t first = next_id_;
    std::string text;
    for (const std::string& operation : operations)
      text += framed(fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?><rpc message-id=\"{}\" "
                                 "xmlns=\"{}\">{}</rpc>",
                                 next_id_++, netconf::kBase, operation),
                     framing_);
    std::vector<NetconfReply> replies;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      std::string message;
      if (auto status = converse(text, message); !status)
        return tl::unexpected(
            status.error().in(fmt::format("operation {} of {}", i + 1, operations.size())));
      text.clear();
      const std::string id = std::to_string(first + i);
      auto reply = parse_reply(message, id);
      if (tap_) answered_.push_back(unnumbered(std::move(message), id));
      if (!reply) return tl::unexpected(reply.error());
      replies.push_back(std::move(*reply));
    }
    return replies;
  }

  // Sends `text` and reads until a message is there, by turns: a switch that cannot get rid of its
  // replies does not take more. What of `text` is not sent by then is sent before the next is read.
  Status converse(std::string_view text, std::string& message) {
    unsent_ += text;
    std::string_view left = unsent_;
    while (true) {
      const auto whole = stream_.take(message);
      if (!whole) return tl::unexpected(whole.error());
      if (*whole) break;
      const auto moved = step(left);
      if (!moved) return tl::unexpected(moved.error());
      if (!*moved && !channel_.wait()) return channel_.late("a reply");
    }
    unsent_.erase(0, unsent_.size() - left.size());
    return {};
  }

  // Whether anything moved.
  Result<bool> step(std::string_view& left) {
    bool moved = false;
    if (!left.empty()) {
      auto sent = channel_.send_some(left);
      if (!sent) return sent;
      if (left.empty()) crash_point("exchange sent");  // the switch goes on without us
      moved = *sent;
    }
    const auto got = channel_.receive_some();
    if (!got) return tl::unexpected(got.error());
    stream_.add(*got);
    return moved || !got->empty();
  }

  std::string name_;
  std::shared_ptr<ExchangeTap> tap_;
  std::string hello_text_{};             // for the tap, as
  std::vector<std::string> answered_{};  // the replies of this call
  SshChannel channel_;
  NetconfHello hello_{};
  MessageStream stream_{};
  Framing framing_{};
  std::string unsent_{};
  std::uint64_t next_id_{1};
};

}  // namespace

bool NetconfHello::has(std::string_view name) const {
  const std::string whole = std::string{kUrn}.append(name);
  return std::any_of(capabilities.begin(), capabilities.end(), [&](const std::string& one) {
    return one.starts_with(whole) && (one.size() == whole.size() || one[whole.size()] == '?');
  });
}

Error as_error(const NetconfReply& reply, std::string_view switch_name,
               std::string_view operation) {
  const NetconfError error = reply.errors.empty() ? NetconfError{} : reply.errors.front();
  const bool in_the_way =
      error.tag == "lock-denied" || error.tag == "in-use" || error.tag == "resource-denied";
  return {in_the_way ? Errc::Unavailable : Errc::Rejected,
          fmt::format("switch {}: {}: {}{}{}{}{}", switch_name, operation,
                      error.tag.empty() ? "error" : error.tag, error.path.empty() ? "" : " at ",
                      error.path, error.message.empty() ? "" : ": ", error.message)};
}

Result<NetconfHello> parse_hello(std::string_view message) {
  const auto root = parse_xml(trimmed(message));
  if (!root) return tl::unexpected(root.error().in("NETCONF hello"));
  const XmlElement* capabilities = root->child("capabilities");
  if (root->name != "hello" || root->space != netconf::kBase || capabilities == nullptr)
    return failure(Errc::Rejected, "the peer does not greet as a NETCONF server does");
  NetconfHello hello;
  for (const XmlElement& one : capabilities->children)
    if (one.name == "capability") hello.capabilities.emplace_back(trimmed(one.text));
  const std::string id = root->child_text("session-id");
  const auto [rest, error] = std::from_chars(id.data(), id.data() + id.size(), hello.session_id);
  if (error != std::errc{} || rest != id.data() + id.size() || hello.session_id == 0)
    return failure(Errc::Rejected, "the NETCONF hello has no session id");
  return hello;
}

Result<NetconfReply> parse_reply(std::string_view message, std::string_view message_id) {
  auto root = parse_xml(trimmed(message));
  if (!root) return tl::unexpected(root.error().in("NETCONF reply"));
  if (root->name != "rpc-reply" || root->space != netconf::kBase)
    return failure(Errc::Rejected, "the switch answered <" + one_line(root->name) +
                                       "> where a NETCONF reply was due");
  // An answer to another question would be taken for the truth about this one.
  if (root->attribute("message-id") != message_id)
    return failure(Errc::Rejected,
                   fmt::format("the switch answered message \"{}\" where {} was due",
                               one_line(root->attribute("message-id")), message_id));
  NetconfReply reply;
  for (const XmlElement& child : root->children) {
    if (child.name != "rpc-error") continue;
    NetconfError error = parse_error(child);
    (error.severity == "warning" ? reply.warnings : reply.errors).push_back(std::move(error));
  }
  reply.content = std::move(*root);
  return reply;
}

std::unique_ptr<Netconf> make_netconf(SwitchAccess access) {
  return std::make_unique<NetconfOverSsh>(std::move(access));
}

}  // namespace switchyard::switch_drivers
