// What a distribution's own installer asks for while it works (catalogs/os/answers.h lists it), all
// below /boot/answer/SESSION/ in clear text: few of them could check the key of our certificate.
// The session is good for this server's address, this boot and this operation, and ends with its
// result.
#pragma once

#include "provisioner/boot/boot_desk.h"
#include "pxe/http/message.h"

#include <string>
#include <string_view>

namespace switchyard::provisioner {

inline constexpr std::string_view kAnswerRoute = "/boot/answer/";

// `server`: who the address of the request was lent to.
[[nodiscard]] pxe::http::Answer unattended_answer(BootDesk& desk, const pxe::http::Request& request,
                                                  const std::string& server);

}  // namespace switchyard::provisioner
