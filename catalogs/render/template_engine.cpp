#include "catalogs/render/template_engine.h"

#include "catalogs/render/program.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace switchyard::catalogs {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Its start, and what it does beside rendering, on a busy machine.
constexpr milliseconds kOverhead{15'000};
constexpr std::size_t kMostAnswer = 64U << 20U;
// One that hangs where the helper's own clock does not reach costs these their answers for a while.
constexpr std::size_t kJobsAtOnce = 32;

Fault fault_of(const json& said) {
  return {.file = said.at("file").get<std::string>(),
          .line = said.at("line").get<int>(),
          .message = said.at("message").get<std::string>()};
}

std::vector<Fault> faults_of(const json& said) {
  std::vector<Fault> faults;
  for (const json& fault : said.at("faults"))
    faults.push_back(fault_of(fault));
  return faults;
}

Rendered rendered_of(const json& said) {
  if (said.contains("fault")) return tl::unexpected(fault_of(said.at("fault")));
  return said.at("text").get<std::string>();
}

json job_of(const RenderJob& job) {
  json asked{{"variables", json::parse(job.variables)}};
  asked[job.name.empty() ? "text" : "template"] = job.name.empty() ? job.text : job.name;
  return asked;
}

Error about(const Error& error) { return error.in("template helper (python3 with jinja2)"); }

}  // namespace

std::string to_string(const Fault& fault) {
  std::string place = fault.file;
  if (fault.line > 0) place += ":" + std::to_string(fault.line);
  return place.empty() ? fault.message : place + ": " + fault.message;
}

Error as_error(const std::vector<Fault>& faults) {
  std::string lines;
  for (const Fault& fault : faults)
    lines += (lines.empty() ? "" : "\n") + to_string(fault);
  return {Errc::Invalid, lines};
}

Result<std::string> TemplateEngine::ask(const std::string& request, milliseconds time) {
  if (!helper_) {
    // -I: neither the environment nor the working directory can add a module. Debian's own Python,
    // whatever else is in PATH.
    auto started =
        LineProcess::start({"/usr/bin/python3", "-I", "-c", std::string(render_program())});
    if (!started) return tl::unexpected(about(started.error()));
    helper_ = std::move(*started);
    last_.reset();
  }
  auto answer = helper_->ask(request, steady_clock::now() + kOverhead + time, kMostAnswer);
  if (answer) return answer;
  helper_.reset();
  last_.reset();
  return tl::unexpected(about(answer.error()));
}

Result<TemplateEngine::Loaded> TemplateEngine::load(const TemplateFiles& files) {
  if (last_ && last_->first == files) return last_->second;
  const std::string set = std::to_string(++sets_);
  const auto answer = ask(json{{"load", set}, {"files", files}}.dump(), milliseconds{0});
  if (!answer) return tl::unexpected(answer.error());
  Loaded loaded{.set = set, .faults = faults_of(json::parse(*answer))};
  last_.emplace(files, loaded);
  return loaded;
}

Result<std::vector<Fault>> TemplateEngine::check(const TemplateFiles& files) {
  const std::lock_guard lock(mutex_);
  return load(files).map([](Loaded loaded) { return std::move(loaded.faults); });
}

Result<std::vector<Rendered>> TemplateEngine::render_some(const TemplateFiles& files,
                                                          std::span<const RenderJob> jobs) {
  const auto loaded = load(files);
  if (!loaded) return tl::unexpected(loaded.error());
  json asked = json::array();
  for (const RenderJob& job : jobs)
    asked.push_back(job_of(job));
  const json request{{"render", loaded->set},
                     {"jobs", std::move(asked)},
                     {"seconds", std::chrono::duration<double>(limits_.time).count()},
                     {"bytes", limits_.bytes}};
  const auto answer = ask(request.dump(), limits_.time * static_cast<int>(jobs.size()));
  std::vector<Rendered> results;
  if (answer) {
    const json said = json::parse(*answer);
    for (const json& result : said.at("results"))
      results.push_back(rendered_of(result));
    return results;
  }
  // It took the files and died of one of the jobs, or hangs in it.
  if (jobs.size() == 1) {
    results.push_back(tl::unexpected(Fault{
        .file = jobs.front().name,
        .message = "cannot be rendered within " + std::to_string(limits_.time.count()) + " ms"}));
    return results;
  }
  for (const RenderJob& job : jobs) {
    auto alone = render_some(files, {&job, 1});
    if (!alone) return alone;
    results.push_back(std::move(alone->front()));
  }
  return results;
}

Result<std::vector<Rendered>> TemplateEngine::render(const TemplateFiles& files,
                                                     std::span<const RenderJob> jobs) {
  const std::lock_guard lock(mutex_);
  std::vector<Rendered> all;
  for (; !jobs.empty(); jobs = jobs.subspan(std::min(kJobsAtOnce, jobs.size()))) {
    auto some = render_some(files, jobs.first(std::min(kJobsAtOnce, jobs.size())));
    if (!some) return some;
    for (Rendered& one : *some)
      all.push_back(std::move(one));
  }
  return all;
}

Result<CheckedValues> TemplateEngine::check_values(const std::string& schema,
                                                   const std::string& values) {
  const std::lock_guard lock(mutex_);
  const json request{{"schema", json::parse(schema)}, {"values", json::parse(values)}};
  const auto answer = ask(request.dump(), milliseconds{0});
  if (!answer) return tl::unexpected(answer.error());
  const json said = json::parse(*answer);
  return CheckedValues{.values = said.at("values").dump(), .faults = faults_of(said)};
}

}  // namespace switchyard::catalogs
