// Listens for all simulated switches and hands every connection to a thread of its own.
#include "tests/fakes/ssh/server.h"

#include "tests/fakes/ssh/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <thread>

namespace switchyard::fakes {

struct SshServer::State {
  std::mutex mutex{};
  std::map<int, std::shared_ptr<SshEndpoint::State>> listening{};  // by socket
  int wake{-1};
  bool stopping{};
  std::thread thread{};
};

namespace {

void wake(int fd) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
}

int listen_on_loopback(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) throw std::runtime_error("simulated switch: no socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the socket API
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 128) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    ::close(fd);
    throw std::runtime_error("simulated switch: cannot listen on 127.0.0.1");
  }
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  port = ntohs(address.sin_port);
  return fd;
}

std::string fingerprint_of(ssh_key key) {
  unsigned char* hash = nullptr;
  std::size_t size = 0;
  if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != SSH_OK)
    throw std::runtime_error("simulated switch: no fingerprint");
  char* text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size);
  std::string fingerprint = text;
  ssh_string_free_char(text);
  ssh_clean_pubkey_hash(&hash);
  return fingerprint;
}

// Caller holds the endpoint's mutex or is its constructor.
void make_host_key(SshEndpoint::State& endpoint) {
  ssh_key key = nullptr;
  if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) != SSH_OK)
    throw std::runtime_error("simulated switch: cannot make a host key");
  endpoint.fingerprint = fingerprint_of(key);
  if (endpoint.bind != nullptr) ssh_bind_free(endpoint.bind);
  endpoint.bind = ssh_bind_new();
  const bool process_config = false;  // nothing of this machine's /etc/ssh may change a test
  ssh_bind_options_set(endpoint.bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &process_config);
  ssh_bind_options_set(endpoint.bind, SSH_BIND_OPTIONS_IMPORT_KEY, key);  // takes the key
}

// sshd refuses in words before the key exchange when too many have not logged in.
void refuse(SshEndpoint::State& endpoint, int fd, std::string_view words) {
  ++endpoint.counters.refused_connections;
  if (!words.empty()) (void)::send(fd, words.data(), words.size(), MSG_NOSIGNAL);
  ::close(fd);
}

void accept_one(const std::shared_ptr<SshEndpoint::State>& endpoint) {
  const int fd = ::accept4(endpoint->listen_fd, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return;
  const int on = 1;
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!endpoint->peer->reachable()) return refuse(*endpoint, fd, "");
  const SshLimits limits = endpoint->peer->limits();
  int id = 0;
  {
    const std::lock_guard lock(endpoint->mutex);
    if (endpoint->closed) return refuse(*endpoint, fd, "");
    if (endpoint->starting >= limits.max_startups)
      return refuse(*endpoint, fd, "Exceeded MaxStartups\r\n");
    ++endpoint->starting;
    id = endpoint->next_id++;
    // A duplicate: libssh may close its own while another thread still wants to cut the connection.
    endpoint->connections[id] = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  }
  ++endpoint->counters.connections;
  std::thread(serve_ssh_connection, endpoint, fd, id).detach();
}

}  // namespace

SshServer::SshServer() : state_(std::make_unique<State>()) {
  // A client that goes away in the middle of an answer must not end the process.
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c)
  ssh_init();
  state_->wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  state_->thread = std::thread([this] {
    std::vector<pollfd> polled;
    std::vector<std::shared_ptr<SshEndpoint::State>> endpoints;
    while (true) {
      polled.assign(1, pollfd{.fd = state_->wake, .events = POLLIN, .revents = 0});
      endpoints.clear();
      {
        const std::lock_guard lock(state_->mutex);
        if (state_->stopping) return;
        for (const auto& [fd, endpoint] : state_->listening) {
          polled.push_back({.fd = fd, .events = POLLIN, .revents = 0});
          endpoints.push_back(endpoint);
        }
      }
      if (::poll(polled.data(), polled.size(), -1) <= 0) continue;
      std::uint64_t drained = 0;
      if (polled[0].revents != 0) (void)!::read(state_->wake, &drained, sizeof drained);
      for (std::size_t i = 1; i < polled.size(); ++i)
        if ((polled[i].revents & POLLIN) != 0) accept_one(endpoints[i - 1]);
    }
  });
}

SshServer::~SshServer() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  wake(state_->wake);
  state_->thread.join();
  ::close(state_->wake);
}

SshEndpoint::SshEndpoint(SshServer& server, SshPeer& peer)
    : server_(server), state_(std::make_shared<State>()) {
  state_->peer = &peer;
  state_->listen_fd = listen_on_loopback(state_->port);
  make_host_key(*state_);
  {
    const std::lock_guard lock(server_.state_->mutex);
    server_.state_->listening[state_->listen_fd] = state_;
  }
  wake(server_.state_->wake);
}

SshEndpoint::~SshEndpoint() {
  {
    const std::lock_guard lock(server_.state_->mutex);
    server_.state_->listening.erase(state_->listen_fd);
  }
  wake(server_.state_->wake);
  {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
  }
  drop_connections(Wait::UntilGone);
  ::close(state_->listen_fd);
  ssh_bind_free(state_->bind);
}

std::uint16_t SshEndpoint::port() const { return state_->port; }

const SshCounters& SshEndpoint::counters() const { return state_->counters; }

std::string SshEndpoint::host_key_fingerprint() const {
  const std::lock_guard lock(state_->mutex);
  return state_->fingerprint;
}

void SshEndpoint::change_host_key() {
  const std::lock_guard lock(state_->mutex);
  make_host_key(*state_);
}

void SshEndpoint::drop_connections(Wait wait) {
  std::unique_lock lock(state_->mutex);
  // Only those that exist now: with clients that reconnect at once there may never be none.
  const int newest = state_->next_id;
  for (const auto& [id, fd] : state_->connections)
    ::shutdown(fd, SHUT_RDWR);
  if (wait == Wait::UntilGone)
    state_->changed.wait(lock, [&] {
      return state_->connections.empty() || state_->connections.begin()->first >= newest;
    });
}

}  // namespace switchyard::fakes
