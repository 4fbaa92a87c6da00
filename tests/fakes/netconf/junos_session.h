// One NETCONF session of a simulated Junos switch: framing of base:1.0, and the faults that hit one
// operation.
#pragma once

#include "tests/fakes/netconf/fake_junos.h"

#include <optional>
#include <string>

namespace switchyard::fakes {

class JunosSession final : public SshProgram {
 public:
  JunosSession(FakeJunos& owner, int id);
  ~JunosSession() override;

  void feed(std::string_view bytes) override { buffer_ += bytes; }

  void end_of_input() override { ended_ = true; }

  Effect next() override;
  void lost() override;

 private:
  [[nodiscard]] std::optional<std::string> take_message();
  Effect handle(const std::string& message);
  Effect run(const Xml& rpc, const std::string& message);
  void leave_rest(SwitchFault::Rest rest);

  FakeJunos& owner_;
  int id_;
  long long boot_;
  std::string buffer_{};
  bool greeted_{};
  bool ended_{};
  bool said_hello_{};
  bool over_{};
  std::optional<std::string> hanging_{};
  std::optional<Effect> late_{};
};

}  // namespace switchyard::fakes
