# Debian 12 packages only; docs/dependencies.md says what each is for.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
pkg_check_modules(libarchive REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(libssh REQUIRED IMPORTED_TARGET libssh)
pkg_check_modules(libxml2 REQUIRED IMPORTED_TARGET libxml-2.0)
pkg_check_modules(pistache REQUIRED IMPORTED_TARGET libpistache)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(mariadb REQUIRED IMPORTED_TARGET libmariadb)

# SOCI's own package file in Debian lacks its Boost requirement, so it is spelled out here.
add_library(switchyard_soci INTERFACE)
target_include_directories(switchyard_soci SYSTEM INTERFACE /usr/include/soci)
target_link_libraries(switchyard_soci INTERFACE soci_core soci_sqlite3 soci_mysql PkgConfig::sqlite3 PkgConfig::mariadb)

add_library(switchyard_httplib INTERFACE)
target_compile_definitions(switchyard_httplib INTERFACE CPPHTTPLIB_OPENSSL_SUPPORT)
target_link_libraries(switchyard_httplib INTERFACE cpp-httplib OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

if(SWITCHYARD_TESTS)
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
endif()
