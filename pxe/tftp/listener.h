// Takes requests on the well-known port and starts a session for each, or says why not.
#pragma once

#include "pxe/tftp/register.h"
#include "pxe/tftp/session.h"

#include <boost/asio/io_context.hpp>

#include <array>
#include <memory>
#include <vector>

namespace switchyard::pxe::tftp {

class Listener {
 public:
  // `options`, `known` and the contexts outlive the listener, which works on the first context.
  // Sessions are spread over all of them; each context is run by one thread. Pages are made on
  // `pages`.
  Listener(const Options& options, std::shared_ptr<const BootRoot> root, Register& known,
           std::vector<net::io_context*> contexts, net::io_context& pages);

  [[nodiscard]] Status listen();
  [[nodiscard]] std::uint16_t port() const;
  void close();

 private:
  void wait();
  void take(const Received& received);
  void serve(const Received& received, const ReadRequest& request);
  void make_page(const Received& received, const ReadRequest& request);
  void answer(const Received& received, const ReadRequest& request, Result<Content> content);
  void start(const Received& received, const ReadRequest& request, Content content);
  void refuse(const Received& received, ErrorCode code, std::string_view message);

  const Options& options_;
  std::shared_ptr<const BootRoot> root_;
  Register& known_;
  std::vector<net::io_context*> contexts_;
  net::io_context& pages_;
  std::size_t next_context_{0};
  udp::socket socket_;
  std::array<std::uint8_t, 2048> buffer_{};
};

}  // namespace switchyard::pxe::tftp
