// Who waits for news about what (Answer::hold). A wait takes no thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace switchyard::pxe::http {

// Thread-safe.
class WakeList {
 public:
  // How often anybody was woken. Read it before asking whether there is something to wait for.
  [[nodiscard]] std::uint64_t wakes() const;

  // `woken` is called at the next wake(topic), on its thread, until remove(). 0, and nothing is
  // added: somebody was woken since `seen`, so what was asked may be out of date.
  [[nodiscard]] std::uint64_t add(const std::string& topic, std::uint64_t seen,
                                  std::function<void()> woken);
  // When it returns, `woken` does not run and will not. 0 is nothing.
  void remove(const std::string& topic, std::uint64_t ticket);

  void wake(const std::string& topic);

 private:
  mutable std::mutex mutex_{};
  std::uint64_t wakes_{0};
  std::uint64_t tickets_{0};
  std::map<std::pair<std::string, std::uint64_t>, std::function<void()>> waiting_{};
};

}  // namespace switchyard::pxe::http
