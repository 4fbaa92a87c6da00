// What TFTP clients send: packets, options, and whole conversations with the state machine.
#include "pxe/tftp/packet.h"
#include "pxe/tftp/transfer.h"

#include <cstdlib>

namespace {

namespace tftp = switchyard::pxe::tftp;

void demand(bool promise) {
  if (!promise) std::abort();
}

void check_packet(tftp::Bytes bytes) {
  const auto packet = tftp::parse_packet(bytes);
  if (!packet) return demand(!packet.error().message.empty());
  const auto* request = std::get_if<tftp::ReadRequest>(&*packet);
  if (request == nullptr) return;
  demand(!request->file.empty() && request->options.size() <= 16);
  const auto again = tftp::parse_packet(tftp::read_request_packet(*request));
  demand(again && std::get<tftp::ReadRequest>(*again) == *request);
  const auto terms = tftp::agree(request->options, {.file_size = 1000, .largest_block = 1468});
  demand(terms.block_size >= 8 && terms.block_size <= 1468);
  demand(terms.window >= 1 && terms.window <= 64 && terms.accepted.size() <= 4);
  (void)tftp::oack_packet(terms.accepted);
}

// Each three bytes are an event: what, and a block number.
void check_conversation(tftp::Bytes bytes) {
  if (bytes.size() < 3) return;
  const auto window = static_cast<std::uint16_t>(1 + bytes[0] % 64);
  tftp::Terms terms{.block_size = 8, .window = window};
  if (bytes[1] % 2 == 1) terms.accepted = {{"tsize", "1"}};
  tftp::Transfer transfer(terms, std::uint64_t{bytes[2]} * 4096);
  const auto check = [&](const tftp::Step& step) {
    demand(transfer.acknowledged() <= transfer.block_count());
    if (step.what != tftp::Step::What::SendBlocks) return;
    demand(step.count >= 1 && step.count <= window);
    demand(step.first == transfer.acknowledged() + 1);
    demand(step.first + step.count - 1 <= transfer.block_count());
  };
  check(transfer.start());
  for (std::size_t i = 3; i + 2 < bytes.size(); i += 3) {
    const auto number = static_cast<std::uint16_t>(bytes[i + 1] << 8 | bytes[i + 2]);
    const auto near = static_cast<std::uint16_t>(transfer.acknowledged() + bytes[i + 2] % 66);
    switch (bytes[i] % 6) {
      case 0: check(transfer.on_ack(number)); break;
      case 1: check(transfer.on_timeout()); break;
      case 2: check(transfer.on_error(number)); break;
      case 3: check(transfer.on_gone()); break;
      default: check(transfer.on_ack(near)); break;
    }
    demand(transfer.patience().count() > 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_packet({data, size});
  check_conversation({data, size});
  return 0;
}
