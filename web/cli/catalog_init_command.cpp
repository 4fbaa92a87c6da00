// switchyard catalog init FOLDER: a catalog of one's own to begin with
#include "catalogs/shipped.h"
#include "core/host_name.h"
#include "web/cli/catalog_choice.h"
#include "web/cli/commands.h"
#include "web/cli/text.h"

#include <filesystem>
#include <ostream>

namespace switchyard::web::cli {
namespace {

namespace fs = std::filesystem;

struct Init {
  std::string folder{};
  std::string from{"l3-private"};
};

std::string names() {
  std::string text;
  for (const std::string& name : catalogs::shipped_names())
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

Outcome<void> init(Session& session, const Init& wanted) {
  const std::string name = fs::absolute(wanted.folder).lexically_normal().filename().string();
  if (!is_host_name(name))
    return wrong_usage("\"" + printable(name) + "\" is no name for a catalog",
                       "name the folder with 1 to 63 of a-z, 0-9 and -");
  const auto files = catalogs::shipped_as(wanted.from, name);
  if (files.empty())
    return wrong_usage("there is no catalog " + printable(wanted.from) + " to begin with",
                       "there are " + names());
  if (const auto written = write_folder(wanted.folder, files); !written) return written;
  session.console.out << "catalog " << name << " is in " << wanted.folder
                      << "; what next: switchyard catalog check " << wanted.folder << '\n';
  return {};
}

}  // namespace

void add_catalog_init(CLI::App& catalog_group, Chosen& chosen) {
  const auto wanted = std::make_shared<Init>();
  auto& command = add_command(catalog_group, chosen, "init",
                              "Write a catalog to begin your own with; needs no service",
                              "  switchyard catalog init storage\n"
                              "  switchyard catalog init edge --from l3-dual",
                              [wanted](Session& session) { return init(session, *wanted); });
  command.add_option("FOLDER", wanted->folder, "A new folder; its name is the catalog's")
      ->required();
  command.add_option("--from", wanted->from, "Which shipped catalog: " + names())
      ->capture_default_str();
}

}  // namespace switchyard::web::cli
