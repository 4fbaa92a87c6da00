// switchyard completion …: scripts made from the parser itself, so that they cannot be out of date.
#include "web/cli/commands.h"

#include <ostream>

namespace switchyard::web::cli {
namespace {

struct Level {
  std::string path{};   // "server list"
  std::string words{};  // subcommands and options that may follow
};

void add_options(const CLI::App& app, std::string& words) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames())
      words += " --" + name;
    for (const std::string& name : option->get_snames())
      words += " -" + name;
  }
}

void collect(const CLI::App& app, const std::string& path, const std::string& global,
             std::vector<Level>& levels) {
  std::string words;
  const auto subcommands = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* one : subcommands)
    // Option groups are nameless subcommands to CLI11.
    if (one->get_name().empty() || one->get_group().empty())
      add_options(*one, words);
    else
      words += " " + one->get_name();
  add_options(app, words);
  if (!path.empty()) words += global;
  levels.push_back({path, words.substr(words.empty() ? 0 : 1)});
  for (const CLI::App* one : subcommands)
    if (!one->get_name().empty() && !one->get_group().empty())
      collect(*one, path.empty() ? one->get_name() : path + " " + one->get_name(), global, levels);
}

std::vector<Level> levels_of(const CLI::App& root) {
  std::string global;
  add_options(root, global);
  std::vector<Level> levels;
  collect(root, "", global, levels);
  return levels;
}

// The words before the cursor that name a subcommand make the path; what they may be followed by is
// offered, and files where a word of the user's own is due.
void write_bash(const std::vector<Level>& levels, std::ostream& out) {
  out << "# bash completion of switchyard; load it with:  source <(switchyard completion bash)\n"
         "_switchyard() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} path= word words i\n"
         "  COMPREPLY=()\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    word=${COMP_WORDS[i]}\n"
         "    case $path${path:+ }$word in\n";
  for (const Level& level : levels)
    if (!level.path.empty()) out << "      '" << level.path << "') path=$path${path:+ }$word ;;\n";
  out << "    esac\n"
         "  done\n"
         "  case $path in\n";
  for (const Level& level : levels)
    out << "    '" << level.path << "') words='" << level.words << "' ;;\n";
  out << "  esac\n"
         "  while IFS= read -r word; do COMPREPLY+=(\"$word\"); done \\\n"
         "    < <(compgen -W \"$words\" -- \"$current\")\n"
         "  return 0\n"
         "}\n"
         "complete -o default -F _switchyard switchyard\n";
}

void write_zsh(const std::vector<Level>& levels, std::ostream& out) {
  out << "#compdef switchyard\n"
         "# zsh completion of switchyard; load it with:  source <(switchyard completion zsh)\n"
         "_switchyard() {\n"
         "  local path_= word i\n"
         "  local -a words_\n"
         "  for ((i = 2; i < CURRENT; i++)); do\n"
         "    word=${words[i]}\n"
         "    case \"${path_:+$path_ }$word\" in\n";
  for (const Level& level : levels)
    if (!level.path.empty())
      out << "      '" << level.path << "') path_='" << level.path << "' ;;\n";
  out << "    esac\n"
         "  done\n"
         "  case $path_ in\n";
  for (const Level& level : levels)
    out << "    '" << level.path << "') words_=(" << level.words << ") ;;\n";
  out << "  esac\n"
         "  compadd -a words_\n"
         "  _files\n"
         "}\n"
         "compdef _switchyard switchyard\n";
}

}  // namespace

void add_completion_command(CLI::App& root, Chosen& chosen, Console& console) {
  CLI::App* command = root.add_subcommand("completion", "Print a completion script for a shell");
  command->footer(
      "\nExamples:\n"
      "  source <(switchyard completion bash)\n"
      "  switchyard completion bash > /etc/bash_completion.d/switchyard");
  const auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash or zsh")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
  command->callback([&root, &chosen, &console, shell] {
    chosen.no_service = [&root, &console, shell] {
      const auto levels = levels_of(root);
      if (*shell == "bash")
        write_bash(levels, console.out);
      else
        write_zsh(levels, console.out);
      return 0;
    };
  });
}

}  // namespace switchyard::web::cli
