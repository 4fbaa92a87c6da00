// Reads one JSON object strictly: every field has its type and bounds, and none is left over.
// For the messages of this folder and for manifests.
#pragma once

#include "core/net.h"
#include "core/result.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace switchyard::pxe::installer {

// The first problem of a document is kept in a place shared by all its readers; after it every
// answer is a harmless default, so that callers read on without asking. Lives no longer than the
// document and the place.
class Fields {
 public:
  using Problem = std::optional<Error>;

  Fields(const nlohmann::json& object, std::string where, Problem& problem);

  // UTF-8 without control characters, at most `most` bytes. Absent: a problem.
  [[nodiscard]] std::string line(const char* key, std::size_t most = 256);
  [[nodiscard]] std::string filled_line(const char* key, std::size_t most = 256);  // and not empty
  [[nodiscard]] std::string text(const char* key, std::size_t most);  // any character but NUL
  [[nodiscard]] std::uint64_t number(const char* key, std::uint64_t most);
  [[nodiscard]] bool has(const char* key) const;  // for the few that may be absent
  [[nodiscard]] bool flag(const char* key);
  [[nodiscard]] MacAddress mac(const char* key);
  [[nodiscard]] Fields object(const char* key);
  [[nodiscard]] std::optional<Fields> object_or_null(const char* key);
  [[nodiscard]] std::vector<Fields> objects(const char* key, std::size_t most);
  [[nodiscard]] std::vector<std::string> lines(const char* key, std::size_t most,
                                               std::size_t most_bytes);

  // The value's place in `names`; a problem (and 0) when it is none of them.
  [[nodiscard]] std::size_t one_of(const char* key, const std::vector<std::string_view>& names);

  void refuse(const std::string& key, const std::string& why);
  void done();  // refuses fields nobody asked for

 private:
  const nlohmann::json& take(const char* key, nlohmann::json::value_t type, const char* expected);

  const nlohmann::json* object_;
  std::string where_;
  Problem* problem_;
  std::set<std::string, std::less<>> asked_{};
};

// One document of at most `most` bytes, read by `read`, which gets the Fields of its root.
template <class Read>
auto read_document(std::string_view body, std::size_t most, const char* what, Read read)
    -> Result<decltype(read(std::declval<Fields&>()))> {
  if (body.size() > most)
    return failure(Errc::Invalid,
                   std::string{what} + " is larger than " + std::to_string(most) + " bytes");
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_discarded()) return failure(Errc::Invalid, std::string{what} + " is not JSON");
  Fields::Problem problem;
  Fields fields{json, what, problem};
  auto value = read(fields);
  fields.done();
  if (problem) return tl::unexpected(*problem);
  return value;
}

}  // namespace switchyard::pxe::installer
