// Speaks SSH on one accepted socket: login, channels, programs, and the faults that cut it.
#include "tests/fakes/ssh/connection.h"

#include <libssh/callbacks.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <list>

namespace switchyard::fakes {

namespace {

using Steady = std::chrono::steady_clock;
constexpr std::chrono::seconds kLoginGrace{30};
constexpr std::chrono::milliseconds kIdlePoll{500};

class Connection;

struct Channel {
  Connection* connection{};
  ssh_channel handle{};
  ssh_channel_callbacks_struct callbacks{};
  std::unique_ptr<SshProgram> program{};
  Steady::time_point not_before{};  // a late answer
  bool waiting{};
  bool done{};
};

class Connection {
 public:
  Connection(SshEndpoint::State& endpoint, ssh_session session)
      : endpoint_(endpoint), session_(session), limits_(endpoint.peer->limits()) {}

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  void run();

  int login(bool accepted, std::string_view user);
  ssh_channel open_channel();
  bool start(Channel& channel, std::string_view command);
  bool start_subsystem(Channel& channel, std::string_view name);
  void received(Channel& channel, std::string_view bytes);

  SshPeer& peer() { return *endpoint_.peer; }

 private:
  void pump(Channel& channel);
  void write(Channel& channel, std::string_view bytes);
  void finish(Channel& channel, int status);
  void cut();
  [[nodiscard]] std::chrono::milliseconds poll_time() const;

  SshEndpoint::State& endpoint_;
  ssh_session session_;
  SshLimits limits_;
  ssh_server_callbacks_struct callbacks_{};
  std::list<Channel> channels_{};
  long long sent_{};
  bool logged_in_{};
  bool cut_{};
};

int on_password(ssh_session, const char* user, const char* password, void* self) {
  auto& connection = *static_cast<Connection*>(self);
  return connection.login(connection.peer().accepts_password(user, password), user);
}

int on_key(ssh_session, const char* user, ssh_key_struct* key, char state, void* self) {
  auto& connection = *static_cast<Connection*>(self);
  char* base64 = nullptr;
  if (ssh_pki_export_pubkey_base64(key, &base64) != SSH_OK) return SSH_AUTH_DENIED;
  const std::string text = std::string(ssh_key_type_to_char(ssh_key_type(key))) + " " + base64;
  ssh_string_free_char(base64);
  const bool known = connection.peer().accepts_key(user, text);
  // Without a signature yet the client only asks whether this key would do.
  if (state == SSH_PUBLICKEY_STATE_NONE) return known ? SSH_AUTH_SUCCESS : SSH_AUTH_DENIED;
  return connection.login(known && state == SSH_PUBLICKEY_STATE_VALID, user);
}

ssh_channel on_open(ssh_session, void* self) {
  return static_cast<Connection*>(self)->open_channel();
}

int on_data(ssh_session, ssh_channel, void* data, std::uint32_t size, int is_stderr, void* self) {
  auto& channel = *static_cast<Channel*>(self);
  if (is_stderr == 0 && channel.program)
    channel.connection->received(channel, {static_cast<const char*>(data), size});
  return static_cast<int>(size);
}

void on_eof(ssh_session, ssh_channel, void* self) {
  auto& channel = *static_cast<Channel*>(self);
  if (channel.program) channel.program->end_of_input();
}

void on_close(ssh_session, ssh_channel, void* self) { static_cast<Channel*>(self)->done = true; }

int on_exec(ssh_session, ssh_channel, const char* command, void* self) {
  auto& channel = *static_cast<Channel*>(self);
  return channel.connection->start(channel, command) ? 0 : 1;
}

int on_shell(ssh_session, ssh_channel, void* self) {
  auto& channel = *static_cast<Channel*>(self);
  return channel.connection->start(channel, "") ? 0 : 1;
}

int on_subsystem(ssh_session, ssh_channel, const char* name, void* self) {
  auto& channel = *static_cast<Channel*>(self);
  return channel.connection->start_subsystem(channel, name) ? 0 : 1;
}

Connection::~Connection() {
  for (Channel& channel : channels_)
    if (channel.program) channel.program->lost();
  const std::lock_guard lock(endpoint_.mutex);
  --(logged_in_ ? endpoint_.logged_in : endpoint_.starting);
}

int Connection::login(bool accepted, std::string_view /*user*/) {
  const std::lock_guard lock(endpoint_.mutex);
  if (!accepted || endpoint_.logged_in >= limits_.max_connections) {
    ++endpoint_.counters.refused_logins;
    return SSH_AUTH_DENIED;
  }
  ++endpoint_.counters.logins;
  logged_in_ = true;
  --endpoint_.starting;
  ++endpoint_.logged_in;
  return SSH_AUTH_SUCCESS;
}

ssh_channel Connection::open_channel() {
  const auto open = std::count_if(channels_.begin(), channels_.end(),
                                  [](const Channel& channel) { return !channel.done; });
  if (!logged_in_ || open >= limits_.max_sessions) return nullptr;
  Channel& channel = channels_.emplace_back();
  channel.connection = this;
  channel.handle = ssh_channel_new(session_);
  channel.callbacks.userdata = &channel;
  channel.callbacks.channel_data_function = on_data;
  channel.callbacks.channel_eof_function = on_eof;
  channel.callbacks.channel_close_function = on_close;
  channel.callbacks.channel_exec_request_function = on_exec;
  channel.callbacks.channel_shell_request_function = on_shell;
  channel.callbacks.channel_subsystem_request_function = on_subsystem;
  ssh_callbacks_init(&channel.callbacks);
  ssh_set_channel_callbacks(channel.handle, &channel.callbacks);
  return channel.handle;
}

bool Connection::start(Channel& channel, std::string_view command) {
  if (channel.program) return false;
  channel.program = peer().start(command);
  return channel.program != nullptr;
}

bool Connection::start_subsystem(Channel& channel, std::string_view name) {
  if (channel.program) return false;
  channel.program = peer().start_subsystem(name);
  return channel.program != nullptr;
}

void Connection::received(Channel& channel, std::string_view bytes) {
  channel.program->feed(bytes);
}

void Connection::cut() {
  cut_ = true;
  ::shutdown(ssh_get_fd(session_), SHUT_RDWR);
}

void Connection::write(Channel& channel, std::string_view bytes) {
  const long long limit = limits_.drop_after_bytes;
  bool last = false;
  if (limit >= 0 && sent_ + static_cast<long long>(bytes.size()) > limit) {
    bytes = bytes.substr(0, static_cast<std::size_t>(limit - sent_));
    last = true;
  }
  sent_ += static_cast<long long>(bytes.size());
  while (!bytes.empty() && !channel.done) {
    const auto size = static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(), 1U << 20U));
    const int written = ssh_channel_write(channel.handle, bytes.data(), size);
    if (written <= 0) return cut();
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (last) cut();
}

void Connection::finish(Channel& channel, int status) {
  channel.program.reset();
  ssh_channel_request_send_exit_status(channel.handle, status);
  ssh_channel_send_eof(channel.handle);
  ssh_channel_close(channel.handle);
  channel.done = true;
}

void Connection::pump(Channel& channel) {
  if (!channel.program || channel.done || (channel.waiting && Steady::now() < channel.not_before))
    return;
  channel.waiting = false;
  std::string output;
  while (!cut_) {
    const Effect effect = channel.program->next();
    output += effect.output;
    if (effect.then == Effect::Then::Again) continue;
    write(channel, output);
    switch (effect.then) {
      case Effect::Then::Wait:
        channel.waiting = true;
        channel.not_before = Steady::now() + effect.wait;
        return;
      case Effect::Then::Drop: return cut();
      case Effect::Then::Exit: return finish(channel, effect.status);
      default: return;
    }
  }
}

std::chrono::milliseconds Connection::poll_time() const {
  auto time = kIdlePoll;
  for (const Channel& channel : channels_) {
    if (!channel.waiting) continue;
    const auto left = channel.not_before - Steady::now() + std::chrono::microseconds{999};
    time = std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(left),
                      std::chrono::milliseconds{0}, time);
  }
  return time;
}

void Connection::run() {
  callbacks_.userdata = this;
  callbacks_.auth_password_function = on_password;
  callbacks_.auth_pubkey_function = on_key;
  callbacks_.channel_open_request_session_function = on_open;
  ssh_callbacks_init(&callbacks_);
  ssh_set_server_callbacks(session_, &callbacks_);
  ssh_set_auth_methods(session_, SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_PUBLICKEY);
  const long timeout = kLoginGrace.count();
  ssh_options_set(session_, SSH_OPTIONS_TIMEOUT, &timeout);
  if (ssh_handle_key_exchange(session_) != SSH_OK) return;

  ssh_event event = ssh_event_new();
  ssh_event_add_session(event, session_);
  const auto login_until = Steady::now() + kLoginGrace;
  while (!cut_ && ssh_is_connected(session_) != 0) {
    if (!logged_in_ && Steady::now() > login_until) break;
    if (ssh_event_dopoll(event, static_cast<int>(poll_time().count())) == SSH_ERROR) break;
    for (Channel& channel : channels_)
      pump(channel);
  }
  ssh_event_remove_session(event, session_);
  ssh_event_free(event);
}

}  // namespace

void serve_ssh_connection(const std::shared_ptr<SshEndpoint::State>& endpoint, int fd, int id) {
  ssh_session session = ssh_new();
  int accepted = SSH_ERROR;
  {
    const std::lock_guard lock(endpoint->mutex);
    if (!endpoint->closed) accepted = ssh_bind_accept_fd(endpoint->bind, session, fd);
  }
  {
    Connection connection(*endpoint, session);
    if (accepted == SSH_OK) connection.run();
  }
  const std::lock_guard lock(endpoint->mutex);
  ::close(endpoint->connections[id]);
  endpoint->connections.erase(id);
  if (accepted != SSH_OK) ::close(fd);
  ssh_free(session);  // closes the socket
  endpoint->changed.notify_all();
}

}  // namespace switchyard::fakes
