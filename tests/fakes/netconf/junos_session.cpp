#include "tests/fakes/netconf/junos_session.h"

#include <fmt/format.h>

namespace switchyard::fakes {

namespace {

constexpr std::string_view kMark = "]]>]]>";
constexpr std::string_view kBase = "urn:ietf:params:xml:ns:netconf:base:1.0";
constexpr std::chrono::microseconds kHangPoll{5000};

std::string framed(const std::string& text) { return text + std::string{kMark} + "\n"; }

}  // namespace

JunosSession::JunosSession(FakeJunos& owner, int id)
    : owner_(owner), id_(id), boot_(owner.boots_) {}

JunosSession::~JunosSession() { lost(); }

std::optional<std::string> JunosSession::take_message() {
  const std::size_t at = buffer_.find(kMark);
  if (at == std::string::npos) return std::nullopt;
  std::string message = buffer_.substr(0, at);
  buffer_.erase(0, at + kMark.size());
  return message;
}

// What a broken connection leaves: nothing, or what was received and not carried out yet.
void JunosSession::leave_rest(SwitchFault::Rest rest) {
  if (rest == SwitchFault::Rest::Lost) buffer_.clear();
}

Effect JunosSession::run(const Xml& rpc, const std::string& message) {
  const Xml none;
  const Xml& operation = rpc.children.empty() ? none : rpc.children.front();
  FakeJunos::Answer answer = owner_.carry_out(rpc, id_);
  owner_.log_.add(operation.name, message, answer.ok ? 0 : 1);
  const std::string reply = framed(owner_.faults_.tell_lies(
      operation.name, fmt::format("<nc:rpc-reply xmlns:nc=\"{0}\" xmlns=\"{0}\" "
                                  "xmlns:junos=\"http://xml.juniper.net/junos/21.1R1/junos\" "
                                  "message-id=\"{1}\">\n{2}</nc:rpc-reply>\n",
                                  kBase, rpc.attribute("message-id"), answer.content)));
  if (answer.ends_session) return {reply, Effect::Then::Exit, {}, 0};
  if (answer.commits && owner_.commit_delay_.count() > 0) {
    late_ = Effect{reply, Effect::Then::Again, {}, 0};
    return {"", Effect::Then::Wait, owner_.commit_delay_, 0};
  }
  return {reply, Effect::Then::Again, {}, 0};
}

Effect JunosSession::handle(const std::string& message) {
  const auto rpc = parse_document(message);
  if (!greeted_) {
    greeted_ = rpc && rpc->name == "hello";
    return {"", greeted_ ? Effect::Then::Again : Effect::Then::Drop, {}, 0};
  }
  if (!rpc || rpc->name != "rpc") return {"", Effect::Then::Drop, {}, 0};
  const std::string name = rpc->children.empty() ? "" : rpc->children.front().name;
  const SwitchFault* fault = owner_.faults_.fault_for(name, message);
  if (fault == nullptr) return run(*rpc, message);
  const SwitchFault hit = *fault;
  owner_.faults_.use_up(fault);
  switch (hit.kind) {
    case SwitchFault::Kind::DropBefore:
      leave_rest(hit.rest);
      lost();  // before the client can see it
      return {"", Effect::Then::Drop, {}, 0};
    case SwitchFault::Kind::DropAfter:
      (void)run(*rpc, message);
      late_.reset();
      leave_rest(hit.rest);
      lost();
      return {"", Effect::Then::Drop, {}, 0};
    case SwitchFault::Kind::Hang: hanging_ = message; return {"", Effect::Then::Wait, kHangPoll, 0};
    case SwitchFault::Kind::Late:
      late_ = run(*rpc, message);
      return {"", Effect::Then::Wait, hit.delay, 0};
    case SwitchFault::Kind::Refuse:
      return {
          framed(fmt::format("<rpc-reply xmlns=\"{}\" message-id=\"{}\">{}</rpc-reply>", kBase,
                             rpc->attribute("message-id"),
                             FakeJunos::refused("operation-failed", "refused by fault").content)),
          Effect::Then::Again,
          {},
          0};
    default: return run(*rpc, message);
  }
}

Effect JunosSession::next() {
  const std::lock_guard lock(owner_.mutex_);
  if (boot_ != owner_.boots_) return {"", Effect::Then::Drop, {}, 0};
  try {
    owner_.run_due_locked();
    if (!std::exchange(said_hello_, true)) {
      std::string capabilities;
      for (const char* one :
           {"base:1.0", "capability:candidate:1.0", "capability:confirmed-commit:1.0",
            "capability:validate:1.0", "capability:url:1.0?scheme=http,ftp,file"})
        capabilities += fmt::format("<capability>urn:ietf:params:netconf:{}</capability>", one);
      return {framed(fmt::format("<hello xmlns=\"{}\"><capabilities>{}</capabilities>"
                                 "<session-id>{}</session-id></hello>",
                                 kBase, capabilities, id_)),
              Effect::Then::Again,
              {},
              0};
    }
    if (late_) return *std::exchange(late_, std::nullopt);
    if (hanging_) {
      if (owner_.faults_.any()) return {"", Effect::Then::Wait, kHangPoll, 0};
      const auto rpc = parse_document(*std::exchange(hanging_, std::nullopt));
      return run(*rpc, "");
    }
    if (const auto message = take_message()) return handle(*message);
  } catch (const FakeJunos::PowerLost&) {
    owner_.lose_power();
    return {"", Effect::Then::Drop, {}, 0};
  }
  return {"", ended_ ? Effect::Then::Exit : Effect::Then::Idle, {}, 0};
}

// The server goes on with what it has, and then the session ends, and its lock with it.
void JunosSession::lost() {
  const std::lock_guard lock(owner_.mutex_);
  if (std::exchange(over_, true) || boot_ != owner_.boots_) return;
  try {
    while (greeted_ && !hanging_ && boot_ == owner_.boots_) {
      const auto message = take_message();
      if (!message) break;
      if (const auto rpc = parse_document(*message)) (void)run(*rpc, *message);
    }
  } catch (const FakeJunos::PowerLost&) {
    owner_.lose_power();
    return;
  }
  owner_.end_of(id_);
}

}  // namespace switchyard::fakes
