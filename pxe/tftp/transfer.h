// One transfer as a state machine: events in, what to do out. No socket, no clock, no file.
#pragma once

#include "pxe/tftp/terms.h"

#include <chrono>
#include <cstdint>

namespace switchyard::pxe::tftp {

enum class Outcome {
  Complete,   // the last block was acknowledged
  Probed,     // the client only wanted to know the size: it refused the OACK (RFC 2347, error 8)
  Abandoned,  // the client sent an error
  Lost,       // the client fell silent
};

// What to do now. Exactly one of these.
struct Step {
  enum class What { Nothing, SendOptions, SendBlocks, End };
  What what{What::Nothing};
  std::uint64_t first{};  // SendBlocks: number of the first block, from 1, not yet modulo 65536
  std::uint16_t count{};  // SendBlocks: how many, at least 1
  Outcome outcome{};      // End
  friend bool operator==(const Step&, const Step&) = default;
};

class Transfer {
 public:
  Transfer(Terms terms, std::uint64_t file_size);

  // The first thing to send.
  [[nodiscard]] Step start();

  // `block` modulo 65536, as on the wire. An ACK that says nothing new is not answered (Sorcerer's
  // apprentice, RFC 1123 4.2.3.1). One inside the window says that what follows it was lost (RFC
  // 7440 4): the window goes on from there, once for each such block; and so may a repeated one of
  // the window's start, but not again soon, for that could also be an echo of our own repetition.
  [[nodiscard]] Step on_ack(std::uint16_t block);
  [[nodiscard]] Step on_timeout();
  [[nodiscard]] Step on_error(std::uint16_t code);
  // The network says nobody listens there any more (ICMP). After the last block was sent that is a
  // client that has what it wanted and whose last ACK was lost.
  [[nodiscard]] Step on_gone();

  // How long to wait for an ACK from now on: what was agreed, or growing from half a second.
  [[nodiscard]] std::chrono::milliseconds patience() const;

  [[nodiscard]] const Terms& terms() const { return terms_; }

  [[nodiscard]] std::uint64_t block_count() const { return last_; }

  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }

  [[nodiscard]] bool is_over() const { return over_; }

 private:
  [[nodiscard]] Step send_window();
  [[nodiscard]] Step end(Outcome outcome);
  [[nodiscard]] bool is_echo(std::uint64_t number);
  [[nodiscard]] unsigned most_silences() const;

  Terms terms_;
  std::uint64_t last_;  // number of the last block: the first that is shorter than the others
  std::uint64_t acknowledged_{0};
  std::uint64_t sent_{0};
  std::uint64_t repeated_from_{UINT64_MAX};  // the ACK we last went back to
  std::uint64_t calm_from_{0};               // until then a repeated ACK is taken for an echo
  unsigned silences_{0};                     // timeouts since the last new ACK
  bool options_open_{false};                 // the OACK is not acknowledged yet
  bool over_{false};
};

}  // namespace switchyard::pxe::tftp
