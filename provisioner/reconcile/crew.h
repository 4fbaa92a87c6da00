// Threads for all objects of one kind in the inventory: one each, started as they appear.
#pragma once

#include "core/db/pool.h"
#include "provisioner/wakeup.h"

#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace switchyard::provisioner {

struct CrewWork {
  std::string what{};  // "switches", for messages
  std::function<std::vector<std::string>(db::Session&)> list{};
  std::function<void(const std::string& name, const std::stop_token& stop)> work{};
};

// Owns its threads; the destructor stops and joins them.
class Crew {
 public:
  Crew(db::Pool& pool, Wakeup& wakeup, CrewWork work);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Begins the end without waiting for it.
  void request_stop();

 private:
  void watch_inventory(const std::stop_token& stop);
  void start_missing(const std::vector<std::string>& names);

  db::Pool& pool_;
  Wakeup& wakeup_;
  CrewWork work_;
  std::mutex mutex_{};  // guards threads_ while the watcher lives
  std::map<std::string, std::jthread> threads_{};
  std::jthread watcher_{};
};

inline const std::string kInventoryTopic = "inventory";

}  // namespace switchyard::provisioner
