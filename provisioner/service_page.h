// How the facade cuts a list into pages. Internal to the facade's files.
#pragma once

#include "provisioner/views.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace switchyard::provisioner {

// A query asks for one row more than fits: that there is one says that there is a next page.
[[nodiscard]] inline std::string limit(const PageRequest& page) {
  return " LIMIT " + std::to_string(page.size + 1);
}

// `key` answers what the list is sorted by, `make` the item that is shown.
template <class View, class Row, class Key, class Make>
Page<View> page_of(std::vector<Row> rows, const PageRequest& request, Key key, Make make) {
  const std::size_t size = std::min(rows.size(), static_cast<std::size_t>(request.size));
  Page<View> page;
  if (rows.size() > size) page.next = key(rows[size - 1]);
  for (std::size_t i = 0; i < size; ++i)
    page.items.push_back(make(rows[i]));
  return page;
}

// Rows that are shown as they are.
template <class View, class Key>
Page<View> page_of(std::vector<View> rows, const PageRequest& request, Key key) {
  return page_of<View>(std::move(rows), request, key, [](View& row) { return std::move(row); });
}

}  // namespace switchyard::provisioner
