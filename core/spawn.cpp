#include "core/spawn.h"

#include <fcntl.h>
#include <spawn.h>

#include <csignal>

namespace switchyard {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (const std::string& text : texts)
    list.push_back(const_cast<char*>(text.c_str()));  // posix_spawn does not write to them
  list.push_back(nullptr);
  return list;
}

void give(posix_spawn_file_actions_t& files, int number, int descriptor, int mode) {
  if (descriptor < 0)
    posix_spawn_file_actions_addopen(&files, number, "/dev/null", mode, 0);
  else
    posix_spawn_file_actions_adddup2(&files, descriptor, number);
}

}  // namespace

int spawn(pid_t& pid, const Command& command, const StandardStreams& streams) {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  give(files, 0, streams.in, O_RDONLY);
  give(files, 1, streams.out, O_WRONLY);
  give(files, 2, streams.err, O_WRONLY);
  posix_spawn_file_actions_addclosefrom_np(&files, 3);
  sigset_t none{}, all{};
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const auto arguments = pointers(command.arguments), environment = pointers(command.environment);
  const int error = ::posix_spawnp(&pid, arguments.front(), &files, &attributes, arguments.data(),
                                   environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

}  // namespace switchyard
