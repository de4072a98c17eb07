# One function a kind of target, so that a folder's CMakeLists.txt says only what
# is in it and what it needs.

# pipesched_library(<name> SRCS <files...> [DEPS <targets...>])
# A static library pipesched_<name> with the alias pipesched::<name>.
function(pipesched_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SRCS;DEPS")
  add_library(pipesched_${name} STATIC ${arg_SRCS})
  add_library(pipesched::${name} ALIAS pipesched_${name})
  target_include_directories(pipesched_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  target_link_libraries(pipesched_${name} PUBLIC ${arg_DEPS}
    PRIVATE $<BUILD_INTERFACE:pipesched_warnings>)
endfunction()

# pipesched_executable(<name> SRCS <files...> [DEPS <targets...>])
function(pipesched_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SRCS;DEPS")
  add_executable(${name} ${arg_SRCS})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} pipesched_warnings)
endfunction()

# pipesched_test(<file> [DEPS <targets...>] [LABELS <labels...>])
# A GoogleTest binary named after the file: tests/engine/sim_test.cc -> engine_sim_test.
# Each of its tests is a ctest with PIPESCHED_BIN_DIR and PIPESCHED_SOURCE_DIR set.
# The label grpc: makes calls, and so says nothing under ThreadSanitizer. The label
# timed: makes calls and asserts promised times, and so runs alone.
function(pipesched_test file)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPS;LABELS")
  file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR}/tests ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  string(REGEX REPLACE "\\.cc$" "" name ${name})
  string(REPLACE "/" "_" name ${name})
  pipesched_executable(${name} SRCS ${file}
    DEPS ${arg_DEPS} pipesched::test_support GTest::gmock GTest::gtest_main)
  set(labels)
  if(arg_LABELS)
    set(labels LABELS "${arg_LABELS}")
  endif()
  set(serial)
  if("timed" IN_LIST arg_LABELS)
    set(serial RUN_SERIAL TRUE)
  endif()
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60 PROPERTIES
    TIMEOUT 300
    ${labels} ${serial}
    ENVIRONMENT_MODIFICATION "PIPESCHED_BIN_DIR=set:${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
    ENVIRONMENT "PIPESCHED_SOURCE_DIR=${PROJECT_SOURCE_DIR}")
endfunction()
