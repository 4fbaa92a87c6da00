#include "pxe/tftp/session.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>

namespace switchyard::pxe::tftp {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadAhead = 64UL * 1024;
// A silence is noticed at the latest so much after its time; packets themselves set no timer.
constexpr std::chrono::milliseconds kLook{250};

}  // namespace

std::size_t Content::read_at(std::uint64_t offset, char* to, std::size_t count) const {
  if (file_) return file_->read_at(offset, to, count);
  if (offset >= text_.size()) return 0;
  return text_.copy(to, count, offset);
}

Session::Session(udp::socket socket, Content content, Transfer transfer, std::string file)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      content_(std::move(content)),
      transfer_(std::move(transfer)) {
  report_.file = std::move(file);
}

Session::~Session() = default;

void Session::start(std::function<void(const Report&)> ended) {
  ended_ = std::move(ended);
  begun_ = Clock::now();
  error_code ignored;
  report_.client = socket_.remote_endpoint(ignored).address().to_string();
  act(transfer_.start());
  receive();
  watch();
}

void Session::abandon() {
  net::post(socket_.get_executor(), [self = shared_from_this()] {
    if (self->socket_.is_open()) self->finish(Outcome::Abandoned);
  });
}

void Session::receive() {
  const auto received = [self = shared_from_this()](error_code error, std::size_t size) {
    if (!self->socket_.is_open()) return;
    if (!error) self->act(self->step_for(size));
    if (error && error != net::error::operation_aborted) self->act(self->transfer_.on_gone());
    if (self->socket_.is_open()) self->receive();
  };
  socket_.async_receive(net::buffer(packet_), received);
}

Step Session::step_for(std::size_t size) {
  const auto packet = parse_packet(Bytes(packet_).first(size));
  if (!packet) return {};  // noise
  if (const auto* ack = std::get_if<Ack>(&*packet)) return transfer_.on_ack(ack->block);
  if (const auto* error = std::get_if<PeerError>(&*packet)) return transfer_.on_error(error->code);
  return {};
}

void Session::act(const Step& step) {
  switch (step.what) {
    case Step::What::Nothing: return;
    case Step::What::End: return finish(step.outcome);
    case Step::What::SendOptions: send_options(); break;
    case Step::What::SendBlocks:
      next_ = step.first;
      left_ = step.count;
      send_blocks();
      break;
  }
  if (!socket_.is_open()) return;
  deadline_ = Clock::now() + transfer_.patience();
}

void Session::send_options() {
  const auto packet = oack_packet(transfer_.terms().accepted);
  error_code ignored;  // as good as lost: sent again later
  socket_.send(net::buffer(packet), 0, ignored);
}

// Makes the chunk hold the bytes [offset, offset + count) of the content.
void Session::read_ahead(std::uint64_t offset, std::size_t count) {
  if (offset >= chunk_offset_ && offset + count <= chunk_offset_ + chunk_size_) return;
  const std::uint64_t rest = content_.size() - offset;
  const auto wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(rest, std::max(count, kReadAhead)));
  if (chunk_.size() < wanted) chunk_.resize(wanted);
  chunk_offset_ = offset;
  chunk_size_ = content_.read_at(offset, chunk_.data(), wanted);
}

void Session::send_blocks() {
  const std::size_t size = transfer_.terms().block_size;
  const std::uint64_t offset = (next_ - 1) * size;
  const auto bytes = static_cast<std::size_t>(
      std::min<std::uint64_t>(std::uint64_t{left_} * size, content_.size() - offset));
  read_ahead(offset, bytes);
  if (chunk_offset_ + chunk_size_ < offset + bytes) {
    // The file became shorter: a short block would look like its end.
    const auto packet = error_packet(ErrorCode::Undefined, "the file changed while it was read");
    error_code ignored;
    socket_.send(net::buffer(packet), 0, ignored);
    return finish(Outcome::Abandoned);
  }
  Blocks blocks{.first = next_,
                .size = size,
                .data = std::span(chunk_).subspan(offset - chunk_offset_, bytes),
                .count = left_};
  const Sent sent = tftp::send_blocks(socket_, blocks, segmenting_);
  next_ = blocks.first;
  left_ = blocks.count;
  if (sent == Sent::Gone) return act(transfer_.on_gone());
  // Failed is as good as lost: sent again later.
  if (sent != Sent::Some || waiting_for_room_) return;
  waiting_for_room_ = true;
  socket_.async_wait(udp::socket::wait_write, [self = shared_from_this()](error_code) {
    self->waiting_for_room_ = false;
    if (self->socket_.is_open() && self->left_ > 0) self->send_blocks();
  });
}

void Session::watch() {
  const auto now = Clock::now();
  if (now >= deadline_) act(transfer_.on_timeout());
  if (!socket_.is_open()) return;
  timer_.expires_at(std::min(deadline_, now + kLook));
  timer_.async_wait([self = shared_from_this()](error_code) {
    if (self->socket_.is_open()) self->watch();
  });
}

void Session::finish(Outcome outcome) {
  error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
  report_.outcome = outcome;
  report_.bytes = std::min<std::uint64_t>(content_.size(),
                                          transfer_.acknowledged() * transfer_.terms().block_size);
  report_.took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun_);
  const auto ended = std::move(ended_);
  if (ended) ended(report_);
}

}  // namespace switchyard::pxe::tftp
