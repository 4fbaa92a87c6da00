// Strict reading of a JSON request body: every unknown field, wrong type and missing value is found
// in one pass and named with its JSON pointer (RFC 6901).
#pragma once

#include "web/api/answer.h"
#include "web/api/call.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace switchyard::web::api {

// The members of one object. Reading never throws: it notes a FieldError and answers a default.
class Fields {
 public:
  // `value` outlives the reader. Not an object: noted, and every member counts as absent.
  Fields(const json& value, std::string pointer, std::vector<FieldError>& errors);

  [[nodiscard]] std::string text(std::string_view name);  // required, not empty, <= 4096 bytes
  [[nodiscard]] std::string text_or(std::string_view name, std::string_view fallback);
  [[nodiscard]] std::optional<std::string> maybe_text(std::string_view name);  // null is absent
  [[nodiscard]] long long integer_or(std::string_view name, long long low, long long high,
                                     long long fallback);
  [[nodiscard]] bool flag_or(std::string_view name, bool fallback);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name, std::size_t most = 64);
  [[nodiscard]] std::optional<Fields> object(std::string_view name);
  [[nodiscard]] std::vector<Fields> objects(std::string_view name, std::size_t most);
  // With lines: any characters, at most `most` bytes; "" when absent.
  [[nodiscard]] std::string document(std::string_view name, std::size_t most);
  // Required: at least one, by name; at most `most`, each a document of at most `most_bytes`.
  [[nodiscard]] std::map<std::string, std::string> documents(std::string_view name,
                                                             std::size_t most,
                                                             std::size_t most_bytes);
  [[nodiscard]] const json* find(std::string_view name);  // marks the member as known
  [[nodiscard]] bool has(std::string_view name) const;

  [[nodiscard]] const json& value() const { return value_; }

  void report(std::string_view name, std::string code, std::string detail);
  void done();  // notes the members nobody asked for

 private:
  [[nodiscard]] std::string pointer_to(std::string_view name) const;
  const json& value_;
  std::string pointer_;
  std::vector<FieldError>& errors_;
  std::set<std::string, std::less<>> known_{};
};

// 400 with all of them, if there are any.
[[nodiscard]] Checked<void> no_errors(std::vector<FieldError> errors);

// The JSON body of a call through `read`, which reads every member it knows. 400 when it is no
// JSON, and with everything that is wrong with it, unknown members too.
template <class T> [[nodiscard]] Checked<T> read_body(const Call& call, T (*read)(Fields&)) {
  const auto body = json_body(call);
  if (!body) return tl::unexpected(body.error());
  std::vector<FieldError> errors;
  Fields fields(*body, "", errors);
  T value = read(fields);
  fields.done();
  const auto good = no_errors(std::move(errors));
  if (!good) return tl::unexpected(good.error());
  return value;
}

}  // namespace switchyard::web::api
