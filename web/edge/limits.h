// What one client, one request and the whole edge may use. Every wait has a deadline here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace switchyard::web::edge {

struct Limits {
  std::size_t head_bytes{16 * 1024};   // request line and all fields: 431, or 414 for the line
  std::size_t head_fields{64};         // 431
  std::size_t target_bytes{8 * 1024};  // 414
  std::uint64_t body_bytes{4 << 20};   // after decoding chunks: 413

  std::uint64_t body_bytes_of_all{256 << 20};  // held at the same time; beyond: 503

  std::size_t connections{4096};                 // beyond: 503
  std::size_t client_connections{512};           // of one IPv4 address or IPv6 /64; beyond: 429
  std::size_t client_requests_per_second{1000};  // 0: no limit; beyond the burst: 429
  std::size_t client_burst{2000};
  std::size_t event_streams{1024};  // open at the same time; beyond: 503

  std::chrono::milliseconds handshake{10'000};  // TLS, from accept
  std::chrono::milliseconds header{10'000};  // from the first byte of a request to its blank line
  std::chrono::milliseconds body{60'000};    // from the blank line to the last byte
  std::chrono::milliseconds idle{75'000};    // between requests
  std::chrono::milliseconds write_stall{20'000};  // no byte accepted by the client for so long
  std::chrono::milliseconds answer{60'000};       // for the application: 504
  std::chrono::milliseconds linger{
      1'000};  // reading on after a refusal, so it is not lost to a reset

  std::chrono::milliseconds event_heartbeat{15'000};
  std::chrono::milliseconds event_life{30 * 60'000};  // then the client connects again
  std::chrono::milliseconds event_recheck{60'000};    // asks again whether the client still may
  std::size_t event_queue_bytes{256 *
                                1024};  // written but not taken by one client; beyond: dropped
  std::chrono::milliseconds longest_wait{30'000};  // ?wait=
};

}  // namespace switchyard::web::edge
