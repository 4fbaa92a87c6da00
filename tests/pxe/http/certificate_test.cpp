#include "pxe/http/certificate.h"

#include "tests/pxe/temporary_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace switchyard::pxe::http {
namespace {

unsigned mode_of(const std::string& path) {
  struct stat facts {};

  return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 0777 : 0;
}

TEST(BootIdentity, IsMadeOnceAndKept) {
  const TemporaryFolder folder;
  const auto first = ensure_identity(folder.path("tls"));
  ASSERT_TRUE(first) << first.error().message;
  const auto again = ensure_identity(folder.path("tls"));
  ASSERT_TRUE(again);
  EXPECT_EQ(first->ec_pin, again->ec_pin);
  EXPECT_EQ(first->rsa_pin, again->rsa_pin);
  EXPECT_NE(first->ec_pin, first->rsa_pin);
  EXPECT_TRUE(first->ec_pin.starts_with("sha256//"));
  EXPECT_EQ(first->ec_pin.size(), 8U + 44U);
}

TEST(BootIdentity, KeepsItsKeysToItself) {
  const TemporaryFolder folder;
  const auto identity = ensure_identity(folder.path("tls"));
  ASSERT_TRUE(identity);
  EXPECT_EQ(mode_of(folder.path("tls")), 0700U);
  EXPECT_EQ(mode_of(identity->ec_key), 0600U);
  EXPECT_EQ(mode_of(identity->rsa_key), 0600U);
}

TEST(BootIdentity, IsFinishedWhenTheFirstStartWasCutShort) {
  const TemporaryFolder folder;
  const auto first = ensure_identity(folder.path("tls"));
  ASSERT_TRUE(first);
  std::filesystem::remove(first->rsa_key);  // the certificate was written, the key was not
  const auto second = ensure_identity(folder.path("tls"));
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(first->ec_pin, second->ec_pin);
  EXPECT_NE(first->rsa_pin, second->rsa_pin);
}

TEST(BootIdentity, NamesAFileThatIsNotWhatItShouldBe) {
  const TemporaryFolder folder;
  const auto identity = ensure_identity(folder.path("tls"));
  ASSERT_TRUE(identity);
  std::filesystem::copy_file(identity->rsa_key, identity->ec_key,
                             std::filesystem::copy_options::overwrite_existing);
  const auto mixed = ensure_identity(folder.path("tls"));
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().code, Errc::Invalid);
  EXPECT_NE(mixed.error().message.find(identity->ec_key), std::string::npos);
}

TEST(BootIdentity, NamesAFolderThatCannotBeMade) {
  const auto identity = ensure_identity("/proc/nothing/here");
  ASSERT_FALSE(identity);
  EXPECT_NE(identity.error().message.find("/proc/nothing/here"), std::string::npos);
}

}  // namespace
}  // namespace switchyard::pxe::http
