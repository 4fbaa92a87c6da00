// The parts of Boost.Asio every file here uses, in an order that compiles: awaitable.hpp of Boost
// 1.74 uses std::exchange without including <utility>.
#pragma once

// clang-format off
#include <utility>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

// clang-format on

namespace switchyard::pxe::http {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

}  // namespace switchyard::pxe::http
