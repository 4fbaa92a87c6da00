// One transfer on its socket: brings packets to the Transfer and does what it says.
#pragma once

#include "pxe/tftp/register.h"
#include "pxe/tftp/transfer.h"
#include "pxe/tftp/udp.h"

#include <boost/asio/steady_timer.hpp>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace switchyard::pxe::tftp {

// What is sent: a file, or a text that was made for the client.
class Content {
 public:
  explicit Content(std::shared_ptr<const BootFile> file) : file_(std::move(file)) {}

  explicit Content(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] std::uint64_t size() const { return file_ ? file_->size() : text_.size(); }

  // All bytes asked for, or fewer at the end.
  [[nodiscard]] std::size_t read_at(std::uint64_t offset, char* to, std::size_t count) const;

 private:
  std::shared_ptr<const BootFile> file_{};
  std::string text_{};
};

// Works on the one thread of its context only, but for abandon().
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(udp::socket socket, Content content, Transfer transfer, std::string file);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // `ended` is called once, at the end.
  void start(std::function<void(const Report&)> ended);
  // Any thread.
  void abandon();

 private:
  void receive();
  [[nodiscard]] Step step_for(std::size_t size);
  void act(const Step& step);
  void send_blocks();
  void send_options();
  void read_ahead(std::uint64_t offset, std::size_t count);
  void watch();
  void finish(Outcome outcome);

  udp::socket socket_;
  net::steady_timer timer_;
  Content content_;
  Transfer transfer_;
  Report report_;
  std::function<void(const Report&)> ended_{};
  std::chrono::steady_clock::time_point begun_{};
  std::chrono::steady_clock::time_point deadline_{};

  std::array<std::uint8_t, 768> packet_{};  // an ERROR may have a text
  std::vector<char> chunk_{};               // bytes of the content from chunk_offset_ on
  std::uint64_t chunk_offset_{0};
  std::size_t chunk_size_{0};
  std::uint64_t next_{0};  // block that waits for room in the socket
  std::size_t left_{0};    // how many from there on
  bool waiting_for_room_{false};
  bool segmenting_{true};
};

}  // namespace switchyard::pxe::tftp
