// The simulated switches in a process of their own, so that the kernel's accounting tells their CPU
// time from the controller's.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace switchyard::bench {

inline constexpr const char* kSwitchPassword = "simulated";

struct FarmPlan {
  std::vector<std::string> nos{"linux-frr"};  // of the switches, in turn
  int switches{};
  int ports{};
};

struct FarmSwitch {
  int index{};  // from 0; switches 2n and 2n + 1 are a pair
  std::string nos{};
  std::string name{};
  std::uint16_t port{};
  std::uint32_t asn{};
  std::string host_key{};
};

// Totals since the farm was made.
struct FarmUse {
  double worked{};  // seconds the switches' programs ran, delays and transport not counted; 0 of a
                    // NOS whose simulator does not measure that
  double cpu{};     // seconds of CPU of the whole process, SSH included
  long long exchanges{};
  long long logins{};  // of what has none: connections
};

// Throws std::runtime_error when the process is gone.
class SwitchFarm {
 public:
  // Forks: to be made before the first thread.
  explicit SwitchFarm(const FarmPlan& plan);
  ~SwitchFarm();
  SwitchFarm(const SwitchFarm&) = delete;
  SwitchFarm& operator=(const SwitchFarm&) = delete;

  [[nodiscard]] const std::vector<FarmSwitch>& switches() const { return switches_; }

  void set_commit_delay(std::chrono::milliseconds delay);
  // What names this server port of this switch is refused, until it no longer shall be.
  void refuse_port(const FarmSwitch& device, int port, bool refused);
  [[nodiscard]] FarmUse use();
  // What the switches' monitors saw that must never be.
  [[nodiscard]] long long violations();

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::string ask(const std::string& question);

  pid_t process_{};
  std::unique_ptr<std::FILE, CloseFile> to_{};
  std::unique_ptr<std::FILE, CloseFile> from_{};
  std::vector<FarmSwitch> switches_{};
};

}  // namespace switchyard::bench
