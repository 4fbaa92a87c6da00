// A whole change as it goes over the wire, recorded and played back without a switch: what a bug
// report or a new version of EOS is checked with.
#include "switch-drivers/arista-eos/arista_eos_driver.h"
#include "tests/fakes/eos/fake_eos.h"
#include "tests/fakes/fake_clock.h"
#include "tests/switch-drivers/arista-eos/golden.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace switchyard::switch_drivers::arista_eos {
namespace {

using Json = nlohmann::json;

// One line an exchange: commands and answer, without ids and without the login.
class Recorder final : public HttpClient {
 public:
  Recorder(std::unique_ptr<HttpClient> client, std::string& transcript)
      : client_(std::move(client)), transcript_(transcript) {}

  Result<HttpAnswer> send(const HttpRequest& request, std::chrono::milliseconds deadline) override {
    auto answer = client_->send(request, deadline);
    if (!answer) return answer;
    Json body = Json::parse(answer->body);
    body.erase("id");
    transcript_ +=
        Json{{"asked", Json::parse(request.body)["params"]["cmds"]}, {"answer", body}}.dump() +
        "\n";
    return answer;
  }

 private:
  std::unique_ptr<HttpClient> client_;
  std::string& transcript_;
};

// Answers as the transcript says, as long as it is asked the same.
class Player final : public HttpClient {
 public:
  explicit Player(const std::string& transcript) : lines_(transcript) {}

  Result<HttpAnswer> send(const HttpRequest& request, std::chrono::milliseconds) override {
    const Json asked = Json::parse(request.body);
    std::string line;
    if (!std::getline(lines_, line))
      return failure(Errc::Unavailable,
                     "the transcript ends before " + asked["params"]["cmds"].dump().substr(0, 200));
    const Json recorded = Json::parse(line);
    if (recorded["asked"] != asked["params"]["cmds"])
      return failure(Errc::Invalid, "the transcript has another request here");
    Json answer = recorded["answer"];
    answer["id"] = asked["id"];
    return HttpAnswer{.status = 200, .body = answer.dump()};
  }

  [[nodiscard]] bool ended() { return lines_.peek() == std::istringstream::traits_type::eof(); }

 private:
  std::istringstream lines_;
};

// Deploys, is refused once, keeps; every word of it goes into the transcript.
std::string talk(Driver& driver) {
  std::string told;
  const auto tell = [&](const auto& outcomes) {
    if (!outcomes) {
      told += outcomes.error().message + "\n";
      return;
    }
    for (const PortOutcome& outcome : *outcomes)
      told += outcome.port + " " + (outcome.changed ? "changed " : "same ") +
              (outcome.status ? "ok" : outcome.status.error().message) + "\n";
  };
  PortIntent refused = routed();
  refused.port = "Ethernet6";
  tell(driver.apply(std::vector{provisioning_port(kPort)}, {.change_id = "c-1"}));
  tell(driver.settle("c-1", std::vector{Settlement{kPort, Verdict::Keep}}));
  tell(driver.apply(std::vector{routed(), refused}, {.change_id = "c-2"}));
  tell(driver.settle("c-2", std::vector{Settlement{kPort, Verdict::Keep}}));
  return told;
}

TEST(EosTranscript, AWholeChangeIsItsGoldenFileAndPlaysBackWithoutASwitch) {
  fakes::FakeClock clock;
  fakes::FakeEos tor(clock, {.name = "tor1",
                             .asn = 65001,
                             .server_ports = {kPort, "Ethernet6"},
                             .vrfs = {{"vrf-prv", 1}, {"vrf-pub", 2}},
                             .password = "switch"});
  tor.refuse_port("Ethernet6", true);
  const SwitchAccess access{.name = "tor1",
                            .address = "127.0.0.1",
                            .port = tor.port(),
                            .user = "root",
                            .password = Secret("switch"),
                            .host_key = tor.host_key()};
  std::string transcript;
  const auto live = make_arista_eos_driver(
      access, kContext, std::make_unique<Recorder>(make_https_client(access), transcript));
  const std::string told = talk(*live);
  expect_golden("outcomes.txt", told);
  expect_golden("transcript.jsonl", transcript);
  EXPECT_EQ(transcript.find("Basic "), std::string::npos);

  auto player = std::make_unique<Player>(read_file("golden/transcript.jsonl"));
  Player& played = *player;
  const auto offline = make_arista_eos_driver(access, kContext, std::move(player));
  EXPECT_EQ(talk(*offline), told);
  EXPECT_TRUE(played.ended());
}

}  // namespace
}  // namespace switchyard::switch_drivers::arista_eos
