#include "pxe/installer/task.h"

#include "core/host_name.h"
#include "core/key_pin.h"
#include "pxe/installer/fields.h"

#include <algorithm>
#include <set>

namespace switchyard::pxe::installer {
namespace {

constexpr std::size_t kMostBody = 1U << 20U;
const std::vector<std::string_view> kFormats{"tar", "tar.zst", "raw", "raw.zst"};
const std::vector<std::string_view> kKinds{"install", "wipe", "inspect", "rescue", "hand-over"};

bool is_lower_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }

bool is_owner(std::string_view owner) {
  const auto is_name = [](std::string_view name) {
    return !name.empty() && name.size() <= 32 && name.front() != '-' &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return is_lower_alnum(c) || c == '-' || c == '_'; });
  };
  const auto colon = owner.find(':');
  return owner.empty() || (colon != std::string_view::npos && is_name(owner.substr(0, colon)) &&
                           is_name(owner.substr(colon + 1)));
}

// All that an image is, but where it is fetched.
Image read_manifest(Fields& fields) {
  Image image{.name = fields.filled_line("name", 128),
              .format = static_cast<ImageFormat>(fields.one_of("format", kFormats)),
              .bytes = fields.number("bytes", 1ULL << 44U),
              .sha256 = fields.line("sha256", 64)};
  if (image.bytes == 0) fields.refuse("bytes", "is 0");
  if (!is_sha256(image.sha256)) fields.refuse("sha256", "is not 64 lower-case hex digits");
  return image;
}

Image read_image(Fields fields) {
  Image image = read_manifest(fields);
  image.url = fields.filled_line("url", 512);
  if (!is_clean_path(image.url)) fields.refuse("url", "is not a clean absolute path");
  fields.done();
  return image;
}

Layout read_layout(Fields fields) {
  Layout layout{.disk = fields.filled_line("disk", 128),
                .filesystem = fields.line("filesystem", 16),
                .raid1 = fields.flag("raid1"),
                .lvm = fields.flag("lvm")};
  if (layout.disk != "auto" && (!is_clean_path(layout.disk) || !layout.disk.starts_with("/dev/")))
    fields.refuse("disk", "is neither \"auto\" nor a path below /dev");
  if (layout.filesystem != "ext4") fields.refuse("filesystem", "is not ext4");
  fields.done();
  return layout;
}

unsigned read_mode(Fields& fields) {
  const auto text = fields.line("mode", 4);
  if (text.size() != 4 || text.find_first_not_of("01234567") != std::string::npos) {
    fields.refuse("mode", "is not four octal digits");
    return 0;
  }
  unsigned mode = 0;
  for (const char digit : text)
    mode = mode * 8 + static_cast<unsigned>(digit - '0');
  return mode;
}

TaskFile read_file(Fields& fields) {
  TaskFile file{.path = fields.filled_line("path", 512),
                .mode = read_mode(fields),
                .owner = fields.line("owner", 65),
                .content = fields.text("content", kMostBody)};
  if (!is_clean_path(file.path)) fields.refuse("path", "is not a clean absolute path");
  if (!is_owner(file.owner)) fields.refuse("owner", "is not user:group");
  fields.done();
  return file;
}

std::optional<PhoneHome> read_phone_home(std::optional<Fields> fields) {
  if (!fields) return std::nullopt;
  PhoneHome home{.url = fields->filled_line("url", 512),
                 .pin = fields->line("pin", 64),
                 .token = Secret{fields->filled_line("token")}};
  if (!home.url.starts_with("https://")) fields->refuse("url", "is not https");
  if (!is_key_pin(home.pin)) fields->refuse("pin", "is not sha256//BASE64");
  fields->done();
  return home;
}

InstallWork read_install(Fields& fields) {
  InstallWork work{.hostname = fields.line("hostname", 63),
                   .image = read_image(fields.object("image")),
                   .layout = read_layout(fields.object("layout"))};
  if (!is_host_name(work.hostname)) fields.refuse("hostname", "is no host name");
  std::set<std::string> paths;
  for (Fields& item : fields.objects("files", 256)) {
    work.files.push_back(read_file(item));
    if (!paths.insert(work.files.back().path).second) item.refuse("path", "is there twice");
  }
  work.phone_home = read_phone_home(fields.object_or_null("phone_home"));
  return work;
}

RescueWork read_rescue(Fields& fields) {
  RescueWork work{.ssh_keys = fields.lines("ssh_keys", 64, 16'384)};
  if (work.ssh_keys.empty()) fields.refuse("ssh_keys", "is empty");
  return work;
}

HandOverWork read_hand_over(Fields& fields) {
  return {.kernel = read_download(fields.object("kernel")),
          .initrd = read_download(fields.object("initrd")),
          .arguments = fields.line("arguments", 2000)};
}

Task read_task(Fields& fields) {
  Task task;
  const auto kind = fields.one_of("kind", kKinds);
  task.operation = fields.filled_line("operation", 128);
  if (kind == 0) task.work = read_install(fields);
  if (kind == 1) task.work = WipeWork{};
  if (kind == 2) task.work = InspectWork{};
  if (kind == 3) task.work = read_rescue(fields);
  if (kind == 4) task.work = read_hand_over(fields);
  return task;
}

std::string octal(unsigned mode) {
  std::string digits(4, '0');
  for (std::size_t at = 4; at-- > 0; mode /= 8)
    digits[at] = static_cast<char>('0' + mode % 8);
  return digits;
}

void add_install(nlohmann::json& json, const InstallWork& work) {
  json["hostname"] = work.hostname;
  json["image"] = {{"name", work.image.name},
                   {"url", work.image.url},
                   {"format", to_string(work.image.format)},
                   {"bytes", work.image.bytes},
                   {"sha256", work.image.sha256}};
  json["layout"] = {{"disk", work.layout.disk},
                    {"filesystem", work.layout.filesystem},
                    {"raid1", work.layout.raid1},
                    {"lvm", work.layout.lvm}};
  auto& files = json["files"] = nlohmann::json::array();
  for (const TaskFile& file : work.files)
    files.push_back({{"path", file.path},
                     {"mode", octal(file.mode)},
                     {"owner", file.owner},
                     {"content", file.content}});
  json["phone_home"] = nullptr;
  if (work.phone_home)
    json["phone_home"] = {{"url", work.phone_home->url},
                          {"pin", work.phone_home->pin},
                          {"token", work.phone_home->token.reveal()}};
}

nlohmann::json download_json(const Download& file) {
  return {{"url", file.url}, {"bytes", file.bytes}, {"sha256", file.sha256}};
}

void add_hand_over(nlohmann::json& json, const HandOverWork& work) {
  json["kernel"] = download_json(work.kernel);
  json["initrd"] = download_json(work.initrd);
  json["arguments"] = work.arguments;
}

}  // namespace

bool is_clean_path(std::string_view path) {
  if (path.size() < 2 || path.size() > 512 || path.front() != '/') return false;
  if (std::any_of(path.begin(), path.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return false;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    path.remove_prefix(part.size());
  }
  return true;
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Download read_download(Fields fields) {
  Download file{.url = fields.filled_line("url", 512),
                .bytes = fields.number("bytes", 1ULL << 32U),
                .sha256 = fields.line("sha256", 64)};
  if (!is_clean_path(file.url)) fields.refuse("url", "is not a clean absolute path");
  if (file.bytes == 0) fields.refuse("bytes", "is 0");
  if (!is_sha256(file.sha256)) fields.refuse("sha256", "is not 64 lower-case hex digits");
  fields.done();
  return file;
}

Result<Task> parse_task(std::string_view body) {
  return read_document(body, kMostBody, "task", &read_task);
}

Result<Image> parse_manifest(std::string_view body) {
  return read_document(body, kMostBody, "manifest", [](Fields& fields) {
    Image image = read_manifest(fields);
    if (fields.has("phones_home")) image.phones_home = fields.flag("phones_home");
    if (fields.has("cloud_init")) image.has_cloud_init = fields.flag("cloud_init");
    return image;
  });
}

bool is_whole_disk(ImageFormat format) {
  return format == ImageFormat::Raw || format == ImageFormat::RawZst;
}

std::string_view to_string(ImageFormat format) {
  return kFormats[static_cast<std::size_t>(format)];
}

std::string to_json_text(const Task& task) {
  nlohmann::json json{{"kind", kKinds[task.work.index()]}, {"operation", task.operation}};
  if (const auto* install = std::get_if<InstallWork>(&task.work)) add_install(json, *install);
  if (const auto* rescue = std::get_if<RescueWork>(&task.work)) json["ssh_keys"] = rescue->ssh_keys;
  if (const auto* next = std::get_if<HandOverWork>(&task.work)) add_hand_over(json, *next);
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace switchyard::pxe::installer
