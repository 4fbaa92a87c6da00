// Notices, for the unit of work that runs on this thread, that an error went by after which its
// transaction cannot be trusted any more, even when the code that met it turned it into an Error or
// swallowed it. Internal to core/db.
#pragma once

#include "core/db/error.h"

namespace switchyard::db {

class ErrorWatch {
 public:
  ErrorWatch();
  ~ErrorWatch();
  ErrorWatch(const ErrorWatch&) = delete;
  ErrorWatch& operator=(const ErrorWatch&) = delete;

  // The server has rolled back, or asks for another try.
  [[nodiscard]] bool retryable() const { return retryable_; }

  // Any database error at all: the session is checked before it is used again.
  [[nodiscard]] bool any() const { return any_; }

 private:
  friend void note(const soci::soci_error& thrown);
  ErrorWatch* outer_;
  bool retryable_{};
  bool any_{};
};

// Tells the innermost watch of this thread, if there is one.
void note(const soci::soci_error& thrown);

// A COMMIT that failed like this may or may not have happened.
[[nodiscard]] bool leaves_commit_unknown(const soci::soci_error& thrown);

}  // namespace switchyard::db
