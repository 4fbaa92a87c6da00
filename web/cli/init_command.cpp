// switchyard catalog init FOLDER, image init FOLDER: one of one's own to begin with
#include "catalogs/shipped.h"
#include "core/host_name.h"
#include "web/cli/commands.h"
#include "web/cli/pushed.h"
#include "web/cli/text.h"

#include <filesystem>
#include <ostream>

namespace switchyard::web::cli {
namespace {

namespace fs = std::filesystem;

struct Init {
  std::string folder{};
  std::string from{};
};

catalogs::Shipped shelf_of(const PushedKind& kind) {
  return &kind == &kImages ? catalogs::Shipped::OsImages : catalogs::Shipped::NetworkCatalogs;
}

std::string names_of(const PushedKind& kind) {
  std::string text;
  for (const std::string& name : catalogs::shipped_names(shelf_of(kind)))
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

Outcome<void> init(Session& session, const PushedKind& kind, const Init& wanted) {
  const std::string name = fs::absolute(wanted.folder).lexically_normal().filename().string();
  if (!is_host_name(name))
    return wrong_usage("\"" + printable(name) + "\" is no name for " + kind.a_noun,
                       "name the folder with 1 to 63 of a-z, 0-9 and -");
  const auto files = catalogs::shipped_as(wanted.from, name, shelf_of(kind));
  if (files.empty())
    return wrong_usage(
        std::string("there is no ") + kind.noun + " " + printable(wanted.from) + " to begin with",
        "there are " + names_of(kind));
  if (const auto written = write_folder(wanted.folder, files); !written) return written;
  session.console.out << kind.noun << ' ' << name << " is in " << wanted.folder
                      << "; what next: switchyard " << kind.noun << " check " << wanted.folder
                      << '\n';
  return {};
}

}  // namespace

void add_init(CLI::App& group, Chosen& chosen, const PushedKind& kind) {
  const auto wanted = std::make_shared<Init>();
  wanted->from = kind.sample;
  const std::string noun = kind.noun;
  const std::string example = "  switchyard " + noun + " init ";
  const char* other = &kind == &kImages ? "rocky-9 --from anaconda" : "edge --from l3-dual";
  auto& command =
      add_command(group, chosen, "init",
                  std::string("Write ") + kind.a_noun + " to begin your own with; needs no service",
                  example + "storage\n" + example + other,
                  [wanted, &kind](Session& session) { return init(session, kind, *wanted); });
  command.add_option("FOLDER", wanted->folder, "A new folder; its name is that of the " + noun)
      ->required();
  command.add_option("--from", wanted->from, "Which shipped " + noun + ": " + names_of(kind))
      ->capture_default_str();
}

}  // namespace switchyard::web::cli
