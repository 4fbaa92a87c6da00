#include "provisioner/boot/unattended_routes.h"

#include "provisioner/boot/boot_site.h"
#include "provisioner/boot/files_tar.h"
#include "pxe/installer/text.h"

#include <algorithm>

namespace switchyard::provisioner {

using pxe::http::Answer;
using pxe::http::error_answer;
using pxe::http::Request;
using pxe::installer::Outcome;
using pxe::installer::Phase;

namespace {

Answer text_answer(std::string body, const char* type = "text/plain") {
  return {.headers = {{"Content-Type", type}, {"Cache-Control", "no-store"}},
          .body = std::move(body)};
}

Answer answer_file(const UnattendedOrder& order, const std::string& session,
                   const std::string& name) {
  if (name == "files.tar") {
    auto tar = files_tar(order.files);
    return tar ? text_answer(std::move(*tar), "application/x-tar") : refused(tar.error());
  }
  const auto file = std::ranges::find(order.answers, name, &catalogs::os::AnswerFile::name);
  if (file == order.answers.end()) return error_answer(404, "this installer has no answer " + name);
  return text_answer(with_session(file->content, session));
}

// Answers of a shell script are read by nobody: the status alone counts.
Answer report(BootDesk& desk, const std::string& server, const Secret& session,
              const UnattendedWork& work, const std::string& name, const std::string& body) {
  constexpr std::size_t kMostDetail = 200;
  const std::string detail = pxe::installer::printable(body, kMostDetail);
  if (name == "progress") {
    const auto noted = desk.note_progress(
        server, session, {.operation = work.operation, .phase = Phase::Writing, .detail = detail});
    return noted ? text_answer("") : refused(noted.error());
  }
  if (name != "finished" && name != "failed") return error_answer(404, "no such report: " + name);
  const Status noted =
      desk.note_result(server, session,
                       {.operation = work.operation,
                        .outcome = name == "finished" ? Outcome::Succeeded : Outcome::Failed,
                        .detail = detail});
  return noted ? text_answer("") : refused(noted.error());
}

}  // namespace

Answer unattended_answer(BootDesk& desk, const Request& request, const std::string& server) {
  const std::string rest = request.path.substr(kAnswerRoute.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const Secret session(rest.substr(0, slash));
  const std::string name = rest.substr(std::min(slash + 1, rest.size()));
  const auto work = desk.find_unattended(server, session);
  if (!work) return refused(work.error());
  if (request.method == "GET" || request.method == "HEAD")
    return answer_file(work->order, session.reveal(), name);
  if (request.method == "POST") return report(desk, server, session, *work, name, request.body);
  return error_answer(405, "GET, HEAD and POST only");
}

}  // namespace switchyard::provisioner
