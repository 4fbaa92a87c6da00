// An honest SSH server on loopback for many simulated switches at once: one listening thread for
// all of them, one thread a connection while it lasts.
#pragma once

#include "core/result.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::fakes {

// What a program on the far side of a channel does next. The connection writes `output` before it
// follows `then`.
struct Effect {
  enum class Then {
    Idle,   // everything received has been dealt with: wait for input
    Again,  // ask once more
    Wait,   // ask again after `wait`
    Drop,   // cut the TCP connection without a word
    Exit,   // end the channel with `status`
  };
  std::string output{};
  Then then{Then::Idle};
  std::chrono::microseconds wait{};
  int status{};
};

// One command or shell behind one channel. Used by one thread.
class SshProgram {
 public:
  virtual ~SshProgram() = default;
  virtual void feed(std::string_view bytes) = 0;
  virtual void end_of_input() = 0;  // the client closed its side
  virtual Effect next() = 0;
  // The connection is gone. What was received and not run yet is still here.
  virtual void lost() = 0;
};

// sshd_config of one switch; may change while connections are open (new ones see it).
struct SshLimits {
  int max_startups{10};            // connections that are not logged in yet
  int max_sessions{10};            // channels of one connection
  int max_connections{1000};       // logged in, all together
  long long drop_after_bytes{-1};  // cut the connection after this many bytes of answers; -1: never
};

struct SshCounters {
  std::atomic<long long> connections{};
  std::atomic<long long> logins{};
  std::atomic<long long> refused_logins{};
  std::atomic<long long> refused_connections{};
};

// What the server asks of the switch behind a port. Called from connection threads.
class SshPeer {
 public:
  virtual ~SshPeer() = default;
  [[nodiscard]] virtual bool accepts_password(std::string_view user, std::string_view password) = 0;
  // `key` is an OpenSSH public key: "ssh-ed25519 AAAA…" without comment.
  [[nodiscard]] virtual bool accepts_key(std::string_view user, std::string_view key) = 0;
  [[nodiscard]] virtual SshLimits limits() = 0;
  [[nodiscard]] virtual bool reachable() = 0;  // false: a connection is taken and closed at once
  // `command` is empty for an interactive shell without terminal.
  [[nodiscard]] virtual std::unique_ptr<SshProgram> start(std::string_view command) = 0;

  // RFC 4254, 6.5. Null: there is none of that name.
  [[nodiscard]] virtual std::unique_ptr<SshProgram> start_subsystem(std::string_view /*name*/) {
    return nullptr;
  }
};

class SshServer;

// One listening address. Destroying it closes it and all its connections.
class SshEndpoint {
 public:
  SshEndpoint(SshServer& server, SshPeer& peer);  // throws std::runtime_error at start-up
  ~SshEndpoint();
  SshEndpoint(const SshEndpoint&) = delete;
  SshEndpoint& operator=(const SshEndpoint&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string host_key_fingerprint() const;  // "SHA256:…"
  [[nodiscard]] const SshCounters& counters() const;
  void change_host_key();  // for connections to come
  // Cuts all, as a reboot does. Waiting is for callers that no connection thread depends on.
  enum class Wait { No, UntilGone };
  void drop_connections(Wait wait = Wait::No);

  struct State;

 private:
  SshServer& server_;
  std::shared_ptr<State> state_;
};

// Owns the listening thread. Must outlive its endpoints. Thread-safe.
class SshServer {
 public:
  SshServer();
  ~SshServer();
  SshServer(const SshServer&) = delete;
  SshServer& operator=(const SshServer&) = delete;

 private:
  friend class SshEndpoint;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace switchyard::fakes
