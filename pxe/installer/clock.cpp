#include "pxe/installer/clock.h"

#include <fcntl.h>
#include <linux/rtc.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace switchyard::pxe::installer {
namespace {

constexpr std::time_t kNear = 5;
constexpr const char* kRtc = "/dev/rtc0";

tl::unexpected<Error> failed(const std::string& doing) {
  return failure(Errc::Rejected, doing + ": " + std::strerror(errno));
}

}  // namespace

bool is_astray(std::time_t here, std::time_t there) {
  return here < there - kNear || here > there + kNear;
}

Status set_clock(std::time_t now) {
  const timespec time{.tv_sec = now, .tv_nsec = 0};
  if (::clock_settime(CLOCK_REALTIME, &time) != 0) return failed("set the clock");
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  rtc_time rtc{};
  rtc.tm_sec = parts.tm_sec;
  rtc.tm_min = parts.tm_min;
  rtc.tm_hour = parts.tm_hour;
  rtc.tm_mday = parts.tm_mday;
  rtc.tm_mon = parts.tm_mon;
  rtc.tm_year = parts.tm_year;
  const int file = ::open(kRtc, O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed(kRtc);
  const int written = ::ioctl(file, RTC_SET_TIME, &rtc);
  const int why = errno;
  ::close(file);
  errno = why;
  if (written != 0) return failed(std::string(kRtc) + ": set");
  return {};
}

}  // namespace switchyard::pxe::installer
