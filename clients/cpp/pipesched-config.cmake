# Debian's gRPC ships CMake files that need protobuf's module found first.
include(CMakeFindDependencyMacro)
find_dependency(Protobuf)
find_dependency(gRPC CONFIG)
find_dependency(absl)
include(${CMAKE_CURRENT_LIST_DIR}/pipesched_targets.cmake)
