#include "pxe/installer/hand_over.h"

#include <algorithm>

namespace switchyard::pxe::installer {
namespace {

void replace(std::string& text, const std::string& mark, const std::string& value) {
  for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += value.size())
    text.replace(at, mark.size(), value);
}

// As PXELINUX writes it and installers read it: the hardware type and the address.
std::string bootif(const MacAddress& nic) {
  std::string text = "01-" + to_string(nic);
  std::ranges::replace(text, ':', '-');
  return text;
}

}  // namespace

std::string kernel_arguments(const HandOverWork& work, const Secret& session,
                             const MacAddress& nic) {
  std::string text = work.arguments;
  replace(text, "{session}", session.reveal());
  replace(text, "{bootif}", bootif(nic));
  return text;
}

}  // namespace switchyard::pxe::installer
