// What every part of the storm uses of Asio. One thread runs all machines.
#pragma once

#include "pxe/dhcp/bytes.h"
#include "pxe/http/asio.h"

#include <boost/asio/ip/udp.hpp>

namespace switchyard::bench {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;
using net::ip::udp;
using pxe::dhcp::Ipv4;

inline net::ip::address_v4 to_asio(Ipv4 address) { return net::ip::address_v4(address.value); }

}  // namespace switchyard::bench
