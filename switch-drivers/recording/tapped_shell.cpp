#include "switch-drivers/recording/tapped_shell.h"

#include <charconv>

namespace switchyard::switch_drivers {

namespace {

const std::string kProtocol = "ssh";
constexpr std::string_view kInput = "\n--- input\n";

std::string as_text(const Command& command) {
  return command.input.empty() ? command.line : command.line + std::string(kInput) + command.input;
}

// The status, a line break, the output.
std::string as_text(const Answer& answer) {
  return std::to_string(answer.status) + "\n" + answer.output;
}

Answer to_answer(const std::string& text) {
  Answer answer;
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::from_chars(text.data(), text.data() + end, answer.status);
  answer.output = text.substr(std::min(end + 1, text.size()));
  return answer;
}

class TappedShell final : public Shell {
 public:
  TappedShell(std::unique_ptr<Shell> shell, std::shared_ptr<ExchangeTap> tap)
      : shell_(std::move(shell)), tap_(std::move(tap)) {}

  Result<std::vector<Answer>> run(std::span<const Command> commands,
                                  std::chrono::milliseconds deadline) override {
    Exchange exchange{.protocol = kProtocol};
    for (const Command& command : commands)
      exchange.sent.push_back(as_text(command));
    if (const auto played = tap_->answer(kProtocol, exchange.sent)) {
      if (played->error) return tl::unexpected(*played->error);
      std::vector<Answer> answers;
      for (const std::string& text : played->answered)
        answers.push_back(to_answer(text));
      return answers;
    }
    if (!shell_) return failure(Errc::Unavailable, "there is no switch behind this recording");
    auto answers = shell_->run(commands, deadline);
    if (answers)
      for (const Answer& answer : *answers)
        exchange.answered.push_back(as_text(answer));
    else
      exchange.error = answers.error();
    tap_->note(exchange);
    return answers;
  }

 private:
  std::unique_ptr<Shell> shell_;
  std::shared_ptr<ExchangeTap> tap_;
};

}  // namespace

std::unique_ptr<Shell> tap_shell(std::unique_ptr<Shell> shell, std::shared_ptr<ExchangeTap> tap) {
  return std::make_unique<TappedShell>(std::move(shell), std::move(tap));
}

}  // namespace switchyard::switch_drivers
