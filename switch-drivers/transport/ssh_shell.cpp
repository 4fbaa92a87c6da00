// One `sh` on an SSH channel: many commands a round trip.
#include "core/crash_point.h"
#include "core/id.h"
#include "switch-drivers/recording/tapped_shell.h"
#include "switch-drivers/transport/marker_stream.h"
#include "switch-drivers/transport/shell.h"
#include "switch-drivers/transport/ssh_channel.h"

#include <fmt/format.h>

namespace switchyard::switch_drivers {

namespace {

class SshShell final : public Shell {
 public:
  explicit SshShell(SwitchAccess access) : channel_(std::move(access), {}) {}

  Result<std::vector<Answer>> run(std::span<const Command> commands,
                                  std::chrono::milliseconds deadline) override {
    if (commands.empty()) return std::vector<Answer>{};
    if (!channel_.may_talk()) return channel_.late("an exchange");
    channel_.begin(deadline);
    if (!channel_.is_alive()) {
      if (auto status = channel_.connect(); !status) return dropped(status.error());
      is_fresh_ = true;
    }
    const std::string nonce = random_hex(8);
    crash_point("before exchange");
    auto answers = exchange(frame(commands, nonce), MarkerStream(nonce, commands.size()));
    crash_point("after exchange");
    if (!answers) return dropped(answers.error());
    return answers;
  }

 private:
  tl::unexpected<Error> dropped(const Error& error) {
    channel_.drop();
    return tl::unexpected(error);
  }

  [[nodiscard]] std::string frame(std::span<const Command> commands, const std::string& nonce) {
    std::string text = is_fresh_ ? "exec 2>&1\n" : "";
    is_fresh_ = false;
    text += fmt::format("echo SWY-{}-begin\n", nonce);
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const Command& command = commands[i];
      // Also without input: a program that reads its own (tc -batch -) would else read ours.
      text += command.line;
      text += fmt::format(" <<'SWY-{}-{}-IN'\n{}", nonce, i, command.input);
      if (!command.input.empty() && command.input.back() != '\n') text += '\n';
      text += fmt::format("SWY-{0}-{1}-IN\necho SWY-{0}-{1}-$?\n", nonce, i);
    }
    return text;
  }

  // Writes and reads by turns: a shell that cannot get rid of its output does not take more input.
  Result<std::vector<Answer>> exchange(std::string_view text, MarkerStream stream) {
    while (!stream.is_complete()) {
      const auto progress = step(text, stream);
      if (!progress) return tl::unexpected(progress.error());
      if (!*progress && !channel_.wait()) {
        return channel_.late(
            fmt::format("command {} of {}", stream.answered() + 1, stream.wanted()));
      }
    }
    return std::move(stream).take();
  }

  // Whether anything moved.
  Result<bool> step(std::string_view& text, MarkerStream& stream) {
    bool moved = false;
    if (!text.empty()) {
      const auto sent = channel_.send_some(text);
      if (!sent) return tl::unexpected(sent.error());
      if (text.empty()) crash_point("exchange sent");  // the switch goes on without us
      moved = *sent;
    }
    const auto got = channel_.receive_some();
    if (!got) return tl::unexpected(got.error());
    stream.add(*got);
    return moved || !got->empty();
  }

  SshChannel channel_;
  bool is_fresh_{true};
};

}  // namespace

std::unique_ptr<Shell> make_ssh_shell(SwitchAccess access) {
  const std::shared_ptr<ExchangeTap> tap = access.tap;
  auto shell = std::make_unique<SshShell>(std::move(access));
  if (tap) return tap_shell(std::move(shell), tap);
  return shell;
}

}  // namespace switchyard::switch_drivers
