// Jinja2, Debian's own, in a helper process that has nothing to lose: what a template does wrong
// costs that template's answer and is named with file and line.
#pragma once

#include "catalogs/render/line_process.h"
#include "core/result.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace switchyard::catalogs {

using TemplateFiles = std::map<std::string, std::string>;  // text by name: "server/frr.conf.j2"

// What is wrong with a template, or with a value.
struct Fault {
  std::string file{};  // as in TemplateFiles; empty: of no file
  int line{};          // from 1; 0: of the file as a whole
  std::string message{};
  friend bool operator==(const Fault&, const Fault&) = default;
};

[[nodiscard]] std::string to_string(const Fault& fault);  // "server/frr.conf.j2:12: message"
// Invalid, with one fault a line.
[[nodiscard]] Error as_error(const std::vector<Fault>& faults);

struct RenderJob {
  std::string name{};       // of the template; empty: `text` is rendered itself
  std::string text{};       // one line: a path
  std::string variables{};  // a JSON object
};

using Rendered = tl::expected<std::string, Fault>;

struct CheckedValues {
  std::string values{};  // JSON object: what was given, and the defaults of the schema
  std::vector<Fault> faults{};
};

struct RenderLimits {
  std::chrono::milliseconds time{2000};  // of one job
  std::size_t bytes{256U << 10U};        // of what one job makes
};

// Thread-safe: one asks at a time. The helper is started when it is first needed and again after it
// died. Errors of all its doors are about the helper, not about templates: NotFound (no Python),
// Unavailable (it cannot be started, or dies again), TimedOut.
class TemplateEngine {
 public:
  explicit TemplateEngine(RenderLimits limits = {}) : limits_(limits) {}

  // What can be said of templates, the files that end in .j2, without rendering them: syntax,
  // filters and tests nobody knows.
  [[nodiscard]] Result<std::vector<Fault>> check(const TemplateFiles& files);

  // In the order of `jobs`. The same files and variables give the same text, always.
  [[nodiscard]] Result<std::vector<Rendered>> render(const TemplateFiles& files,
                                                     std::span<const RenderJob> jobs);

  // `schema` (JSON Schema, draft 7) and `values` are JSON objects.
  [[nodiscard]] Result<CheckedValues> check_values(const std::string& schema,
                                                   const std::string& values);

 private:
  struct Loaded {
    std::string set{};  // what the helper calls these files
    std::vector<Fault> faults{};
  };

  [[nodiscard]] Result<std::string> ask(const std::string& request, std::chrono::milliseconds time);
  [[nodiscard]] Result<Loaded> load(const TemplateFiles& files);
  [[nodiscard]] Result<std::vector<Rendered>> render_some(const TemplateFiles& files,
                                                          std::span<const RenderJob> jobs);

  RenderLimits limits_;
  std::mutex mutex_{};
  std::optional<LineProcess> helper_{};
  std::optional<std::pair<TemplateFiles, Loaded>> last_{};  // what the helper was given last
  unsigned long sets_{};
};

}  // namespace switchyard::catalogs
