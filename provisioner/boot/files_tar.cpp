#include "provisioner/boot/files_tar.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>

namespace switchyard::provisioner {
namespace {

using Writer = std::unique_ptr<archive, int (*)(archive*)>;
using Entry = std::unique_ptr<archive_entry, void (*)(archive_entry*)>;

la_ssize_t append(archive*, void* text, const void* data, std::size_t size) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(data), size);
  return static_cast<la_ssize_t>(size);
}

Status check(const Writer& writer, int code) {
  if (code == ARCHIVE_OK) return {};
  const char* why = archive_error_string(writer.get());
  return failure(Errc::Invalid, why == nullptr ? "unknown error" : why);
}

Entry entry_of(const HostFile& file) {
  Entry entry{archive_entry_new(), &archive_entry_free};
  const std::size_t colon = file.owner.find(':');
  const std::string user = file.owner.empty() ? "root" : file.owner.substr(0, colon);
  const std::string group = colon == std::string::npos ? "root" : file.owner.substr(colon + 1);
  archive_entry_set_pathname(entry.get(), file.path.c_str() + file.path.find_first_not_of('/'));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), static_cast<mode_t>(std::stoul(file.mode, nullptr, 8)));
  archive_entry_set_uname(entry.get(), user.c_str());
  archive_entry_set_gname(entry.get(), group.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.content.size()));
  archive_entry_set_mtime(entry.get(), 0, 0);
  return entry;
}

Status add(const Writer& writer, const HostFile& file) {
  const Entry entry = entry_of(file);
  if (Status fits = check(writer, archive_write_header(writer.get(), entry.get())); !fits)
    return tl::unexpected(fits.error().in("file " + file.path));
  const la_ssize_t size = static_cast<la_ssize_t>(file.content.size());
  return check(writer,
               archive_write_data(writer.get(), file.content.data(), file.content.size()) == size
                   ? ARCHIVE_OK
                   : ARCHIVE_FATAL);
}

}  // namespace

Result<std::string> files_tar(const std::vector<HostFile>& files) {
  std::string tar;
  const Writer writer{archive_write_new(), &archive_write_free};
  archive_write_set_format_ustar(writer.get());
  archive_write_set_bytes_per_block(writer.get(), 0);  // nothing is gathered in between
  Status written =
      check(writer, archive_write_open2(writer.get(), &tar, nullptr, &append, nullptr, nullptr));
  for (const HostFile& file : files)
    if (written) written = add(writer, file);
  if (written) written = check(writer, archive_write_close(writer.get()));
  if (!written) return tl::unexpected(written.error());
  return tar;
}

}  // namespace switchyard::provisioner
