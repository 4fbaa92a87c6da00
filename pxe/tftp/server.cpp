#include "pxe/tftp/server.h"

#include "pxe/tftp/listener.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <thread>
#include <vector>

namespace switchyard::pxe::tftp {

struct Server::State {
  State(Options wanted, std::shared_ptr<const BootRoot> root)
      : options(std::move(wanted)), known(options.limits) {
    std::vector<net::io_context*> pointers;
    for (int i = 0; i < options.threads; ++i) {
      // One thread a context, so its sessions need no locks of their own.
      contexts.push_back(std::make_unique<net::io_context>(1));
      guards.push_back(net::make_work_guard(*contexts.back()));
      pointers.push_back(contexts.back().get());
    }
    listener =
        std::make_unique<Listener>(options, std::move(root), known, std::move(pointers), pages);
  }

  const Options options;
  Register known;
  std::vector<std::unique_ptr<net::io_context>> contexts{};
  std::vector<net::executor_work_guard<net::io_context::executor_type>> guards{};
  net::io_context pages{1};
  net::executor_work_guard<net::io_context::executor_type> pages_guard{net::make_work_guard(pages)};
  std::unique_ptr<Listener> listener{};
  std::vector<std::thread> threads{};
  std::thread page_thread{};
  std::uint16_t port{};
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::open(Options options,
                                             std::shared_ptr<const BootRoot> root) {
  if (options.threads < 1 || options.threads > 64)
    return failure(Errc::Invalid, "TFTP threads are not between 1 and 64");
  auto state = std::make_unique<State>(std::move(options), std::move(root));
  const auto listening = state->listener->listen();
  if (!listening) return tl::unexpected(listening.error());
  state->port = state->listener->port();
  for (const auto& context : state->contexts)
    state->threads.emplace_back([&context = *context] { context.run(); });
  if (state->options.pages.has)
    state->page_thread = std::thread([&pages = state->pages] { pages.run(); });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

std::uint16_t Server::port() const { return state_->port; }

Counts Server::counts() const {
  const auto& known = state_->known;
  return {.active = known.active(),
          .started = known.started,
          .complete = known.complete,
          .refused = known.refused};
}

void Server::stop() {
  if (state_->threads.empty()) return;
  state_->pages.stop();  // what it is at is finished, and nothing more
  if (state_->page_thread.joinable()) state_->page_thread.join();
  // The listener first, on its own thread: no session is started after it is closed.
  net::post(*state_->contexts.front(), [this] {
    state_->listener->close();
    state_->known.abandon_all();
    state_->guards.clear();
  });
  for (auto& thread : state_->threads)
    thread.join();
  state_->threads.clear();
}

}  // namespace switchyard::pxe::tftp
