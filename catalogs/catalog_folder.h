// A catalog, of a network or of an OS image, as a folder of plain files, so that it can live in
// git.
#pragma once

#include "catalogs/render/template_engine.h"
#include "core/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace switchyard::catalogs {

inline constexpr const char* kCatalogFile = "catalog.yaml";
inline constexpr std::size_t kMostFiles = 100;
inline constexpr std::size_t kMostBytes = 128U << 10U;  // of one file

// Whether a file of a catalog may be called so: "server/frr.conf.j2". Letters, digits, '.', '_' and
// '-', no part begins with a dot, at most 200 characters: it is a path below any folder.
[[nodiscard]] bool is_catalog_file_name(std::string_view name);

struct CatalogFolder {
  TemplateFiles files{};  // by name relative to the folder, those of `include` among them
  std::vector<Fault> faults{};
};

// Everything below `path`, and below the sibling folders that its definition (`file`) includes,
// where the catalog has no file of that name itself. Files and folders whose name begins with '.',
// and README.md, are not part of it. Faults: what is no plain file, not UTF-8 or too large (128 KiB
// a file, 100 files). NotFound: there is no such folder, or it has no definition.
[[nodiscard]] Result<CatalogFolder> read_catalog_folder(const std::string& path,
                                                        const std::string& file = kCatalogFile);

}  // namespace switchyard::catalogs
