#include "switch-drivers/handle/deadman.h"

#include <fmt/format.h>

#include <algorithm>

namespace switchyard::switch_drivers::handle {

namespace {

// `cd` first: every name below is relative. `fire` renames the directory before it undoes anything,
// so that a settle that comes too late finds nothing instead of racing with it.
constexpr std::string_view kBegin =
    R"(# Switchyard: takes a change back when nobody keeps it.
d=${0%/*}
cd "$d" || exit 98
case $1 in
arm)
  if [ -d /run/systemd/system ]; then
    systemd-run --quiet --collect --unit="switchyard-${d##*/}" --on-active="$2" \
      --timer-property=AccuracySec=1s sh "$0" fire || exit 95
  else
    setsid sh -c 'sleep "$1"; exec sh "$2" fire' - "$2" "$0" </dev/null >/dev/null 2>&1 &
  fi
  : >armed ;;
run)
  [ -e armed ] || exit 97
  shift
  "$@" || { s=$?; : >failed; exit $s; } ;;
open)
  [ -e armed ] && [ ! -e failed ] || exit 96
  shift
  "$@" ;;
step)
  [ -e armed ] || exit 97
  [ ! -e "$2.failed" ] || exit 96
  p=$2
  shift 2
  "$@" || { s=$?; : >"$p.failed"; exit $s; } ;;
keep)
  mv "$2.undo" "$2.kept" 2>/dev/null || [ -e "$2.kept" ] ;;
undo)
  mv "$2.undo" "$2.undone" 2>/dev/null
  [ -e "$2.undone" ] && { sh "./$2.undone"; exit 0; } ;;
saved)
  [ -e "$2.kept" ] && )";

constexpr std::string_view kMiddle = R"( ;;
sweep)
  for c in /run/switchyard/*; do
    [ -e "$c/armed" ] || mv "$c" "$c.stale"
    [ ! -e "$c.stale/armed" ] || mv "$c.stale" "$c"
    rm -rf "$c.stale"
  done ;;
done)
  for f in *.undo; do [ -e "$f" ] && exit 0; done
  [ -d /run/systemd/system ] && systemctl stop "switchyard-${d##*/}.timer" 2>/dev/null
  cd / && rm -rf "$d" ;;
fire)
  mv "$d" "$d.fired" && cd "$d.fired" || exit 98
  for f in *.undo; do [ -e "$f" ] && sh "./$f" >>log 2>&1; done
  )";

constexpr std::string_view kEnd = R"( >>log 2>&1
  cd / && rm -rf "$d.fired" ;;
esac
)";

Command deadman(std::string_view change, std::string_view verb_and_rest, std::string input = {}) {
  return {fmt::format("sh {} {}", change_path(change, "deadman"), verb_and_rest), std::move(input)};
}

}  // namespace

std::string deadman_script(const DeadmanNos& nos) {
  std::string text;
  for (const std::string_view part : {kBegin, nos.saved, kMiddle, nos.fired, kEnd})
    text += part;
  return text;
}

std::string port_file(std::string_view port) {
  std::string name{port};
  std::replace(name.begin(), name.end(), '/', '@');
  return name;
}

std::string change_path(std::string_view change, std::string_view name) {
  return fmt::format("/run/switchyard/{}/{}", change, name);
}

Command store(const std::string& path, std::string text) {
  return {"cat >" + path, std::move(text)};
}

Command store_deadman(std::string_view change, const DeadmanNos& nos) {
  return store(change_path(change, "deadman"), deadman_script(nos));
}

Command store_undo(std::string_view change, std::string_view port, std::string text) {
  return store(change_path(change, port_file(port) + ".undo"), std::move(text));
}

Command inherit_undo(std::string_view change, std::string_view older, std::string_view port) {
  const std::string name = port_file(port) + ".undo";
  return {fmt::format("cp {} {}", change_path(older, name), change_path(change, name)), {}};
}

Command store_final(std::string_view change, std::string_view port, std::string text) {
  return store(change_path(change, port_file(port) + ".conf"), std::move(text));
}

Command arm(std::string_view change, std::chrono::seconds undo_after) {
  return deadman(change, fmt::format("arm {}", undo_after.count()));
}

Command guarded(std::string_view change, Command command) {
  return deadman(change, "run " + command.line, std::move(command.input));
}

Command opening(std::string_view change, Command command) {
  return deadman(change, "open " + command.line, std::move(command.input));
}

Command step(std::string_view change, std::string_view port, Command command) {
  return deadman(change, fmt::format("step {} {}", port_file(port), command.line),
                 std::move(command.input));
}

Command keep(std::string_view change, std::string_view port) {
  return deadman(change, "keep " + port_file(port));
}

Command undo(std::string_view change, std::string_view port) {
  return deadman(change, "undo " + port_file(port));
}

Command save_port(std::string_view change, std::string_view port) {
  return deadman(change, "saved " + port_file(port));
}

Command sweep(std::string_view change) { return deadman(change, "sweep"); }

Command finish(std::string_view change) { return deadman(change, "done"); }

Command read_armed() { return {"grep -sH '^# ' /run/switchyard/*/*.undo", {}}; }

Command read_kept(std::string_view change, std::string_view port) {
  return {"cat " + change_path(change, port_file(port) + ".kept"), {}};
}

Command read_undone(std::string_view change, std::string_view port) {
  return {"cat " + change_path(change, port_file(port) + ".undone"), {}};
}

std::string as_script(const Command& command) {
  if (command.input.empty()) return command.line + "\n";
  std::string text = command.line + " <<'SWY-IN'\n" + command.input;
  if (text.back() != '\n') text += '\n';
  return text + "SWY-IN\n";
}

}  // namespace switchyard::switch_drivers::handle
