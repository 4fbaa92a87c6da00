# add_room(name SOURCES a.cpp b.cpp DOORS public_dep… USES private_dep…): one static library a room.
# A header of the room that includes a dependency makes it a DOOR; everything else is a USE.
function(add_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DOORS;USES" ${ARGN})
  add_library(${name} STATIC ${ROOM_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ROOM_DOORS} PRIVATE switchyard_warnings ${ROOM_USES})
endfunction()

# add_room_test(name SOURCES a_test.cpp USES deps…): one GoogleTest program a room.
function(add_room_test name)
  cmake_parse_arguments(TEST "" "" "SOURCES;USES;PROPERTIES" ${ARGN})
  if(NOT TEST_SOURCES)
    message(STATUS "${name} has no sources yet")
    return()
  endif()
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE switchyard_warnings ${TEST_USES} GTest::gtest_main GTest::gmock)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120 ${TEST_PROPERTIES})
endfunction()

# add_mariadb_test(program): the MariaDB half of a test program's suites (names end in /Mysql), beside a
# private server. Without it they would not run: which tests there are is asked at build time.
function(add_mariadb_test program)
  add_test(NAME ${program}_on_mariadb
    COMMAND ${PROJECT_SOURCE_DIR}/scripts/mariadb-test.sh ${CMAKE_BINARY_DIR}/mariadb/${program} --
            $<TARGET_FILE:${program}> --gtest_filter=*/Mysql)
  set_tests_properties(${program}_on_mariadb PROPERTIES TIMEOUT 800 LABELS mariadb)
endfunction()

# embed_text(output INPUT file HEADER header NAMESPACE a::b FUNCTION name): a file of ours as a constant of the program, so
# that they are always of one version. `output` is set to the source to add to a room.
function(embed_text output)
  cmake_parse_arguments(TEXT "" "INPUT;HEADER;NAMESPACE;FUNCTION" "" ${ARGN})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${TEXT_FUNCTION}.cpp)
  add_custom_command(
    OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${TEXT_INPUT} -DOUTPUT=${source} -DHEADER=${TEXT_HEADER}
            -DNAMESPACE=${TEXT_NAMESPACE} -DFUNCTION=${TEXT_FUNCTION} -P ${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake
    DEPENDS ${TEXT_INPUT} ${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake
    VERBATIM)
  set(${output} ${source} PARENT_SCOPE)
endfunction()
