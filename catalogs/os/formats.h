// The formats, one function each. Private to this folder: their orders are checked already
// (answers.cpp), so that a host name, path, URL or package name holds nothing any format could take
// for more than text. SSH keys and the operator's lines are one line of printable text.
#pragma once

#include "catalogs/os/answers.h"

namespace switchyard::catalogs::os {

[[nodiscard]] std::vector<AnswerFile> render_preseed(const AnswerOrder& order,
                                                     const std::string& base);
[[nodiscard]] std::vector<AnswerFile> render_autoinstall(const AnswerOrder& order,
                                                         const std::string& base);
[[nodiscard]] std::vector<AnswerFile> render_kickstart(const AnswerOrder& order,
                                                       const std::string& base);
[[nodiscard]] std::vector<AnswerFile> render_ignition(const AnswerOrder& order,
                                                      const std::string& base);
[[nodiscard]] std::vector<AnswerFile> render_autoyast(const AnswerOrder& order,
                                                      const std::string& base);

// A shell function, `settle ROOT`: the mounted system starts what the server's files are for.
[[nodiscard]] const char* settle_function();

// switchyard.sh of the installers that have curl: `begin` says from then on that work goes on,
// `finish ROOT` puts the server's files into the mounted system and says that all is done, `say
// failed TEXT` that nothing will come of it.
[[nodiscard]] AnswerFile curl_script(const AnswerOrder& order, const std::string& base);
// The command that fetches it to /tmp/switchyard.
[[nodiscard]] std::string fetch_script(const std::string& base);

[[nodiscard]] std::string join(const std::vector<std::string>& words, const std::string& between);

}  // namespace switchyard::catalogs::os
