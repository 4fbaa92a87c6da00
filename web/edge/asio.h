// The parts of Boost.Asio every file of the edge uses, in an order that compiles: awaitable.hpp of
// Boost 1.74 uses std::exchange without including <utility>.
#pragma once

// clang-format off
#include <utility>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

// clang-format on

namespace switchyard::web::edge {

namespace net = boost::asio;
using boost::system::error_code;

}  // namespace switchyard::web::edge
