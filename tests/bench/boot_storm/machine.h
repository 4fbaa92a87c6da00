// One simulated server of the storm: what firmware, iPXE and the RAM system say from power-on to
// the end of the install, each answer checked to be its own.
#pragma once

#include "tests/bench/boot_storm/fetch.h"
#include "tests/bench/boot_storm/relays.h"
#include "tests/fakes/server/fake_server.h"

#include <array>
#include <chrono>
#include <map>
#include <set>
#include <string>

namespace switchyard::bench {

// How far a boot has come, in this order.
enum class Mark { Lent, Loader, Script, Kernel, Session, Task, Image, Result };
constexpr std::size_t kMarks = 8;

struct Counts {
  std::uint64_t tftp_repeats{};
  std::uint64_t http_repeats{};  // of the RAM system: 503, 504 or no answer, asked again
  std::uint64_t holds{};         // scripts that said "nothing to do"
  std::uint64_t late_tasks{};    // long polls that ended without a task
};

// What all machines share. Outlives them.
struct World {
  net::io_context& context;
  Relays& relays;
  Ipv4 service{};
  net::ssl::context& tls;
  std::map<std::string, Fetched> files{};  // below boot.files: what must be fetched
  std::chrono::milliseconds install_time{3000};
  Counts counts{};
  std::map<std::uint32_t, std::string> lent{};    // address: whose
  std::set<std::string> tokens{};                 // each is for one boot
  std::chrono::steady_clock::time_point began{};  // of the storm
};

struct Course {
  int boots{};
  int running{};                    // the power-on that is being played; 0: none
  bool is_done{};                   // its result was taken
  bool was_cut{};                   // the service switched it off in the middle
  std::string problem{};            // why it is lost
  std::array<double, kMarks> at{};  // seconds after the storm began; 0: not reached
};

class Machine {
 public:
  // `nic`: it boots from.
  Machine(World& world, fakes::FakeServer& server, std::size_t nic, Ipv4 relay);

  // Its simulated hardware is on, sees the provisioning network, and waits for somebody to play it.
  [[nodiscard]] bool wants_boot();
  // Plays this boot after a while.
  net::awaitable<void> boot(std::chrono::milliseconds after);

  [[nodiscard]] const Course& course() const { return course_; }

  [[nodiscard]] const std::string& name() const { return server_.plan().name; }

 private:
  struct Script;
  class Fault;  // what ends a boot
  // g++ 12 destroys temporaries of class type in the arguments of a co_await twice: whatever is
  // handed to these coroutines has a name.

  net::awaitable<void> play();
  net::awaitable<Lent> borrow(Voice voice);
  net::awaitable<void> load(const std::string& file);
  net::awaitable<Script> ask_script(std::string url);
  net::awaitable<void> fetch_clear(std::string url);
  net::awaitable<void> ram_system(Script script);
  net::awaitable<void> install(std::string task);
  net::awaitable<void> report(const std::string& operation, const char* phase, int percent);
  // Insists, as the RAM system does, until there is an answer.
  net::awaitable<HttpReply> say(HttpAsk ask, Keep keep);
  net::awaitable<void> pause(std::chrono::milliseconds time);
  void reached(Mark mark);
  void must_be_on();
  void check(const Fetched& got, const std::string& file);

  World& world_;
  fakes::FakeServer& server_;
  Line line_;
  bool is_uefi_;
  Course course_{};
  Ipv4 address_{};
  Door sealed_{};  // to the service's TLS port, with the session
  std::string session_{};
};

}  // namespace switchyard::bench
