#include "tests/provisioner/scripted_vantage.h"

#include <regex>
#include <utility>

namespace switchyard::provisioner {

namespace {

using switch_drivers::Answer;
using switch_drivers::Command;

class ScriptedShell final : public switch_drivers::Shell {
 public:
  explicit ScriptedShell(ScriptedVantage& vantage) : vantage_(vantage) {}

  Result<std::vector<Answer>> run(std::span<const Command> commands,
                                  std::chrono::milliseconds) override {
    ++vantage_.exchanges;
    if (vantage_.broken) return tl::unexpected(*vantage_.broken);
    const std::string& line = commands.front().line;
    if (line.starts_with("ping -V")) return std::vector{Answer{.output = vantage_.missing}};
    ++vantage_.rounds;
    vantage_.last_line = line;
    if (const auto meanwhile = std::exchange(vantage_.during_round, {})) meanwhile();
    return std::vector{Answer{.output = round(line)}};
  }

 private:
  std::string round(const std::string& line) {
    static const std::regex kProbe("p ([0-9]+) ([0-9a-f.:]+) ([0-9]+) [^&]*&");
    std::string output;
    for (std::sregex_iterator one(line.begin(), line.end(), kProbe), end; one != end; ++one) {
      const std::string address = (*one)[2];
      const bool good = !vantage_.answers || vantage_.answers(address, std::stoi((*one)[3]));
      const int paths = vantage_.paths ? vantage_.paths(address) : 2;
      output += (*one)[1].str() + (good ? " 0|" : " 1|") + route(paths) + "| PING\n";
    }
    return output;
  }

  static std::string route(int paths) {
    std::string text = " ";
    for (int i = 0; i < paths; ++i)
      text += "nexthop dev swp" + std::to_string(i) + " weight 1 ";
    return text;
  }

  ScriptedVantage& vantage_;
};

}  // namespace

std::unique_ptr<switch_drivers::Shell> make_scripted_shell(ScriptedVantage& vantage) {
  return std::make_unique<ScriptedShell>(vantage);
}

std::string vantage_inventory(const std::string& more) {
  return R"(vrfs:
  - {name: vrf-prv, tag: 101}
vantage_points:
  - name: spine1
    address: 127.0.0.1
    password: x
    host_key: "SHA256:x"
    vrfs: [{vrf: vrf-prv, device: vrf-prv}]
)" + more;
}

}  // namespace switchyard::provisioner
