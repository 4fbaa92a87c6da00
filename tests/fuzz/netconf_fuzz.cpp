// Everything that reads what a NETCONF server sends: framing, hello, replies, and what of them the
// junos driver makes. First byte: how the rest is cut into pieces.
#include "switch-drivers/junos/exchange.h"
#include "switch-drivers/junos/plan.h"
#include "switch-drivers/junos/policy.h"
#include "switch-drivers/transport/netconf.h"
#include "switch-drivers/transport/netconf_framing.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace switchyard::switch_drivers;

void demand(bool promise) {
  if (!promise) std::abort();
}

// Messages, and whether it failed, whatever the pieces.
std::pair<std::vector<std::string>, bool> cut(std::string_view text, Framing framing,
                                              std::size_t piece) {
  MessageStream stream;
  stream.use(framing);
  std::vector<std::string> messages;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    stream.add(text.substr(at, piece));
    std::string message;
    auto more = stream.take(message);
    for (; more && *more; more = stream.take(message))
      messages.push_back(message);
    if (!more) return {messages, true};
  }
  return {messages, false};
}

void read_reply(std::string_view text) {
  const auto reply = parse_reply(text, "1");
  if (!reply) return;
  (void)as_error(*reply, "tor1", "get-config");
  (void)junos::parse_interfaces(*reply);
  (void)junos::parse_neighbours(*reply);
  (void)junos::parse_routes(*reply);
  (void)junos::parse_software(*reply);
  (void)junos::parse_boot_time(*reply);
  const auto config = junos::parse_config(*reply);
  if (!config) return;
  (void)junos::unused_shared(*config);
  for (const auto& [port, statements] : config->by_port) {
    const junos::PortState state = junos::port_state(*config, port);
    demand(junos::edits_between(state, state).empty());
    junos::Edits all = junos::edits_between({.port = port}, state);
    junos::add_mark(all, port, "chg-1");
    // What we say is XML whatever they said.
    demand(parse_xml("<r xmlns:nc=\"urn:n\">" + junos::render(all) + "</r>").has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (const Framing framing : {Framing::EndOfMessage, Framing::Chunked})
    demand(cut(text, framing, 1 + data[0]) == cut(text, framing, text.size() + 1));
  (void)parse_hello(text);
  read_reply(text);
  const JudgedPolicy judged = junos::judge_policy(text);
  demand(junos::check_policy(judged.addition).has_value());
  return 0;
}
