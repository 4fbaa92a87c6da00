// One accepted SSH connection of a simulated switch, from key exchange to its last byte.
#pragma once

#include "tests/fakes/ssh/server.h"

#include <libssh/libssh.h>
#include <libssh/server.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

namespace switchyard::fakes {

// Shared by the endpoint, the listening thread and the connection threads.
struct SshEndpoint::State {
  SshPeer* peer{};
  int listen_fd{-1};
  std::uint16_t port{};
  SshCounters counters{};

  std::mutex mutex{};
  std::condition_variable changed{};
  ssh_bind bind{};  // holds the host key
  std::string fingerprint{};
  bool closed{};
  int starting{};  // connections that are not logged in
  int logged_in{};
  std::map<int, int> connections{};  // id -> socket, to cut it from outside
  int next_id{1};
};

// Runs until the connection ends; owns `fd`. The body of a connection thread.
void serve_ssh_connection(const std::shared_ptr<SshEndpoint::State>& endpoint, int fd, int id);

}  // namespace switchyard::fakes
