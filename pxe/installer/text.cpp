#include "pxe/installer/text.h"

namespace switchyard::pxe::installer {

std::string printable(std::string_view text, std::size_t most) {
  std::string line;
  for (const char c : text.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    line += byte < 0x20 || byte == 0x7f ? ' ' : byte > 0x7f ? '?' : c;
  }
  const auto start = line.find_first_not_of(' ');
  if (start == std::string::npos) return "";
  return line.substr(start, line.find_last_not_of(' ') - start + 1);
}

}  // namespace switchyard::pxe::installer
