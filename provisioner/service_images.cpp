// The facade's view of OS images: what there is, and a new version of one.
#include "catalogs/os/check_image.h"
#include "catalogs/os/shelf.h"
#include "core/db/query.h"
#include "provisioner/service.h"
#include "provisioner/service_page.h"
#include "provisioner/service_unit.h"
#include "provisioner/site.h"
#include "provisioner/store/events.h"
#include "provisioner/store/image_versions.h"

#include <nlohmann/json.hpp>

namespace switchyard::provisioner {
namespace {

namespace os = catalogs::os;

ImageView to_view(const os::ImageDefinition& image, int version) {
  ImageView view{
      .name = image.name,
      .description = image.description,
      .version = version,
      .install = std::holds_alternative<os::Installer>(image.install) ? "installer" : "image"};
  for (const catalogs::NetworkTool tool : image.network)
    view.network.push_back(to_string(tool));
  for (const os::FirmwareMode mode : image.firmware)
    view.firmware.emplace_back(to_string(mode));
  return view;
}

Result<ImageVersionView> view_of_version(db::Session& session, const std::string& name,
                                         int version) {
  auto found = find_image_version(session, name, version);
  if (!found) return tl::unexpected(found.error());
  ImageView image = to_view(found->image, version);
  return ImageVersionView{.image = std::move(image),
                          .version = version_view(session, kOsImages, std::move(*found))};
}

void publish(db::Session& session, const ImageVersion& version) {
  const long long there = db::execute(session,
                                      "UPDATE os_images SET description = :d, pushed = :p, version "
                                      "= version + 1 WHERE name = :n",
                                      version.image.description, version.version, version.name);
  if (there == 0)
    db::execute(session,
                "INSERT INTO os_images (name, description, version, pushed) VALUES (:n, :d, 1, :p)",
                version.name, version.image.description, version.version);
  set_version_state(session, kOsImages, version.name, version.version, "published");
}

// What `type` ("image.pushed", …) did to one version.
void append_image_event(db::Session& session, const char* type, const std::string& name,
                        int version, const std::string& author, Timestamp now) {
  append_event(session, {type, "images/" + name, ""},
               {{"image", name}, {"version", version}, {"author", author}}, now);
}

}  // namespace

Result<Page<ImageView>> Service::list_images(const PageRequest& page) {
  return db::read(pool_, "list images", [&](db::Session& session) -> Result<Page<ImageView>> {
    std::vector<ImageView> images;
    for (const auto& [name, description, pushed] : db::select<std::string, std::string, int>(
             session,
             "SELECT name, description, pushed FROM os_images WHERE name > :a ORDER BY name" +
                 limit(page),
             page.after)) {
      if (pushed == 0) {
        images.push_back({.name = name, .description = description});
        continue;
      }
      const auto version = find_image_version(session, name, pushed);
      if (!version) return tl::unexpected(version.error());
      images.push_back(to_view(version->image, pushed));
    }
    return page_of(std::move(images), page, [](const ImageView& image) { return image.name; });
  });
}

Result<ImageVersionView> Service::find_image(const std::string& name, int version) {
  return db::read(pool_, "find image " + name,
                  [&](db::Session& session) -> Result<ImageVersionView> {
                    const auto shown = version_to_show(session, kOsImages, name, version);
                    if (!shown) return tl::unexpected(shown.error());
                    return view_of_version(session, name, *shown);
                  });
}

Result<ImageView> Service::push_image(const std::string& author,
                                      const std::map<std::string, std::string>& files, Mode mode) {
  const auto checked = os::check_image(*templates_, {.files = files}, site_.boot_folder);
  if (!checked) return tl::unexpected(checked.error());
  if (!checked->faults.empty()) return tl::unexpected(catalogs::as_error(checked->faults));
  const os::ImageDefinition& image = checked->definition;
  const StoredVersion pushed{.name = image.name,
                             .sha256 = sum_of(files),
                             .files = files,
                             .author = author,
                             .created = to_micros(clock_.now())};
  return write_or_try<ImageView>(
      pool_, "push image " + image.name, mode, [&](db::Session& session) -> Result<ImageView> {
        const KeptVersion kept = keep_version(session, kOsImages, pushed);
        if (kept.is_new)
          append_image_event(session, "image.pushed", image.name, kept.version, author,
                             clock_.now());
        return to_view(image, kept.version);
      });
}

Result<ImageView> Service::publish_image(const std::string& author, const std::string& name,
                                         int version, Mode mode) {
  return write_or_try<ImageView>(
      pool_, "publish image " + name, mode, [&](db::Session& session) -> Result<ImageView> {
        const auto wanted = version_to_publish(session, kOsImages, name, version);
        if (!wanted) return tl::unexpected(wanted.error());
        const auto found = find_image_version(session, name, *wanted);
        if (!found) return tl::unexpected(found.error());
        // The boot folder may have changed since it was pushed.
        if (!site_.boot_folder.empty())
          if (const auto faults =
                  os::check_shelf(site_.boot_folder, files_of(found->image), os::Depth::Size);
              !faults.empty())
            return tl::unexpected(catalogs::as_error(faults));
        publish(session, *found);
        append_image_event(session, "image.published", name, *wanted, author, clock_.now());
        return to_view(found->image, *wanted);
      });
}

Result<ImageVersionView> Service::deprecate_image(const std::string& author,
                                                  const std::string& name, int version, Mode mode) {
  return write_or_try<ImageVersionView>(
      pool_, "deprecate image " + name, mode,
      [&](db::Session& session) -> Result<ImageVersionView> {
        const auto found = find_image_version(session, name, version);
        if (!found) return tl::unexpected(found.error());
        set_version_state(session, kOsImages, name, version, "deprecated");
        append_image_event(session, "image.deprecated", name, version, author, clock_.now());
        return view_of_version(session, name, version);
      });
}

}  // namespace switchyard::provisioner
